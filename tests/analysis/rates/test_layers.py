"""Rates per layer: runs by pair and rate, β and its control, α, gains, and α against the images per label."""

import numpy as np
import pytest

from course_lib.analysis.rates import layers
from course_lib.data import TRANSFERS
from fake_rates import INNER, grid_of, run_of


def test_rates_are_read_from_the_recipe():
    run = run_of(TRANSFERS[0], 0.01, 0.1, 0, 0.5)
    assert (layers.inner_rate(run), layers.head_rate(run)) == (0.01, 0.1)
    run["recipe"]["multipliers"] = {}
    assert layers.inner_rate(run) == 0.1


def test_runs_are_grouped_by_pair_and_by_rising_rates():
    runs = grid_of(TRANSFERS[1], {0.01: 0.5, 0.0: 0.4}) + grid_of(TRANSFERS[0], {0.0: 0.3}, head=0.01)
    assert list(layers.by_pair(runs)) == [TRANSFERS[0], TRANSFERS[1]]
    assert {head: list(own) for head, own in layers.by_rates(runs).items()} == {0.01: [0.0], 0.1: [0.0, 0.01]}


def test_sensitivity_is_the_documents_beta():
    runs = grid_of(TRANSFERS[0], {0.0: 0.4, 0.001: 0.5, 0.01: 0.6})
    assert layers.sensitivity(runs, 0.1).estimate == pytest.approx(0.5)
    with pytest.raises(ValueError, match=r"rate 0.3 of the last layer: choose one of 0.1"):
        layers.sensitivity(runs, 0.3)


def test_noise_alone_makes_a_beta_above_zero():
    rng = np.random.default_rng(0)
    runs = [run_of(TRANSFERS[0], i, 0.1, s, 0.5 + rng.normal(0, 0.03)) for i in INNER for s in range(3)]
    noise = layers.noise_sensitivity(runs, 0.1)
    assert 0.04 < noise < 0.25
    assert layers.sensitivity(runs, 0.1).low < noise < layers.sensitivity(runs, 0.1).high
    assert layers.noise_sensitivity(grid_of(TRANSFERS[0], {0.0: 0.4, 0.01: 0.8}), 0.1) == 0


def test_validation_chooses_alpha_and_test_accuracy_does_not():
    runs = grid_of(TRANSFERS[0], {0.0: 0.4})
    runs += [run_of(TRANSFERS[0], 0.001, 0.1, seed, 0.5, val=0.9) for seed in range(3)]
    runs += [run_of(TRANSFERS[0], 0.01, 0.1, seed, 0.8, val=0.2) for seed in range(3)]
    assert layers.best_inner_rates(runs, 0.1) == [0.001] * 3
    assert layers.inner_gain(runs).estimate == pytest.approx(0.1)


def test_gains_compare_the_two_rates_of_the_last_layer():
    runs = grid_of(TRANSFERS[0], {0.0: 0.4, 0.01: 0.7}) + grid_of(TRANSFERS[0], {0.0: 0.45, 0.01: 0.6}, head=0.01)
    assert layers.head_only_gain(runs).estimate == pytest.approx(-0.05)
    assert layers.head_gain(runs).estimate == pytest.approx(0.1)


@pytest.mark.parametrize("sign", [1, -1])
def test_correlation_has_the_sign_of_the_relation(sign):
    ranked = sorted(TRANSFERS, key=lambda pair: sign * pair.images_per_label)
    runs = []
    for place, pair in enumerate(ranked):
        best = INNER[place * len(INNER) // len(ranked)]
        runs += grid_of(pair, {inner: 0.7 if inner == best else 0.4 for inner in INNER})
    found = layers.rank_correlation(runs, 0.1)
    assert sign * found.estimate > 0.8
    assert found.low <= found.estimate <= found.high


def test_equal_alphas_have_no_correlation():
    runs = [run for pair in TRANSFERS for run in grid_of(pair, {0.0: 0.4, 0.01: 0.7})]
    found = layers.rank_correlation(runs, 0.1)
    assert (found.low, found.estimate, found.high) == (0, 0, 0)


def test_one_pair_that_differs_proves_no_correlation():
    """A resample without that pair shows no relation, so the interval reaches 0."""
    runs = [run for pair in TRANSFERS[1:] for run in grid_of(pair, {0.0: 0.4, 0.01: 0.7})]
    found = layers.rank_correlation(runs + grid_of(TRANSFERS[0], {0.0: 0.7, 0.01: 0.4}), 0.1)
    assert found.low <= 0 < found.estimate


def test_table_has_a_line_for_each_pair():
    runs = grid_of(TRANSFERS[0], {0.0: 0.4, 0.01: 0.7}) + grid_of(TRANSFERS[0], {0.0: 0.45, 0.01: 0.6}, head=0.01)
    line = layers.pairs_table(runs).loc[TRANSFERS[0].name]
    assert line["α at LL 0.1"] == "0.01, 0.01, 0.01"
    assert line["IL 0, LL 0.01"].startswith("45.0 %")
    assert line["best of 0.1 − best of 0.01"].startswith("10.0 points")


def test_more_inner_rates_widen_the_range_and_the_same_ones_do_not():
    runs = grid_of(TRANSFERS[0], {0.0: 0.4, 0.01: 0.6}, head=0.01)
    runs += grid_of(TRANSFERS[0], {0.0: 0.4, 0.01: 0.6, 0.1: 0.2})
    assert layers.sensitivity_gap(runs).estimate == pytest.approx(2.0 - 0.5)
    assert layers.sensitivity_gap(runs, same_inner=True).estimate == pytest.approx(0)


def test_the_better_rate_of_the_last_layer_and_its_relative_gain():
    for low, high, better in ((0.4, 0.5, 0.1), (0.5, 0.4, 0.01)):
        runs = grid_of(TRANSFERS[0], {0.0: low, 0.01: 0.9}, head=0.01) + grid_of(TRANSFERS[0], {0.0: high, 0.01: 0.9})
        found, gain = layers.relative_head_gain(runs)
        assert found == better
        assert gain.estimate == pytest.approx(0.25)


def test_the_highest_rate_tried_is_an_edge_and_the_rate_0_is_none():
    assert "α is 0.01, the highest" in layers.alpha_edge(grid_of(TRANSFERS[0], {0.0: 0.4, 0.01: 0.7}), 0.1)
    assert layers.alpha_edge(grid_of(TRANSFERS[0], {0.0: 0.8, 0.01: 0.7}), 0.1) == ""


def test_gain_of_the_inner_layers_over_a_slow_rate_and_at_one_rate_of_the_last_layer():
    runs = grid_of(TRANSFERS[0], {0.0: 0.3, 0.001: 0.4, 0.01: 0.6}) + grid_of(TRANSFERS[0], {0.0: 0.5}, head=0.01)
    assert layers.inner_gain(runs).estimate == pytest.approx(0.1)
    assert layers.inner_gain(runs, head=0.1).estimate == pytest.approx(0.3)
    assert layers.inner_gain(runs, still=0.001).estimate == pytest.approx(0.2)


def test_a_higher_confidence_widens_the_correlation():
    runs = []
    for place, pair in enumerate(TRANSFERS):
        best = INNER[place % len(INNER)]
        runs += grid_of(pair, {inner: 0.7 if inner == best else 0.4 for inner in INNER})
    usual, wide = (layers.rank_correlation(runs, 0.1, confidence=confidence) for confidence in (0.95, 0.99))
    assert wide.low <= usual.low
    assert wide.high >= usual.high
    assert wide != usual
