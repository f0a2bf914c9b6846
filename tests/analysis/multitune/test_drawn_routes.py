"""Drawn against likelier routes: means, spread, images that change, and chances from the gaps of logits."""

import numpy as np
import pytest
import torch

from course_lib.analysis.multitune import drawn_routes
from course_lib.analysis.multitune.routes import PROBE
from course_lib.models.forms import Routed
from course_lib.models.gates import Policy
from course_lib.sweeps.studies.multitune.comparison import row_data
from course_lib.sweeps.studies.multitune.methods import spottune
from course_lib.training.answers import encode
from fake_routes import PROFILE, routing_run

DATA = row_data(PROFILE, "mini:beetles", None)


def run_with(passes, likelier, seed=0):
    """A run whose passes (P, N) and answers by the likelier routes (N,) are given."""
    run, passes = routing_run(spottune(PROFILE, 0.01), DATA, seed, 0.7), np.asarray(passes)
    units = "".join(map(str, likelier))
    own = {"units": units, "right_in": encode(passes.sum(axis=0)), "pass_right": encode(passes.sum(axis=1))}
    run["scores"][PROBE] |= own
    return run


PASSES = [[1, 1, 0, 0], [1, 0, 0, 0], [1, 1, 1, 0], [1, 0, 0, 0]]


def test_one_run():
    found = drawn_routes.drawn(run_with(PASSES, [1, 1, 0, 0]))
    assert (found.likelier, found.mean, found.cost) == (0.5, 0.4375, 0.0625)
    assert found.passes.tolist() == [0.5, 0.25, 0.75, 0.25]
    assert found.right_in.tolist() == [1, 0.5, 0.25, 0]
    assert found.changing == 0.5
    assert found.spread == pytest.approx(np.std([0.5, 0.25, 0.75, 0.25], ddof=1))


def test_the_expected_spread_is_that_of_images_that_change_independently():
    draw = np.random.default_rng(0)
    chances = draw.random(200)
    passes = (draw.random((400, 200)) < chances).astype(int)
    found = drawn_routes.drawn(run_with(passes, passes[0]))
    assert found.expected_spread == pytest.approx(np.sqrt((chances * (1 - chances)).sum()) / 200, rel=0.02)
    assert found.spread == pytest.approx(found.expected_spread, rel=0.15)


def test_a_single_pass_shows_no_spread():
    with pytest.raises(ValueError, match="1 pass shows no spread"):
        drawn_routes.drawn(run_with(PASSES[:1], [1, 1, 0, 0]))


def test_the_cost_over_seeds_is_paired_by_image():
    runs = [run_with(PASSES, [1, 1, 0, 0], 0), run_with(PASSES, [1, 1, 1, 0], 1)]
    found = drawn_routes.drawing_cost(runs)
    assert found.estimate == pytest.approx((0.0625 + 0.3125) / 2)
    assert found.seeds == 2
    alone = drawn_routes.drawing_cost(runs[:1])
    assert alone.estimate == pytest.approx(0.0625)
    assert "bootstrap" in alone.method
    twice = drawn_routes.drawing_cost([*runs, *runs])
    assert (twice.low, twice.high) == pytest.approx((found.low, found.high)), "variants are no further seeds"


def test_the_share_that_changes():
    runs = [run_with(PASSES, [1, 1, 0, 0], seed) for seed in (0, 1)]
    found = drawn_routes.changing_share(runs)
    assert (found.estimate, found.low, found.high) == (0.5, 0.5, 0.5)
    assert found.method.endswith("4 passes")
    with pytest.raises(ValueError, match="no spread over seeds"):
        drawn_routes.changing_share([])


def test_chances_are_those_of_the_policy_whatever_the_temperature():
    gaps = np.array([[0.0, 1.0, 2.0, 3.0]])
    chances = drawn_routes.flip_chance(gaps)
    assert chances == pytest.approx(np.array([[0.5, 0.269, 0.119, 0.047]]), abs=0.001)
    assert drawn_routes.flip_chance(-gaps) == pytest.approx(chances)
    logits = torch.stack([torch.zeros(20000, 4), torch.tensor(gaps, dtype=torch.float32).expand(20000, 4)], dim=2)
    policy = Policy(torch.nn.Identity(), 4)
    torch.manual_seed(0)
    for temperature in (0.5, 5.0):
        assert 1 - policy.draw(logits, temperature).mean(0).numpy() == pytest.approx(chances[0], abs=0.015)
    both = drawn_routes.other_route_chance(gaps[:, :2])
    assert both == pytest.approx([1 - 0.5 * 0.731], abs=0.001)


def test_the_table_has_a_row_for_each_run():
    own = routing_run(spottune(PROFILE, 0.01, network=Routed()), DATA, 1, 0.7)
    table = drawn_routes.drawn_table([own])
    assert list(table.index) == ["seed 1, lr 0.01"]
    assert table["likelier routes"].item() > table["drawn, mean"].item()
