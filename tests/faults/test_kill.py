"""Contract 8: a grid that is killed twenty times loses no finished run, and its tables come out as if never killed."""

import multiprocessing
import os
import random
import runpy
import signal
import time
from pathlib import Path

import psutil
import pytest

from course_lib.analysis import best_table, grid_table
from course_lib.sweeps.ledger import Ledger

DRIVER = Path(__file__).with_name("driver.py")
KILLS = 20
PATIENCE_S = 120  # for a run or two of a tenth of a second, on a machine that does other things too
NOT_COMPARED = {"seconds", "peak_mb", "finished"}  # what a clock or the machine decides
PRELOAD = [f"course_lib.{name}" for name in ("sweeps.studies", "training.fitting", "training.heads")]

pytestmark = pytest.mark.skipif(not hasattr(os, "killpg"), reason="this system has no process groups")


@pytest.fixture(scope="module")
def driver():
    """The names of `driver.py`, which is a script of its own and no module."""
    return runpy.run_path(str(DRIVER))


def test_contract_8_twenty_kills_lose_nothing_finished(driver, folder, tmp_path, monkeypatch):
    killed, calm = tmp_path / "killed", tmp_path / "calm"
    killed.mkdir(), calm.mkdir()
    monkeypatch.setenv("COURSE_HOME", str(calm))
    undisturbed = driver["run_grid"](folder, calm, workers=1)
    pace = sum(record["seconds"] for record in undisturbed) / len(undisturbed)

    draw, kept = random.Random(0), {}
    for number in range(KILLS):
        process = start(folder, killed)
        room = (driver["NUM_RUNS"] - len(kept)) / (KILLS - number)  # how many each kill may let finish
        wait_for(process, killed, len(kept) + (draw.choice((0, 1, 1, 2)) if room > 2 else 0))
        time.sleep(draw.uniform(0, pace * min(2, max(0.5, room - 1))))
        kill(process, driver_alone=number % 5 == 4)
        now = finished(killed)
        lost = told(killed) - now.keys()
        assert not lost, f"kill {number + 1} lost {len(lost)} runs that were finished"
        assert {key: now[key] for key in kept} == kept, (
            f"kill {number + 1} changed a finished run, or one was run again"
        )
        kept = now
    assert KILLS / 2 < len(kept) < driver["NUM_RUNS"], "the kills came too early or too late to prove anything"

    monkeypatch.setenv("COURSE_HOME", str(killed))
    completed = driver["run_grid"](folder, killed, workers=1)
    assert finished(killed).items() >= kept.items()
    assert comparable(completed) == comparable(undisturbed)
    assert grid_table(completed).equals(grid_table(undisturbed))
    assert best_table(completed).equals(best_table(undisturbed))


def start(folder, home):
    """The driver, forked from a process that has imported torch once for all of them."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOAD)
    names = {"FOLDER": str(folder), "HOME": str(home)}
    process = context.Process(target=runpy.run_path, args=(str(DRIVER), names, "__main__"))
    process.start()
    return process


def wait_for(process, home, count):
    """Until the driver leads its group and has told of `count` runs."""
    deadline = time.monotonic() + PATIENCE_S
    while os.getpgid(process.pid) != process.pid or len(told(home)) < count:
        assert process.is_alive(), "the driver ended before it could be killed"
        assert time.monotonic() < deadline, f"the driver has not finished {count} runs in {PATIENCE_S} s"
        time.sleep(0.005)


def kill(process, *, driver_alone):
    """The whole group, or the driver alone: then its workers have to leave by themselves."""
    workers = psutil.Process(process.pid).children(recursive=True)
    if driver_alone:
        os.kill(process.pid, signal.SIGKILL)
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.join()
    assert process.exitcode == -signal.SIGKILL, "the driver ended before it could be killed"
    _, orphans = psutil.wait_procs(workers, timeout=20)
    assert not orphans, "workers go on computing for nobody"


def told(home):
    """Keys of the runs that the ledger had kept when the driver went on."""
    log = home / "told"
    return set(log.read_text().split()) if log.exists() else set()


def finished(home):
    """What the ledger holds, by key; it opens, whatever happened to its last writer."""
    path = home / "ledger.sqlite"
    with Ledger(path) as ledger:
        keys = [key for (key,) in ledger._db.execute("SELECT key FROM runs")]
        return {key: ledger.get(key) for key in keys}


def comparable(value):
    """Records without what a clock or the machine decides."""
    if isinstance(value, dict):
        return {name: comparable(item) for name, item in value.items() if name not in NOT_COMPARED}
    return [comparable(item) for item in value] if isinstance(value, list) else value
