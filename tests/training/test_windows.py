"""Training on random windows (`DataSpec.crop`): where they lie, and that nothing else sees them."""

from collections import Counter

import pytest
import torch

from course_lib.data.augmentation import RandomInvert
from course_lib.data.imageset import ImageSet
from course_lib.data.spec import DataSpec, prepare
from course_lib.sweeps.trial import Trial
from course_lib.training.fitting import fit
from course_lib.training.heads import fit_heads
from course_lib.training.inputs import Pixels, StageOutputs, normalise
from course_lib.training.prediction import evaluate
from course_lib.training.prefix import make_inputs
from course_lib.training.probes import score_test
from course_lib.training.recipe import Recipe

CPU = torch.device("cpu")
MEAN, STD = torch.tensor([0.5, 0.4, 0.3]), torch.tensor([0.25, 0.2, 0.3])
SIDE, WINDOW = 9, 6


@pytest.fixture
def images():
    """Images whose red and green values tell row, column and number of the image."""
    rows = torch.arange(SIDE)
    pixels = torch.empty(32, 3, SIDE, SIDE, dtype=torch.uint8)
    pixels[:, 0], pixels[:, 1] = rows[:, None], rows[None, :]
    pixels[:, 2] = torch.arange(32)[:, None, None]
    names = tuple(f"a/{i}" for i in range(32))
    return ImageSet(pixels, torch.arange(32), torch.zeros(32, dtype=torch.int64), ("a", "b"), names, "a test")


def inputs_of(images, seed=0, **options):
    return Pixels(images, torch.zeros(3), torch.ones(3), CPU, seed=seed, crop=WINDOW, **options)


def places(batch):
    """Row and column of the windows' corners; the windows hold what lies there."""
    values = (batch * 255).round().to(torch.int64)
    assert values.shape[-2:] == (WINDOW, WINDOW)
    tops, lefts = values[:, 0, 0, 0], values[:, 1, 0, 0]
    steps = torch.arange(WINDOW)
    assert (values[:, 0] == tops[:, None, None] + steps[:, None]).all()
    assert (values[:, 1] == lefts[:, None, None] + steps).all()
    return list(zip(tops.tolist(), lefts.tolist(), strict=True)), values[:, 2, 0, 0]


def test_windows_are_parts_of_their_image(images):
    rows = torch.tensor([5, 3, 31])
    _, numbers = places(inputs_of(images).batch(rows)[0])
    assert numbers.tolist() == rows.tolist()


def test_every_place_is_as_likely(images):
    inputs, epochs = inputs_of(images), 100
    counts = Counter(place for _ in range(epochs) for place in places(inputs.batch(torch.arange(32))[0])[0])
    each = SIDE - WINDOW + 1
    assert set(counts) == {(top, left) for top in range(each) for left in range(each)}  # the borders, too
    expected = 32 * epochs / each**2
    chi_square = sum((count - expected) ** 2 / expected for count in counts.values())
    assert chi_square < 37.7  # its 99.9 % point with 15 degrees of freedom


def test_images_and_epochs_differ_and_seeds_repeat_them(images):
    rows = torch.arange(32)
    inputs, again, other = inputs_of(images), inputs_of(images), inputs_of(images, seed=1)
    first, second = (places(inputs.batch(rows)[0])[0] for _ in range(2))
    assert first == places(again.batch(rows)[0])[0]
    assert len(set(first)) > 5
    assert first != second
    assert first != places(other.batch(rows)[0])[0]


def test_windows_come_before_the_augmentation(images):
    batch = inputs_of(images, transforms=(RandomInvert(p=1.0),)).batch(torch.arange(32))[0]
    assert places(1 - batch)[0] == places(inputs_of(images).batch(torch.arange(32))[0])[0]


def spec_of(folder, **fields):
    return DataSpec(source=f"folder:{folder}", size=32, split="stratified", **fields)


