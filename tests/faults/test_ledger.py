"""A ledger whose disk is full, that others use, that is damaged, or that may not be written."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from course_lib.cli import main
from course_lib.sweeps import ledger as module
from course_lib.sweeps.ledger import Ledger

ROOT = Path(__file__).resolve().parents[2]
LONG = {"history": ["x" * 500] * 20}  # a run of some ten kilobytes


def test_a_full_disk_costs_the_present_run_only(tmp_path, promised):
    kept = 0
    with Ledger(tmp_path / "l.sqlite") as ledger:
        ledger._db.execute("PRAGMA max_page_count=40")  # sqlite then says what it says of a full disk
        with pytest.raises(OSError, match=promised("disk full while the ledger writes")):  # noqa: PT012
            for kept in range(1000):
                ledger.put({"key": str(kept), **LONG})
        assert 5 < kept == len(ledger)
    with Ledger(tmp_path / "l.sqlite") as ledger:  # there is room again
        assert all(ledger.get(str(i)) == {"key": str(i), **LONG} for i in range(kept))
        ledger.put({"key": str(kept), **LONG})
        assert len(ledger) == kept + 1


FILL = """
import json, sys
from course_lib.sweeps.ledger import Ledger
ledger, kept = Ledger(sys.argv[1]), 0
try:
    for kept in range(1000):
        ledger.put({"key": str(kept), "history": ["x" * 500] * 20})
except OSError as error:
    whole = all(ledger.get(str(i)) for i in range(kept))
    print(json.dumps({"kept": kept, "rows": len(ledger), "whole": whole, "said": str(error)}))
"""


@pytest.mark.skipif(not shutil.which("unshare"), reason="this system has no private file systems")
def test_a_full_file_system(tmp_path, promised):
    """In a memory disk of 400 KB that only this test sees."""
    mount = f"mount -t tmpfs -o size=400k none '{tmp_path}' &&"
    unshare = ["unshare", "--mount", "--map-root-user", "sh", "-c"]
    if subprocess.run([*unshare, f"{mount} true"], capture_output=True).returncode:
        pytest.skip("this system does not let us mount")
    command = f"{mount} exec '{sys.executable}' -c '{FILL}' '{tmp_path}/l.sqlite'"
    done = subprocess.run([*unshare, command], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert 5 < told["kept"] == told["rows"]
    assert told["whole"]
    assert re.search(promised("disk full while the ledger writes: a real file system"), told["said"])


def test_a_study_on_a_full_disk_ends_with_one_sentence(tmp_path, monkeypatch, capsys, draw, course_home):
    """The runs that finished before are in the ledger, and a later try starts from there."""
    for i in range(40):
        draw(tmp_path / "photos" / "ab"[i % 2] / f"{i}.png", i)
    connect = sqlite3.connect

    def connect_to_small(*args, **options):
        db = connect(*args, **options)
        db.execute("PRAGMA max_page_count=30")
        return db

    def pretend(trials, on_record, **_):
        for trial in trials:
            on_record({"key": trial.key(), **LONG})

    monkeypatch.setattr(sqlite3, "connect", connect_to_small)
    monkeypatch.setattr("course_lib.sweeps.running.run_trials", pretend)
    with pytest.raises(SystemExit) as end:
        main(["study", "scratch", "--profile", "smoke", "--data", f"folder:{tmp_path / 'photos'}"])
    said = capsys.readouterr().err.splitlines()[-1]
    assert end.value.code == 2
    assert re.search(r"^course: the ledger '.*' cannot be used now \(database or disk is full\): make room", said)
    with Ledger() as ledger:
        assert 5 < len(ledger) < 12


SHARE = """
import sys, time
from course_lib.sweeps.ledger import Ledger
time.sleep(max(0, float(sys.argv[2]) - time.time()))
with Ledger(sys.argv[1]) as ledger:
    for i in range(100): ledger.put({"key": f"{sys.argv[3]}-{i}", "by": sys.argv[3]})
"""


def test_processes_share_a_ledger(tmp_path):
    """Started together, so that they also make the file together: no row is lost, none waits in vain."""
    start = str(time.time() + 1)
    workers = [
        subprocess.Popen([sys.executable, "-c", SHARE, tmp_path / "l.sqlite", start, name], stderr=subprocess.PIPE)
        for name in "abc"
    ]
    assert [worker.communicate()[1] for worker in workers] == [b""] * 3
    assert [worker.returncode for worker in workers] == [0] * 3
    with Ledger(tmp_path / "l.sqlite") as ledger:
        assert len(ledger) == 300
        assert all(ledger.get(f"{name}-{i}")["by"] == name for name in "abc" for i in range(100))


def test_a_ledger_that_another_process_holds(tmp_path, monkeypatch, promised):
    monkeypatch.setattr(module, "PATIENCE_S", 0.1)
    with Ledger(tmp_path / "l.sqlite") as ledger:
        ledger.put({"key": "a"})
        other = sqlite3.connect(tmp_path / "l.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OSError, match=promised("two processes on one ledger: one never lets go")):
            ledger.put({"key": "b"})
        assert ledger.get("a") == {"key": "a"}  # reading does not wait
        other.execute("ROLLBACK")
        other.close()
        ledger.put({"key": "b"})
        assert len(ledger) == 2


def test_a_damaged_ledger(tmp_path, promised):
    file = tmp_path / "l.sqlite"
    with Ledger(file) as ledger:
        for i in range(40):
            ledger.put({"key": str(i), **LONG})
    content = file.read_bytes()
    file.write_bytes(content[:4096] + b"\x99" * (len(content) - 4096))  # a sector of rubbish after the first page
    with Ledger(file) as ledger, pytest.raises(ValueError, match=promised("ledger of another version: damaged")):
        ledger.get("7")
    file.write_bytes(content.replace(b'{"key": "7"', b'{"key" "7"!'))
    with Ledger(file) as ledger, pytest.raises(ValueError, match=promised("ledger of another version: damaged")):
        ledger.get("7")


def test_a_database_of_something_else_is_not_written_to(tmp_path):
    with sqlite3.connect(tmp_path / "l.sqlite") as db:
        db.execute(f"PRAGMA user_version={module.LEDGER_VERSION}")
    db.close()
    with Ledger(tmp_path / "l.sqlite") as ledger, pytest.raises(ValueError, match="no such table.*move it away"):
        ledger.put({"key": "a"})


def test_a_ledger_that_may_not_be_written(open_place, as_nobody, promised):
    with Ledger(open_place / "l.sqlite") as ledger:
        ledger.put({"key": "a"})
    for file in open_place.iterdir():
        file.chmod(0o444)
    open_place.chmod(0o555)
    with as_nobody(), pytest.raises(OSError, match=promised("unreadable file: ledger")):  # noqa: SIM117
        with Ledger(open_place / "l.sqlite") as ledger:
            ledger.put({"key": "b"})
    open_place.chmod(0o755)


def test_a_home_that_is_a_file(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("x")
    for home in ("file", "file/deeper"):
        monkeypatch.setenv("COURSE_HOME", os.fspath(tmp_path / home))
        with pytest.raises(OSError, match=r"the folder '.*' of the ledger cannot be made \(.*\): set COURSE_HOME"):
            Ledger()
