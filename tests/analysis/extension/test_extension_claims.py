"""Claims of the slides: each verdict follows the runs, in both directions."""

import pytest

from course_lib.analysis.claims import find_claims
from course_lib.analysis.extension.feature_claims import FEATURE_CLAIMS
from course_lib.analysis.extension.printed import printed_multipliers
from course_lib.analysis.verdicts import judge
from course_lib.sweeps.studies.extension import STUDIES
from course_lib.sweeps.studies.extension.grids import VOC
from fake_extension import concept_grid, multiplier_grid, strategy_grid

CLAIMS = {claim.id: claim for claim in find_claims("extension") if claim.id not in {c.id for c in FEATURE_CLAIMS}}
NETWORKS = ("ResNet", "GoogLeNet-84")  # one without auxiliary heads and one with them


def grids(value, best=0.3):
    """Runs of all strategies on both data sets; `value` has the data set, the network and the strategy."""
    keyframes = strategy_grid(lambda n, s: value("keyframes", n, s), networks=NETWORKS, best=best)
    photographs = strategy_grid(lambda n, s: value("photographs", n, s), networks=NETWORKS, source=VOC, best=best)
    return {"strategies": keyframes, "strategies_voc": photographs}


def leading(*names, by=0.02, only=""):
    """Strategies whose names begin with one of these lead, in the networks whose names begin with `only`."""
    return lambda data, network, strategy: 0.3 + by * (strategy.startswith(names) and network.startswith(only))


def own_width(data, network, strategy):
    return 0.3 + 0.03 * (strategy == f"FT3-ex1-{64 * 2 ** (1 + NETWORKS.index(network))}")


def multipliers(value):
    return {"multipliers": multiplier_grid(value)}


def concepts(gain):
    return {"num_concepts": concept_grid(lambda *_: 0.3, lambda *_: 0.3 + gain)}


WORLDS = {
    "extension-smaller-k": (multipliers(lambda k, e, lr: 0.3 - 0.1 * k), multipliers(lambda k, e, lr: 0.3 + 0.1 * k)),
    "extension-smaller-k-short": (
        multipliers(lambda k, e, lr: 0.3 - 0.1 * k * (e <= 1)),
        multipliers(lambda k, e, lr: 0.3 + 0.1 * k * (e <= 1)),
    ),
    "extension-more-epochs": (
        multipliers(lambda k, e, lr: 0.3 + 0.1 * e),
        multipliers(lambda k, e, lr: 0.3 - 0.01 * e),
    ),
    "extension-last-doubling": (
        multipliers(lambda k, e, lr: 0.3 + 0.1 * e),
        multipliers(lambda k, e, lr: 0.3 + 0.1 * e * (e < 2)),
    ),
    "extension-rate-counts": (
        multipliers(lambda k, e, lr: 0.3 + 0.1 * k * lr),
        multipliers(lambda k, e, lr: 0.3 + 0.1 * lr),
    ),
    "extension-more-concepts": (concepts(0.01), concepts(-0.01)),
    "extension-top-two-sin": (grids(leading("FT3-ex1-64", "FT3-ex1-128")), grids(leading("FT3-ex1-512"))),
    "extension-top-two-voc": (
        grids(leading("FT3-ex1-512", "FT3-ex1-1024")),
        grids(leading("FT3-ex1-1024", "FT3-ex1-2048")),
    ),
    "extension-top-two-googlenet": (
        grids(leading("FT3-ex1-2048", "FT3-ex1-4096", only="GoogLeNet")),
        grids(leading("FT1")),
    ),
    "extension-one-layer": (grids(leading("FT3-ex1-256")), grids(leading("FT3-ex2-256"))),
    "extension-dimension": (grids(own_width), grids(leading("FT3-ex1-256"))),
    "extension-better-direct": (grids(leading("FT3-ex2-64")), grids(leading("FT2-re1"))),
    "extension-better-untuned": (grids(leading("FT3-ex1")), grids(leading("FT3-ex1", by=-0.02))),
}


def verdict(name, runs):
    claim = CLAIMS[name]
    return judge(claim, runs, {study: len(runs[study]) for study in claim.studies})


def test_every_claim_is_tested():
    assert set(WORLDS) == set(CLAIMS)
    assert {study for claim in CLAIMS.values() for study in claim.studies} <= set(STUDIES)


@pytest.mark.parametrize("name", WORLDS)
def test_verdicts_follow_the_runs(name):
    good, bad = WORLDS[name]
    assert (verdict(name, good).verdict, verdict(name, bad).verdict) == ("reproduced", "contradicted")


def test_one_network_alone_can_contradict_what_is_said_of_every_one():
    found = verdict(
        "extension-one-layer", grids(lambda d, n, s: 0.3 + 0.02 * (s == ("FT3-ex1-256", "FT1-def")[n == "ResNet"]))
    )
    assert found.verdict == "contradicted"
    assert found.reason.startswith("keyframes, ResNet (of 4)")


def test_the_highest_rate_of_those_behind_decides_nothing():
    found = verdict("extension-one-layer", grids(leading("FT3-ex1-256"), best=1.0))
    assert (found.verdict, found.at_edge) == ("undecided", True)


def test_a_family_that_only_has_more_to_choose_from_is_found_out():
    """One of seven widths is better, six are worse: with its width tuned FT3 leads, without it is behind."""
    runs = grids(
        lambda d, n, s: 0.3 + 0.02 * (s == "FT3-ex1-256") - 0.02 * (s.startswith("FT3") and s != "FT3-ex1-256")
    )
    assert verdict("extension-better-direct", runs).verdict == "reproduced"
    assert verdict("extension-better-untuned", runs).verdict == "contradicted"


def test_missing_runs_leave_a_claim_undecided():
    claim = CLAIMS["extension-one-layer"]
    assert judge(claim, {"strategies": [], "strategies_voc": []}, {"strategies": 3, "strategies_voc": 3}).verdict == (
        "undecided"
    )


def test_the_printed_table_itself_does_not_say_that_smaller_k_is_better_at_every_e():
    gaps = printed_multipliers().loc[0.05] - printed_multipliers().loc[1.0]
    assert list(gaps.index[gaps < 0]) == [8]
