"""Figures of costs: titles follow from the table, and the layout is clean."""

import pandas as pd
import pytest

from course_lib.analysis.multitune import costs as analysis
from course_lib.figures.multitune import costs
from layout import assert_texts_stay_inside_and_apart, figures_of, title_of

METHODS = pd.DataFrame(
    {
        "method": ["full", "L2-SP", "MultiTune", analysis.RELEASED, "SpotTune", "ensemble", "wider"],
        "parameters": [100, 100, 200, 120, 220, 200, 224],
        "trained": [100, 100, 200, 120, 121, 200, 224],
        "step": [300, 300, 600, 330, 560, 600, 670],
        "answer": [100, 100, 200, 110, 121, 200, 223],
        "seconds": [2.0, 2.1, 4.2, 2.3, 4.4, 4.1, 3.4],
    }
)
ROUTES = pd.DataFrame(
    {
        "route": ["both copies", "all frozen", "all tuned", "mixed"],
        "macs": [40, 22, 22, 22],
        "ms": [1.0, 0.56, 0.55, 0.72],
        "ratio": [1.0, 0.56, 0.55, 0.72],
    }
)
FIGURES = {
    "time_reductions": lambda: costs.time_reductions(analysis.time_reductions(METHODS)),
    "route_costs": lambda: costs.route_costs(ROUTES),
}


def test_every_figure_is_known():
    """A new figure is entered above."""
    assert figures_of(costs) == set(FIGURES)


@pytest.mark.parametrize("name", FIGURES)
def test_the_layout_is_clean(name):
    assert_texts_stay_inside_and_apart(FIGURES[name](), name)


def test_titles_follow_from_the_table():
    slower = METHODS.assign(seconds=[2.0, 2.1, 8.8, 2.3, 4.4, 4.1, 3.4])
    found = title_of(costs.time_reductions(analysis.time_reductions(slower)))
    assert found == (
        "Time that MultiTune saves: 20 to 35 % printed, −100 % here with two whole branches, 48 % here as released"
    )
    equal = METHODS.assign(seconds=[2.0, 2.1, 4.41, 2.3, 4.4, 4.1, 3.4])
    assert ", 0 % here with two" in title_of(costs.time_reductions(analysis.time_reductions(equal)))
    assert title_of(costs.route_costs(ROUTES)).startswith(
        "Routing skips what it does not use: an answer takes 55 to 72 %"
    )
    assert "does not skip" in title_of(costs.route_costs(ROUTES.assign(ratio=[1.0, 1.0, 1.1, 1.2])))


def test_tables_that_are_not_whole_are_refused():
    with pytest.raises(ValueError, match="the costs of 'all tuned' are missing"):
        costs.route_costs(ROUTES[:2])
    with pytest.raises(ValueError, match="lacks printed or measured rows"):
        costs.time_reductions(analysis.time_reductions(METHODS)[:10])
