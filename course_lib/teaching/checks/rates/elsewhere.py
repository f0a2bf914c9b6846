"""Check of lesson 13 on the source that was best for the other targets: a choice that has not seen its own target."""

from collections.abc import Callable

import numpy as np

from course_lib.teaching.checks.cases import case_generator
from course_lib.teaching.checks.common import fault_of, verdict
from course_lib.teaching.checks.mistakes import draw_cases, number_fault


def check_best_elsewhere(best_elsewhere: Callable) -> bool:
    """Check the source that has the highest mean accuracy for all other targets.

    Args:
        best_elsewhere: ``best_elsewhere(accuracies)`` from an array (T, S), a row for each target and a column for each
            source, to the number of a source (0, 1, …) for each of the T targets.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    praise = "no target had a say in its own choice."
    return verdict("best_elsewhere", fault_of(_elsewhere_fault, best_elsewhere), praise)


def _elsewhere_fault(best_elsewhere: Callable) -> str | None:
    draw = case_generator()
    cases = draw_cases(lambda: [_draw(draw, *shape) for shape in ((3, 6), (4, 6), (5, 8), (6, 8))], _elsewhere, _WRONG)
    hidden = {
        "two targets": [_draw(draw, 2, 5)],
        "as many targets as sources": [_draw(draw, 5, 5)],
        "two sources": [_draw(draw, 5, 2)],
        "a source that is best for every target": [_with_a_winner(draw)],
        "accuracies in per cent": [(100 * _draw(draw, 5, 6)[0],)],
        "other accuracies": [_draw(draw, *draw.integers(3, 9, 2).tolist()) for _ in range(8)],
    }
    return number_fault(best_elsewhere, cases, _elsewhere, _WRONG, hidden=hidden, describe=_in_words)


def _draw(draw: np.random.Generator, targets: int, sources: int) -> tuple[np.ndarray]:
    """Accuracies that are all different; targets differ much in difficulty, sources little in merit."""
    hard = draw.uniform(0.1, 0.5, (targets, 1))
    return (hard + draw.uniform(0, 0.45, (targets, sources)),)


def _with_a_winner(draw: np.random.Generator) -> tuple[np.ndarray]:
    (accuracies,) = _draw(draw, 5, 6)
    accuracies[:, draw.integers(6)] = 0.96
    return (accuracies,)


def _in_words(accuracies: np.ndarray) -> str:
    return f"accuracies = {accuracies.round(3).tolist()}"


def _by_row(choose: Callable[[np.ndarray, int], int]) -> Callable[[np.ndarray], list[int]]:
    """Make a function of the matrix from the choice for one target."""
    return lambda accuracies: [int(choose(accuracies, row)) for row in range(len(accuracies))]


def _others(accuracies: np.ndarray, row: int) -> np.ndarray:
    return np.delete(accuracies, row, axis=0)


_elsewhere = _by_row(lambda a, row: _others(a, row).mean(axis=0).argmax())


def _most_wins(accuracies: np.ndarray, row: int) -> int:
    """The source that is best for most of the other targets."""
    wins = np.bincount(_others(accuracies, row).argmax(axis=1), minlength=accuracies.shape[1])
    return wins.argmax()


_WRONG = (
    (
        "the target takes part in its own choice: leave its row out of the mean.",
        _by_row(lambda a, row: a.mean(axis=0).argmax()),
    ),
    (
        "it takes the best source of the target itself: the target's row is not known yet.",
        _by_row(lambda a, r: a[r].argmax()),
    ),
    ("it takes the lowest mean: the highest is the best.", _by_row(lambda a, r: _others(a, r).mean(axis=0).argmin())),
    (
        "it takes the source of the single best accuracy: the mean over the other targets is asked.",
        _by_row(lambda a, row: _others(a, row).max(axis=0).argmax()),
    ),
    (
        "it takes the median over the other targets: the mean is asked.",
        _by_row(lambda a, row: np.median(_others(a, row), axis=0).argmax()),
    ),
    (
        "it counts for how many targets a source is best: the mean accuracy is asked.",
        _by_row(_most_wins),
    ),
    (
        "it takes the next target alone: the mean over all other targets is asked.",
        _by_row(lambda a, row: a[(row + 1) % len(a)].argmax()),
    ),
    (
        "it takes the target before alone: the mean over all other targets is asked.",
        _by_row(lambda a, row: a[row - 1].argmax()),
    ),
    (
        "it uses only the targets before: the others count, too, those behind as well.",
        _by_row(lambda a, row: (a[:row] if row else a[1:]).mean(axis=0).argmax()),
    ),
    (
        "the sources are counted from 1: the first one is 0.",
        _by_row(lambda a, row: 1 + _others(a, row).mean(axis=0).argmax()),
    ),
)
