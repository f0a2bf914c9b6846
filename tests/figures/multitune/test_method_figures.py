"""Figures of lesson 16: titles follow from the records, and the layout is clean."""

import numpy as np
import pytest

from course_lib.figures.multitune import curves, distances, eta, network, penalties, switches, table3
from course_lib.sweeps.studies.multitune import PROFILES
from course_lib.sweeps.studies.multitune.methods import LAST_BLOCK, full, multitune
from course_lib.sweeps.studies.multitune.switches import SWITCHES, switched
from fake_multitune import fake_runs
from layout import assert_texts_stay_inside_and_apart, figures_of, title_of
from sample_explorers import BRANCHES

MODULES = (curves, distances, eta, network, penalties, switches, table3)
MINI = PROFILES["mini"]
GAIN = {"SpotTune": -0.05, "MultiTune": 0.0, "MultiTune, one block": 0.03}


def some_rows(trial):
    return trial.data.per_class in (None, 10)


RUNS = fake_runs("two_networks", lambda t: 0.8 + GAIN.get(t.recipe.name, 0.0), keep=some_rows)
STATES = fake_runs("switches", lambda t: 0.8 - 0.03 * ("flips" in t.recipe.name))
PULLED = fake_runs("penalties", lambda t: 0.8 + 0.03 * (t.recipe.name == "BSS") - 0.03 * ("DELTA" in t.recipe.name))
RECIPES = {
    "MultiTune": multitune(MINI, 0.1),
    "one block": multitune(MINI, 0.1, LAST_BLOCK),
    "released": switched(MINI, 0.1, "released", tuple(SWITCHES)),
}
START = {"stem.weight": np.ones((2, 2)), "stage1.block1.weight": np.ones((2, 2)), "head.weight": np.ones((2, 2))}
STAGES = ("stem", "stage1.block1")


def moved(by):
    return {name: value * (1 + by) for name, value in START.items()}


def stage_of(name):
    return name.rpartition(".")[0]


FIGURES = {
    "validation_accuracy": lambda: curves.validation_accuracy(RUNS),
    "start_distances": lambda: distances.start_distances(START, {"a": moved(0.1), "b": moved(0.2)}, STAGES, stage_of),
    "branch_weights": lambda: eta.branch_weights(BRANCHES),
    "other_eta": lambda: eta.other_eta(BRANCHES, eta=0.8),
    "draw_joined": lambda: network.draw_joined(RECIPES),
    "penalty_gaps": lambda: penalties.penalty_gaps(PULLED),
    "waterfall_steps": lambda: switches.waterfall_steps(STATES),
    "switch_gaps": lambda: switches.switch_gaps(STATES),
    "printed_and_measured": lambda: table3.printed_and_measured(RUNS),
    "method_gaps": lambda: table3.method_gaps(RUNS),
}
NOT_FIGURES = {"eta_controls", "read_parts"}


def test_every_figure_is_known():
    """A new figure is entered above."""
    assert {name for module in MODULES for name in figures_of(module)} == set(FIGURES) | NOT_FIGURES


@pytest.mark.parametrize("name", FIGURES)
def test_the_layout_is_clean(name):
    figure = FIGURES[name]()
    assert_texts_stay_inside_and_apart(figure, name)
    for legend in figure.legends:
        box = legend.get_window_extent()
        assert 0 <= box.x0 < box.x1 <= figure.bbox.width, name


def test_rows_in_which_the_methods_differ_are_counted():
    title = title_of(FIGURES["printed_and_measured"]())
    assert "printed 1, 0 of 10; measured 4, 0 of 4; measured, MultiTune, one block 4, 0 of 4" in title
    equal = fake_runs("two_networks", lambda t: 0.8, keep=some_rows)
    assert "measured 0, 0 of 4" in title_of(table3.printed_and_measured(equal))


def test_methods_shown_to_differ_from_plain_fine_tuning_are_counted():
    """SpotTune is worse and MultiTune with one block better in each of four rows; the others are noise."""
    title = title_of(table3.method_gaps(RUNS))
    assert "worse in 4" in title
    assert "of 30 comparisons" in title
    at_edge = fake_runs("two_networks", lambda t: 0.8, keep=some_rows, best=0.1)
    labels = [label.get_text() for label in table3.method_gaps(at_edge).axes[0].get_yticklabels()]
    assert labels == ["all images †", "10 a class †"]


def test_each_method_has_a_colour_of_its_own():
    figure = FIGURES["method_gaps"]()
    colors = {line.get_markeredgecolor() for line in figure.axes[0].get_lines() if line.get_marker() == "o"}
    assert len(colors) == 8
    labels = figure.axes[0].get_legend_handles_labels()[1]
    assert {"full, head ×10", "ensemble"} <= set(labels)
    assert "full" not in labels, "it is the zero"


