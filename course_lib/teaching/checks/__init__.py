"""Checks of the lessons' exercises: they never raise in the notebook, and their messages name the mistake.

Each exercise has one function ``check_<what>(the student's answer) -> bool``; each document has a folder.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submodules=["homework"], submod_attrs={"common": ["report_check"]}
)
