"""Failures that are neither a wrong value nor a missing file, and that a user can mend; one sentence each."""


class MissingExtraError(RuntimeError):
    """A package of an optional extra is not installed."""


class RunsFailedError(RuntimeError):
    """Some runs of a study ended with an error; the finished ones are in the ledger."""
