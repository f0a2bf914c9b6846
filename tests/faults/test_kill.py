"""Contract 8: a study that is killed many times loses no finished run, leaves no process, and its tables come out as
if it had never been killed. COURSE_KILLS=100 kills it a hundred times; a few times by default."""

import os
import random
import re
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import psutil
import pytest

from course_lib.analysis import best_table, grid_table
from course_lib.sweeps.ledger import Ledger
from course_lib.sweeps.running import run_study

DRIVER = Path(__file__).with_name("driver.py")
KILLS = int(os.environ.get("COURSE_KILLS", "3"))
SEEDS = 1 + KILLS  # four runs a seed: more than the kills let finish
STUDY = ("scratch", "smoke")
PATIENCE_S = 600  # on a machine that does other things too
MARK = "COURSE_TEST_MARK"  # in the environment of a driver and of all processes that it starts
NOT_COMPARED = {"seconds", "peak_mb", "finished"}  # what a clock or the machine decides
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGKILL: -9}
SENTENCE = re.compile(
    r"course: stopped; ((\d+) of \d+ missing runs were finished; )?"
    "finished runs are kept in the ledger, the same command goes on from there"
)

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "killpg"), reason="this system has no process groups"),
    pytest.mark.timeout(300 + 120 * KILLS),
]


class Driven:
    """`course study` in a process group of its own."""

    def __init__(self, folder, home, engine):
        self.log, self.errors, self.mark = home / "told", home / "errors", uuid.uuid4().hex
        self.before = told(self.log)
        environment = {**os.environ, "COURSE_HOME": str(home), "JOBLIB_TEMP_FOLDER": str(home), MARK: self.mark}
        options = ["--data", f"folder:{folder}", "--seeds", str(SEEDS), "--workers", "2", "--engine", engine]
        command = [sys.executable, DRIVER, self.log, STUDY[0], "--profile", STUDY[1], *options]
        self.process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=self.errors.open("w"), start_new_session=True
        )
        self.started = None

    def wait_until(self, reached):
        """Whether `reached()` became true before the driver ended."""
        deadline = time.monotonic() + PATIENCE_S
        while not reached():
            if self.process.poll() is not None:
                return False
            assert time.monotonic() < deadline, "the driver neither works nor ends"
            time.sleep(0.01)
        return True

    def new(self):
        """Words that it has told."""
        return told(self.log)[len(self.before) :]

    def runs(self):
        """Keys of the runs that it has put into the ledger."""
        return [word for word in self.new() if word != "ready"]

    def processes(self):
        """All processes with the mark."""
        return [process for process in psutil.process_iter() if carries(process, self.mark)]


def carries(process, mark):
    try:
        return process.status() != psutil.STATUS_ZOMBIE and process.environ().get(MARK) == mark
    except (psutil.NoSuchProcess, psutil.AccessDenied, OSError):
        return False


def told(log):
    return log.read_text().split() if log.exists() else []


def plan():
    """(signal, to the whole group?, engine, early?) of each kill: every signal late and early, seeded.

    The first is late: it measures how long a start takes, which says when early is.
    """
    draw = random.Random(0)
    engines = ["local"] * 10
    try:
        import distributed  # noqa: F401

        engines[4] = "dask"
    except ModuleNotFoundError:
        pass
    signals = [signal.SIGTERM, signal.SIGINT, signal.SIGKILL]
    for number in range(KILLS):
        yield signals[number % 3], draw.random() < 0.5, engines[number % 10], number % 2 == 1, draw


def test_contract_8_kills_lose_nothing_finished(folder, tmp_path, monkeypatch):
    calm, home = tmp_path / "calm", tmp_path / "killed"
    calm.mkdir(), home.mkdir()
    monkeypatch.setenv("COURSE_HOME", str(calm))
    options = {"data": f"folder:{folder}", "seeds": SEEDS, "device": "cpu", "progress": False}
    undisturbed = run_study(*STUDY, **options, workers=1)

    pace_s = sum(record["seconds"] for record in undisturbed) / len(undisturbed)

    kept, start_s, hits = {}, 10.0, 0
    for number, (which, group, engine, early, draw) in enumerate(plan()):
        driven = Driven(folder, home, engine)
        hit = strike(driven, which, group, draw.uniform(0, start_s) if early else None, draw.uniform(0, 2 * pace_s))
        hits += hit
        about = f"kill {number + 1} ({which.name} to {'all' if group else 'the driver'}, {engine}, early: {early})"
        check_end(driven, which if hit else None, about)
        now = finished(home)
        assert set(driven.runs()) <= now.keys(), f"{about} lost finished runs"
        assert {key: now[key] for key in kept} == kept, f"{about} changed a finished run, or one was run again"
        kept = now
        start_s = min(start_s, driven.started or start_s)
        print(f"{about}: {'hit' if hit else 'too late'}, {len(kept)} runs finished so far", flush=True)
    print(f"{hits} of {KILLS} kills hit; {len(kept)} of {len(undisturbed)} runs finished meanwhile")
    assert hits > KILLS / 2, "most kills came too late to prove anything"

    monkeypatch.setenv("COURSE_HOME", str(home))
    completed = run_study(*STUDY, **options, workers=1)
    assert finished(home).items() >= kept.items()
    assert comparable(completed) == comparable(undisturbed)
    assert grid_table(completed).equals(grid_table(undisturbed))
    assert best_table(completed).equals(best_table(undisturbed))


def strike(driven, which, group, early_s, late_s):
    """Send the signal `early_s` after the start, or `late_s` after the first run; whether it was still there."""
    if not driven.wait_until(driven.new):
        return False
    began = time.monotonic()
    if early_s is None:
        alive = driven.wait_until(driven.runs)
        driven.started = time.monotonic() - began
        time.sleep(late_s)
    else:
        alive = driven.wait_until(lambda: time.monotonic() > began + 0.1 + early_s)
    if not alive or driven.process.poll() is not None:
        return False
    (os.killpg if group else os.kill)(driven.process.pid, which)
    driven.process.wait(PATIENCE_S)
    return driven.process.returncode == CODES[which]


def check_end(driven, which, about):
    """Exit code, one sentence, and no process left."""
    code = driven.process.wait(PATIENCE_S)
    said = driven.errors.read_text()
    lines = [line for line in re.split(r"[\r\n]+", said) if line and not line.startswith(f"{STUDY[0]}:")]
    assert code == (CODES[which] if which else 0), f"{about}: it ended with {code}: {said}"
    if which in (signal.SIGINT, signal.SIGTERM):
        assert len(lines) == 1, f"{about}: not one sentence, but {lines}"
        sentence = SENTENCE.fullmatch(lines[0])
        assert sentence, f"{about}: {lines[0]}"
        assert len(driven.runs()) - int(sentence[2] or 0) in (0, 1), f"{about}: {lines[0]}, but {driven.runs()}"
    deadline = time.monotonic() + PATIENCE_S
    while left := driven.processes():
        assert time.monotonic() < deadline, f"{about} left {[process.cmdline() for process in left]}"
        time.sleep(0.1)


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
