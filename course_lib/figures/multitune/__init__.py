"""Figures of the document on MultiTune (Wang, Plested & Gedeon 2020); titles are computed."""
