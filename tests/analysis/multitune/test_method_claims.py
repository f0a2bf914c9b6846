"""Claims of lesson 16: each verdict follows the runs, in both directions."""

import zlib

import pytest

from course_lib.analysis.multitune.method_claims import METHOD_CLAIMS
from course_lib.analysis.multitune.switch_claims import SWITCH_CLAIMS
from course_lib.analysis.multitune.switches import released_state
from course_lib.analysis.multitune.time_claims import TIME_CLAIMS
from course_lib.analysis.multitune.times import time_change
from course_lib.analysis.verdicts import judge
from fake_multitune import fake_runs, trials_of

CLAIMS = {claim.id: claim for claim in (*METHOD_CLAIMS, *SWITCH_CLAIMS, *TIME_CLAIMS)}
JOINED = ("MultiTune", "MultiTune, one block")


def of(**gains):
    """Test accuracy by what the name of a recipe is or begins with; spaces are written as underscores."""
    gains = {name.replace("_", " "): gain for name, gain in gains.items()}

    def value(trial):
        return 0.75 + next((gain for name, gain in gains.items() if trial.recipe.name == name), 0.0)

    return value


def joined(gain, few=None):
    return lambda t: 0.75 + (gain if few is None or t.data.per_class else few) * (t.recipe.name in JOINED)


def spottune(gain):
    return of(SpotTune=gain)


# Claim → (worlds in which it holds, fails): of each the accuracy of a trial, and further settings of `fake_runs`.
WORLDS = {
    "multitune-beats-fine-grained": (joined(0.06), joined(-0.06)),
    "multitune-beats-general": (joined(0.06), joined(-0.06)),
    "multitune-beats-fine-grained-block": (joined(0.06), joined(-0.06)),
    "multitune-beats-general-block": (joined(0.06), joined(-0.06)),
    "multitune-not-obvious": (joined(0.0), joined(0.08)),
    "multitune-not-obvious-block": (joined(0.0), joined(0.08)),
    "multitune-fresh": (of(MultiTune=0.05), of(MultiTune=-0.05)),
    "multitune-fresh-block": (of(**{"MultiTune,_one_block": 0.05}), of(**{"MultiTune,_one_block": -0.05})),
    "multitune-plain-as-good": (spottune(-0.05), spottune(0.08)),
    "multitune-ensemble": (joined(-0.02), joined(0.12)),
    "multitune-second-branch": (joined(0.05), joined(-0.05)),
    "multitune-ensemble-block": (joined(-0.02), joined(0.12)),
    "multitune-wider": (joined(0.0), joined(0.08)),
    "multitune-lower-rate": (of(paper=0.05), of(paper=-0.05)),
    "multitune-integration": (of(paper=0.05), of(paper=-0.05)),
    "multitune-joined-layer": (of(paper=0.10), of(paper=-0.05)),
    "multitune-l2sp": (
        lambda t: 0.75 + 0.05 * (t.recipe.name == "L2-SP α=0.01") + 0.01 * (t.recipe.name == "L2 α=0.01"),
        lambda t: 0.75 + 0.05 * (t.recipe.name == "L2 α=0.01") + 0.01 * (t.recipe.name == "L2-SP α=0.01"),
    ),
    "multitune-flips": (
        of(**{"SpotTune,_as_released,_flips": 0.05}),
        of(**{"SpotTune,_as_released,_flips": -0.05}),
    ),
    "multitune-released-gap": (of(**{"SpotTune,_as_released": -0.045}), of(**{"SpotTune,_as_released": 0.05})),
    "multitune-first-files": (
        lambda t: 0.75,
        lambda t: 0.75 - 0.06 * t.data.first_files,
    ),
}


def verdict_of(claim, value, **settings):
    runs = {study: fake_runs(study, value, **settings) for study in claim.studies}
    return judge(claim, runs, {study: len(trials_of(study)) for study in claim.studies})


def test_every_claim_has_its_worlds():
    assert set(WORLDS) | OWN_TESTS == set(CLAIMS)
    assert len(CLAIMS) >= 7


OWN_TESTS = {"multitune-maximum", *(claim.id for claim in TIME_CLAIMS)}


