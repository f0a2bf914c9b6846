"""Test images with a near-duplicate in another part are found, and a score is told with and without them."""

import numpy as np
import pytest
import torch

import fakes
from course_lib.analysis.twins import twin_rows, twins_table
from course_lib.data import ImageSet, stratified_split

LABELS = torch.arange(40) % 2


def pictures(seed=0):
    """Smooth pictures that no perceptual hash takes for each other."""
    noise = torch.rand(40, 3, 16, 16, generator=torch.Generator().manual_seed(seed))
    return (255 * torch.nn.functional.interpolate(noise, size=32, mode="bilinear")).byte()


def split_of(images):
    names = tuple(f"{'ab'[label]}/{i:02}.png" for i, label in enumerate(LABELS.tolist()))
    return stratified_split(ImageSet(images, torch.arange(40), LABELS, ("a", "b"), names, "drawn"), val=0.2, test=0.3)


def test_a_copy_in_the_test_part_is_found_by_its_row():
    images = pictures()
    splits = split_of(images.clone())
    place = {f"{'ab'[label]}/{i:02}.png": i for i, label in enumerate(LABELS.tolist())}
    row = 4
    images[place[splits.test.names[row]]] = (images[place[splits.train.names[0]]].float() * 0.97).byte()
    assert twin_rows(split_of(images), limit=4).tolist() == [row]
    assert twin_rows(splits, limit=0).tolist() == []


def test_validation_images_are_compared_with_those_of_training_alone():
    images = pictures()
    splits = split_of(images.clone())
    place = {name: i for i, name in enumerate(f"{'ab'[label]}/{i:02}.png" for i, label in enumerate(LABELS.tolist()))}
    images[place[splits.val.names[2]]] = (images[place[splits.train.names[0]]].float() * 0.97).byte()
    images[place[splits.test.names[3]]] = (images[place[splits.train.names[1]]].float() * 0.97).byte()
    assert twin_rows(split_of(images), limit=4, part="val").tolist() == [2]
    assert twin_rows(split_of(images), limit=4).tolist() == [3]


def test_the_table_tells_the_score_with_and_without_them():
    run = fakes.fake_run("full", "sgd", 0.01, 0, epochs=2)
    units = [int(c) for c in run["test_outcomes"]]
    right = [row for row, unit in enumerate(units) if unit][:5]
    line = twins_table({"one": [run]}, {"one": np.array(right)}).loc["one"]
    assert line["with a near-duplicate"] == 5
    assert line["these"].startswith("100")
    assert float(line["all others"].split()[0]) < float(line["all"].split()[0])
    assert twins_table({"one": [run]}, {"one": np.array([], dtype=int)}).loc["one", "these"] == "–"


def test_a_row_beyond_the_test_images_is_refused():
    run = fakes.fake_run("full", "sgd", 0.01, 0, epochs=2)
    with pytest.raises(ValueError, match="give rows of these images"):
        twins_table({"one": [run]}, {"one": np.array([10**6])})
