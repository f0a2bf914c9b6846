"""Grids of rates: who wins depends on the rates that both may choose among."""

import pytest

import fakes
from course_lib.analysis.comparisons import score_gap
from course_lib.analysis.homework import gap_in_grid
from course_lib.analysis.records import select

RATES = (0.1, 0.03, 0.01, 0.001)
RUNS = fakes.fake_grid("scratch", rates=RATES, seeds=(0, 1, 2), epochs=3)


def test_all_rates_give_the_whole_comparison():
    whole = score_gap(*(select(RUNS, optimizer=name) for name in ("adam", "sgd")))
    assert gap_in_grid(RUNS, RATES) == whole


def test_only_the_offered_rates_count():
    only = {name: [r for r in select(RUNS, optimizer=name) if r["recipe"]["lr"] == 0.01] for name in ("adam", "sgd")}
    assert gap_in_grid(RUNS, [0.01]) == score_gap(only["adam"], only["sgd"])
    assert not gap_in_grid(RUNS, [0.01]).edge, "a single rate is no grid"


def test_an_optimiser_without_a_rate_is_named():
    fewer = [run for run in RUNS if run["recipe"]["optimizer"] == "sgd" or run["recipe"]["lr"] < 0.1]
    with pytest.raises(
        ValueError, match="no run with adam at a rate of 0.1: choose among its rates, 0.001, 0.01, 0.03"
    ):
        gap_in_grid(fewer, [0.1])
    assert gap_in_grid(fewer, [0.1, 0.03]).edge
