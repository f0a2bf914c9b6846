"""The ledger: every finished run, kept the moment it finishes."""

import gzip
import json
import sqlite3
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from course_lib.paths import shipped_dir, user_dir

LEDGER_VERSION = 1


class Ledger:
    """Finished runs by key, in one sqlite file that only the driver writes.

    A row is committed before `put` returns, so a run that was put survives ``kill -9``.

    Args:
        path: the file; the user's own ledger by default.

    Raises:
        ValueError: the file is not a ledger, or one of another version.
    """

    def __init__(self, path: Path | str | None = None):
        self.path = Path(path) if path else user_dir() / "ledger.sqlite"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._db = sqlite3.connect(self.path, timeout=60)  # waits for another process that writes
            self._prepare()
        except sqlite3.OperationalError as error:  # locked, read-only, full: the ledger itself may be well
            raise OSError(f"the ledger '{self.path}' cannot be opened now ({error}): close what uses it") from None
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise ValueError(f"'{self.path}' is not a ledger ({error}): move it away and run again") from None

    def _prepare(self) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version == LEDGER_VERSION:
            return
        if version != 0:
            self._db.close()
            raise ValueError(
                f"ledger '{self.path}' has version {version}, this course writes version {LEDGER_VERSION}: "
                "move it away, or set COURSE_HOME to another folder"
            )
        self._db.execute("PRAGMA journal_mode=WAL")
        with self._db:
            self._db.execute("CREATE TABLE IF NOT EXISTS runs (key TEXT PRIMARY KEY, record TEXT NOT NULL)")
            self._db.execute(f"PRAGMA user_version={LEDGER_VERSION}")

    def put(self, record: dict) -> None:
        """Keep a finished run under its ``"key"``; a run that is there already is replaced."""
        with self._db:
            row = (record["key"], json.dumps(record, allow_nan=False))
            self._db.execute("INSERT OR REPLACE INTO runs VALUES (?, ?)", row)

    def get(self, key: str) -> dict | None:
        """The run of that key, or None."""
        row = self._db.execute("SELECT record FROM runs WHERE key = ?", (key,)).fetchone()
        return json.loads(row[0]) if row else None

    def __len__(self) -> int:
        return self._db.execute("SELECT COUNT(*) FROM runs").fetchone()[0]

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *_) -> None:
        self.close()


@lru_cache(maxsize=1)
def shipped_runs() -> dict[str, dict]:
    """Finished runs that ship with the course, by key (``data/results/*.jsonl.gz``)."""
    runs = {}
    for path in sorted((shipped_dir("data") / "results").glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            runs |= {record["key"]: record for record in map(json.loads, lines)}
    return runs


def export_runs(records: Iterable[dict], path: Path) -> None:
    """Write runs to a ``.jsonl.gz`` file, sorted by key and without a time stamp: same runs, same bytes."""
    lines = (json.dumps(r, sort_keys=True, allow_nan=False) for r in sorted(records, key=lambda r: r["key"]))
    text = "".join(f"{line}\n" for line in lines).encode()
    part = path.with_name(path.name + ".part")
    part.write_bytes(gzip.compress(text, mtime=0))
    part.replace(path)
