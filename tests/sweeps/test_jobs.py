"""Trials that share a backbone become one job, of bounded size; a trial that fails in it costs its own run only."""

import logging

import pytest

from course_lib.sweeps import jobs
from course_lib.sweeps.jobs import MAX_TOGETHER, make_jobs, run_job
from tiny_trials import make_trial


def make_trials(folder, strategy="last_layer", count=4, **settings):
    settings = {"strategy": strategy, "epochs": 2, **settings}
    return [make_trial(folder, seed=i % 2, lr=1e-3 * (1 + i), **settings) for i in range(count)]


def test_heads_of_one_data_set_are_one_job(folder):
    heads, others = make_trials(folder), make_trials(folder, "scratch", count=2)
    mixed = [heads[0], others[0], heads[1], others[1], *heads[2:]]
    assert make_jobs(mixed) == [tuple(heads), (others[0],), (others[1],)]
    assert len(make_jobs([*heads, *make_trials(folder, batch_size=4)])) == 2


def test_a_job_has_a_size(folder):
    sizes = [len(job) for job in make_jobs(make_trials(folder, count=2 * MAX_TOGETHER + 1))]
    assert sizes == [MAX_TOGETHER, MAX_TOGETHER, 1]


def test_a_job_gives_the_records_of_its_tasks(folder):
    """The heads train in one go, and each record is that of its trial run alone."""
    trials = make_trials(folder)
    together = run_job(tuple(trials), "cpu")
    for (record, error), single in zip(together, trials, strict=True):
        alone = single.run()
        assert error is None
        assert record["key"] == alone["key"] == single.key()
        assert record["test_outcomes"] == alone["test_outcomes"]
        assert [e["val_accuracy"] for e in record["history"]] == [e["val_accuracy"] for e in alone["history"]]
        assert record["provenance"]["trained_together"] == 4


def test_a_task_that_fails_is_told_apart(folder, caplog):
    good, bad = make_trials(folder, count=1), make_trials(folder, count=1, multipliers={"inner": 0, "no_such": 0})
    assert len(make_jobs([*good, *bad])) == 1
    with caplog.at_level(logging.WARNING):
        (record, error), (nothing, trace) = run_job((*good, *bad), "cpu")
    assert record["status"] == "finished"
    assert error is nothing is None
    assert "no_such" in trace
    assert "2 runs that could train together run one by one" in caplog.text


@pytest.mark.parametrize("size", [0, 1])
def test_few_tasks(folder, size):
    assert [len(job) for job in jobs.make_jobs(make_trials(folder, count=size))] == [1] * size
