"""Small targets to choose a source for, and closeness as our tree of meaning judges it."""

import numpy as np
import pytest

from course_lib.data import TRANSFERS, domain_target, judged_closeness, prepare, small_target, target_names
from course_lib.data.mini.builders import build_domain
from course_lib.data.mini.domains import DOMAINS
from course_lib.data.mini.tasks import task_named


def test_targets_are_the_domains_the_flowers_and_six_tasks():
    names = target_names()
    assert len(names) == len(set(names)) == 15
    assert names[:9] == (*DOMAINS, "flowers")
    kinds = [task_named(name).kind for name in names[9:]]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "one domain": 2, "several domains": 1, "homework": 1, "attribute": 1, "texture": 1,
    }  # fmt: skip
    assert all(abs(task_named(name).facts()["images"] - 200) <= 60 for name in names[9:])


@pytest.mark.parametrize("name", ["tools", "household"])
def test_a_domain_gives_about_as_many_images_as_asked_and_the_test_part_stays(name):
    first, other = (prepare(small_target(name, size=16, seed=seed)) for seed in (0, 1))
    classes = len(DOMAINS[name].categories)
    assert abs(len(first.train) - 160) <= classes
    assert first.train.labels.bincount().tolist() == [round(160 / classes)] * classes
    assert len(first.val) == classes * round(round(160 / classes) / 4)
    assert abs(len(first.test) - 500) <= classes
    assert set(first.test.names) == set(other.test.names)
    assert set(first.train.names) != set(other.train.names)


def test_no_target_has_an_image_that_its_domain_network_was_trained_on():
    from course_lib.data import DataSpec

    source = prepare(DataSpec(source="mini:tools", size=16, split="source"))
    seen = set(source.train.names)
    for spec in (small_target("tools", size=16, seed=2), domain_target("tools", 40, size=16, val=2)):
        splits = prepare(spec)
        assert not seen & {*splits.train.names, *splits.val.names, *splits.test.names}


def test_flowers_and_tasks_have_their_own_parts():
    assert len(prepare(small_target("flowers", size=16)).train) == 200
    assert small_target("task-49").split == "official"


def test_what_is_no_target_or_too_large_is_refused():
    with pytest.raises(ValueError, match="no target 'sport'"):
        small_target("sport")
    with pytest.raises(ValueError, match="48 . 2 images of each class of 'tools': a quarter of it has 50"):
        domain_target("tools", 48, val=2)
    with pytest.raises(ValueError, match="no source domain 'sport'"):
        judged_closeness("tools", "sport")


def test_closeness_agrees_with_the_pairs_of_the_document():
    for pair in TRANSFERS:
        assert (judged_closeness(pair.target, pair.source) >= 2) == pair.close, pair.name
    assert judged_closeness("tools", "tools") == judged_closeness("task-49", "people") == 3
    assert judged_closeness("animals", "plants") == 1
    assert judged_closeness("task-07", "plants") == 0  # textures


def test_closeness_of_several_domains_is_a_mean_over_classes():
    classes = task_named("task-28").classes.values()
    assert [entry.domain for entry in classes] == ["animals", "animals", "instruments"]
    assert judged_closeness("task-28", "animals") == pytest.approx((3 + 3 + 0) / 3)


def test_the_first_images_of_a_domain_are_those_of_the_whole_domain():
    few, labels, names, files = build_domain("tools", 16, first=2)
    whole, _, _, all_files = build_domain("tools", 16)
    assert len(few) == 2 * len(names) == len(labels)
    places = [all_files.index(file) for file in files]
    assert np.array_equal(few.numpy(), whole[places].numpy())