@pytest.mark.parametrize("name", [name for name in WORLDS if name not in OWN_TESTS])
def test_the_verdict_follows_the_runs(name):
    holds, fails = WORLDS[name]
    assert verdict_of(CLAIMS[name], holds).verdict == "reproduced"
    assert verdict_of(CLAIMS[name], fails).verdict == "contradicted"


@pytest.mark.parametrize("name", [name for name, claim in CLAIMS.items() if claim.on_real])
def test_on_real_images_only_the_rows_of_20_and_15_decide(name):
    claim = CLAIMS[name].at("real")
    assert claim.studies == ("two_networks",)
    for size, verdict in ((20, "contradicted"), (15, "contradicted"), (10, "reproduced"), (5, "reproduced")):
        runs = fake_runs("two_networks", one_row(size, *WORLDS[name]), profile="real", best=0.03)
        assert judge(claim, {"two_networks": runs}, {"two_networks": len(runs)}).verdict == verdict


def one_row(size, holds, fails):
    """A world in which a claim holds but on one row of Table 3."""
    return lambda trial: (fails if trial.data.per_class == size else holds)(trial)


def test_the_plain_opponent_is_the_better_of_two_recipes():
    """A gain of MultiTune over `full` alone is no gain if a faster head has it, too."""
    claim, wins = CLAIMS["multitune-plain-as-good"], {"MultiTune": 0.08}
    assert verdict_of(claim, of(**wins)).verdict == "contradicted"
    assert verdict_of(claim, of(**wins, **{"full,_head_×10": 0.08})).verdict == "reproduced"


def test_the_maximum_is_reproduced_by_its_rise_over_the_control():
    claim = CLAIMS["multitune-maximum"]
    assert verdict_of(claim, joined(0.0), maximum=0.03).verdict == "reproduced"
    assert verdict_of(claim, joined(0.0), maximum=-0.05).verdict != "reproduced"


@pytest.mark.parametrize(
    ("factor", "verdicts"),
    [(0.6, ["reproduced"] * 3), (0.9, ["reproduced", "contradicted", "contradicted"]), (1.3, ["contradicted"] * 3)],
)
def test_less_time_is_below_zero_and_much_less_below_the_printed_saving(factor, verdicts):
    """One run in ten is three times as slow, as on a machine that does other things: the medians do not see it."""

    def seconds(trial):
        joined = trial.recipe.name.startswith(JOINED) or trial.recipe.name == released_state()
        busy = zlib.crc32(f"{trial.recipe.name}{trial.recipe.lr}{trial.seed}{trial.data}".encode()) % 10 == 0
        return (40 + trial.seed / 10 * joined) * (factor if joined else 1) * (3 if busy else 1)

    found = [verdict_of(claim, lambda t: 0.75, seconds=seconds) for claim in TIME_CLAIMS]
    assert [each.verdict for each in found] == verdicts
    assert found[0].effect.estimate == pytest.approx(factor - 1, abs=0.02)
    assert found[0].row()["unit"] == "%"


def test_a_run_that_diverged_has_no_time():
    runs = fake_runs("two_networks", lambda t: 0.75, keep=lambda t: t.data.per_class == 5)
    cut = [run | ({"status": "diverged", "seconds": 1.0} if run["recipe"]["lr"] > 0.05 else {}) for run in runs]
    found = time_change(cut, "MultiTune", "SpotTune")
    assert (found.estimate, found.low, found.high) == (0, 0, 0)
    with pytest.raises(ValueError, match="pairs of 1 seeds"):
        time_change([run for run in runs if run["seed"] == 0], "MultiTune", "SpotTune")


def test_a_best_rate_at_the_edge_decides_nothing():
    found = verdict_of(CLAIMS["multitune-beats-general"], joined(0.06), best=0.1)
    assert found.verdict == "undecided"
    assert found.at_edge


def test_a_missing_run_leaves_a_claim_undecided():
    claim = CLAIMS["multitune-lower-rate"]
    runs = {"switches": fake_runs("switches", of(), keep=lambda t: t.recipe.name == "paper")}
    found = judge(claim, runs, {"switches": len(trials_of("switches"))})
    assert found.verdict == "undecided"
    assert "runs are there at this profile" in found.reason
