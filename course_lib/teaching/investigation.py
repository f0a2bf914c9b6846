"""An investigation of a student's own: two recipes trained in turn, scored once, and compared with two intervals."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from pandas import DataFrame

    from course_lib.data import Splits
    from course_lib.training import Recipe
    from course_lib.training.score import Score


def compare_recipes(recipes: Mapping[str, "Recipe"], splits: "Splits", seeds: int = 3) -> "DataFrame":
    """Train two recipes with the same seeds, score each run once on the test images, and compare them.

    Each run keeps the epoch that validation chose. The difference is the first recipe minus the second, in points,
    with three 95 % intervals: over the shared test images (bootstrap), over the seeds (t), and with both errors. Scores
    of images with several concepts are mean average precision; the bootstrap is over the concepts then.

    Args:
        recipes: name → recipe; two of them.
        splits: training, validation and test images.
        seeds: number of runs of each recipe; at least two.

    Returns:
        one column with test scores, difference, intervals and seconds.

    Raises:
        ValueError: not two recipes, fewer than two seeds, or a run that diverged.
    """
    import pandas as pd

    from course_lib import analysis
    from course_lib.training import fit, score_test
    from course_lib.training.score import MAIN
    from course_lib.training.target import CONCEPTS

    if len(recipes) != 2 or seeds < 2:
        raise ValueError(f"{len(recipes)} recipes and {seeds} seeds: compare two recipes, with two seeds or more")
    scores, taken = {}, 0.0
    for name, recipe in recipes.items():
        runs = [fit(recipe, splits, seed=seed) for seed in range(seeds)]
        if lost := [run.seed for run in runs if run.status != "finished"]:
            raise ValueError(f"'{name}' diverged with seed {lost[0]}: its loss is not finite, so lower its rate")
        for run in runs:
            score_test(run, splits)
        scores[name] = [run.scores[MAIN] for run in runs]
        taken += sum(run.seconds for run in runs)
    first, second = scores.values()
    gaps = [a.value - b.value for a, b in zip(first, second, strict=True)]
    measure, things = ("MAP", "concepts") if first[0].metric == CONCEPTS.metric else ("accuracy", "test images")
    means = {name: sum(score.value for score in found) / seeds for name, found in scores.items()}
    over_units = analysis.paired_difference(*(_known_units(found) for found in scores.values()), things=things)
    over_seeds = analysis.seed_interval(gaps, unit="points")
    lines = {f"test {measure}, {name}": f"{100 * mean:.1f} %" for name, mean in means.items()}
    lines |= {
        f"difference, other {things}": str(over_units),
        "difference, training again": str(over_seeds),
        "difference, both errors": str(analysis.both_errors(over_seeds, over_units)),
        "seconds of training": f"{taken:.0f}",
    }
    return pd.DataFrame({" − ".join(scores): lines})


def _known_units(scores: Sequence["Score"]) -> list["np.ndarray"]:
    """Units of each score without those of concepts that no test image shows."""
    import numpy as np

    return [score.units[np.isfinite(score.units)] for score in scores]
