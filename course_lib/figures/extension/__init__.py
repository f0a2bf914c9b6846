"""Figures of the document on extension strategies (Pittaras et al. 2017), lessons 14 and 15."""
