"""Records are read by name, whatever their age and their metric; no other module spells the keys of a score."""

import ast
from pathlib import Path

import numpy as np
import pytest

import fakes
from course_lib.analysis import records
from course_lib.data.augmentation import RandomInvert

ROOM = Path(records.__file__).resolve().parents[1]
SCORES = {"test_outcomes", "test_accuracy", "test_correct", "val_score", "scores"}


def test_settings_are_found_everywhere():
    runs = [fakes.fake_run(lr=lr, seed=s, few_shot=True, epochs=1) for s, lr in ((1, 0.01), (2, 0.03))]
    assert records.select(runs, lr=0.03, few_shot=True) == runs[1:]
    assert records.select(runs, seed=1, few_shot=False) == []
    assert records.values_of(runs, "lr") == [0.01, 0.03]
    assert records.setting(runs[0], "nothing") is None


def test_lists_and_dicts_are_compared_by_content():
    runs = [{"recipe": {"multipliers": m}} for m in ({}, {"head": 1, "inner": 0.0}, {"inner": 0, "head": 1.0})]
    assert records.values_of(runs, "multipliers") == [{}, {"head": 1, "inner": 0.0}]
    assert records.select(runs, multipliers={"inner": 0.0, "head": 1}) == runs[1:]
    augmented = fakes.fake_run(augmentation=(RandomInvert(),), epochs=1)
    assert records.select([augmented], augmentation=(RandomInvert(),)) == [augmented]
    assert records.select([augmented], augmentation=()) == []


def test_a_setting_that_an_older_record_lacks_has_its_default():
    old = {"recipe": {"lr": 0.1}, "data": {}}
    assert records.setting(old, "augmentation") == []
    assert records.select([old], augmentation=(), few_shot=False, momentum=0) == [old]
    (settings,) = records.settings_of([old])
    assert settings == {"lr": 0.1}
    assert records.settings_of([old, {"recipe": {"momentum": 0.9}}])[0] == {"lr": 0.1, "momentum": 0.0}


OLD = {"val_accuracy": 0.5, "num_val": 4, "test_accuracy": 0.75, "test_outcomes": "0111", "num_test": 4}
NEW = {"metric": "map", "val_score": 0.4, "val_accuracy": None, "test_accuracy": None, "num_val": 4, "num_test": 9}
NEW |= {"scores": {"direct": {"metric": "map", "value": 0.3, "units": [0.2, 0.4]},
                   "knn": {"metric": "accuracy", "value": 0.5, "units": "01"}}}  # fmt: skip


def test_one_label_is_scored_by_images():
    assert (records.metric_of(OLD), records.things_of(OLD)) == ("accuracy", "images")
    assert (records.score_of(OLD, "val"), records.score_of(OLD)) == (0.5, 0.75)
    assert (records.val_correct(OLD), records.images_right(OLD), records.num_units(OLD)) == (2, 3, 4)
    assert records.units_of(OLD).tolist() == [0, 1, 1, 1]
    assert records.score_of(OLD, probe="knn") is None


def test_several_labels_are_scored_by_concepts():
    assert (records.metric_of(NEW), records.things_of(NEW)) == ("map", "concepts")
    assert (records.score_of(NEW, "val"), records.val_correct(NEW), records.score_of(NEW)) == (0.4, 0.4, 0.3)
    assert records.units_of(NEW).tolist() == [0.2, 0.4]
    assert (records.num_units(NEW), records.images_right(NEW)) == (2, None)
    assert (records.metric_of(NEW, "knn"), records.score_of(NEW, probe="knn")) == ("accuracy", 0.5)
    assert records.units_of(NEW, "knn").tolist() == [0, 1]


def test_a_score_that_is_not_there_is_named():
    assert not records.is_scored(NEW, "svm")
    with pytest.raises(ValueError, match="no test score of the probe 'svm'.*holds direct, knn"):
        records.units_of(NEW, "svm")
    with pytest.raises(ValueError, match="unknown part 'train'"):
        records.score_of(OLD, "train")
    with pytest.raises(ValueError, match="'x'"):
        records.as_units("01x")


def test_the_score_is_the_mean_of_its_units():
    run = fakes.fake_run(epochs=3)
    assert records.score_of(run) == np.mean(records.units_of(run))


def spelled_in(tree):
    """Where a score is read from a record by its key: ``x["…"]`` and ``x.get("…")``; epochs have keys of their own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            base, key = node.value, node.slice
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "get"
            and node.args
        ):
            base, key = node.func.value, node.args[0]
        else:
            continue
        name = key.value if isinstance(key, ast.Constant) else None
        of_epoch = any(word in ast.unparse(base) for word in ("epoch", "history"))
        if name in SCORES or (name == "val_accuracy" and not of_epoch):
            yield node.lineno


def test_no_other_module_spells_the_keys_of_a_score():
    modules = [path for room in ("analysis", "figures", "teaching") for path in (ROOM / room).rglob("*.py")]
    found = {path.name: list(spelled_in(ast.parse(path.read_text(encoding="utf-8")))) for path in modules}
    assert found.pop("records.py")  # it can fail
    assert {name: lines for name, lines in found.items() if lines} == {}
