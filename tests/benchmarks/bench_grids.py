"""The homework's full grids in the mini world, one seed: 60 runs. Only of full size; quick runs leave it out."""

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from common import main, row

from course_lib.sweeps.ledger import Ledger
from course_lib.sweeps.running import run_study, study_trials
from course_lib.sweeps.studies.homework import GRIDS


def run(size: str) -> Iterator[dict]:
    """Minutes of each study, computed from nothing, and of the homework's six grids together."""
    if size == "quick":
        print("grids: ten minutes, measured by --full only", file=sys.stderr)
        return
    total = 0.0
    with tempfile.TemporaryDirectory() as folder, Ledger(Path(folder) / "ledger.sqlite") as ledger:
        for name in (*GRIDS, "augmentation"):
            began = time.perf_counter()
            run_study(name, "mini", seeds=1, ledger=ledger, recompute=True, device="cpu", progress=False)
            minutes = (time.perf_counter() - began) / 60
            total += minutes * (name in GRIDS)
            yield row("grids", f"{name}, {len(study_trials(name, seeds=1))} runs, min", minutes)
    yield row("grids", "the six grids, min", total)


if __name__ == "__main__":
    main(run)
