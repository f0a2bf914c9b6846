"""Checks of the exercises of lesson 11 on learning rates per layer, a module for each subject."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "choices": ["check_chosen_accuracy"],
        "gains": ["check_gain_bounds"],
        "sensitivity": ["check_relative_range"],
        "stages": ["check_stage_rates"],
    },
)
