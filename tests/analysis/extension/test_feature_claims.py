"""Claims on features: a world that agrees with the slides reproduces them, and the reverse contradicts them."""

import pytest

from course_lib.analysis.extension.feature_claims import FEATURE_CLAIMS, NUM_STRATEGIES
from course_lib.analysis.extension.ways import ALL_FUSED, DIRECT, HEAD2TOE, LAST_FUSED, WITH_AUXILIARY
from course_lib.analysis.verdicts import judge
from course_lib.sweeps import find_study
from course_lib.sweeps.studies.extension.profiles import PROFILES
from course_lib.sweeps.studies.extension.strategies import FULL, strategies
from fake_features import NETWORKS, all_layers, grid_of

NETWORK = "GoogLeNet-84"
RECIPES = {recipe.name: recipe for recipe in strategies(NETWORKS[NETWORK], PROFILES["mini"], 0.1)}
CLAIMS = {claim.id: claim for claim in FEATURE_CLAIMS}


def world(sign, rates={0.3: 0.3}):  # noqa: B006
    """Runs in which every order is as the slides say (1), or the reverse (−1)."""
    records = []
    for place, (name, recipe) in enumerate(RECIPES.items()):
        level = {"FT3-ex1-512": 0.1, "FT3-ex2-64": -0.1}.get(name, 0.002 * place if recipe.hidden else -0.002 * place)
        ways = {DIRECT: level, LAST_FUSED: level + 0.02, ALL_FUSED: level + 0.04, HEAD2TOE: level + 0.03}
        ways |= {WITH_AUXILIARY: level + 0.025}
        layers = {layer: level + 0.5 * more for layer, more in all_layers(0.005, NETWORK, recipe.hidden).items()}
        ways, layers = ({key: sign * value for key, value in own.items()} for own in (ways, layers))
        records += grid_of(NETWORK, name, ways=ways, layers=layers, hidden=recipe.hidden, noise=0.001, rates=rates)
    return records


def verdicts(records):
    runs = {"strategies": records, "strategies_voc": records}
    expected = {name: len(own) for name, own in runs.items()}
    return {name: judge(claim, runs, expected) for name, claim in CLAIMS.items()}


AGREES = verdicts(world(1))
REVERSED = verdicts(world(-1))


@pytest.mark.parametrize("name", CLAIMS)
def test_a_world_that_agrees_reproduces_each_claim(name):
    assert AGREES[name].verdict == "reproduced", AGREES[name].reason


@pytest.mark.parametrize("name", CLAIMS)
def test_the_reverse_contradicts_each_claim(name):
    assert REVERSED[name].verdict == "contradicted", REVERSED[name].reason


def test_a_rank_at_the_edge_of_the_learning_rates_decides_nothing():
    found = verdicts(world(1, rates={0.1: 0.1, 0.3: 0.3, 1.0: 0.4}))
    for name in (
        "extension-top-five",
        "extension-five-worst",
        "extension-better-features",
        "extension-features-beat-direct",
    ):
        assert found[name].verdict == "undecided"
        assert "end of the" in found[name].reason or "end of their" in found[name].reason


def test_all_strategies_of_the_studies_are_ranked():
    assert len(set(RECIPES) - {FULL}) == NUM_STRATEGIES
    for claim in FEATURE_CLAIMS:
        assert all(find_study(name).document == "extension" for name in claim.studies)


def test_chance_is_told_with_the_ranks():
    assert "33% for one network and 1.2% for all four" in CLAIMS["extension-top-five"].tested
