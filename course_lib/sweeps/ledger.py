"""The ledger: a database of finished runs, written at the moment a run finishes."""

import gzip
import json
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from course_lib.paths import shipped_dir, user_dir, write_whole

LEDGER_VERSION = 1
DIGITS = 4  # of the numbers of an epoch in a shipped file
PATIENCE_S = 60  # how long to wait for another process that writes
_REMEDIES = {
    sqlite3.SQLITE_FULL: "make room there, what it holds is kept",
    sqlite3.SQLITE_BUSY: "wait for the process that uses it, or end that",
}


class Ledger:
    """Finished runs by key, in one sqlite file that only the driver writes.

    A row is committed before `put` returns, so a run that was put survives ``kill -9``.

    Args:
        path: the file; the user's own ledger by default.

    Raises:
        ValueError: the file is not a ledger, or one of another version, or damaged.
        OSError: it cannot be used now (locked, read-only, disk full); every method may say so.
    """

    def __init__(self, path: Path | str | None = None):
        self.path = Path(path) if path else user_dir() / "ledger.sqlite"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            where = f"the folder '{self.path.parent}' of the ledger cannot be made ({error.strerror})"
            raise OSError(f"{where}: set COURSE_HOME to another folder") from None
        with self._in_one_sentence():
            self._db = sqlite3.connect(self.path, timeout=PATIENCE_S)
            try:
                self._prepare()
            except BaseException:
                self._db.close()
                raise

    @contextmanager
    def _in_one_sentence(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.ProgrammingError:  # a mistake of ours
            raise
        except (sqlite3.DatabaseError, json.JSONDecodeError) as error:
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF  # without its extension
            if code == sqlite3.SQLITE_NOTADB:
                raise ValueError(f"'{self.path}' is not a ledger ({error}): move it away and run again") from None
            if isinstance(error, sqlite3.OperationalError) and code != sqlite3.SQLITE_ERROR:
                remedy = _REMEDIES.get(code, "make it writable, or set COURSE_HOME to another folder")
                raise OSError(f"the ledger '{self.path}' cannot be used now ({error}): {remedy}") from None
            raise ValueError(f"the ledger '{self.path}' is damaged ({error}): move it away and run again") from None

    def _prepare(self) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version == LEDGER_VERSION:
            return
        if version != 0:
            raise ValueError(
                f"ledger '{self.path}' has version {version}, this course writes version {LEDGER_VERSION}: "
                "move it away, or set COURSE_HOME to another folder"
            )
        self._write_ahead()
        with self._db:
            self._db.execute("CREATE TABLE IF NOT EXISTS runs (key TEXT PRIMARY KEY, record TEXT NOT NULL)")
            self._db.execute(f"PRAGMA user_version={LEDGER_VERSION}")

    def _write_ahead(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while True:  # sqlite itself waits everywhere, but not here, where processes that make the file together meet
            try:
                self._db.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def put(self, record: dict) -> None:
        """Keep a finished run under its ``"key"``; a run that is there already is replaced."""
        with self._in_one_sentence(), self._db:
            row = (record["key"], json.dumps(record, allow_nan=False))
            self._db.execute("INSERT OR REPLACE INTO runs VALUES (?, ?)", row)

    def get(self, key: str) -> dict | None:
        """Read the run with that key; None if there is none."""
        with self._in_one_sentence():
            row = self._db.execute("SELECT record FROM runs WHERE key = ?", (key,)).fetchone()
            return json.loads(row[0]) if row else None

    def __len__(self) -> int:
        with self._in_one_sentence():
            return self._db.execute("SELECT COUNT(*) FROM runs").fetchone()[0]

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *_) -> None:
        self.close()


@lru_cache(maxsize=64)
def shipped_runs(document: str, study: str) -> dict[str, dict]:
    """Read the finished runs of a study that ship with the course, by key; empty if none do.

    They lie in ``data/results/<document>/<study>.jsonl.gz``. Those of the profile `real` are apart: ``study.real``.
    """
    path = shipped_dir("data") / "results" / document / f"{study}.jsonl.gz"
    if not path.is_file():
        return {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return {record["key"]: record for record in map(json.loads, lines)}


def export_runs(records: Iterable[dict], path: Path) -> None:
    """Write runs to a ``.jsonl.gz`` file, sorted by key and without a time stamp: same runs, same bytes.

    Losses and rates of the epochs keep four significant digits, since digits that nobody can use do not compress.
    """
    ordered = sorted(records, key=lambda r: r["key"])
    lines = (json.dumps(_shortened(record), sort_keys=True, allow_nan=False) for record in ordered)
    text = "".join(f"{line}\n" for line in lines).encode()
    write_whole(path, gzip.compress(text, mtime=0))


def _shortened(record: dict) -> dict:
    return {**record, "history": [_round(epoch) for epoch in record["history"]]} if "history" in record else record


def _round(epoch: dict) -> dict:
    """Shorten losses and rates of an epoch; accuracies are compared for equality and stay."""
    rates = {name: _short(value) for name, value in epoch.get("rates", {}).items()}
    numbers = {name: _short(value) for name, value in epoch.items() if name.endswith("_loss")}
    return epoch | numbers | ({"rates": rates} if rates else {})


def _short(value: float | None) -> float | None:
    return value if value is None else float(f"{value:.{DIGITS}g}")
