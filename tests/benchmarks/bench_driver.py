"""What a run costs beside its training: the driver, the processes and the ledger, as grids grow."""

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from common import main, row

from course_lib.data.spec import DataSpec
from course_lib.sweeps import running
from course_lib.sweeps.ledger import Ledger
from course_lib.sweeps.running import run_study
from course_lib.sweeps.studies.homework import PROFILES
from course_lib.sweeps.study import Study
from course_lib.training.recipe import Recipe


@dataclass(frozen=True)
class EmptyTask:
    """A run whose training takes no time; its record is as large as one of 50 epochs."""

    number: int
    recipe: Recipe
    data: DataSpec

    def key(self, _origin: dict | None = None) -> str:
        """Its name in the ledger."""
        return f"{self.number:032x}"

    def group(self) -> None:
        """It trains alone."""

    def run(self, _device: str) -> dict:
        """A record."""
        epoch = {"epoch": 0, "train_loss": 1.0, "train_accuracy": 0.5, "val_loss": 1.0, "val_accuracy": 0.5,
                 "rates": dict.fromkeys(("stem", "stage1", "stage2", "stage3", "stage4", "head"), 0.01)}  # fmt: skip
        record = {"key": self.key(), "recipe": {"name": "empty"}, "provenance": {}}
        return record | {"history": [epoch] * 50, "test_outcomes": "1" * 236}


def run(size: str) -> Iterator[dict]:
    """Milliseconds a run, for 10 to 1000 runs with two processes; and again, when the ledger has them all."""
    running.origins_of = lambda trials: [{}] * len(trials)  # they have no images
    for count in (10, 100, 1000):
        trials = [EmptyTask(number, Recipe.full(), DataSpec()) for number in range(count)]
        empty = Study("empty", "", lambda *_, trials=trials: trials, PROFILES)
        with tempfile.TemporaryDirectory() as folder, Ledger(Path(folder) / "ledger.sqlite") as ledger:
            times = []
            for _ in range(2):
                began = time.perf_counter()
                run_study(empty, ledger=ledger, workers=2, progress=False)
                times.append((time.perf_counter() - began) / count * 1e3)
        started = " (with the start of the processes)" if count == 10 else ""
        yield row("driver", f"{count} runs{started}, ms a run", times[0], peer=commit_ms() / times[0])
        yield row("driver", f"{count} runs read again, ms a run", times[1])


def commit_ms() -> float:
    """Milliseconds for SQLite alone to keep a record, whatever the ledger does: the peer."""
    with tempfile.TemporaryDirectory() as folder, closing(sqlite3.connect(Path(folder) / "alone.sqlite")) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE runs (record TEXT)")
        began = time.perf_counter()
        for _ in range(200):
            with database:
                database.execute("INSERT INTO runs VALUES (?)", ("1" * 5000,))
        return (time.perf_counter() - began) / 200 * 1e3


if __name__ == "__main__":
    main(run)
