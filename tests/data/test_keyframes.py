"""Drawn sets with several concepts an image: what they show follows from their numbers, and only that is painted."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from course_lib.data import pool_of
from course_lib.data.mini.catalogue import CATEGORIES
from course_lib.data.mini.keyframe_judges import DEPTHS, RATES, judge_training
from course_lib.data.mini.keyframe_pictures import draw_keyframes
from course_lib.data.mini.keyframes import (
    CONCEPTS,
    EVALUATED,
    FEW,
    KEYFRAMES,
    NUM_TEST,
    NUM_TRAIN,
    describe_keyframes,
    keyframe_name,
)
from course_lib.data.mini.places import PLACES
from course_lib.data.mini.several import VOC, VOC_CONCEPTS, VOC_TRAIN, build_voc
from course_lib.data.spec import DataSpec, prepare

NUMBERS = [5, 1777, 2024, 12, 3999, 31]


@pytest.fixture(scope="module")
def truth():
    return describe_keyframes(range(1, NUM_TRAIN + NUM_TEST + 1)).labels()


@pytest.fixture(scope="module")
def images():
    return prepare(DataSpec(source="mini:keyframes", size=32, split="official", seed=0)).train.root


def column(labels, concept):
    return labels[:, CONCEPTS.index(concept)]


@pytest.mark.parametrize("script", [KEYFRAMES, VOC], ids=lambda script: script.name)
def test_a_picture_is_the_same_in_any_company(script):
    together = draw_keyframes(NUMBERS, size=32, script=script)
    alone = torch.cat([draw_keyframes([number], size=32, script=script) for number in NUMBERS])
    assert torch.equal(together, alone)
    facts = describe_keyframes(NUMBERS, script)
    assert torch.equal(facts.objects, torch.cat([describe_keyframes([n], script).objects for n in NUMBERS]))


def test_the_pool_of_concepts_and_those_that_are_evaluated():
    assert len(CONCEPTS) == len(set(CONCEPTS)) >= 120
    assert set(EVALUATED) < set(FEW) < set(CONCEPTS)
    assert FEW[: len(EVALUATED)] == EVALUATED
    assert 20 <= len(EVALUATED) <= 38


def test_every_concept_is_shown_in_both_parts_and_evaluated_ones_often(truth):
    parts = truth[:NUM_TRAIN].sum(0), truth[NUM_TRAIN:].sum(0)
    assert all((part >= 1).all() for part in parts)
    assert all(min(column(part[None], concept)[0] for part in parts) >= 30 for concept in EVALUATED)


def test_labels_follow_from_the_objects(truth):
    facts = describe_keyframes(range(1, 401))
    names = list(CATEGORIES)
    for row, objects in enumerate(facts.objects.tolist()):
        shown = {names[i] for i in objects if i >= 0}
        assert {name for name in names if column(truth, name)[row]} == shown
        assert column(truth, "animal")[row] == any(CATEGORIES[name].domain == "animals" for name in shown)
        count = sum(i >= 0 for i in objects)
        assert [column(truth, name)[row] for name in ("no object", "one object", "two or more objects")] == [
            count == 0, count == 1, count >= 2,
        ]  # fmt: skip
        assert column(truth, "two of a kind")[row] == (len(shown) < count)


def test_weather_and_light_are_outdoors_and_exclude_each_other(truth):
    weather = torch.stack([column(truth, name) for name in ("rain", "snowfall", "fog")]).sum(0)
    light = torch.stack([column(truth, name) for name in ("night", "sunset")]).sum(0)
    assert weather.max() == light.max() == 1
    assert not (weather * column(truth, "indoor")).any()
    assert torch.equal(sum(column(truth, place) for place in PLACES), torch.ones(len(truth)))


def test_an_object_is_painted_if_and_only_if_its_label_is_1(monkeypatch):
    """Without the dogs, just the pictures with a dog are others."""
    from course_lib.data.mini import keyframe_pictures

    numbers, dog = range(1, 151), list(CATEGORIES).index("dog")
    facts = describe_keyframes(numbers)
    whole = draw_keyframes(numbers, size=32)
    without = replace(facts, objects=torch.where(facts.objects == dog, -1, facts.objects))
    monkeypatch.setattr(keyframe_pictures, "describe_keyframes", lambda *_: without)
    changed = (draw_keyframes(numbers, size=32) != whole).flatten(1).any(1)
    assert torch.equal(changed, column(facts.labels(), "dog") > 0)
    assert changed.any()


@pytest.mark.parametrize(
    "trait", ["night", "fog", "rain", "snowfall", "sunset", "black and white", "sepia", "letterbox"]
)
def test_a_trait_is_painted_if_and_only_if_its_label_is_1(trait, monkeypatch):
    from course_lib.data.mini import keyframe_pictures

    numbers = range(1, 81)
    facts = describe_keyframes(numbers)
    whole = draw_keyframes(numbers, size=32)
    others = facts.traits | {trait: torch.zeros(len(numbers), dtype=torch.bool)}
    monkeypatch.setattr(keyframe_pictures, "describe_keyframes", lambda *_: replace(facts, traits=others))
    changed = (draw_keyframes(numbers, size=32) != whole).flatten(1).any(1)
    assert torch.equal(changed, facts.traits[trait])
    assert changed.any()


def test_a_part_of_the_training_labels_is_judged_and_agrees_with_the_truth(truth):
    judged = judge_training(truth[:NUM_TRAIN])
    share = judged.isfinite().float().mean(0)
    assert 0.4 < share.min() < 0.55
    assert 0.8 < share.max() < 0.95
    assert torch.equal(judged[judged.isfinite()], truth[:NUM_TRAIN][judged.isfinite()])
    positive = truth[:NUM_TRAIN] == 1
    found = [(judged.isfinite() & rows).sum() / rows.sum() for rows in (positive, ~positive)]
    assert found[0] > found[1] + 0.02  # a weak detector finds shown ones first


def test_the_source_has_partly_judged_train_and_complete_test_labels(images, truth):
    assert images.names[0] == "train/shot_0001"
    assert images.names[-1] == "test/shot_4000"
    assert images.class_names == CONCEPTS
    assert torch.equal(images.labels[NUM_TRAIN:], truth[NUM_TRAIN:])
    assert images.labels[:NUM_TRAIN].isnan().any()
    assert len(set(images.pixel_hashes())) == len(images)


def test_the_pool_of_test_images_is_sampled_by_stratum(images, truth):
    few = prepare(DataSpec(source="mini:keyframes", size=32, split="official", seed=0, classes=FEW)).test.open()
    pool = pool_of(few)
    assert pool.strata.shape == pool.judgements.shape == (NUM_TEST, len(FEW))
    assert pool.rates == RATES
    for stratum, rate in enumerate(RATES):
        judged = np.isfinite(pool.judgements[pool.strata == stratum])
        assert judged.mean() == pytest.approx(rate, abs=0.01)
    assert not np.isfinite(pool.judgements[pool.strata == -1]).any()
    for depth, strata in zip(DEPTHS, range(1, 4), strict=True):
        assert ((pool.strata >= 0) & (pool.strata < strata)).sum(0).min() >= depth
    known = np.isfinite(pool.judgements)
    order = [CONCEPTS.index(name) for name in FEW]
    assert (pool.judgements[known] == truth[NUM_TRAIN:][:, order].numpy()[known]).all()
    part = few.take([7, 3])
    assert (pool_of(part).strata == pool.strata[[7, 3]]).all()


def test_images_without_a_pool_are_refused(images):
    with pytest.raises(ValueError, match="'train/shot_0001' is no test image: only the test part"):
        pool_of(images.take([0]))
    other = prepare(DataSpec(source="mini:scenes", size=32, split="stratified", seed=0)).test.open()
    with pytest.raises(ValueError, match="the images of 'mini:scenes' were not judged in strata"):
        pool_of(other)


def test_the_set_after_voc_is_photographs_with_one_to_four_objects_fully_judged():
    pixels, labels, concepts, names = build_voc(16)
    assert concepts == VOC_CONCEPTS
    assert len(concepts) == 20
    assert labels.isfinite().all()
    assert not describe_keyframes(range(1, 3001), VOC).traits["cartoon"].any()
    assert labels.sum(1).min() == 1
    assert labels.sum(1).max() <= 4
    counts = labels[:VOC_TRAIN].sum(0)
    assert concepts[counts.argmax()] == "person"
    assert min(counts.min(), labels[VOC_TRAIN:].sum(0).min()) >= 30
    assert (names[0], names[-1]) == ("train/pic_0001", "test/pic_3000")
    assert len(pixels) == len(names) == 3000


def test_too_small_pictures_are_refused():
    with pytest.raises(ValueError, match="size 8 is too small to draw in"):
        draw_keyframes([1], size=8)
    assert keyframe_name(NUM_TRAIN + 1) == "test/shot_2001"