def test_only_training_sees_windows(folder, weights):
    """What `fit` and `score_test` report is what the model makes of the whole images."""
    splits = prepare(spec_of(folder, crop=24))
    assert splits.train.size == splits.val.size == (32, 32)
    recipe = Recipe.full(start=weights, epochs=2, lr=1e-3)
    run = fit(recipe, splits, seed=0)
    loss, right = evaluate(run.model, Pixels(splits.val, run.mean, run.std, CPU))
    assert run.history[run.best_epoch].val_loss == pytest.approx(loss, rel=1e-4)
    assert run.val_accuracy == int(right.sum()) / len(splits.val)
    score_test(run, splits)
    test = splits.test.open()
    _, right = evaluate(run.model, Pixels(test, run.mean, run.std, CPU))
    assert run.test_outcomes == "".join(str(int(r)) for r in right)
    whole = fit(recipe, prepare(spec_of(folder)), seed=0)
    assert whole.history[0].train_loss != run.history[0].train_loss
    again = fit(recipe, splits, seed=0)
    assert [e.train_loss for e in again.history] == [e.train_loss for e in run.history]


def test_outputs_of_frozen_stages_are_not_kept_for_windows(folder, weights):
    splits, recipe = prepare(spec_of(folder, crop=24)), Recipe.last_layer(start=weights, epochs=1)
    model = fit(recipe, splits).model
    options = (MEAN, STD, CPU)
    train = make_inputs(recipe, model, splits.train, *options, part="train", crop=splits.crop)
    assert isinstance(train, Pixels)
    assert train.batch(torch.arange(4))[0].shape == (4, 3, 24, 24)
    val = make_inputs(recipe, model, splits.val, *options)
    assert isinstance(val, StageOutputs)
    plain = Pixels(splits.val, *options).batch(torch.arange(4))[0]
    torch.testing.assert_close(plain, normalise(splits.val.images[:4], MEAN, STD))
    views = recipe.replace(augmentation=[{"name": "RandomHorizontalFlip"}], cached_views=2)
    with pytest.raises(
        ValueError, match="cached_views = 2 keeps outputs of whole images, and crop = 24 trains on other"
    ):
        fit(views, splits)
    with pytest.raises(
        ValueError, match="heads train together on kept outputs, crop = 24 gives other images each epoch"
    ):
        fit_heads([recipe], splits, [0])


def test_a_trial_with_windows_has_a_key_of_its_own_and_trains_alone(folder, weights):
    recipe = Recipe.last_layer(start=weights, epochs=1)
    plain, cropped, smaller = (Trial(recipe, spec_of(folder, crop=crop), 0) for crop in (None, 24, 20))
    assert len({trial.key() for trial in (plain, cropped, smaller)}) == 3
    assert "crop" not in plain.data.model_dump()
    assert cropped.data.model_dump()["crop"] == 24
    assert DataSpec(**cropped.data.model_dump(mode="json")) == cropped.data
    assert prepare(cropped.data).test_hash == prepare(plain.data).test_hash
    assert prepare(cropped.data).rule.endswith("; trains on random windows of 24 pixels")
    assert plain.group() is not None
    assert cropped.group() is None
    record = cropped.run()
    assert record["data"]["crop"] == 24
    assert record["key"] == cropped.key()


def test_a_window_larger_than_the_image_is_refused():
    with pytest.raises(
        ValueError, match="^DataSpec refused: crop = 80 is larger than size = 72: choose a smaller window$"
    ):
        DataSpec(size=72, crop=80)
    assert DataSpec(size=72, crop=72).crop == 72
    with pytest.raises(ValueError, match="DataSpec refused: crop = 0"):
        DataSpec(crop=0)


def test_a_window_of_the_images_size_is_the_image(images):
    inputs = Pixels(images, torch.zeros(3), torch.ones(3), CPU, crop=SIDE)
    torch.testing.assert_close(inputs.batch(torch.arange(32))[0], images.images / 255)
