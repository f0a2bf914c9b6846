import copy
import json
import pickle

import pytest

from course_lib.data.augmentation import RandomHorizontalFlip
from course_lib.training.penalties.settings import L2SP
from course_lib.training.recipe import FOUNDING, Recipe, make_recipe

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


def test_a_later_setting_changes_no_key_until_it_is_used():
    """By construction, so also for settings that are still to come."""

    class Later(Recipe):
        surprise: int = 0

    assert Later().identity() == Recipe().identity()
    assert "surprise" in Later(surprise=1).identity()
    assert set(json.loads(Recipe().identity())) == set(FOUNDING)


def test_equal_trainings_have_one_spelling():
    """A multiplier of the head is part of the learning rate: rates, keys, hashes and equality are the same."""
    one, other = Recipe(lr=0.01, multipliers={"inner": 0.1}), Recipe(lr=0.001, multipliers={"head": 10})
    assert one == other
    assert hash(one) == hash(other)
    assert one.identity() == other.identity() == Recipe(lr=0.01, multipliers={"inner": 0.1, "head": 1}).identity()
    assert Recipe(lr=0.1, multipliers={"inner": 1.0}) == Recipe(lr=0.1)
    layered = Recipe.layered(inner=0.001, head=0.01, epochs=3)
    assert layered.identity() == Recipe.full(lr=0.01, multipliers={"inner": 0.1}, epochs=3).identity()
    assert Recipe.layered(inner=0.01, head=0.1).multipliers == {"inner": 0.1}, "0.01 / 0.1 is 0.0999… in floats"
    graduated = Recipe(
        lr=0.001 * 0.5, multipliers={"stem": 0, "stage1": 1, "stage2": 2, "stage3": 4, "stage4": 8, "head": 16}
    )
    assert list(graduated.rates(STAGES).values()) == pytest.approx([0, 0.0005, 0.001, 0.002, 0.004, 0.008])
    with pytest.raises(ValueError, match="head = 0: the learning rate of the head must be above 0"):
        Recipe.layered(inner=0.1, head=0)


def test_settings_without_effect_are_refused():
    """They would give one training two keys."""
    for settings, culprit in (({"aux_weight": 0.5}, "aux_weight = 0.5 has no effect without aux_heads"),
                              ({"step_factor": 0.5}, "step_factor = 0.5 has no effect without milestones"),
                              ({"schedule": "steps", "milestones": (50,)}, "beyond the 30 epochs")):  # fmt: skip
        with pytest.raises(ValueError, match=culprit):
            Recipe(**settings)
    assert Recipe.full(fresh=("stage4", "stage3")) == Recipe.full(fresh=("stage3", "stage4", "stage4"))
    with pytest.raises(ValueError, match="make a rate of inf"):
        Recipe(lr=1e300, multipliers={"head": 1e300})


def test_a_recipe_is_varied_by_one_checked_method():
    recipe = Recipe.full(lr=0.01, multipliers={"stem": 0.5})
    assert recipe.replace(lr=0.1) == Recipe.full(lr=0.1, multipliers={"stem": 0.5})
    assert recipe.model_copy(update={"lr": 0.1}) == recipe.replace(lr=0.1)
    for vary in (lambda: recipe.replace(lr=-1), lambda: recipe.model_copy(update={"lr": -1})):
        with pytest.raises(ValueError, match="lr = -1"):
            vary()
    with pytest.raises(ValueError, match="unknown setting 'rate'"):
        recipe.replace(rate=1)


def test_a_recipe_cannot_be_changed_in_place():
    recipe = Recipe(multipliers={"stem": 0.5}, decays={"head": 0.1})
    for change in (lambda: recipe.multipliers.update(stem=1), lambda: recipe.multipliers.pop("stem"),
                   lambda: recipe.decays.__setitem__("head", 0), lambda: recipe.multipliers.clear()):  # fmt: skip
        with pytest.raises(TypeError, match="replace"):
            change()
    travelled = pickle.loads(pickle.dumps(recipe))
    assert travelled == recipe == copy.deepcopy(recipe)
    assert len({travelled, recipe}) == 1


def test_the_start_fits_the_architecture():
    assert Recipe.full(architecture="resnet18").start == "torchvision:resnet18"
    assert Recipe.last_layer(architecture="mini_squeezenet").start == "mini_squeezenet"
    with pytest.raises(ValueError, match="weights of mini_resnet18.*'resnet18'.*torchvision:resnet18"):
        Recipe.full(architecture="resnet18", start="mini_resnet18")
    with pytest.raises(ValueError, match="weights of resnet34"):
        Recipe(start="torchvision:resnet34")
    with pytest.raises(ValueError, match="unknown architecture 'resnet19'"):
        Recipe.full(architecture="resnet19")


