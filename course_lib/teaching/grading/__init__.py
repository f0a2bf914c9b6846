"""Assignments: their release, the grading of submissions, marks for learning platforms and feedback pages.

A submission runs in a kernel of its own; checks run in the grader's process and call the student's functions there.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs={})
