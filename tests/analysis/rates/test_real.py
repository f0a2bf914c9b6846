"""Strategies and sources on real tasks: fake runs whose answer is known."""

import numpy as np
import pytest

from course_lib.analysis.rates import real, real_sources
from course_lib.data.real_tasks import REAL_TASKS
from course_lib.sweeps.studies.rates.real import REAL
from course_lib.training.graduated import BASE_RATE, HEAD_MULTIPLIER
from fake_real import runs_of, task_index

NAMES = [task.name for task in REAL_TASKS]


def scale(trial):
    return round(trial.recipe.lr / (BASE_RATE * HEAD_MULTIPLIER), 6)


def is_head_only(trial):
    return trial.recipe.multiplier_of("stage4") == 0


def own_best(trial):
    """Tasks of even number are best at scale 2, those of odd number at 5, number 3 at 0.25."""
    return 0.25 if task_index(trial) == 3 else (2.0, 5.0)[task_index(trial) % 2]


def accuracy(trial):
    if is_head_only(trial):
        return 0.4 if trial.recipe.lr == 0.01 else 0.45 if scale(trial) == 3 else 0.3
    return 0.7 if scale(trial) == own_best(trial) else 0.5 + 0.02 * (scale(trial) == 2)


RUNS = runs_of("real_scales", accuracy)


def source_accuracy(trial):
    if trial.recipe.start is None:
        return {0.01: 0.3, 0.03: 0.5, 0.1: 0.4}[trial.recipe.lr]
    return 0.1 + 0.02 * task_index(trial) * (trial.recipe.start == "mini_resnet18") + 0.2 * (scale(trial) == 3)


SOURCES = RUNS + runs_of("real_sources", source_accuracy)


def test_each_strategy_reaches_what_its_choice_deserves():
    found = real.strategy_accuracies(RUNS)
    assert list(found.index) == NAMES
    assert found[real.BASELINE].tolist() == pytest.approx([0.4] * 12)
    assert found[real.HEAD_CHOSEN].tolist() == pytest.approx([0.45] * 12)
    assert found[real.CHOSEN].tolist() == pytest.approx([0.7] * 12)
    assert found[real.ORACLE].tolist() == pytest.approx([0.7] * 12)
    assert found.loc[NAMES[3], real.DOCUMENTS] == pytest.approx(0.7)
    assert found.loc[NAMES[0], real.DOCUMENTS] == pytest.approx(0.5)


def test_the_frequent_scale_is_that_of_the_other_tasks():
    """Six tasks prefer 2, five prefer 5: without a task of scale 2 it is a draw, and the smaller one wins."""
    found = real.strategy_accuracies(RUNS)[real.FREQUENT]
    assert found[NAMES[0]] == pytest.approx(0.7)
    assert found[NAMES[1]] == pytest.approx(0.52)
    two = [run for run in RUNS if real.by_task([run]).keys() & set(REAL_TASKS[:2])]
    swapped = real.strategy_accuracies(two)[real.FREQUENT]
    assert swapped.tolist() == pytest.approx([0.5, 0.52]), "each task is given the other one's scale"


def test_validation_chooses_and_the_test_images_do_not():
    misled = runs_of("real_scales", accuracy, val=lambda trial: 0.9 if scale(trial) == 10 else 0.1)
    found = real.strategy_accuracies(misled)
    assert found[real.CHOSEN].tolist() == pytest.approx([0.5] * 12)
    assert found[real.ORACLE].tolist() == pytest.approx([0.7] * 12)
    assert found[real.HEAD_CHOSEN].tolist() == pytest.approx([0.3] * 12)
    assert real.paired(found, real.CHOSEN, real.ORACLE).estimate == pytest.approx(-0.2)


def test_gains_are_paired_over_the_tasks():
    accuracies = real.strategy_accuracies(RUNS)
    gain = real.paired(accuracies, real.DOCUMENTS, real.BASELINE)
    assert gain.estimate == pytest.approx((11 * 0.1 + 0.3) / 12)
    assert gain.low > 0
    assert (gain.method, gain.unit) == ("t, 12 tasks", "points")
    with pytest.raises(ValueError, match="no column 'luck': choose one of last layer alone, LL 10"):
        real.paired(accuracies, "luck", real.BASELINE)


