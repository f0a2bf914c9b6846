"""MXinfAP beside MAP: bias, error, order."""

import pytest

from course_lib.analysis.extension import inferred
from course_lib.analysis.extension.concepts import on_evaluated
from course_lib.analysis.extension.strategies import by_network
from fake_extension import multiplier_grid, strategy_grid


def widths(network, name):
    return 0.3 + 0.0001 * sum(map(ord, name))


RUNS = on_evaluated(strategy_grid(widths, inferred=-0.01))


def test_a_constant_bias_leaves_the_order():
    found = inferred.inferred_error(RUNS)
    assert found.bias.estimate == pytest.approx(-0.01)
    assert (found.of_run, found.of_concept) == pytest.approx((0, 0), abs=1e-9)
    assert found.correlations == pytest.approx({"ResNet": 1, "GoogLeNet-84": 1})
    assert all(found.same_best.values())
    assert str(found).startswith("MXinfAP minus MAP: -1.0 points [-1.0, -1.0]; of one concept ± 0.0, of one run ± 0.0")
    assert str(found).endswith("1.00 to 1.00, the same first one in 2 of 2 networks")


def test_the_table_has_a_row_for_each_strategy():
    table = inferred.inferred_table(RUNS)
    assert len(table) == 2 * 15
    assert (table["MXinfAP"] - table["MAP"]).to_numpy() == pytest.approx(-0.01)
    assert (table["rank by MAP"] == table["rank by MXinfAP"]).all()


def test_an_error_of_its_own_changes_the_order():
    best = max(set(run["recipe"]["name"] for run in RUNS), key=lambda name: widths("", name))
    runs = [lowered(run) if run["recipe"]["name"] == best else run for run in RUNS]
    found = inferred.inferred_error(runs)
    assert not any(found.same_best.values())
    assert found.of_run > 0.02
    assert max(found.correlations.values()) < 1


def lowered(run):
    own = run["scores"][inferred.INFERRED]
    worse = own | {"units": [unit - 0.1 for unit in own["units"]], "value": own["value"] - 0.1}
    return run | {"scores": run["scores"] | {inferred.INFERRED: worse}}


def test_gaps_are_the_same_under_a_constant_bias():
    gaps = inferred.widths_of_gap(by_network(RUNS)["ResNet"], "FT3", "FT1")
    assert gaps["MAP"].estimate == pytest.approx(gaps["MXinfAP"].estimate)


def test_runs_without_a_pool_are_refused():
    with pytest.raises(ValueError, match="no run has the score 'inferred direct'"):
        inferred.inferred_error(on_evaluated(multiplier_grid(lambda k, e, lr: 0.3)))
