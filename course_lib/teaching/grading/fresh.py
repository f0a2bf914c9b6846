"""The package's checks, read once and loaded anew for each test: what a call changed in one is gone in the next."""

import importlib.machinery
import importlib.util
import pkgutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.abc import InspectLoader, MetaPathFinder
from types import CodeType

CHECKS = "course_lib.teaching.checks"


class _Kept(MetaPathFinder, InspectLoader):
    """Imports the checks from code that was read before any submission ran, and not from files."""

    def __init__(self):
        package = importlib.import_module(CHECKS)
        found = pkgutil.walk_packages(package.__path__, f"{CHECKS}.")
        specs = [importlib.util.find_spec(name) for name in [CHECKS, *(each.name for each in found)]]
        self._specs = {spec.name: spec for spec in specs}
        self._codes = {spec.name: spec.loader.get_code(spec.name) for spec in specs}

    def find_spec(self, fullname: str, path=None, target=None) -> importlib.machinery.ModuleSpec | None:
        if fullname not in self._specs:
            return None
        kept = self._specs[fullname]
        spec = importlib.machinery.ModuleSpec(fullname, self, origin=kept.origin, is_package=self.is_package(fullname))
        spec.submodule_search_locations = kept.submodule_search_locations
        return spec

    def get_code(self, fullname: str) -> CodeType:
        return self._codes[fullname]

    def get_source(self, fullname: str) -> None:
        return None

    def is_package(self, fullname: str) -> bool:
        return self._specs[fullname].submodule_search_locations is not None


@cache
def _kept() -> _Kept:
    return _Kept()


def read_checks() -> None:
    """Read the code of all checks; call it before any submission runs."""
    _kept()


@contextmanager
def fresh_checks() -> Iterator[None]:
    """Load the checks anew in the block; afterwards the modules of before are there again."""
    finder, before = _kept(), _remove_checks()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        _remove_checks()
        sys.modules.update(before)
        if CHECKS in before:
            parent, _, name = CHECKS.rpartition(".")
            setattr(sys.modules[parent], name, before[CHECKS])


def _remove_checks() -> dict:
    names = [name for name in sys.modules if name == CHECKS or name.startswith(f"{CHECKS}.")]
    return {name: sys.modules.pop(name) for name in names}
