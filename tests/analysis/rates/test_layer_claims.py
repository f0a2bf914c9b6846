"""Claims of sections 4.1 and 4.2: each verdict follows the runs, in both directions where runs can show both."""

import pytest

from course_lib.analysis.claims import find_claims
from course_lib.analysis.rates.layer_claims import STUDY
from course_lib.analysis.verdicts import judge
from course_lib.data import TRANSFERS
from fake_rates import grid_of, run_of

CLAIMS = {claim.id: claim for claim in find_claims("rates")}
LOW = {0.0: 0.4, 0.0001: 0.44, 0.001: 0.5, 0.01: 0.52}  # β 30 %
HIGH = {0.0: 0.4, 0.0001: 0.44, 0.001: 0.72, 0.01: 0.6, 0.1: 0.45}  # β 80 %


def world(low=LOW, high=HIGH, pairs=TRANSFERS, noise=0.001):
    """Runs of some pairs; `low` and `high`: inner rate → accuracy at LL 0.01 and 0.1."""
    return [
        run
        for pair in pairs
        for head, accuracies in ((0.01, low), (0.1, high))
        for run in grid_of(pair, accuracies, head=head, noise=noise)
    ]


def verdict(name, records):
    claim = CLAIMS[name]
    assert claim.studies == (STUDY,)
    return judge(claim, {STUDY: records}, {STUDY: len(records)})


def with_heads(low, high):
    return world({**LOW, 0.0: low}, {**HIGH, 0.0: high})


SAME = dict.fromkeys(LOW, 0.5)
WORLDS = {
    "rates-head-gain": (with_heads(0.46, 0.2), with_heads(0.41, 0.4)),
    "rates-inner-best": (world(), world(LOW | {0.0: 0.8}, HIGH | {0.0: 0.9})),
    "rates-not-monotone": (world(), world(high={0.0: 0.4, 0.0001: 0.44, 0.001: 0.5, 0.01: 0.6, 0.1: 0.7})),
    "rates-beta-median-0.01": (world(), world(low=LOW | {0.01: 0.41, 0.001: 0.41, 0.0001: 0.41})),
    "rates-beta-median-0.1": (world(), world(high=HIGH | {0.001: 0.5, 0.01: 0.48})),
    "rates-beta-grows": (world(), world(low=LOW | {0.01: 0.9})),
    "rates-beta-grows-same-inner": (world(), world(high=SAME | {0.1: 0.1})),
}


@pytest.mark.parametrize("name", WORLDS)
def test_verdicts_follow_the_runs(name):
    good, bad = WORLDS[name]
    assert (verdict(name, good).verdict, verdict(name, bad).verdict) == ("reproduced", "contradicted")


def test_one_inner_rate_more_can_make_the_whole_difference():
    only_more = world(high=LOW | {0.1: 0.1})
    assert verdict("rates-beta-grows", only_more).verdict == "reproduced"
    assert verdict("rates-beta-grows-same-inner", only_more).verdict != "reproduced"


def test_a_beta_above_0_is_no_effect_if_noise_makes_it():
    flat = [
        run_of(pair, inner, head, seed, 0.5 + 0.05 * ((3 * place + seed + number) % 3 - 1))
        for pair in TRANSFERS
        for head, inners in ((0.01, LOW), (0.1, HIGH))
        for number, (place, inner) in enumerate(enumerate(inners))
        for seed in range(3)
    ]
    found = verdict("rates-beta-positive", flat)
    assert found.verdict != "reproduced"
    assert verdict("rates-beta-positive", world()).verdict == "reproduced"


def test_two_pairs_that_differ_clearly_are_no_clear_winner_but_the_edge_decides_nothing():
    inside = {0.0: 0.4, 0.0001: 0.44, 0.001: 0.5, 0.01: 0.45}
    apart = world(inside, HIGH, TRANSFERS[:4]) + world(inside, {r: a / 2 for r, a in HIGH.items()}, TRANSFERS[4:])
    # four pairs gain 22 points at LL 0.1, four lose 14
    assert verdict("rates-no-winner", apart).verdict == "reproduced"
    assert verdict("rates-no-winner", world(inside, HIGH)).verdict == "contradicted"
    edge = verdict("rates-no-winner", world(LOW, HIGH))
    assert edge.verdict == "undecided"
    assert "the highest inner rate tried at LL 0.01" in edge.reason


def test_the_correlation_is_undecided_where_alpha_has_no_order():
    found = verdict("rates-alpha-images", world(high=HIGH | {0.1: 0.9}))
    assert found.verdict == "undecided"
    assert found.at_edge
    assert "in 8 of 8 pairs" in found.reason


@pytest.mark.parametrize(("sign", "expected"), [(1, "reproduced"), (-1, "contradicted")])
def test_the_correlation_follows_the_images_per_label(sign, expected):
    """α rises or falls in four steps, none of them the highest rate."""
    runs, inners = [], {0.01: (0.0, 0.0001, 0.001, 0.01), 0.1: (0.0, 0.0001, 0.001, 0.01, 0.1)}
    for place, pair in enumerate(sorted(TRANSFERS, key=lambda pair: sign * pair.images_per_label)):
        for head, tried in inners.items():
            best = tried[place * 3 // len(TRANSFERS)]
            runs += grid_of(pair, {inner: 0.7 if inner == best else 0.4 for inner in tried}, head=head)
    assert verdict("rates-alpha-images", runs).verdict == expected


def test_runs_of_other_images_and_grids_without_the_middle_say_so():
    elsewhere = [run | {"data": run["data"] | {"source": "mini:cartoon"}} for run in world()]
    assert "no run of layer_rates belongs to a pair" in verdict("rates-inner-best", elsewhere).reason
    two = {0.0: 0.4, 0.01: 0.6}
    assert "take a profile with all rates" in verdict("rates-not-monotone", world(two, two)).reason


def test_the_pair_that_decided_is_named():
    larger = with_heads(0.46, 0.4)[: len(world()) // 8] + world(pairs=TRANSFERS[1:])
    assert verdict("rates-head-gain", larger).reason == f"{TRANSFERS[0].name}, t, 3 seeds"


def test_quotations_hold_the_printed_numbers():
    assert "28.96%" in CLAIMS["rates-beta-median-0.01"].sentence
    assert "83.52%" in CLAIMS["rates-beta-median-0.1"].sentence
    assert "127%" in CLAIMS["rates-head-gain"].sentence
