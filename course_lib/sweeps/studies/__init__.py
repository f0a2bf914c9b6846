"""The studies of the course, one module for each document. A new module here is found by itself.

A module has ``PROFILES`` (profile name → `Profile`) and ``STUDIES`` (study name → `Study`).
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from course_lib.sweeps.profiles import Profile
from course_lib.sweeps.study import Study


@cache
def documents() -> tuple[str, ...]:
    """Names of the documents that have studies: the modules of this package."""
    return tuple(sorted(module.name for module in iter_modules(__path__)))


def list_studies(document: str | None = None) -> list[Study]:
    """The studies of a document, or of all documents, in the order of their modules.

    Raises:
        ValueError: no document has that name.
    """
    names = documents() if document is None else (document,)
    return [study for name in names for study in _module(name).STUDIES.values()]


def find_study(name: str) -> Study:
    """The study of that name.

    Raises:
        ValueError: there is none.
    """
    studies = list_studies()
    found = [study for study in studies if study.name == name]
    if len(found) > 1:
        raise ValueError(f"the documents {' and '.join(s.document for s in found)} have a study '{name}': rename one")
    if not found:
        raise ValueError(f"unknown study '{name}': choose one of {', '.join(study.name for study in studies)}")
    return found[0]


def document_profiles(document: str) -> Mapping[str, Profile]:
    """The profiles of a document's studies, by name.

    Raises:
        ValueError: no document has that name.
    """
    return _module(document).PROFILES


def _module(document: str) -> ModuleType:
    if document not in documents():
        raise ValueError(f"unknown document '{document}': choose one of {', '.join(documents())}")
    return import_module(f"{__name__}.{document}")