def test_one_seed_is_enough_and_seeds_are_averaged_in_each_task_first():
    one = real.strategy_accuracies([run for run in RUNS if run["seed"] == 0])
    assert np.allclose(one, real.strategy_accuracies(RUNS)), "these runs are the same for every seed"
    apart = runs_of("real_scales", lambda trial: accuracy(trial) + 0.1 * (trial.seed - 1))
    assert real.paired(real.strategy_accuracies(apart), real.CHOSEN, real.HEAD_CHOSEN).method == "t, 12 tasks"
    assert real.strategy_accuracies(apart)[real.CHOSEN].tolist() == pytest.approx([0.7] * 12)


def test_running_statistics_are_a_strategy_of_their_own_where_every_task_has_them():
    running = runs_of("real_running", lambda trial: 0.8 if scale(trial) == 1 else 0.1)
    accuracies = real.strategy_accuracies(RUNS + running)
    assert accuracies[real.RUNNING].tolist() == pytest.approx([0.8] * 12)
    assert np.allclose(accuracies.drop(columns=real.RUNNING), real.strategy_accuracies(RUNS)), "the others stay"
    over_batch, over_head = real.running_gaps(RUNS + running).values()
    assert (over_batch.estimate, over_head.estimate) == (pytest.approx(0.1), pytest.approx(0.35))
    table = real.scale_table(RUNS + running)
    assert table.loc[1.0, "running statistics"].startswith("80.0 %")
    assert table.loc[1.0, "running statistics, minus last layer"].startswith("35.0 points")
    assert table.loc[1.0, "batch statistics"].startswith("50.0 %")
    for few in ([], running[: len(running) // 24]):
        assert real.running_gaps(RUNS + few) == {}
        assert list(real.scale_table(RUNS + few)) == ["batch statistics", "batch statistics, minus last layer"]


def test_single_tasks_and_missing_runs_are_refused():
    one = [run for run in RUNS if real.by_task([run]).keys() == {REAL_TASKS[0]}]
    with pytest.raises(ValueError, match="needs at least two"):
        real.strategy_accuracies(one)
    with pytest.raises(ValueError, match="no run of the last layer alone at LL 10"):
        real.strategy_accuracies(real.graduated_runs(RUNS))


def test_best_scales_are_listed_for_each_seed_and_edges_are_marked():
    table = real.best_scales_table(RUNS)
    assert table.loc[NAMES[0], "scale by validation"] == "2, 2, 2"
    assert table.loc[NAMES[3], "scale by validation"] == "0.25†, 0.25†, 0.25†"
    assert table["scale by test images"].tolist()[:4] == ["2", "5", "2", "0.25†"]
    assert set(table["LL of the last layer alone"]) == {"48, 48, 48"}
    assert table["training images per class"].tolist() == [task.per_class for task in REAL_TASKS]


def test_every_scale_has_its_mean_over_the_tasks():
    found = real.scale_accuracies(RUNS)
    assert tuple(found) == REAL.scales
    assert found[1.0].mean() == pytest.approx(0.5)
    assert found[5.0].mean() == pytest.approx((7 * 0.5 + 5 * 0.7) / 12)
    assert real.scale_table(RUNS).loc[1.0, "batch statistics, minus last layer"].startswith("5.0 points")


def test_every_source_chooses_among_the_same_scales():
    """The best scales of the ImageNet weights, 2 and 5, were not tried with the others; 0.25 was, in one task."""
    found = real_sources.source_accuracies(SOURCES)
    assert found[REAL.weights].tolist() == pytest.approx([0.7 if n == 3 else 0.5 for n in range(12)])
    assert found["mini_resnet18"].tolist() == pytest.approx([0.3 + 0.02 * n for n in range(12)])
    assert found["mini_resnet18_animals"].tolist() == pytest.approx([0.3] * 12)
    assert found["mini_resnet18, random weights"].tolist() == pytest.approx([0.5] * 12)


def test_negative_transfer_is_below_zero_and_choices_at_an_edge_are_counted():
    gain = real_sources.source_gain(SOURCES, "mini_resnet18_animals", "mini_resnet18, random weights")
    assert gain.high < 0
    table = real_sources.source_table(SOURCES)
    assert table.loc["mini_resnet18_animals", "minus random weights"] == str(gain)
    assert table.loc["mini_resnet18, random weights", "minus random weights"] == ""
    assert table.loc["mini_resnet18_animals", "chosen at an edge"] == "0 of 36"
    assert table.loc[REAL.weights, "chosen at an edge"] == "36 of 36"  # equal everywhere but in task 3: the lowest


def test_sources_without_a_common_scale_are_refused():
    with pytest.raises(ValueError, match="give the runs of real_scales and of real_sources"):
        real_sources.source_accuracies([run for run in SOURCES if real.scale_of(run) is None])
