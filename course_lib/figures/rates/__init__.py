"""The figures of the document on learning rates (Dube et al. 2018): one module a lesson; titles are computed."""
