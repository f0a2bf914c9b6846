"""Check of lesson 08 on McNemar's exact test of two networks on the same images."""

from collections.abc import Callable
from functools import partial

import numpy as np
from scipy import stats

from course_lib.teaching.checks.cases import case_generator
from course_lib.teaching.checks.common import fault_of, verdict
from course_lib.teaching.checks.homework.few_shot import draw_outcomes
from course_lib.teaching.checks.mistakes import draw_cases, number_fault


def check_mcnemar(mcnemar_p: Callable) -> bool:
    """Check the exact two-sided McNemar test of two models on the same images.

    Args:
        mcnemar_p: ``mcnemar_p(right_a, right_b) -> float`` from two arrays (N,) of 0 and 1 in the same order of images.

    Returns:
        whether it is right; the message names the likely mistake, as taking the images for independent ones.
    """
    fault = fault_of(_mcnemar_fault, mcnemar_p)
    return verdict("mcnemar_p", fault, "only the images on which the two disagree decide.")


def _mcnemar_fault(mcnemar_p: Callable) -> str | None:
    draw = case_generator()
    cases = draw_cases(lambda: _draw_some(draw), _mcnemar, _WRONG_MCNEMARS)
    once = int(draw.integers(3, 9))
    hidden = {
        "two networks that never disagree: no coin is tossed, and nothing speaks against equal networks": [
            draw_outcomes(draw, only_a=0, only_b=0)
        ],
        "a network that is right wherever the other one is": [
            draw_outcomes(draw, once, 0),
            draw_outcomes(draw, 0, once),
        ],
        "other outcomes": [draw_outcomes(draw, *draw.integers(4, 30, 2).tolist()) for _ in range(4)],
    }
    return number_fault(mcnemar_p, cases, _mcnemar, _WRONG_MCNEMARS, hidden=hidden, describe=_pair_in_words)


def _draw_some(draw: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray]]:
    """Outcomes with A better, with B better, with neither."""
    few, many, same = (int(draw.integers(*bounds)) for bounds in ((4, 9), (14, 24), (4, 10)))
    return [draw_outcomes(draw, many, few), draw_outcomes(draw, few, many), draw_outcomes(draw, same, same)]


def _pair_in_words(a: np.ndarray, b: np.ndarray) -> str:
    return f"{np.sum(a > b)} images right by A alone and {np.sum(b > a)} by B alone"


def _mcnemar(a: np.ndarray, b: np.ndarray, alternative: str = "two-sided") -> float:
    tosses = int((a != b).sum())
    return stats.binomtest(int((a > b).sum()), tosses, alternative=alternative).pvalue if tosses else 1.0


def _chi_square(a: np.ndarray, b: np.ndarray, correction: int) -> float:
    only_a, only_b = (a > b).sum(), (b > a).sum()
    return float(stats.chi2.sf(max(abs(only_a - only_b) - correction, 0) ** 2 / (only_a + only_b), 1))


def _crossed(a: np.ndarray, b: np.ndarray) -> list[list[int]]:
    """Right and wrong of A and of B, as if the images were different ones."""
    return [[int(a.sum()), int((1 - a).sum())], [int(b.sum()), int((1 - b).sum())]]


_INDEPENDENT = (
    "it treats the images as independent, two sets of them: A and B saw the same ones, "
    "count those that only one of them got right."
)
_EXACT = "an approximation for many images: the exact test counts coins, stats.binomtest."
_ONE_SIDED = "that is one side only: a difference either way counts, use the two-sided test."
_WRONG_MCNEMARS = (
    (_INDEPENDENT, lambda a, b: stats.fisher_exact(_crossed(a, b))[1]),
    (_INDEPENDENT, lambda a, b: stats.chi2_contingency(_crossed(a, b))[1]),
    (_INDEPENDENT, lambda a, b: stats.chi2_contingency(_crossed(a, b), correction=False)[1]),
    (_INDEPENDENT, lambda a, b: stats.ttest_ind(a, b).pvalue),
    (_INDEPENDENT, lambda a, b: stats.binomtest(int(a.sum()), int(a.sum() + b.sum())).pvalue),
    (
        "images on which both agree decide nothing: leave them out, n is the number that only one got right.",
        lambda a, b: stats.binomtest(int((a > b).sum()), a.size).pvalue,
    ),
    (_ONE_SIDED, partial(_mcnemar, alternative="greater")),
    (_ONE_SIDED, partial(_mcnemar, alternative="less")),
    (_EXACT, partial(_chi_square, correction=0)),
    (_EXACT, partial(_chi_square, correction=1)),
)
