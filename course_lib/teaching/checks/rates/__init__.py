"""Checks of the exercises of the lessons on learning rates per layer and on sources, a module for each subject."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "choices": ["check_chosen_accuracy", "check_honest_choice"],
        "elsewhere": ["check_best_elsewhere", "check_scales_of_others"],
        "evidence": ["check_leep_score"],
        "gains": ["check_gain_bounds"],
        "regrets": ["check_mean_regret"],
        "sensitivity": ["check_relative_range"],
        "stages": ["check_graduated_rates", "check_stage_rates"],
        "votes": ["check_vote"],
    },
)
