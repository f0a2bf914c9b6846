"""Figures of lesson 12: titles follow from the records, and the layout is clean."""

import numpy as np
import pytest

import fakes
from course_lib.analysis.rates import luck, predictors, scales
from course_lib.figures.rates import scales as figures
from fake_scales import head_grid, scale_grid, seed_runs
from layout import assert_texts_stay_inside_and_apart, figures_of, title_of

RUNS = scale_grid(lambda t, k: 0.55 + 0.02 * t + 0.05 * k, lambda t, k: 0.65 + 0.05 * (k if t % 2 else 0))
GRID, HEADS = scales.grid_of(RUNS), scales.grid_of(head_grid(), scales.head_of)


def flower_runs(graduated, uniform):
    """Runs of two sets of multipliers at both rates of the last layer."""
    runs = []
    for head in (0.01, 0.02):
        for name, accuracy in (("graduated 0, 0, 1, 2, 5", graduated), ("uniform 1", uniform), ("uniform 5", uniform)):
            for seed in range(3):
                run = fakes.fake_run("full", "sgd", head, seed, epochs=2)
                right = round(100 * accuracy) + seed
                run |= {
                    "num_test": 100,
                    "test_correct": right,
                    "test_accuracy": right / 100,
                    "key": f"{name}{head}{seed}",
                }
                run |= {"test_outcomes": "1" * right + "0" * (100 - right), "val_accuracy": accuracy, "num_val": 100}
                run["key"] = f"{name}{head}{seed}"
                run["recipe"] |= {"name": name, "start": "mini_resnet18_plants"}
                run["data"] = {"source": "mini:flowers", "size": 48, "split": "official", "seed": seed}
                runs.append(run)
    return runs


FIGURES = {
    "flower_multipliers": lambda: figures.flower_multipliers(flower_runs(0.8, 0.4)),
    "task_overview": figures.task_overview,
    "scale_curves": lambda: figures.scale_curves(GRID, HEADS),
    "best_scales": lambda: figures.best_scales(GRID),
    "printed_and_measured": lambda: figures.printed_and_measured(GRID, HEADS),
    "luck_of_the_best": lambda: figures.luck_of_the_best(luck.lead_of_the_best(RUNS, seed_runs(), draws=30)),
    "accuracy_and_cost": lambda: figures.accuracy_and_cost(
        predictors.scale_predictors(GRID, HEADS, np.arange(24.0).reshape(6, 2, 2))
    ),
}


def test_every_figure_is_known():
    """A new figure is entered above."""
    assert figures_of(figures) == set(FIGURES)


@pytest.mark.parametrize("name", FIGURES)
def test_the_layout_is_clean(name):
    assert_texts_stay_inside_and_apart(FIGURES[name](), name)


def test_titles_follow_the_runs():
    assert "LL 10: 40.0 points" in title_of(FIGURES["flower_multipliers"]())
    assert "LL 10: -40.0 points" in title_of(figures.flower_multipliers(flower_runs(0.4, 0.8)))
    assert "0.25: 10.0 points [10.0, 10.0]" in title_of(FIGURES["scale_curves"]())
    assert "scale 0.25 is best in 3 tasks if the lowest counts, in 1 of 6" in title_of(FIGURES["best_scales"]())


def test_the_lead_is_compared_with_seeds():
    alike = scale_grid(lambda t, k: 0.6, seeds=1)  # networks that are all equally good

    def title(accuracy):
        return title_of(figures.luck_of_the_best(luck.lead_of_the_best(scale_grid(accuracy), alike, draws=30)))

    assert title(lambda t, k: 0.6).endswith("not shown")
    bad = title(lambda t, k: (0.6, 0.6, 0.1)[k])
    assert "with the scales up to 1 alone" in bad
    assert bad.endswith("not shown")
    assert "not shown" not in title(lambda t, k: 0.3 + 0.3 * k)


def test_ways_are_counted_without_the_one_that_sees_the_test_images():
    ways = predictors.scale_predictors(GRID, HEADS, np.arange(24.0).reshape(6, 2, 2))
    title = title_of(figures.accuracy_and_cost(ways))
    assert f"of {len(ways) - 2} ways" in title, "neither the base nor the scale that the test images choose"
