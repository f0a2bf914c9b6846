"""Limits of students' code, each tried where the system enforces it; without them the same code goes through."""

import socket
import subprocess
import sys

import pytest

from course_lib.teaching import limits_in_words
from course_lib.teaching.grading.limits import limited

linux = pytest.mark.skipif(sys.platform != "linux", reason="this system does not limit the memory of a process")


def run(code, *, limit):
    command = [sys.executable, "-c", code]
    done = subprocess.run(limited(command, 500) if limit else command, capture_output=True, text=True, timeout=60)
    return done.returncode == 0, done.stderr


@linux
@pytest.mark.parametrize("limit", [True, False])
def test_memory_is_limited(limit):
    went_through, said = run("print(len(bytes(700 * 2**20)))", limit=limit)
    assert went_through is not limit
    assert ("MemoryError" in said) is limit


@linux
@pytest.mark.parametrize("limit", [True, False])
def test_files_are_limited(limit, tmp_path):
    path = str(tmp_path / "large")
    went_through, _ = run(
        f"import os; os.truncate(os.open({path!r}, os.O_CREAT | os.O_RDWR), 600 * 2**20)", limit=limit
    )
    assert went_through is not limit


@pytest.mark.parametrize("limit", [True, False])
def test_the_network_is_away_if_the_words_say_so(limit):
    if "no network" not in limits_in_words():
        pytest.skip("this system does not let a process give up its network")
    with socket.create_server(("127.0.0.1", 0)) as server:
        code = f"import socket; socket.create_connection(('127.0.0.1', {server.getsockname()[1]}), 5)"
        assert run(code, limit=limit)[0] is not limit
