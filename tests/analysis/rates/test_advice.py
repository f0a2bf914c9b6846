"""Advice from finished runs: the nearest tasks, the best rates there, an honest gain, and what is not shown."""

import gzip
import json

import pytest

import fakes
from course_lib.analysis.rates import evidence as module
from course_lib.analysis.rates.advice import NEAREST, Facts, _advise, advise
from course_lib.analysis.rates.evidence import Evidence, tasks_from, tasks_of
from course_lib.data.mini.tasks import task_names
from course_lib.training.graduated import graduated_recipe
from course_lib.training.recipe import Recipe

FACTS = Facts(5, 40)
STUDY = Evidence(("scales",), drawn=True)
HEADS = {0.001: 0.4, 0.016: 0.5, 0.1: 0.4}  # rate of the last layer alone: accuracy


def run_of(name, recipe, accuracy, num_train=200):
    run = fakes.fake_run("full", "sgd", recipe.lr, 0, epochs=2)
    right = round(accuracy * 1000)
    run |= {"key": f"{name}-{recipe.identity()}", "num_test": 1000, "test_correct": right, "num_train": num_train}
    run |= {"test_accuracy": right / 1000, "test_outcomes": "1" * right + "0" * (1000 - right)}
    run |= {"num_val": 1000, "val_accuracy": accuracy, "recipe": recipe.model_dump(mode="json")}
    run["data"] = {"source": f"mini:{name}", "size": 48, "split": "official", "seed": 0}
    return run


def runs_of_tasks(scales, names=None, heads=HEADS):
    """Runs of small tasks: `scales` gives the accuracy of a scale on task number k."""
    settings = {"start": "mini_resnet18", "optimizer": "sgd", "momentum": 0.9, "epochs": 20}
    runs = []
    for k, name in enumerate(names or task_names()[:10]):
        runs += [run_of(name, Recipe.last_layer(**settings, lr=lr), score) for lr, score in heads.items()]
        runs += [run_of(name, graduated_recipe(s, **settings), score(k)) for s, score in scales.items()]
    return runs


def advice_of(runs, facts=FACTS):
    return _advise(facts, STUDY, tasks_from(runs))


def test_the_best_scale_is_advised_with_its_gain():
    advice = advice_of(runs_of_tasks({0.25: lambda k: 0.52, 0.5: lambda k: 0.6 + 0.001 * k, 4: lambda k: 0.3}))
    assert advice.verdict == "shown"
    assert advice.gain.estimate == pytest.approx(0.1045)
    assert advice.options()[:6] == ["--rates", "0,1,2,4,8", "--head-rate", "16", "--scale", "0.5"]
    assert advice.num_runs == 20
    assert json.loads(json.dumps(advice.record()))["first"] == "rates"


def test_a_gain_that_only_the_choice_makes_is_not_shown():
    """On each task another scale happens to be the best; none gains anything elsewhere."""
    scales = (0.25, 0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 7)
    lucky = {s: (lambda k, own=i: 0.65 if k == own else 0.49) for i, s in enumerate(scales)}
    advice = advice_of(runs_of_tasks(lucky))
    assert advice.verdict == "not shown"
    assert advice.gain.estimate < 0
    assert advice.record()["first"] == "last_layer"


def test_a_last_layer_that_is_best_at_its_highest_rate_decides_nothing():
    runs = runs_of_tasks({0.5: lambda k: 0.6 + 0.001 * k}, heads={0.001: 0.3, 0.016: 0.5})
    advice = advice_of(runs)
    assert (advice.verdict, advice.num_at_edge) == ("undecided", 10)


def test_tasks_without_the_last_layer_alone_are_no_evidence():
    runs = runs_of_tasks({0.5: lambda k: 0.6}, names=task_names()[:1], heads={})
    assert tasks_from(runs) == ()


def test_the_nearest_tasks_are_taken():
    runs = runs_of_tasks({0.5: lambda k: 0.6 + 0.001 * k}, names=task_names())
    tasks = tasks_from(runs)
    wanted = max(tasks, key=lambda task: task.num_classes)
    advice = advice_of(runs, Facts(wanted.num_classes, wanted.images_per_class))
    assert len(advice.tasks) == NEAREST
    assert advice.tasks[0].num_classes == wanted.num_classes
    assert min(t.num_classes for t in advice.tasks) > min(t.num_classes for t in tasks)
    assert advice_of(runs, Facts(500, 3)).is_beyond


def test_a_study_is_picked_up_when_it_ships(monkeypatch, tmp_path):
    assert tasks_of(Evidence(("no_such_study",), drawn=True)) == ()
    runs = runs_of_tasks({0.5: lambda k: 0.6 + 0.001 * k})
    folder = tmp_path / "results" / "rates"
    folder.mkdir(parents=True)
    with gzip.open(folder / "told.jsonl.gz", "wt") as lines:
        lines.write("\n".join(json.dumps(run) for run in runs))
    monkeypatch.setattr("course_lib.sweeps.ledger.shipped_dir", lambda _: tmp_path)
    found = advise(Facts(5, 40), (Evidence(("not_there",), drawn=False), Evidence(("told",), drawn=True)))
    assert found.evidence.studies == ("told",)


def test_the_shipped_runs_are_evidence():
    tasks = tasks_of(module.EVIDENCE[-1])
    assert len(tasks) == 8
    assert {round(task.images_per_class) for task in tasks} == {5, 10, 20, 30, 50, 100, 200}
    assert all(len(task.gains) == 7 for task in tasks)


def test_what_cannot_be_advised_is_refused():
    with pytest.raises(ValueError, match="1 classes with 20 training images each: advice needs at least two"):
        advise(Facts(1, 20))
    with pytest.raises(ValueError, match="no finished runs of missing"):
        advise(Facts(3, 20), (Evidence(("missing",), drawn=True),))
