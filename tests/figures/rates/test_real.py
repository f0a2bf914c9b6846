"""Figures of graduated rates and sources on real images: titles follow from the records, and the layout is clean."""

import pytest
from matplotlib import pyplot

from course_lib.analysis.rates import real_sources
from course_lib.figures.rates import real
from course_lib.sweeps.studies.rates.real import REAL
from fake_real import runs_of, task_index
from layout import assert_texts_stay_inside_and_apart, figures_of, title_of


def scale(trial):
    return trial.recipe.lr / 0.016


def accuracy(best, spread=0.02):
    """Accuracies by trial: the scale `best(trial)` reaches most; tasks differ by `spread`."""

    def of(trial):
        base = 0.4 + spread * task_index(trial)
        if trial.recipe.multiplier_of("stage4") == 0:
            return base + 0.01 * (task_index(trial) % 3)
        return base + 0.2 * (round(scale(trial), 6) == best(trial))

    return of


def source_accuracy(trial):
    gain = {"mini_resnet18": 0.1, "mini_resnet18_animals": 0.05}.get(trial.recipe.start, 0)
    return 0.2 + gain + 0.01 * (task_index(trial) % 4)


SAME, OWN = (lambda _trial: 2.0), (lambda trial: (1.0, 3.0)[task_index(trial) % 2])
RUNS = runs_of("real_scales", accuracy(OWN))
RUNNING = runs_of("real_running", lambda trial: 0.3 + 0.02 * task_index(trial))
BOTH = RUNS + runs_of("real_sources", source_accuracy)
FIGURES = {
    "strategies": lambda: real.strategies(RUNS),
    "strategies, running": lambda: real.strategies(RUNS + RUNNING),
    "sources": lambda: real.sources(BOTH),
}


def test_every_figure_is_known():
    """A new figure is entered above."""
    assert figures_of(real) == {name.split(",")[0] for name in FIGURES}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_has_a_title_and_a_clean_layout(name):
    figure = FIGURES[name]()
    assert title_of(figure)
    assert pyplot.get_fignums() == [], "the figure leaks into pyplot"
    assert_texts_stay_inside_and_apart(figure, name)


def test_the_last_layer_is_tuned_like_the_scales():
    """The head reaches base + 0 to 0.02 at any rate, the best scale base + 0.2: 18 to 20 points, 19 on the mean."""
    assert "gains 19.0 points" in title_of(FIGURES["strategies"]())
    worse = real.strategies(runs_of("real_scales", lambda t: 0.5 + 0.2 * (t.recipe.multiplier_of("stage4") == 0)))
    assert "loses: -20.0 points" in title_of(worse)
    assert "with running statistics it loses" in title_of(FIGURES["strategies, running"]())


def test_the_matrix_is_ordered_by_the_mean_and_its_last_row_is_the_mean():
    figure = FIGURES["sources"]()
    gain = real_sources.source_gain(BOTH, REAL.weights, f"{REAL.architecture}, random weights")
    assert gain.low > 0
    assert title_of(figure).startswith(f"Best mean over 12 real targets: {REAL.weights}; over random weights of its")
    assert title_of(figure).endswith(f"gains {gain}")
    axes = figure.axes[0]
    assert axes.get_yticklabels()[-1].get_text() == "mean"
    assert [label.get_text().replace("\n", "") for label in axes.get_xticklabels()][:3] == [
        REAL.weights,
        "mini_resnet18",
        "mini_resnet18_animals",
    ]
    assert len(axes.texts) == 13 * 5
