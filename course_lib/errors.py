"""Failures that are neither a wrong value nor a missing file, and that a user can mend; one sentence each."""

import importlib
from types import ModuleType


class MissingExtraError(RuntimeError):
    """A package of an optional extra is not installed."""


class RunsFailedError(RuntimeError):
    """Some runs of a study ended with an error; the finished ones are in the ledger."""


def need(module: str, extra: str) -> ModuleType:
    """Import a library that only the optional `extra` installs.

    Raises:
        MissingExtraError: it is not installed; one sentence with the command that installs it.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        missing = error.name or module
        raise MissingExtraError(f"{missing} is not installed: pip install 'course-lib[{extra}]'") from None
