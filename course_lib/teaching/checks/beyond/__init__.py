"""Checks of the exercises of lessons that belong to no document, a module for each subject."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submod_attrs={"many_claims": ["check_expected_by_chance", "check_holm"]}
)
