"""Training on several concepts per image: what diverges is recorded, what cannot be chosen is refused."""

import json

import numpy as np
import pytest

from course_lib.data.imageset import ImageSet
from course_lib.data.splits import SealedSet, Splits, stratified_split
from course_lib.training.fitting import fit
from course_lib.training.probes import score_test
from course_lib.training.recipe import Recipe


def concept_set(labels, seed=0):
    """Images whose first channels are bright where the first concepts are shown."""
    draw = np.random.default_rng(seed)
    pixels = draw.integers(0, 90, (len(labels), 3, 32, 32))
    pixels[:, : labels.shape[1]] += (120 * np.nan_to_num(labels))[:, :, None, None].astype(int)
    names = [f"{seed}/{i}" for i in range(len(labels))]
    return ImageSet.from_arrays(pixels.astype(np.uint8), labels.astype(np.float32), ("a", "b"), names)


@pytest.fixture
def splits():
    labels = np.random.default_rng(1).integers(0, 2, (60, 2)).astype(float)
    labels[::7, 1] = np.nan
    return stratified_split(concept_set(labels), val=0.2, test=0.2)


def test_concepts_are_learned(splits):
    run = fit(Recipe.scratch(epochs=8, lr=3e-3, batch_size=8), splits, seed=0)
    assert run.val_accuracy is None
    assert run.val_score == max(epoch.val_score for epoch in run.history)
    assert score_test(run, splits) > 0.8
    assert run.test_accuracy is None
    json.dumps(run.record(), allow_nan=False)


def test_divergence_is_recorded_not_raised(splits):
    run = fit(Recipe.scratch(optimizer="sgd", lr=1e18, epochs=3), splits, seed=0)
    assert run.status == "diverged"
    json.dumps(run.record(), allow_nan=False)


def test_validation_without_any_positive_is_refused(splits):
    none = concept_set(np.zeros((6, 2)), seed=3)
    blind = Splits(splits.train, none, SealedSet(splits.test.open()), "by hand")
    with pytest.raises(ValueError, match="no validation image shows any concept"):
        fit(Recipe.scratch(epochs=1), blind)


def test_each_concept_needs_its_one_output(splits):
    with pytest.raises(ValueError, match="num_outputs = 5: the images have 2 concepts"):
        fit(Recipe.scratch(num_outputs=5), splits)
