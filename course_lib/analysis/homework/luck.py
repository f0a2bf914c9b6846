"""Luck of the best of 250 tries on 47 images, as the homework chose each row of Table VIII."""

from course_lib.analysis.homework.printed import printed_results
from course_lib.analysis.selection_bias import chance_of_best

NUM_IMAGES, NUM_RIGHT, NUM_TRIES = 47, 46, 250


def luck_chances(correlation: float) -> dict[str, dict[float, float]]:
    """Compute the chance that the best of 250 tries gets 46 of 47 images right: kind of tries → true accuracy → chance.

    The true accuracies run from the lowest to the highest test accuracy of the rows that print 46 of 47.

    Args:
        correlation: of the outcomes of two of our tries, from `course_lib.analysis.correlation_of_tries`.
    """
    tests = [r.test_percent / 100 for r in printed_results(table="VIII") if r.val_correct == NUM_RIGHT]
    truths = (min(tests), 0.8, max(tests))
    return {
        name: {truth: chance_of_best(truth, NUM_RIGHT, NUM_IMAGES, NUM_TRIES, rho) for truth in truths}
        for name, rho in kinds_of_tries(correlation).items()
    }


def kinds_of_tries(correlation: float) -> dict[str, float]:
    """Name the two extremes of tries, independent and as alike as ours, with their correlations."""
    return {"independent tries": 0.0, f"as alike as ours ({correlation:.2f})": correlation}
