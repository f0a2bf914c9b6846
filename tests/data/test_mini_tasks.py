"""The seventy small tasks: deterministic, varied, of the sizes that they claim, their test parts apart."""

import hashlib
import json
from collections import Counter
from statistics import mean

import pytest
import torch

from course_lib.data import DataSpec, describe, load_images, prepare
from course_lib.data.mini import draw
from course_lib.data.mini.builders import build_task
from course_lib.data.mini.catalogue import category_named
from course_lib.data.mini.dials import EASY, HARD
from course_lib.data.mini.distinctions import DISTINCTIONS, TEXTURES, texture_entry
from course_lib.data.mini.tasks import NUM_TASKS, dials_between, task_facts, task_named, task_names

FACTS = task_facts()


def test_tasks_are_always_the_same():
    assert task_facts() == FACTS
    content = [[row, sorted(task_named(row["task"]).classes)] for row in FACTS]
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    assert digest == "f007aecd15a404b9483bc704baefe401d1f634037e2adfa8129514172bd93b33", (
        "the tasks changed: compute the studies on them again, and store the new digest"
    )


def test_tasks_are_varied():
    assert len(FACTS) == NUM_TASKS == len(task_names()) == 70
    assert 225 <= mean(row["images"] for row in FACTS) <= 275
    assert min(row["images"] for row in FACTS) < 90
    assert max(row["images"] for row in FACTS) > 550
    assert {row["classes"] for row in FACTS} == set(range(2, 11))
    assert min(row["test_images"] for row in FACTS) >= 400
    assert min(Counter(row["style"] for row in FACTS).values()) >= 20
    assert {row["seen"] for row in FACTS} == {0.0, 1.0}
    assert min(row["difficulty"] for row in FACTS) < 0.05
    assert max(row["difficulty"] for row in FACTS) > 0.95
    assert {"animals", "several", "homework", "flowers", "textures"} <= {row["domain"] for row in FACTS}
    assert len({json.dumps(sorted(task_named(name).classes)) for name in task_names()}) > 60


@pytest.mark.parametrize("name", ["task-02", "task-07", "task-08", "task-09"])
def test_task_has_a_fifth_for_validation_and_a_test_part_of_its_own(name):
    task = task_named(name)
    splits = prepare(DataSpec(source=f"mini:{name}", size=16, split="official"))
    assert splits.class_names == tuple(task.classes)
    trained, seen_later = {*splits.train.names, *splits.val.names}, set(splits.test.names)
    assert len(trained) == task.facts()["images"]
    assert abs(len(splits.val) / len(trained) - 0.2) < 0.05
    assert len(seen_later) == task.facts()["test_images"]
    assert {each.partition("/")[0] for each in trained} == {"train"}
    assert {each.partition("/")[0] for each in seen_later} == {"test"}
    assert describe(f"mini:{name}")["images"] == len(trained) + len(seen_later)
    assert torch.equal(build_task(name, 16)[0], load_images(f"mini:{name}", size=16).batch(slice(None))[0])


def test_every_distinction_and_texture_can_be_drawn():
    for what in DISTINCTIONS:
        assert len(what.classes) >= 2
        category_named(what.category)
        pictures = {draw(what.entry(name), "cartoon", [1], size=16).numpy().tobytes() for name in what.classes}
        assert len(pictures) == len(what.classes)
    for name in TEXTURES:
        assert draw(texture_entry(name), "photo", range(2), size=16).shape == (2, 3, 16, 16)
        draw(texture_entry(name), "cartoon", range(1), size=16, device="meta")


def test_colours_are_not_hidden_where_they_are_the_classes():
    task = task_named("task-02")
    assert task.domain == "car: colour"
    assert {(dials.repaint, dials.line_art) for dials in task.dials.values()} == {(0.0, 0.0)}


def test_difficulty_goes_from_easy_to_hard():
    assert dials_between(0) == EASY
    assert dials_between(1) == HARD
    assert EASY.rotation < dials_between(0.5).rotation < HARD.rotation
    with pytest.raises(ValueError, match="difficulty = 1.5"):
        dials_between(1.5)


@pytest.mark.parametrize("name", ["task-70", "task-7", "task-NN", "task-"])
def test_unknown_tasks_are_refused(name):
    with pytest.raises(ValueError, match="task-69"):
        task_named(name)
    wrong = f"there is no task '{name}'" if name == "task-NN" else f"unknown source 'mini:{name}'"
    with pytest.raises(ValueError, match=wrong):
        load_images(f"mini:{name}", progress=False)
