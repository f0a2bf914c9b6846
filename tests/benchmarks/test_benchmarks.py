"""`course bench` gives rows of the agreed form."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

KEYS = ["bench", "metric", "value", "ratio_to_peer", "ratio_to_limit", "peak_mb"]
SCRIPTS = sorted(Path(__file__).parent.glob("bench_*.py"))


def bench(*args):
    return subprocess.run([sys.executable, "-m", "course_lib.cli", "bench", *args], capture_output=True, text=True)


def test_rows_have_the_agreed_form():
    done = bench("driver", "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert all(list(row) == KEYS for row in rows)
    assert {row["bench"] for row in rows} == {"driver"}
    assert all(row["value"] > 0 for row in rows)
    assert all(row["ratio_to_peer"] > 0 for row in rows if "again" not in row["metric"])


def test_a_table_for_people():
    done = bench("gpu")  # quick where there is no GPU, and true where there is one
    assert done.returncode == 0, done.stderr
    assert "cores, Python" in done.stdout
    assert "peak MB" in done.stdout


def test_an_unknown_name():
    done = bench("no_such")
    assert done.returncode == 2
    assert "unknown benchmark 'no_such': choose from augmentation, driver" in done.stderr


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_benchmark_says_what_it_measures(script):
    tree = ast.parse(script.read_text())
    assert ast.get_docstring(tree)
    assert "run" in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
