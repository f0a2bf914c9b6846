"""Contract 5: a cached prefix changes nothing but the time; and it is computed once, for what it is, within limits."""

import shutil

import numpy as np
import pytest
import torch

from course_lib.data.splits import stratified_split
from course_lib.models.starting import start_model
from course_lib.training import prefix
from course_lib.training.fitting import fit
from course_lib.training.inputs import Pixels, StageOutputs, normalise
from course_lib.training.precision import memory_format
from course_lib.training.prefix import frozen_prefix, make_inputs, prefix_outputs
from course_lib.training.probes import score_test
from course_lib.training.recipe import Recipe
from extras import LITE0, needs_imagenet

CPU = torch.device("cpu")
MEAN, STD = torch.tensor([0.5, 0.5, 0.5]), torch.tensor([0.25, 0.25, 0.25])
HEAD_AND_STAGE4 = {"inner": 0, "stage4": 1}


@pytest.fixture
def model(weights):
    return start_model("mini_resnet18", weights, 3).to(memory_format=memory_format(CPU))


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty cache."""
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("multipliers", "expected"),
    [
        ({}, None),
        ({"inner": 0}, "pool"),
        (HEAD_AND_STAGE4, "stage3"),
        ({"stem": 0, "stage1": 0}, "stage1"),
        ({"stage4": 0}, None),  # frozen, but no prefix: what it sees changes
        ({"inner": 0, "stem": 1}, None),
        ({"inner": 0, "stage2": 1}, "stage1"),
    ],
)
def test_the_prefix_is_what_the_recipe_leaves_as_it_is(model, multipliers, expected):
    assert frozen_prefix(Recipe(multipliers=multipliers), model) == expected


def test_freshly_augmented_images_are_seen_afresh_and_the_others_are_not(model, splits):
    recipe = Recipe(multipliers={"inner": 0}, augmentation=[{"name": "RandomHorizontalFlip"}])
    assert isinstance(make_inputs(recipe, model, splits.train, MEAN, STD, CPU, part="train"), Pixels)
    assert isinstance(make_inputs(recipe, model, splits.val, MEAN, STD, CPU), StageOutputs)


@pytest.mark.parametrize("architecture", ["mini_resnet18", pytest.param(LITE0, marks=needs_imagenet)])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("multipliers", [HEAD_AND_STAGE4, {"inner": 0}], ids=["stage4", "head"])
def test_contract_5_a_cached_prefix_changes_nothing(make_images, multipliers, optimizer, architecture):
    splits = stratified_split(make_images(size=64), val=0.2, test=0.2, seed=0)
    settings = {"multipliers": multipliers, "optimizer": optimizer, "architecture": architecture}
    recipe = Recipe.full(epochs=4, batch_size=12, lr=1e-3, **settings)
    plain, cached = (fit(recipe, splits, seed=1, shortcuts=shortcuts) for shortcuts in (False, True))
    # Adam divides a gradient by its own size: where that is all rounding, a weight of a deep stage moves a whole step
    # either way. Losses hardly notice, and of the many stages of EfficientNet one image may.
    rounding = optimizer == "adam" and "stage4" in multipliers
    close, flips = (0.03, 1) if rounding and architecture == LITE0 else (1e-3, 0)
    for one, other in zip(plain.history, cached.history, strict=True):
        assert one.train_loss == pytest.approx(other.train_loss, rel=close)
        assert abs(one.val_accuracy - other.val_accuracy) * len(splits.val) <= flips + 1e-6
    if not rounding:
        for name, value in plain.model.state_dict().items():
            torch.testing.assert_close(cached.model.state_dict()[name], value, rtol=1e-3, atol=1e-5, msg=name)
    score_test(plain, splits, shortcuts=False), score_test(cached, splits)
    assert sum(map(str.__ne__, plain.test_outcomes, cached.test_outcomes)) <= flips
    assert plain.provenance["shortcuts"] is False  # its seconds are of another kind
    assert "shortcuts" not in cached.provenance


@pytest.mark.parametrize(
    "settings",
    [{"optimizer": "dog", "lr": 1}, {"optimizer": "ldog", "lr": 1}, {"optimizer": "sgd", "layer_rates": "auto_rgn"},
     {"optimizer": "sgd", "schedule": "steps", "milestones": (2,), "warmup_epochs": 1}],
    ids=str,
)  # fmt: skip
def test_contract_5_with_rates_that_are_found_while_training(make_images, settings):
    splits = stratified_split(make_images(size=64), val=0.2, test=0.2, seed=0)
    recipe = Recipe.full(epochs=3, batch_size=12, multipliers=HEAD_AND_STAGE4, **settings)
    plain, cached = (fit(recipe, splits, seed=1, shortcuts=shortcuts) for shortcuts in (False, True))
    assert [e.val_accuracy for e in plain.history] == [e.val_accuracy for e in cached.history]
    assert [e.val_loss for e in plain.history] == pytest.approx([e.val_loss for e in cached.history], rel=1e-3)
    for one, other in zip(plain.history, cached.history, strict=True):
        assert one.rates == pytest.approx(other.rates, rel=1e-3)
    for name, value in plain.model.state_dict().items():
        torch.testing.assert_close(cached.model.state_dict()[name], value, rtol=1e-3, atol=1e-5, msg=name)


@pytest.mark.parametrize("architecture", ["mini_resnet18", pytest.param(LITE0, marks=needs_imagenet)])
@pytest.mark.parametrize("mode", ["batch", "running", "frozen", "affine_only"])
def test_the_outputs_are_those_of_the_frozen_stages_in_every_mode(splits, weights, mode, architecture):
    """What is kept, run through the rest of the trained model, gives the logits of the whole model."""
    settings = {"architecture": architecture} if architecture == LITE0 else {"start": weights}
    recipe = Recipe.full(epochs=1, multipliers=HEAD_AND_STAGE4, normalisation=mode, lr=0.01, **settings)
    run = fit(recipe, splits, seed=0)
    inputs = make_inputs(recipe, run.model, splits.val, run.mean, run.std, CPU)
    with torch.no_grad():
        whole = run.model(normalise(splits.val.images, run.mean, run.std))
        rest = run.model.features(inputs.batch(torch.arange(len(splits.val)))[0], "head", after="stage3")
    torch.testing.assert_close(rest, whole, rtol=1e-4, atol=1e-5)


def test_outputs_are_computed_once(splits, model, home):
    """The second time they come from the file: what was written into it is found."""
    first = prefix_outputs(model, splits.train, "stage3", MEAN, STD, device=CPU)
    assert first.dtype == torch.float32
    assert len(first) == len(splits.train)
    (file,) = (home / "cache" / "features").glob("*.npy")
    np.save(file, np.load(file) + 1)
    assert torch.equal(prefix_outputs(model, splits.train, "stage3", MEAN, STD, device=CPU), first + 1)


def test_what_the_outputs_depend_on_names_them(splits, model, home, monkeypatch):
    def names():
        return {file.name for file in (home / "cache" / "features").glob("*.npy")}

    def added(model=model, images=splits.train, until="stage3", mean=MEAN, std=STD, **options):
        before = names()
        prefix_outputs(model, images, until, mean, std, device=CPU, **options)
        return len(names() - before)

    from course_lib.data.augmentation import RandomHorizontalFlip

    assert added() == 1
    assert added() == 0
    assert added(images=splits.val) == 1
    assert added(until="stage2") == 1
    assert added(mean=MEAN + 0.1) == 1
    assert added(std=STD + 0.1) == 1
    assert added(transforms=(RandomHorizontalFlip(),), num_views=2) == 1
    assert added(transforms=(RandomHorizontalFlip(p=0.25),), num_views=2) == 1
    assert added(transforms=(RandomHorizontalFlip(p=0.25),), num_views=3) == 1
    monkeypatch.setattr(prefix, "TRAINING_VERSION", 0)
    assert added() == 1, "the code that made them"
    monkeypatch.undo()
    monkeypatch.setenv("COURSE_HOME", str(home))
    with torch.no_grad():
        model.stages["stage4"][0].conv1.weight.add_(1)
    assert added() == 0, "a later stage does not matter"
    with torch.no_grad():
        model.stages["stem"].bn.running_mean.add_(1)
    assert added() == 1, "running statistics do"


def test_larger_outputs_are_memory_mapped(splits, model, home, monkeypatch):
    opened = []
    load = np.load
    monkeypatch.setattr(np, "load", lambda *args, **options: opened.append(options) or load(*args, **options))
    mapped = prefix_outputs(model, splits.train, "stage1", MEAN, STD, device=CPU, memory_limit_mb=0.01)
    read = prefix_outputs(model, splits.train, "stage1", MEAN, STD, device=CPU)
    assert [options["mmap_mode"] for options in opened] == ["c", None]
    assert torch.equal(mapped, read)


def test_the_disk_has_a_limit_and_the_oldest_go_first(splits, model, home, monkeypatch):
    monkeypatch.setattr("course_lib.data.cache.DISK_LIMIT_MB", 0.2)
    for stage in ("stage1", "stage2", "stage3", "stage4"):
        prefix_outputs(model, splits.train, stage, MEAN, STD, device=CPU)
    left = [file.name for file in (home / "cache" / "features").glob("*.npy")]
    assert sum(file.stat().st_size for file in (home / "cache" / "features").glob("*.npy")) <= 0.2e6
    assert any("stage4" in name for name in left)
    assert not any("stage1" in name for name in left)


def test_a_cache_that_cannot_be_written_costs_time_but_no_run(splits, weights, home):
    recipe = Recipe.last_layer(start=weights, epochs=2)
    expected = fit(recipe, splits, seed=0)
    shutil.rmtree(home / "cache")
    (home / "cache").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.warns(UserWarning, match="until then each epoch computes the frozen stages again"):
        run = fit(recipe, splits, seed=0)
    assert [e.val_accuracy for e in run.history] == [e.val_accuracy for e in expected.history]


def test_a_pool_of_views(splits, model):
    recipe = Recipe(multipliers={"inner": 0}, augmentation=[{"name": "RandomHorizontalFlip"}], cached_views=3)
    inputs = make_inputs(recipe, model, splits.train, MEAN, STD, CPU, part="train")
    assert isinstance(inputs, StageOutputs)
    assert inputs.num_views == 3
    views = inputs.values.view(3, len(splits.train), -1)
    pixels = splits.train.images
    with torch.no_grad():
        plain, flipped = (model.eval().features(normalise(p, MEAN, STD)) for p in (pixels, pixels.flip(-1)))
    is_plain, is_flipped = (torch.isclose(views, known, rtol=1e-3, atol=1e-4).all(dim=2) for known in (plain, flipped))
    assert (is_plain | is_flipped).all()
    assert 0.3 < is_flipped.float().mean() < 0.7
    assert (is_flipped != is_flipped[0]).any(), "the views of an image differ"


def test_a_pool_of_views_needs_something_frozen(splits):
    flip = {"augmentation": [{"name": "RandomHorizontalFlip"}], "cached_views": 2}
    with pytest.raises(ValueError, match="cached_views = 2 .* this recipe trains the first stage"):
        fit(Recipe.scratch(epochs=1, **flip), splits)
    with pytest.raises(ValueError, match="cached_views = 2 .* shortcuts = False"):
        fit(Recipe.last_layer(epochs=1, **flip), splits, shortcuts=False)
    with pytest.raises(ValueError, match="Recipe refused: cached_views = 2 without augmentation"):
        Recipe.last_layer(cached_views=2)


def test_validation_is_never_augmented(splits, model):
    recipe = Recipe(multipliers={"inner": 0}, augmentation=[{"name": "RandomInvert", "p": 1.0}], cached_views=2)
    val = make_inputs(recipe, model, splits.val, MEAN, STD, CPU)
    assert val.num_views == 1
    fresh = recipe.model_copy(update={"cached_views": None, "multipliers": {}})
    pixels = make_inputs(fresh, model, splits.val, MEAN, STD, CPU)
    assert isinstance(pixels, Pixels)
    images, _ = pixels.batch(torch.arange(4))
    torch.testing.assert_close(images, normalise(splits.val.images[:4], MEAN, STD))
    train = make_inputs(fresh, model, splits.train, MEAN, STD, CPU, part="train")
    inverted, _ = train.batch(torch.arange(4))
    torch.testing.assert_close(inverted, normalise(255 - splits.train.images[:4], MEAN, STD))


@pytest.mark.parametrize("part", ["train", "val", "test"])
@pytest.mark.parametrize("order", ["before_normalisation", "after_normalisation", "after_normalisation_and_in_val"])
def test_contract_4_normalisation_comes_last_but_where_the_recipe_names_the_mistake(splits, model, order, part):
    """Against both orders written out: a net is fed with the inverse of the image, or of its normalised values."""
    recipe = Recipe(augmentation=[{"name": "RandomInvert", "p": 1.0}], augmentation_order=order)
    images = splits.train.images
    right, wrong = normalise(255 - images, MEAN, STD), 1 - normalise(images, MEAN, STD)
    assert (right - wrong).abs().min() > 0.5
    expected = right if order == "before_normalisation" else wrong
    if part == "test" or (part == "val" and order != "after_normalisation_and_in_val"):
        expected = normalise(images, MEAN, STD)
    found, _ = make_inputs(recipe, model, splits.train, MEAN, STD, CPU, part=part).batch(torch.arange(len(images)))
    torch.testing.assert_close(found, expected)
