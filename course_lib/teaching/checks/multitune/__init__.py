"""Checks of the exercises of the lessons on L2-SP, MultiTune and SpotTune, a module for each subject."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "budgets": ["check_global_k_loss"],
        "freezing": ["check_moved"],
        "routes": ["check_straight_through"],
        "skipping": ["check_routed_block"],
        "aliases": ["check_aliased_names"],
        "joins": ["check_join"],
        "pulls": ["check_make_l2sp"],
        "schedules": ["check_set_rates"],
    },
)
