"""Checks of the lessons' exercises: they never raise in the notebook, and their messages name the culprit.

One function an exercise, ``check_<what>(the student's answer) -> bool``; a folder for each document.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submodules=["homework"], submod_attrs={"common": ["report_check"]}
)
