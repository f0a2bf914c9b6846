"""An investigation of a student's own: two recipes trained in turn, scored once, and compared with two intervals."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pandas import DataFrame

    from course_lib.data import Splits
    from course_lib.training import Recipe


def compare_recipes(recipes: Mapping[str, "Recipe"], splits: "Splits", seeds: int = 3) -> "DataFrame":
    """Train two recipes with the same seeds, score each run once on the test images, and compare them.

    Each run keeps the epoch that validation chose. The difference is the first recipe minus the second, in points,
    with three 95 % intervals: over the shared test images (bootstrap), over the seeds (t), and with both errors.

    Args:
        recipes: name → recipe; two of them.
        splits: training, validation and test images.
        seeds: number of runs of each recipe; at least two.

    Returns:
        one column with accuracies, difference, intervals and seconds.

    Raises:
        ValueError: not two recipes, fewer than two seeds, or a run that diverged.
    """
    import pandas as pd

    from course_lib import analysis
    from course_lib.training import fit, score_test

    if len(recipes) != 2 or seeds < 2:
        raise ValueError(f"{len(recipes)} recipes and {seeds} seeds: compare two recipes, with two seeds or more")
    outcomes, taken = {}, 0.0
    for name, recipe in recipes.items():
        runs = [fit(recipe, splits, seed=seed) for seed in range(seeds)]
        if lost := [run.seed for run in runs if run.status != "finished"]:
            raise ValueError(f"'{name}' diverged with seed {lost[0]}: its loss is not finite, so lower its rate")
        for run in runs:
            score_test(run, splits)
        outcomes[name] = [run.test_outcomes for run in runs]
        taken += sum(run.seconds for run in runs)
    means = {name: [text.count("1") / len(text) for text in texts] for name, texts in outcomes.items()}
    first, second = recipes
    gaps = [a - b for a, b in zip(means[first], means[second], strict=True)]
    lines = {f"test accuracy, {name}": f"{100 * sum(found) / seeds:.1f} %" for name, found in means.items()}
    over_images = analysis.paired_difference(outcomes[first], outcomes[second])
    over_seeds = analysis.seed_interval(gaps, unit="points")
    lines |= {
        "difference, other test images": str(over_images),
        "difference, training again": str(over_seeds),
        "difference, both errors": str(analysis.both_errors(over_seeds, over_images)),
        "seconds of training": f"{taken:.0f}",
    }
    return pd.DataFrame({f"{first} − {second}": lines})
