import sqlite3
import subprocess
import sys

import pytest

from course_lib.sweeps.ledger import Ledger, export_runs

RECORD = {"key": "a1", "val_accuracy": 0.5, "history": [{"epoch": 0, "train_loss": None}]}


def test_a_run_that_was_put_is_there_for_the_next_process(tmp_path):
    with Ledger(tmp_path / "l.sqlite") as ledger:
        ledger.put(RECORD)
    with Ledger(tmp_path / "l.sqlite") as ledger:
        assert ledger.get("a1") == RECORD
        assert ledger.get("b2") is None
        assert len(ledger) == 1


def test_a_run_that_was_put_survives_kill_9(tmp_path):
    code = (
        "import os, signal; from course_lib.sweeps.ledger import Ledger\n"
        f"ledger = Ledger({str(tmp_path / 'l.sqlite')!r})\n"
        "for i in range(50): ledger.put({'key': str(i)})\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == -9
    with Ledger(tmp_path / "l.sqlite") as ledger:
        assert len(ledger) == 50


def test_two_ledgers_on_one_file_do_not_lose_rows(tmp_path):
    with Ledger(tmp_path / "l.sqlite") as one, Ledger(tmp_path / "l.sqlite") as two:
        for i in range(20):
            one.put({"key": f"one{i}"})
            two.put({"key": f"two{i}"})
        assert len(one) == len(two) == 40


def test_a_ledger_of_another_version_or_kind_is_refused_and_left_alone(tmp_path):
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as db:
        db.execute("PRAGMA user_version=99")
    with pytest.raises(ValueError, match="version 99"):
        Ledger(other)
    text = tmp_path / "text.sqlite"
    text.write_text("not a database, and long enough to be read as a header of one" * 10)
    before = text.read_bytes()
    with pytest.raises(ValueError, match="is not a ledger"):
        Ledger(text)
    assert text.read_bytes() == before


def test_nan_never_enters_the_ledger(tmp_path):
    with Ledger(tmp_path / "l.sqlite") as ledger, pytest.raises(ValueError, match="JSON"):
        ledger.put({"key": "a", "loss": float("nan")})


def test_export_is_the_same_bytes_whatever_the_order(tmp_path):
    runs = [{"key": str(i), "seconds": i / 7} for i in range(5)]
    export_runs(runs, tmp_path / "a.jsonl.gz")
    export_runs(reversed(runs), tmp_path / "b.jsonl.gz")
    assert (tmp_path / "a.jsonl.gz").read_bytes() == (tmp_path / "b.jsonl.gz").read_bytes()
