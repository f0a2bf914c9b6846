"""Explorer of lesson 11: cells hold mean accuracies, the framed one opens its curves, empty ones say so."""

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from course_lib.data import TRANSFERS
from course_lib.figures.rates import heat_map
from fake_rates import grid_of
from layout import assert_texts_stay_inside_and_apart

FIRST, SECOND = (pair.name for pair in TRANSFERS[:2])
RUNS = [
    run
    for place, pair in enumerate(TRANSFERS[:2])
    for head, accuracies in ((0.01, {0.0: 0.3, 0.01: 0.4}), (0.1, {0.0: 0.35, 0.01: 0.5, 0.1: 0.2 + 0.1 * place}))
    for run in grid_of(pair, accuracies, head=head, noise=0.02)
]


def numbers_of(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_cells_are_means_over_seeds_and_without_runs_a_dash():
    assert numbers_of(heat_map.rate_map(RUNS)) == ["30.0", "40.0", "–", "35.0", "50.0", "20.0"]
    assert numbers_of(heat_map.rate_map(RUNS, pair=SECOND))[-1] == "30.0"


def test_the_chosen_cell_is_framed_and_opens_its_curves():
    figure = heat_map.rate_map(RUNS, inner=0.1, head=0.1)
    (frame,) = [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]
    assert (round(frame.get_x() + 0.47), round(frame.get_y() + 0.47)) == (2, 1)
    lines = figure.axes[1].get_lines()
    expected = [[100 * epoch["val_accuracy"] for epoch in run["history"]] for run in RUNS[12:15]]
    assert [line.get_ydata().tolist() for line in lines] == [pytest.approx(values) for values in expected]
    assert figure.get_suptitle().startswith(f"{FIRST}, IL 0.1, LL 0.1: 20.0 % [")


def test_a_cell_without_runs_says_so():
    figure = heat_map.rate_map(RUNS, inner=0.1, head=0.01)
    assert figure.get_suptitle() == f"{FIRST}, IL 0.1, LL 0.01: no run"
    assert figure.axes[1].texts[0].get_text() == heat_map.NO_RUN
    assert not figure.axes[1].get_lines()


@pytest.mark.parametrize("cell", [(0.0, 0.1), (0.1, 0.01)])
@pytest.mark.parametrize("quantity", ["val_accuracy", "train_loss"])
def test_the_layout_is_clean(cell, quantity):
    inner, head = cell
    figure = heat_map.rate_map(RUNS, inner=inner, head=head, quantity=quantity)
    assert_texts_stay_inside_and_apart(figure, f"{cell}, {quantity}")
    assert np.isfinite(figure.axes[1].get_ylim()).all()


def test_controls_offer_what_there_is():
    controls = heat_map.rate_map_controls(RUNS)
    assert (controls["inner"], controls["head"]) == ([0.0, 0.01, 0.1], [0.01, 0.1])
    assert controls["pair"] == [FIRST, SECOND]


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="no finished run of the pair 'x': choose one of tools"):
        heat_map.rate_map(RUNS, pair="x")
    with pytest.raises(ValueError, match="no finished run of the pair 'None': choose one of none"):
        heat_map.rate_map([])
    with pytest.raises(ValueError, match="unknown quantity 'speed'"):
        heat_map.rate_map(RUNS, quantity="speed")
