"""`course study` shows comparable runs together and others apart, and keeps what it computed whatever happens then."""

import gzip
import json

import pytest
from click.testing import CliRunner

from course_lib.cli import main


def course(*args, code=0):
    done = CliRunner().invoke(main, [str(arg) for arg in args])
    assert done.exit_code == code, done.output
    return done


def test_strategies_have_tables_of_their_own(tmp_path):
    """The command that makes a shipped file, see CONTRIBUTING.md."""
    file = tmp_path / "few_shot_steps.jsonl.gz"
    done = course("study", "few_shot_steps", "--export", file)
    blocks = done.stdout.split("\n\n")
    assert [block.splitlines()[0] for block in blocks] == ["scratch", "full"]
    for block in blocks:
        assert [line.split()[0] for line in block.splitlines()[1:4]] == ["optimizer", "sgd", "adam"]
    with gzip.open(file, "rt") as lines:
        assert {json.loads(line)["recipe"]["name"] for line in lines} == {"scratch", "full"}


def test_wrong_heads_and_modes_are_not_mixed():
    headings = [block.splitlines()[0] for block in course("study", "divergence").stdout.split("\n\n")]
    assert headings == [
        f"num_outputs {outputs}, momentum {momentum}, normalisation {mode}"
        for momentum, mode in ((0.0, "batch"), (0.9, "batch"), (0.0, "running"))
        for outputs in ("by default", "1000")
    ]


def test_each_augmentation_has_a_line():
    head, *lines = course("study", "augmentation").stdout.splitlines()
    assert head.split()[0] == "optimizer"
    assert len(lines) == 28
    assert lines[0].endswith(" no augmentation")
    assert lines[10].endswith(" RandomHorizontalFlip(), RandomAffine(degrees=(-1.0, 1.0))")
    assert {line.split()[7] for line in lines} == {"10"}  # five seeds at two rates, all of one row


def test_a_plain_grid_needs_no_heading():
    assert [line.split()[0] for line in course("study", "full").stdout.splitlines()] == ["optimizer", "sgd", "adam"]


@pytest.mark.parametrize("place", ["no/such/runs.jsonl.gz", "."])
def test_a_bad_place_for_the_runs_is_refused_first(place, tmp_path):
    """Before the study runs, which would miss its images."""
    done = course("study", "full", "--data", "folder:no_such_folder", "--export", tmp_path / place, code=2)
    assert done.stderr.startswith("course: ")
    assert str((tmp_path / place).parent) in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_runs_are_written_before_they_are_shown(tmp_path, monkeypatch):
    def fail(records, **_):
        raise ValueError("no table today")

    monkeypatch.setattr("course_lib.analysis.best_table", fail)
    course("study", "full", "--export", tmp_path / "runs.jsonl.gz", code=2)
    with gzip.open(tmp_path / "runs.jsonl.gz", "rt") as lines:
        assert len(list(lines)) == 50
