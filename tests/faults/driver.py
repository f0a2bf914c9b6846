"""A grid of cheap runs in a process that can be killed; it tells of each run the moment the ledger has taken it."""

import os
import warnings
from pathlib import Path

import torch

from course_lib.data.spec import DataSpec
from course_lib.sweeps.ledger import Ledger
from course_lib.sweeps.running import run_study
from course_lib.sweeps.studies.homework import PROFILES, STUDIES, Study
from course_lib.sweeps.trial import Trial
from course_lib.training import fitting, prefix, scoring  # noqa: F401  a forked process finds them imported
from course_lib.training.recipe import Recipe

RATES, SEEDS = (0.01, 0.003, 0.001), 16
NUM_RUNS = len(RATES) * SEEDS
CHEAP = {"architecture": "mini_squeezenet", "epochs": 1, "optimizer": "sgd"}


class TellingLedger(Ledger):
    """Writes the key of each run it has kept into a file, in one call that no kill can cut in two."""

    def __init__(self, path, log):
        super().__init__(path)
        self.log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def put(self, record):
        super().put(record)
        os.write(self.log, f"{record['key']}\n".encode())


def run_grid(folder, home, workers=2):
    """Records of the grid on the images of `folder`; the ledger and its log lie in `home`."""
    data = DataSpec(source=f"folder:{folder}", size=32, split="stratified")
    trials = [Trial(Recipe.scratch(lr=lr, **CHEAP), data, s) for s in range(SEEDS) for lr in RATES]
    STUDIES["kill"] = Study("kill", "cheap runs", lambda *_: trials, PROFILES)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # as the engine's own workers, which are not forked
    try:
        with TellingLedger(Path(home) / "ledger.sqlite", Path(home) / "told") as ledger:
            return run_study("kill", ledger=ledger, workers=workers, device="cpu", progress=False)
    finally:
        torch.set_num_threads(threads)


def drive(folder, home):
    """Run the grid as the leader of a new process group, its workers forked: they start at once."""
    from joblib.externals.loky.backend import context

    warnings.simplefilter("ignore")  # loky's, of forking
    os.setsid()
    os.environ |= {"COURSE_HOME": str(home), "JOBLIB_TEMP_FOLDER": str(home), "OMP_NUM_THREADS": "1"}
    context.set_start_method("fork", force=True)
    run_grid(folder, home)


if __name__ == "__main__":
    drive(FOLDER, HOME)  # noqa: F821  given by the test
