"""What decides about points, untouched: checks loaded anew for each test, and the files of course and class."""

import hashlib
import importlib.machinery
import importlib.util
import pkgutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.abc import InspectLoader, MetaPathFinder
from pathlib import Path
from types import CodeType

import course_lib

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


class Files:
    """Fingerprints of the course's code and of a class's assignments, taken before any submission runs."""

    def __init__(self, folder: Path):
        self._places = {Path(course_lib.__file__).parent: "*.py", folder / "source": "*", folder / "release": "*"}
        self._before = self._digests()

    def _digests(self) -> dict[Path, bytes]:
        found = (path for place, pattern in self._places.items() for path in place.rglob(pattern) if path.is_file())
        return {path: hashlib.sha256(path.read_bytes()).digest() for path in found}

    def check(self, student: str) -> None:
        """Compare the files with those of before.

        Raises:
            ValueError: a file was changed, most likely by the code of the student who was graded last.
        """
        now = self._digests()
        if changed := [path for path in self._before.keys() | now.keys() if self._before.get(path) != now.get(path)]:
            raise ValueError(
                f"{min(changed)} was changed while the submission of {student} ran: read that submission, take it out "
                "of 'submitted', restore the file and grade again"
            )
