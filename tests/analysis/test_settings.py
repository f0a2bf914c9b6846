"""Runs are compared when all is equal but what their study varies."""

import re

import pytest

import fakes
from course_lib.analysis import best_run, best_runs, best_table, grid_table, select, values_of
from course_lib.analysis.settings import check_comparable, comparable_groups, in_words
from course_lib.data.augmentation import ColorJitter
from course_lib.sweeps import shipped_runs

FEW_SHOT = ("few_shot_full", "augmentation", "augmentation_order", "thousand_outputs", "few_shot_steps", "divergence")


@pytest.fixture(scope="module")
def mixed():
    """All that ships of full fine-tuning on few images: Table VIII, wrong orders, other heads and epochs."""
    return [run for study in FEW_SHOT for run in select(shipped_runs("homework", study).values(), name="full")]


@pytest.mark.parametrize("look", [best_run, best_runs, best_table, grid_table])
def test_runs_of_several_studies_have_no_best_one(mixed, look):
    assert len(mixed) > 600
    assert len({(run["recipe"]["name"], str(run["data"])) for run in mixed}) == 1  # what was looked at alone, once
    with pytest.raises(ValueError, match="records mix"):
        look(mixed)


def test_the_message_names_the_setting_and_its_values(mixed):
    def message(runs):
        with pytest.raises(ValueError, match="records mix") as refused:
            check_comparable(runs)
        return str(refused.value)

    plain = select(mixed, augmentation=[], epochs=50)
    assert message(plain) == "records mix num_outputs = None, 1000: pick one with select(records, num_outputs=…)"
    rows = [run for run in mixed if run["recipe"]["augmentation"] and run["recipe"]["num_outputs"] is None]
    assert re.match(r"records mix augmentation = \w+\(.*\), .* and \d+ more: pick one", message(rows))


def test_each_comparable_list_of_a_mixture_is_comparable(mixed):
    groups = comparable_groups(mixed)
    assert sum(map(len, groups.values())) == len(mixed)
    assert len(groups) == len(set(groups)) > 28
    for runs in groups.values():
        check_comparable(runs)
    for one, other in zip(groups.values(), list(groups.values())[1:], strict=False):
        with pytest.raises(ValueError, match="records mix"):
            check_comparable([*one, *other])


def test_what_a_study_varies_may_differ():
    runs = [
        fakes.fake_run(lr=lr, optimizer=o, seed=s, epochs=1)
        for lr in (0.1, 0.2)
        for o in ("sgd", "adam")
        for s in (0, 1)
    ]
    check_comparable(runs)
    with pytest.raises(ValueError, match="mix lr = 0.1, 0.2"):
        check_comparable(runs, vary=("optimizer",))
    check_comparable(
        [{"recipe": {"multipliers": {}}}, {"recipe": {"multipliers": {"inner": 0}}}], vary=("multipliers",)
    )
    with pytest.raises(ValueError, match=r"mix multipliers = \{\}, \{'inner': 0\}"):
        check_comparable([{"recipe": {"multipliers": {}}}, {"recipe": {"multipliers": {"inner": 0}}}])


def test_a_label_is_no_setting():
    check_comparable([{"recipe": {"name": "full", "lr": 1}}, {"recipe": {"name": "everything", "lr": 1}}])


def test_an_older_record_has_the_default_of_what_it_lacks():
    old, new = fakes.fake_run(epochs=1), fakes.fake_run(epochs=1, seed=1)
    new["recipe"] |= {"momentum": 0.0, "hidden": []}
    check_comparable([old, new])
    new["recipe"]["momentum"] = 0.9
    with pytest.raises(ValueError, match="mix momentum = 0.0, 0.9"):
        check_comparable([old, new])
    assert values_of([old, new], "momentum") == [0.0, 0.9]


def test_other_images_under_one_name_are_noticed():
    runs = [fakes.fake_run(seed=s, epochs=1) | {"provenance": {"data_fingerprint": f"images {s}"}} for s in (0, 1)]
    with pytest.raises(ValueError, match="mix 2 kinds of images under one name"):
        check_comparable(runs)
    check_comparable(runs, vary=("lr", "split"))


def test_transforms_in_words():
    step = ColorJitter(hue=0.05).model_dump(mode="json")
    assert in_words("augmentation", [step]) == "ColorJitter(hue=(-0.05, 0.05))"
    assert in_words("augmentation", []) == "none"
