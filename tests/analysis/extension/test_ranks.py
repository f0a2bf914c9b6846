"""Statements about ranks and their chance: closed forms, a simulation, and what resampling makes of them."""

import itertools
import math

import numpy as np
import pytest

from course_lib.analysis.extension.concepts import on_evaluated
from course_lib.analysis.extension.ranks import (
    Precisions,
    chance_of_any,
    precisions_of,
    rank_statement,
    statements_table,
)
from course_lib.analysis.extension.strategies import network_of
from fake_extension import strategy_grid

NAMES = ("a", "b", "c", "d", "e")


def precisions(*means, noise=0.0, seeds=3, concepts=20):
    """One row of MAPs a network; concepts of equal spread, and noise of its own in each number."""
    draw = np.random.default_rng(0)
    values = np.array(means)[:, :, None, None] + np.zeros((1, 1, seeds, concepts))
    names = tuple(f"network {i}" for i in range(len(means)))
    return Precisions(names, NAMES, values + draw.normal(0, noise, values.shape))


ORDERED = precisions([5, 4, 3, 2, 1], [4, 5, 3, 1, 2])


def test_ranks_are_of_the_mean():
    assert ORDERED.ranks().loc["network 1"].tolist() == [2, 1, 3, 5, 4]


def test_groups_of_strategies_are_tested_as_the_best():
    best = "FT3-ex1-64", "FT3-ex1-128"
    records = on_evaluated(strategy_grid(lambda _, name: 0.3 + 0.02 * (name in best)))
    pairs = best, ("FT3-ex1-512", "FT3-ex1-1024"), ("FT3-ex1-3", "FT1-def")
    table = statements_table(records, [(pair, 2, False) for pair in pairs])
    assert list(table.index) == [
        "FT3-ex1-64 and FT3-ex1-128 are the 2 best",
        "FT3-ex1-512 and FT3-ex1-1024 are the 2 best",
    ]
    assert list(table["networks"]) == ["2 of 2", "0 of 2"]
    chance = 1 / math.comb(15, 2)
    assert table["by chance"].iloc[0] == f"{chance**2:.2g} to {chance:.2g}"
    assert table["of some by chance"].tolist() == ["at most 1", ""]


def test_statements_hold_or_not():
    assert rank_statement(ORDERED, ["a", "b"], 2).holds == {"network 0": True, "network 1": True}
    assert rank_statement(ORDERED, ["a"], 1).number == 1
    assert rank_statement(ORDERED, ["d"], 2, worst=True).number == 2
    assert rank_statement(ORDERED, ["d"], 1, worst=True).number == 1


def test_the_chance_is_the_share_of_orders():
    found = rank_statement(ORDERED, ["a", "b"], 3)
    orders = list(itertools.permutations(NAMES))
    share = np.mean([{"a", "b"} <= set(order[:3]) for order in orders])
    assert found.chance == pytest.approx(share)
    assert found.independent == pytest.approx(share**2)
    assert found.bound == pytest.approx(share), "if all networks have the same order, one chance is all there is"


def test_the_bound_holds_however_the_networks_depend_on_each_other():
    one = rank_statement(ORDERED, ["a"], 1)  # in one of two networks
    assert one.independent == pytest.approx(1 - 0.8**2)
    assert one.bound == pytest.approx(2 * 0.2)
    none = rank_statement(ORDERED, ["e"], 1)
    assert (none.number, none.independent, none.bound) == (0, 1, 1)


def test_some_choice_of_strategies_is_more_likely_than_this_one():
    both = rank_statement(ORDERED, ["a", "b"], 2)
    assert both.bound == pytest.approx(0.1)
    assert chance_of_any(both, 5) == 1
    assert chance_of_any(rank_statement(precisions([5, 4, 3, 2, 1]), ["a"], 1), 5) == pytest.approx(1)


def test_clear_statements_are_stable_and_close_ones_are_not():
    clear = rank_statement(precisions([5, 4, 3, 2, 1], noise=0.01), ["a"], 1)
    assert clear.stability == {"network 0": 1.0, "all": 1.0}
    close = rank_statement(precisions([1.0, 1.0, 0, 0, 0], noise=0.1), ["a"], 1)
    assert 0 < close.stability["all"] < 1


def test_impossible_statements_are_refused():
    with pytest.raises(ValueError, match="no runs of 'z'"):
        rank_statement(ORDERED, ["z"], 2)
    with pytest.raises(ValueError, match="2 strategies do not fit 1 places"):
        rank_statement(ORDERED, ["a", "b"], 1)


def test_networks_and_seeds_that_are_not_finished_are_left_out():
    runs = on_evaluated(strategy_grid(lambda n, name: 0.3 + 0.01 * (name == "FT1-def")))
    whole = precisions_of(runs)
    assert whole.values.shape == (2, 15, 3, 30)
    assert whole.ranks()["FT1-def"].tolist() == [1, 1]
    partial = [
        run
        for run in runs
        if not (run["recipe"]["name"] == "FT3-ex2-64" and network_of(run) != "ResNet")
        and (run["seed"] < 2 or run["recipe"]["name"] != "FT2-re1")
    ]
    found = precisions_of(partial)
    assert (found.networks, found.values.shape) == (("ResNet",), (1, 15, 2, 30))
    with pytest.raises(ValueError, match="no seed is common"):
        precisions_of([run for run in runs if (run["recipe"]["name"] == "FT1-def") == (run["seed"] == 0)])


def test_the_words_name_the_places():
    assert rank_statement(ORDERED, ["a", "b"], 2).words == "a and b are the 2 best"
    assert rank_statement(ORDERED, ["d"], 2, worst=True).words == "d among the 2 worst"
    assert rank_statement(ORDERED, ["a"], 1).words == "a is the best"


def test_the_control_is_no_strategy_of_the_document():
    runs = strategy_grid(lambda network, name: 0.3)
    control = [run | {"recipe": run["recipe"] | {"name": "full"}} for run in runs if run["recipe"]["name"] == "FT1-def"]
    assert precisions_of([*runs, *control]).strategies == precisions_of(runs).strategies