def test_steps_fall_at_the_milestones():
    recipe = Recipe(lr=0.1, schedule="steps", milestones=(2, 5), step_factor=0.1, epochs=6)
    assert [recipe.rate_of("head", epoch) for epoch in range(6)] == pytest.approx([0.1, 0.1, 0.01, 0.01, 0.01, 0.001])
    for wrong in ({"schedule": "steps"}, {"milestones": (3,)}, {"schedule": "steps", "milestones": (5, 2)}):
        with pytest.raises(ValueError, match="milestones"):
            Recipe(**wrong)


def test_steps_may_warm_up():
    recipe = Recipe(lr=0.1, schedule="steps", milestones=(4,), warmup_epochs=3, epochs=6)
    assert [recipe.rate_of("head", epoch) for epoch in range(6)] == pytest.approx([0.025, 0.05, 0.075, 0.1, 0.01, 0.01])
    with pytest.raises(ValueError, match="warmup_epochs = 3 has no effect without milestones"):
        Recipe(warmup_epochs=3)
    with pytest.raises(ValueError, match="warmup_epochs = 5 go on after the first of .4."):
        recipe.replace(warmup_epochs=5)


def test_rates_that_are_found_while_training_are_part_of_the_identity_when_used():
    assert not {"layer_rates", "warmup_epochs"} & set(json.loads(Recipe().identity()))
    recipes = [Recipe(lr=1, optimizer=name) for name in ("sgd", "adam", "dog", "ldog")]
    assert len({r.identity() for r in (*recipes, Recipe(lr=1, layer_rates="auto_rgn"))}) == 5


def test_decay_and_freshness_by_path():
    recipe = Recipe.full(weight_decay=1e-4, decays={"policy": 1e-3}, fresh=("a.stage3", "b"))
    assert [recipe.decay_of(path) for path in ("stem", "policy.block1", "head")] == [1e-4, 1e-3, 1e-4]
    assert [recipe.is_fresh(path) for path in ("a.stage3", "a.stage2", "b.stage1", "head")] == [
        True,
        False,
        True,
        False,
    ]
    with pytest.raises(ValueError, match="fresh = .'stage4'. without start"):
        Recipe.scratch(fresh=("stage4",))


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
        ({"optimizer": "sdg"}, ["optimizer", "sdg", "'sgd', 'adam', 'dog' or 'ldog'"]),
        ({"epochs": 0}, ["epochs", "0"]),
        ({"momentum": 1.0}, ["momentum", "1.0"]),
        ({"multipliers": {"stem": -1}}, ["multipliers.stem", "-1"]),
        ({"lr": 0, "epochs": 0}, ["lr", "epochs"]),  # all culprits at once
        ({"augmentation": [{"name": "RandomCrop", "padding": -3}]}, ["augmentation.0.RandomCrop: padding = -3"]),
        ({"augmentation": [{"name": "Flip"}]}, ["augmentation.0", "Flip", "'RandomHorizontalFlip'"]),
        ({"penalty": {"alpha": -1}}, ["penalty.l2sp: alpha = -1"]),
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


def test_the_three_extension_strategies():
    """Pretrained stages move at a tenth of the rate of what is new, unless settings say otherwise."""
    ft1, ft2, ft3 = (make_recipe(name, lr=0.01) for name in ("ft1", "ft2", "ft3"))
    for recipe in (ft1, ft2, ft3):
        assert recipe.start == "mini_resnet18"
        assert recipe.rate_of("stage3") == pytest.approx(0.001)
        assert recipe.rate_of("head") == recipe.rate_of("head.aux1") == 0.01
    assert (ft1.fresh, ft1.hidden, ft3.fresh, ft3.hidden) == ((), (), (), (512,))
    assert (ft2.fresh, ft2.rate_of("stage4")) == (("stage4",), 0.01)
    assert ft1 == make_recipe("full", lr=0.01, multipliers={"inner": 0.1}, name="ft1")
    last_two = make_recipe("ft2", lr=0.01, fresh=["stage3", "stage4"])
    assert last_two.multipliers == {"inner": 0.1, "stage3": 1.0, "stage4": 1.0}
    frozen = make_recipe("ft2", multipliers={"inner": 0.0, "stage4": 1.0})
    assert (frozen.rate_of("stage1"), frozen.rate_of("stage4")) == (0.0, 1e-3)
    assert make_recipe("ft3", architecture="mini_googlenet", hidden=[64, 64]).start == "mini_googlenet"
    for wrong in ("stage4", 5):
        with pytest.raises(ValueError, match="Recipe refused: fresh"):
            make_recipe("ft2", fresh=wrong)


def test_l2sp_is_full_fine_tuning_with_a_pull():
    recipe = make_recipe("l2sp", epochs=3)
    assert recipe == make_recipe("full", name="l2sp", epochs=3, penalty=L2SP(alpha=0.01, beta=0.01))
    assert make_recipe("l2sp", penalty={"alpha": 0.1}).penalty == L2SP(alpha=0.1)


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
