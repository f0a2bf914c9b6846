"""Checks of lessons 12 and 13 on what was best elsewhere: the scale of other tasks, the source of other targets."""

from collections.abc import Callable
from functools import partial

import numpy as np

from course_lib.teaching.checks.cases import case_generator
from course_lib.teaching.checks.common import fault_of, verdict
from course_lib.teaching.checks.mistakes import Mistakes, draw_cases, number_fault


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


def check_scales_of_others(scales_of_others: Callable) -> bool:
    """Check the scale that has the highest mean accuracy over all other tasks.

    Args:
        scales_of_others: ``scales_of_others(test)`` from an array (T, K), a row for each task and a column for each
            scale, to the number of a column (0, 1, …) for each of the T tasks; of equal means the first counts.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    praise = "each task follows the others, and none follows itself."
    return verdict("scales_of_others", fault_of(_others_fault, scales_of_others), praise)


def _others_fault(scales_of_others: Callable) -> str | None:
    draw = case_generator()
    shown = partial(_draw_scales, draw)
    cases = draw_cases(shown, _elsewhere, _WRONG_SCALES)
    equal = np.full((3, 4), 0.5)
    hidden = {
        "scales that are all equal": [(equal,)],
        "two scales with the same mean": [_draw_tie(draw, tasks) for tasks in (3, 5, 5)],
        **_hidden(draw, "task", "scale"),
    }
    return number_fault(scales_of_others, cases, _elsewhere, _WRONG_SCALES, hidden=hidden, describe=_test_in_words)


def _elsewhere_fault(best_elsewhere: Callable) -> str | None:
    draw = case_generator()
    cases = draw_cases(lambda: [_draw(draw, *shape) for shape in ((3, 6), (4, 6), (5, 8), (6, 8))], _elsewhere, _WRONG)
    hidden = _hidden(draw, "target", "source")
    return number_fault(best_elsewhere, cases, _elsewhere, _WRONG, hidden=hidden, describe=_in_words)


def _hidden(draw: np.random.Generator, row: str, column: str) -> dict[str, list[tuple[np.ndarray]]]:
    return {
        f"two {row}s": [_draw(draw, 2, 5) for _ in range(5)],
        f"as many {row}s as {column}s": [_draw(draw, 5, 5)],
        f"two {column}s": [_draw(draw, 5, 2) for _ in range(10)],
        f"a {column} that is best for every {row}": [_with_a_winner(draw)],
        "accuracies in per cent": [(100 * _draw(draw, 5, 6)[0],) for _ in range(5)],
        "other accuracies": [_draw(draw, *draw.integers(3, 9, 2).tolist()) for _ in range(8)],
    }


def _draw_scales(draw: np.random.Generator) -> list[tuple[np.ndarray]]:
    return [_draw(draw, 3, 6), _draw_tie(draw, 5), _draw(draw, 4, 6), _draw(draw, 5, 8), _draw(draw, 6, 8)]


def _draw_tie(draw: np.random.Generator, tasks: int) -> tuple[np.ndarray]:
    """Accuracies whose two best columns have the same mean over the others, for all tasks but two.

    They are multiples of 1/64; with 3 or 5 tasks every way to compute the means is then exact.
    """
    accuracies = draw.integers(10, 40, (tasks, 6)) / 64
    first, second = sorted(draw.choice(6, 2, replace=False))
    accuracies[:, first] = draw.choice(np.arange(42, 64), tasks, replace=False) / 64
    one, two = draw.choice(tasks, 2, replace=False)
    accuracies[:, second] = accuracies[:, first]
    accuracies[[one, two], second] = accuracies[[two, one], first]
    return (accuracies,)


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


def _test_in_words(test: np.ndarray) -> str:
    return f"test = {test.round(3).tolist()}"


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


def _mistakes(row: str, column: str) -> Mistakes:
    """The usual mistakes, told with the lesson's words for a row and a column."""
    return (
        (
            f"the {row} takes part in its own choice: leave its row out of the mean.",
            _by_row(lambda a, row: a.mean(axis=0).argmax()),
        ),
        (
            f"it takes the best {column} of the {row} itself: the {row}'s row is not known yet.",
            _by_row(lambda a, r: a[r].argmax()),
        ),
        (
            "it takes the lowest mean: the highest is the best.",
            _by_row(lambda a, r: _others(a, r).mean(axis=0).argmin()),
        ),
        (
            f"it takes the {column} of the single best accuracy: the mean over the other {row}s is asked.",
            _by_row(lambda a, row: _others(a, row).max(axis=0).argmax()),
        ),
        (
            f"it takes the median over the other {row}s: the mean is asked.",
            _by_row(lambda a, row: np.median(_others(a, row), axis=0).argmax()),
        ),
        (
            f"it counts for how many {row}s a {column} is best: the mean accuracy is asked.",
            _by_row(_most_wins),
        ),
        (
            f"it takes the next {row} alone: the mean over all other {row}s is asked.",
            _by_row(lambda a, row: a[(row + 1) % len(a)].argmax()),
        ),
        (
            f"it takes the {row} before alone: the mean over all other {row}s is asked.",
            _by_row(lambda a, row: a[row - 1].argmax()),
        ),
        (
            f"it uses only the {row}s before: the others count, too, those behind as well.",
            _by_row(lambda a, row: (a[:row] if row else a[1:]).mean(axis=0).argmax()),
        ),
        (
            f"the {column}s are counted from 1: the first one is 0.",
            _by_row(lambda a, row: 1 + _others(a, row).mean(axis=0).argmax()),
        ),
    )


def _last_best(accuracies: np.ndarray, row: int) -> int:
    means = _others(accuracies, row).sum(axis=0)
    return np.flatnonzero(means == means.max())[-1]


_WRONG = tuple(_mistakes("target", "source"))
_WRONG_SCALES = (
    *_mistakes("task", "scale"),
    ("the last of equal means: the first counts.", _by_row(_last_best)),
    (
        "it counts for how many tasks a scale is best: the mean accuracy is asked.",
        _by_row(lambda a, row: np.bincount(a.argmax(axis=1)).argmax()),
    ),
    (
        "it gives all tasks the scale of the first one: each task has other others.",
        _by_row(lambda a, row: _others(a, 0).mean(axis=0).argmax()),
    ),
    (
        "these are mean accuracies: the column that has the highest one is asked.",
        lambda a: [float(_others(a, row).mean(axis=0).max()) for row in range(len(a))],
    ),
)
