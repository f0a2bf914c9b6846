import pytest

from course_lib.data.augmentation import RandomHorizontalFlip
from course_lib.training.recipe import L2SP, Recipe, make_recipe

STAGES = ("stem", "stage1", "stage2", "stage3", "stage4", "head")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, [0.1] * 6),
        ({"multipliers": {"inner": 0}}, [0, 0, 0, 0, 0, 0.1]),
        ({"multipliers": {"inner": 0.5, "stage4": 1, "head": 2}}, [0.05, 0.05, 0.05, 0.05, 0.1, 0.2]),
    ],
)
def test_rate_of_each_stage(settings, expected):
    rates = Recipe(lr=0.1, **settings).rates(STAGES)
    assert list(rates) == list(STAGES)
    assert list(rates.values()) == pytest.approx(expected)


def test_cosine_starts_at_the_rate_and_falls_to_nearly_nothing():
    recipe = Recipe(lr=0.1, schedule="cosine", epochs=10)
    assert recipe.rate_of("head", 0) == 0.1
    assert recipe.rate_of("head", 5) == pytest.approx(0.05)
    assert recipe.rate_of("head", 9) < 0.003


def test_warm_up_rises_in_equal_steps_and_then_falls():
    recipe = Recipe(lr=0.4, schedule="warmup_cosine", epochs=20)
    rates = [recipe.rate_of("head", epoch) for epoch in range(20)]
    assert rates[:4] == pytest.approx([0.1, 0.2, 0.3, 0.4])
    assert rates[4:] == sorted(rates[4:], reverse=True)
    assert Recipe(lr=0.4, schedule="warmup_cosine", epochs=1).rate_of("head", 0) == pytest.approx(0.2)


def test_the_three_strategies_differ_where_the_document_says():
    scratch, last, full = Recipe.scratch(), Recipe.last_layer(), Recipe.full()
    assert scratch.start is None
    assert last.start == full.start != None  # noqa: E711
    assert set(full.rates(STAGES).values()) == {full.lr}
    assert [stage for stage, rate in last.rates(STAGES).items() if rate] == ["head"]


def test_identity_ignores_the_label_and_the_type_of_a_number():
    assert Recipe(name="a", lr=1).identity() == Recipe(name="b", lr=1.0).identity()
    assert Recipe(lr=1).identity() != Recipe(lr=2).identity()
    assert Recipe(penalty=L2SP(alpha=0.1)).identity() != Recipe().identity()


def test_augmentation_belongs_to_a_recipe_and_its_absence_changes_no_identity():
    assert "augmentation" not in Recipe().identity()
    assert "cached_views" not in Recipe().identity()
    weak, strong = (Recipe(augmentation=[{"name": "RandomAffine", "degrees": d}]) for d in (5, 10))
    assert len({Recipe().identity(), weak.identity(), strong.identity()}) == 3
    assert Recipe(**strong.model_dump(mode="json")) == strong


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"lr": 0}, ["lr", "0", "greater than 0"]),
        ({"lr": -0.1}, ["lr", "-0.1"]),
        ({"lr": float("nan")}, ["lr", "nan"]),
        ({"lr": "abc"}, ["lr", "abc", "number"]),
        ({"learning_rate": 0.1}, ["unknown setting 'learning_rate'", "lr"]),
        ({"optimizer": "sdg"}, ["optimizer", "sdg", "'sgd' or 'adam'"]),
        ({"epochs": 0}, ["epochs", "0"]),
        ({"momentum": 1.0}, ["momentum", "1.0"]),
        ({"multipliers": {"stem": -1}}, ["multipliers.stem", "-1"]),
        ({"lr": 0, "epochs": 0}, ["lr", "epochs"]),  # all culprits at once
        ({"augmentation": [{"name": "RandomCrop", "padding": -3}]}, ["augmentation.0.RandomCrop: padding = -3"]),
        ({"augmentation": [{"name": "Flip"}]}, ["augmentation.0", "Flip", "'RandomHorizontalFlip'"]),
        ({"penalty": {"alpha": -1}}, ["penalty: alpha = -1"]),
    ],
)
def test_a_wrong_setting_is_refused_in_one_sentence(settings, words):
    with pytest.raises(ValueError, match="Recipe refused") as caught:
        make_recipe("full", **settings)
    assert "\n" not in str(caught.value)
    for word in words:
        assert word in str(caught.value)


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="unknown recipe 'fine'.*scratch, last_layer, full"):
        make_recipe("fine")
    with pytest.raises(ValueError, match="unknown stage 'layer9'.*stem"):
        Recipe(multipliers={"layer9": 1}).rates(STAGES)
    with pytest.raises(ValueError, match="starts from random weights"):
        make_recipe("scratch", start="mini_resnet18")


def test_only_training_images_are_augmented_unless_the_mistake_is_asked_for():
    flips = {"augmentation": (RandomHorizontalFlip(),)}
    right, late = Recipe(**flips), Recipe(**flips, augmentation_order="after_normalisation")
    leaky = Recipe(**flips, augmentation_order="after_normalisation_and_in_val")
    assert [right.augments(part) for part in ("train", "val", "test")] == [True, False, False]
    assert [late.augments(part) for part in ("train", "val", "test")] == [True, False, False]
    assert [leaky.augments(part) for part in ("train", "val", "test")] == [True, True, False]
    assert not Recipe().augments("train")


def test_the_order_changes_the_key_only_where_it_is_mistaken():
    flips = {"augmentation": (RandomHorizontalFlip(),)}
    assert "augmentation_order" not in Recipe(**flips).identity()
    assert Recipe(**flips, augmentation_order="after_normalisation").identity() != Recipe(**flips).identity()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "augmentation_order = 'after_normalisation' without augmentation"),
        ({"augmentation": (RandomHorizontalFlip(),), "cached_views": 2}, "cached_views are always made before"),
        ({"augmentation_order": "last"}, "augmentation_order"),
    ],
)
def test_an_order_without_meaning_is_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        Recipe(**{"augmentation_order": "after_normalisation", **settings})
