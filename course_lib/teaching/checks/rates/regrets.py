"""Check of lesson 13 on what is lost by taking the source with the highest score."""

from collections.abc import Callable

import numpy as np

from course_lib.teaching.checks.cases import case_generator
from course_lib.teaching.checks.common import fault_of, verdict
from course_lib.teaching.checks.mistakes import draw_cases, number_fault

Case = tuple[np.ndarray, np.ndarray]


def check_mean_regret(mean_regret: Callable) -> bool:
    """Check the accuracy that the targets lose, on average, by taking the source with the highest score.

    Args:
        mean_regret: ``mean_regret(scores, accuracies) -> float`` from two arrays (T, S), a row for each target and a
            column for each source, NaN in both where a source is no candidate.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    praise = "the score chooses, the accuracy says what the choice cost."
    return verdict("mean_regret", fault_of(_regret_fault, mean_regret), praise)


def _regret_fault(mean_regret: Callable) -> str | None:
    draw = case_generator()
    cases = draw_cases(lambda: [_draw(draw, *shape) for shape in ((4, 6, 2), (6, 4, 3), (5, 5, 2))], _regret, _WRONG)
    hidden = {
        "targets for which every source is a candidate": [_draw(draw, 4, 5, 0)],
        "a single target": [(-accuracies, accuracies) for _, accuracies in [_draw(draw, 1, 6, 1)]],
        "two sources": [_draw(draw, 5, 2, 0)],
        "scores that are all negative": [(scores - 50, accuracies) for scores, accuracies in [_draw(draw, 4, 5, 2)]],
        "a score that is always right": [(accuracies, accuracies) for _, accuracies in [_draw(draw, 4, 5, 2)]],
        "accuracies in per cent": [(-accuracies, 100 * accuracies) for _, accuracies in [_draw(draw, 4, 5, 2)]],
        "other scores": [_draw(draw, *draw.integers(3, 8, 2).tolist(), 2) for _ in range(6)],
    }
    return number_fault(mean_regret, cases, _regret, _WRONG, hidden=hidden, describe=_in_words)


def _draw(draw: np.random.Generator, targets: int, sources: int, missing: int) -> Case:
    """Scores and accuracies that are all different; `missing` targets have a source that is no candidate."""
    accuracies = draw.permutation(np.linspace(0.3, 0.9, targets * sources)).reshape(targets, sources)
    accuracies = accuracies + draw.uniform(0, 0.001, accuracies.shape)
    scores = accuracies + draw.normal(0, 0.3, accuracies.shape) - draw.uniform(1, 3, (targets, 1))
    rows = draw.choice(targets, min(missing, targets), replace=False)
    columns = draw.integers(0, sources, len(rows))
    scores[rows, columns] = accuracies[rows, columns] = np.nan
    return scores, accuracies


def _in_words(scores: np.ndarray, accuracies: np.ndarray) -> str:
    return f"scores = {scores.round(2).tolist()} and accuracies = {accuracies.round(3).tolist()}"


def _losses(scores: np.ndarray, accuracies: np.ndarray) -> np.ndarray:
    return np.nanmax(accuracies, axis=1) - _taken(np.nanargmax(scores, axis=1), accuracies)


def _regret(scores: np.ndarray, accuracies: np.ndarray) -> float:
    return float(_losses(scores, accuracies).mean())


def _taken(columns: np.ndarray, values: np.ndarray) -> np.ndarray:
    return values[np.arange(len(values)), columns]


def _plain_argmax(scores: np.ndarray, accuracies: np.ndarray) -> float:
    """NumPy's argmax takes NaN for the largest; the loss is then NaN."""
    return float((np.nanmax(accuracies, axis=1) - _taken(scores.argmax(axis=1), accuracies)).mean())


def _without_missing(scores: np.ndarray, accuracies: np.ndarray) -> float:
    whole = ~np.isnan(scores).any(axis=1)
    return float(_losses(scores[whole], accuracies[whole]).mean())


def _zero_scores(scores: np.ndarray, accuracies: np.ndarray) -> float:
    """NaN replaced by 0, which is higher than every negative score."""
    taken = _taken(np.nan_to_num(scores).argmax(axis=1), np.nan_to_num(accuracies))
    return float((np.nanmax(accuracies, axis=1) - taken).mean())


_MEAN = "the mean over the targets is asked."
_WRONG = (
    ("NaN wins in argmax: a source that is no candidate must not be chosen, see np.nanargmax.", _plain_argmax),
    ("NaN became 0, which beats every negative score: leave such a source out, see np.nanargmax.", _zero_scores),
    ("it leaves out targets that have a NaN: only that source is no candidate.", _without_missing),
    (
        "it takes the lowest score: the highest is the best.",
        lambda s, a: np.mean(np.nanmax(a, axis=1) - _taken(np.nanargmin(s, axis=1), a)),
    ),
    (
        "it measures against the mean source: the loss is against the best one.",
        lambda s, a: np.mean(np.nanmean(a, axis=1) - _taken(np.nanargmax(s, axis=1), a)),
    ),
    ("the sign is wrong: the best minus the chosen source.", lambda s, a: -_regret(s, a)),
    (
        "that is the accuracy of the chosen source: subtract it from that of the best one.",
        lambda s, a: np.mean(_taken(np.nanargmax(s, axis=1), a)),
    ),
    (
        "that is the mean accuracy of the best source: subtract that of the chosen one.",
        lambda s, a: np.nanmax(a, 1).mean(),
    ),
    (
        "it compares the scores: the loss is a difference of accuracies.",
        lambda s, a: np.mean(np.nanmax(s, axis=1) - _taken(np.nanargmax(a, axis=1), s)),
    ),
    (
        "it compares a score with an accuracy: both numbers are accuracies.",
        lambda s, a: np.mean(np.nanmax(a, axis=1) - np.nanmax(s, axis=1)),
    ),
    (
        "it takes one source for all targets: each target has its own highest score.",
        lambda s, a: np.nanmean(np.nanmax(a, axis=1) - a[:, np.nanmean(s, axis=0).argmax()]),
    ),
    (
        "it chooses a target for each source: a row is a target, so it chooses along the row, axis 1.",
        lambda s, a: np.mean(np.nanmax(a, axis=0) - a[np.nanargmax(s, axis=0), np.arange(a.shape[1])]),
    ),
    ("that is the sum over the targets: " + _MEAN, lambda s, a: _losses(s, a).sum()),
    ("that is the largest loss: " + _MEAN, lambda s, a: _losses(s, a).max()),
    ("that is the median: " + _MEAN, lambda s, a: np.median(_losses(s, a))),
    (
        "that is the share of targets with a wrong choice: the lost accuracy is asked.",
        lambda s, a: (_losses(s, a) > 0).mean(),
    ),
    (
        "it is relative to the best accuracy: leave the difference in its unit.",
        lambda s, a: np.mean(_losses(s, a) / np.nanmax(a, axis=1)),
    ),
    ("100 times too large: leave the accuracies in their unit.", lambda s, a: 100 * _regret(s, a)),
)
