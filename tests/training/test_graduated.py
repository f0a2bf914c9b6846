import pytest

from course_lib.training.defaults import default_recipe, describe_settings
from course_lib.training.graduated import (
    MULTIPLIERS,
    SCALES,
    STAGES,
    graduated_recipe,
    random_recipes,
    rate_settings,
    spread_multipliers,
)

PATHS = (*STAGES, "head")


def test_the_documents_example():
    """Dube et al.: at scale 0.5 the third inner layer has the rate 0.5 · 2 · 0.001."""
    rates = graduated_recipe(0.5).rates(PATHS)
    assert rates == pytest.approx(
        {"stem": 0, "stage1": 0.0005, "stage2": 0.001, "stage3": 0.002, "stage4": 0.004, "head": 0.008}
    )
    uniform = graduated_recipe(1, multipliers=(2,) * 5, head_multiplier=10, epochs=3)
    assert uniform.rates(PATHS) == pytest.approx(dict.fromkeys(STAGES, 0.002) | {"head": 0.01})
    assert len({graduated_recipe(scale).identity() for scale in SCALES}) == 11


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="3 multipliers for the 5 stages stem, stage1"):
        graduated_recipe(1, multipliers=(0, 1, 2))
    with pytest.raises(ValueError, match="scale = 0"):
        graduated_recipe(0)
    with pytest.raises(ValueError, match="only 12 different recipes"):
        list(random_recipes(13, scales=(1, 2, 3), choices=(0, 1), stages=("a", "b")))


def test_random_recipes_are_the_same_every_time_and_different_from_one_another():
    recipes = list(random_recipes(40, seed=3, epochs=5))
    assert recipes == list(random_recipes(40, seed=3, epochs=5))
    assert recipes[:7] == list(random_recipes(7, seed=3, epochs=5))
    assert recipes != list(random_recipes(40, seed=4, epochs=5))
    assert len({recipe.identity() for recipe in recipes}) == 40
    assert {recipe.epochs for recipe in recipes} == {5}
    assert (
        len({r.identity() for r in random_recipes(12, scales=(1, 2, 3), choices=(0, 1), stages=("stem", "stage1"))})
        == 12
    )


def test_random_recipes_keep_to_the_documents_ranges():
    seen = set()
    for recipe in random_recipes(300):
        rates = recipe.rates(PATHS)
        scale = round(rates["head"] / 0.016, 6)
        assert scale in SCALES
        multipliers = [round(rates[stage] / (0.001 * scale), 6) for stage in STAGES]
        assert set(multipliers) <= set(MULTIPLIERS)
        seen |= {(stage, value) for stage, value in zip(STAGES, multipliers, strict=True)}
    assert len(seen) == 25, "every value at every stage"


def test_rates_of_ones_own_training_are_the_documents():
    settings = rate_settings(MULTIPLIERS, scale=0.5, start="mini_resnet18")
    recipe = default_recipe("full", 100, **settings)
    assert recipe.rates(PATHS) == pytest.approx(graduated_recipe(0.5).rates(PATHS))
    said = describe_settings("full", recipe, 48, 100)
    assert "stem 0 (frozen), stage1 0.0005, stage2 0.001, stage3 0.002, stage4 0.004, head 0.008" in said
    doubled = default_recipe("full", 100, **rate_settings(MULTIPLIERS, start="mini_resnet18", lr=0.002))
    assert doubled.lr == pytest.approx(0.032)


def test_every_network_maps_its_own_stages():
    assert spread_multipliers("mini_resnet18", MULTIPLIERS) == dict(zip(STAGES, MULTIPLIERS, strict=True))
    for name in ("efficientnet_lite0", "timm:resnet18"):
        pytest.importorskip("timm")
        found = list(spread_multipliers(name, MULTIPLIERS).values())
        assert found == sorted(found)
        assert (found[0], found[-1]) == (0, 8)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"multipliers": (1, 2)}, "rates = 1,2: give 5 multipliers"),
        ({"multipliers": (0, 1, -2, 4, 8)}, "rates = 0,1,-2,4,8: a multiplier is 0"),
        ({"multipliers": MULTIPLIERS, "scale": 0}, "scale = 0"),
        ({"multipliers": MULTIPLIERS, "head_multiplier": float("nan")}, "head rate = nan"),
    ],
)
def test_rates_that_do_not_fit_are_refused(asked, told):
    with pytest.raises(ValueError, match=told):
        rate_settings(**asked)
