"""Claims about SpotTune: reproduced by runs for which they are true, contradicted by runs for which they are not."""

import numpy as np
import pytest

from course_lib.analysis.multitune.routing_claims import ROUTING_CLAIMS
from course_lib.analysis.verdicts import judge
from course_lib.sweeps.studies.multitune.methods import FULL, LATER, SPOTTUNE
from fake_multitune import fake_runs
from fake_routes import LABELS, LOWEST, compared_records, global_k_records, routing_records

CLAIMS = {claim.id: claim for claim in ROUTING_CLAIMS}


def alike(num_gates=12):
    return np.zeros((len(LABELS), num_gates), dtype=bool)


def effect(place, level, size):
    return lambda source, levels: 0.7 + size * (levels[place] == level)


def method(name, size):
    return lambda source, method: 0.7 + size * (method == name)


def kind(name, size):
    return lambda kind, k: 0.7 + size * (kind == name)


FLAT = {"routing": routing_records, "global_k": global_k_records, "two_networks": compared_records}
CASES = [  # claim, what makes it true, what makes it false
    ("spottune-beats-full", {"routing": {"plain": 0.6}}, {"routing": {"plain": 0.8}}),
    ("spottune-routes-by-image", {}, {"routing": {"routes": alike()}}),
    ("spottune-routes-by-class", {}, {"routing": {"routes": alike()}}),
    ("spottune-released-freezing", *({"routing": (effect(0, level, 0.1),)} for level in ("released", "strict"))),
    ("spottune-schedule-costs", *({"routing": (effect(1, "one step", size),)} for size in (-0.1, 0.1))),
    ("spottune-drawing-costs", *({"routing": {"changing": share}} for share in (0.3, 0.0))),
    ("spottune-drawing-changes", *({"routing": {"changing": share}} for share in (0.3, 0.0))),
    ("global-3-as-good", {"global_k": (kind("global", 0.1),)}, {"two_networks": (method("SpotTune", 0.15),)}),
    ("global-k-last-as-good", {"global_k": (kind("last", 0.1),)}, {"global_k": (kind("global", 0.15),)}),
]


def verdict(name, changes, **edge):
    """The verdict on runs of which some studies are changed: by another value, or by settings of the records."""
    runs = {}
    for study in CLAIMS[name].studies:
        given = changes.get(study, ())
        more = {**(given if isinstance(given, dict) else {}), **edge}
        runs[study] = FLAT[study](*(given if isinstance(given, tuple) else ()), **more)
    return judge(CLAIMS[name], runs, {study: len(own) for study, own in runs.items()})


def test_every_claim_has_its_two_cases():
    assert [name for name, _, _ in CASES] == list(CLAIMS)
    assert len(CLAIMS) >= 5


@pytest.mark.parametrize(("name", "true", "false"), CASES, ids=[name for name, _, _ in CASES])
def test_claims_follow_the_runs(name, true, false):
    assert verdict(name, true).verdict == "reproduced"
    assert verdict(name, false).verdict == "contradicted"


@pytest.mark.parametrize("name", CLAIMS)
def test_a_best_rate_at_the_edge_decides_nothing(name):
    changes = next(true for claim, true, _ in CASES if claim == name)
    found = verdict(name, changes, best=LOWEST)
    assert (found.verdict, found.at_edge) == ("undecided", True)


def test_random_routes_do_not_depend_on_the_class():
    found = verdict("spottune-routes-by-class", {"routing": {"by_class": 0.0}})
    assert found.verdict != "reproduced"
    assert abs(found.effect.estimate) < 0.02


@pytest.mark.parametrize(("gain", "expected"), [(0.1, "reproduced"), (-0.1, "contradicted")])
def test_on_real_images_spottune_meets_plain_fine_tuning_with_its_own_schedule(gain, expected):
    """Whatever SpotTune does with MultiTune's schedule."""
    levels = {LATER[SPOTTUNE]: 0.7 + gain, LATER[FULL]: 0.7, SPOTTUNE: 0.7 - gain}
    claim = CLAIMS["spottune-beats-full"].at("real")
    runs = fake_runs("two_networks", lambda t: levels.get(t.recipe.name, 0.6), profile="real", best=0.03)
    assert judge(claim, {"two_networks": runs}, {"two_networks": len(runs)}).verdict == expected
