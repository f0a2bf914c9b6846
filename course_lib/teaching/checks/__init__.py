"""Checks of the lessons' exercises: they never raise in the notebook, and their messages name the culprit.

One function an exercise, ``check_<what>(the student's answer) -> bool``; a package for each document.
"""

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs={"common": ["report_check"]})


def list_checks() -> dict[str, Callable[..., bool]]:
    """Find the checks of all documents, by name."""
    documents = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__) if found.ispkg]
    names = [(document, name) for document in documents for name in document.__all__]
    return {name: getattr(document, name) for document, name in names if name.startswith("check_")}
