import subprocess
import sys


def test_what_killed_workers_left_is_removed_without_a_word():
    """The warnings of the process that removes it would come after the one sentence of a stopped `course study`."""
    code = (
        "from course_lib.sweeps import pool\n"
        "from joblib.externals.loky.backend import resource_tracker\n"
        "{start}"
        "resource_tracker.register('/loky-of-nobody', 'semlock')\n"
    )
    assert said(code.format(start="")).count("loky-of-nobody") > 1
    assert said(code.format(start="pool._start_tracker()\n")) == ""


def said(code):
    """What a program and the processes that it leaves behind print to stderr, until the last of them has ended."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stderr
