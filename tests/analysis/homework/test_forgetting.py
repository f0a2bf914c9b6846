"""Scores of two tasks at each rate, from the probes of finished runs."""

import pytest

from course_lib.analysis.homework.forgetting import AS_IT_IS, NEW, OWN_STATISTICS, task_scores
from course_lib.sweeps.studies import find_study

PROBES = {NEW: "direct last", AS_IT_IS: "former mini:unseen last"}
PROBES |= {OWN_STATISTICS: "former mini:unseen last statistics=former"}


def run(lr, seed, *shares):
    record = {"key": f"{lr}-{seed}", "recipe": {"name": "full", "optimizer": "adam", "lr": lr}, "data": {"size": 48}}
    units = ["1" * round(10 * share) + "0" * round(10 - 10 * share) for share in shares]
    scores = {
        probe: {"metric": "accuracy", "value": share, "units": each}
        for probe, share, each in zip(PROBES.values(), shares, units, strict=False)
    }
    return record | {"seed": seed, "status": "finished", "num_test": 10, "test_accuracy": 0.5, "scores": scores}


def test_every_series_has_the_mean_of_its_seeds_at_each_rate():
    found = task_scores([run(0.01, 0, 0.8, 0.1, 0.3), run(0.01, 1, 0.6, 0.3, 0.5), run(0.001, 0, 0.5, 0.6, 0.7)])
    assert list(found) == [NEW, AS_IT_IS, OWN_STATISTICS]
    assert {name: [round(i.estimate, 6) for i in rates.values()] for name, rates in found.items()} == {
        NEW: [0.5, 0.7], AS_IT_IS: [0.6, 0.2], OWN_STATISTICS: [0.7, 0.4],
    }  # fmt: skip
    assert list(found[NEW]) == [0.001, 0.01]


def test_without_images_of_the_former_task_the_new_one_is_left():
    assert list(task_scores([run(0.01, 0, 0.8)])) == [NEW]
    paper = find_study("forgetting").trials("paper", seeds=1)
    assert {probe.name for trial in paper for probe in trial.probes} == {"direct last"}


def test_the_study_asks_for_every_series():
    assert {p.name for t in find_study("forgetting").trials("mini", seeds=1) for p in t.probes} == set(PROBES.values())


def test_mixtures_and_nothing_are_refused():
    with pytest.raises(ValueError, match="no runs to score"):
        task_scores([])
    other = run(0.01, 0, 0.8)
    with pytest.raises(ValueError, match="records mix size"):
        task_scores([run(0.01, 1, 0.8), other | {"data": {"size": 32}}])
