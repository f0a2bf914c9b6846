"""Checks of the exercises of the lessons on extension layers and on features, a module for each subject."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "chances": ["check_chance_in_top"],
        "features": ["check_concatenate_features"],
        "fusions": ["check_fuse"],
        "gains": ["check_mean_gain"],
        "insertions": ["check_insert_extension"],
        "precision": ["check_average_precision", "check_judged_average_precision", "check_mean_average_precision"],
    },
)