def test_curves_above_are_counted():
    assert title_of(FIGURES["validation_accuracy"]()) == (
        "From epoch 3 on, MultiTune's mean stays above SpotTune's in 4 of 4 rows, and below in 0"
    )


def test_steps_that_are_shown_are_counted():
    title = title_of(FIGURES["waterfall_steps"]())
    assert "fine-grained 1 of 6 steps are shown, together −3.0 points [−" in title
    assert "], and choosing the maximum +" in title
    assert title.count("and choosing the maximum +") == 2
    assert "3 of 11 differences are shown" in title_of(FIGURES["switch_gaps"]())


def test_what_a_rate_at_the_edge_leaves_open_is_not_counted():
    """Gains as above, all with a best rate at the end of its grid."""
    runs = fake_runs("two_networks", lambda t: 0.8 + GAIN.get(t.recipe.name, 0.0), keep=some_rows, best=0.1)
    whole = [run for run in runs if run["data"].get("per_class") is None]
    assert "measured 0, 0 of 2" in title_of(table3.printed_and_measured(whole))
    assert "better than full in 0 of 16 comparisons, worse in 0" in title_of(table3.method_gaps(whole))
    states = fake_runs("switches", lambda t: 0.8 - 0.03 * ("flips" in t.recipe.name), best=0.1)
    states = [run for run in states if run["recipe"]["lr"] <= 0.1]
    title = title_of(switches.waterfall_steps(states))
    assert title.count("0 of 6 steps are shown") == 2
    assert title.count("(not shown)") == 4, "all steps together, and the maximum, of two sets"
    own = switches.switch_gaps(states)
    assert "0 of 11 differences are shown" in title_of(own)
    label = own.axes[0].xaxis.label.get_window_extent()
    assert 0 <= label.x0 < label.x1 <= own.bbox.width
    pulled = fake_runs("penalties", lambda t: 0.8 + 0.03 * (t.recipe.name == "BSS"), best=0.001)
    assert "in 0 of 16 comparisons" in title_of(
        penalties.penalty_gaps([run for run in pulled if run["data"].get("per_class") is None])
    )


def test_penalties_that_differ_from_none_are_counted():
    title = title_of(FIGURES["penalty_gaps"]())
    assert "better than no penalty in 2 of 32 comparisons, worse in 4" in title


def test_what_branch_b_has_of_its_own_is_read_from_the_module():
    parts = {name: network.read_parts(recipe) for name, recipe in RECIPES.items()}
    own = {name: [part for part in found if part.branch == "b"] for name, found in parts.items()}
    assert {part.look for part in own["MultiTune"]} == {"pretrained", "begun anew"}
    assert [part.name for part in own["MultiTune"] if part.multiplier == 0.1] == ["stage3\nblocks 1–4"]
    assert [part.name for part in own["one block"] if part.look == "begun anew"] == ["stage3\nblock 4"]
    assert len([part for part in own["one block"] if part.multiplier == 0.1]) == 2, "the rate is of the macro block"
    assert [part.look for part in own["released"]] == ["shared"] * 4 + ["begun anew", "shared"]
    total = sum(part.parameters for part in parts["MultiTune"])
    assert total > 2 * 363_000
    with pytest.raises(ValueError, match="has no joined network"):
        network.read_parts(full(MINI, 0.1))


def test_distances_are_relative_to_the_start():
    assert title_of(FIGURES["start_distances"]()) == (
        "Mean distance from the start over the stages: a 10.0 % of the weights; b 20.0 %"
    )


def test_another_eta_is_compared_with_the_trained_one():
    assert title_of(eta.other_eta(BRANCHES, eta=0.5)).endswith("0.0 points [0.0, 0.0] against η = 0.5 of the training")
    assert title_of(eta.other_eta(BRANCHES, eta=1.0)).startswith("η = 1: ")
    bars = eta.other_eta(BRANCHES, eta=0.75, bars=eta.WEIGHTS).axes[1]
    assert [text.get_text() for text in bars.texts] == ["0.90", "0.25"], "0.75 · 1.2 and 0.25 · 1.0"
    with pytest.raises(ValueError, match="unknown bars 'logits'"):
        eta.other_eta(BRANCHES, bars="logits")
    assert "a's the larger for 2 of 3 classes" in title_of(FIGURES["branch_weights"]())


def test_nothing_to_draw_is_refused():
    with pytest.raises(ValueError, match="no states to draw"):
        switches.waterfall_steps([])
    with pytest.raises(ValueError, match="no differences to draw"):
        switches.switch_gaps([])
    with pytest.raises(ValueError, match="no method beside 'full'"):
        table3.method_gaps([run for run in RUNS if run["recipe"]["name"] == "SpotTune"])
    with pytest.raises(ValueError, match="no network to draw"):
        network.draw_joined({})
