"""Checks of lessons 11 and 12 on what validation chooses: a rate for each seed, a scale for each task."""

from collections.abc import Callable

import numpy as np

from course_lib.teaching.checks.cases import case_generator
from course_lib.teaching.checks.common import fault_of, verdict
from course_lib.teaching.checks.mistakes import draw_cases, number_fault

Case = tuple[np.ndarray, np.ndarray]


def check_chosen_accuracy(chosen_accuracy: Callable) -> bool:
    """Check the mean over seeds of the test accuracy at the rate that validation chooses for each seed.

    Args:
        chosen_accuracy: ``chosen_accuracy(val, test) -> float`` from two arrays (S, R), a row for each seed and a
            column for each rate; the first of equal validation accuracies counts.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    praise = "each seed chooses by validation, and the test speaks once."
    return verdict("chosen_accuracy", fault_of(_chosen_fault, chosen_accuracy), praise)


def check_honest_choice(honest_choice: Callable) -> bool:
    """Check the mean validation and the mean test accuracy at the scale that validation chooses for each task.

    Args:
        honest_choice: ``honest_choice(val, test) -> (validation, test)`` from two arrays (T, K), a row for each task
            and a column for each scale; the first of equal validation accuracies counts.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    praise = "validation chooses, and the test judges the choice."
    return verdict("honest_choice", fault_of(_honest_fault, honest_choice), praise)


def _honest_fault(honest_choice: Callable) -> str | None:
    draw = case_generator()
    cases = draw_cases(lambda: _draw_some(draw), _honest, _WRONG_HONEST)
    hidden = _hidden(draw, "task", "scale")
    return number_fault(honest_choice, cases, _honest, _WRONG_HONEST, hidden=hidden, describe=_in_words)


def _chosen_fault(chosen_accuracy: Callable) -> str | None:
    draw = case_generator()
    cases = draw_cases(lambda: _draw_some(draw), _chosen, _WRONG_CHOICES)
    hidden = _hidden(draw, "seed", "rate")
    return number_fault(chosen_accuracy, cases, _chosen, _WRONG_CHOICES, hidden=hidden, describe=_in_words)


def _hidden(draw: np.random.Generator, row: str, column: str) -> dict[str, list[Case]]:
    return {
        f"as many {row}s as {column}s": [_draw(draw, 4, 4), _draw(draw, 5, 5)],
        f"a single {row}": [_draw(draw, 1, 5)],
        f"a single {column}": [_draw(draw, 4, 1)],
        "validation accuracies that are all equal": [(np.full((3, 5), 0.5), _draw(draw, 3, 5)[1])],
        "accuracies in per cent": [tuple(100 * part for part in _draw(draw, 3, 5))],
        f"other {row}s": [_draw(draw, *draw.integers(2, 7, 2).tolist()) for _ in range(6)],
    }


def _draw_some(draw: np.random.Generator) -> list[Case]:
    """More columns than rows, and the other way round."""
    return [_draw(draw, 3, 5), _draw(draw, 6, 4), _draw(draw, 4, 6)]


def _draw(draw: np.random.Generator, rows: int, columns: int) -> Case:
    """Validation accuracies on so few images that some are equal, also at the top; test accuracies all different."""
    val = draw.integers(8, 19, (rows, columns)) / 20
    for row in val[::2]:
        row[draw.choice(columns, min(2, columns), replace=False)] = row.max() + 0.05
    test = draw.permutation(np.linspace(0.3, 0.9, rows * columns)) + draw.uniform(0, 0.001, rows * columns)
    return val, test.reshape(rows, columns)


def _in_words(val: np.ndarray, test: np.ndarray) -> str:
    return f"val = {val.round(2).tolist()} and test = {test.round(3).tolist()}"


def _chosen(val: np.ndarray, test: np.ndarray) -> float:
    return _picked(val.argmax(axis=1), test).mean()


def _picked(columns: np.ndarray, values: np.ndarray) -> np.ndarray:
    """One value from each row."""
    return values[np.arange(len(values)), columns]


def _last_best(val: np.ndarray) -> np.ndarray:
    return val.shape[1] - 1 - val[:, ::-1].argmax(axis=1)


def _of_equal(reduce: Callable, val: np.ndarray, test: np.ndarray) -> float:
    """Reduce the test accuracies at all equally good rates of a seed; then the mean over seeds."""
    return np.mean([reduce(row[own == own.max()]) for own, row in zip(val, test, strict=True)])


def _seed_of_rate(val: np.ndarray, test: np.ndarray) -> np.ndarray:
    """The accuracy of the best seed at each rate."""
    return test[val.argmax(axis=0), np.arange(val.shape[1])]


_AXIS = "it chooses a seed for each rate: a row is a seed, so it chooses along the columns, axis 1."
_MEAN = "the mean over the seeds is asked."
_TEST = "it chooses by the test: the test may not take part in the choice."
_WRONG_CHOICES = (
    (_TEST, lambda val, test: test.max(axis=1).mean()),
    (_TEST, lambda val, test: test.mean(axis=0).max()),
    (_TEST, lambda val, test: test.max()),
    (
        "the test takes part in the choice: validation alone chooses.",
        lambda val, test: _picked((val + test).argmax(axis=1), test).mean(),
    ),
    (
        "it takes one rate for all seeds: each seed chooses its own, from its own row.",
        lambda val, test: test[:, val.mean(axis=0).argmax()].mean(),
    ),
    ("that is the validation accuracy of the choice: report the test.", lambda val, test: val.max(axis=1).mean()),
    ("the last of equal ones: the first counts.", lambda val, test: _picked(_last_best(val), test).mean()),
    ("the mean of equally good rates: the first counts.", lambda val, test: _of_equal(np.mean, val, test)),
    (
        "of equally good rates it takes the best on the test: the first counts.",
        lambda val, test: _of_equal(np.max, val, test),
    ),
    (
        "of equally good rates it takes the worst on the test: the first counts.",
        lambda val, test: _of_equal(np.min, val, test),
    ),
    (_AXIS, lambda val, test: _seed_of_rate(val, test).mean()),
    (_AXIS, lambda val, test: test.max(axis=0).mean()),
    (_AXIS, lambda val, test: test[val.argmax(axis=0)].mean()),
    (
        "test[:, chosen] takes each chosen rate from all rows: take one value from each row.",
        lambda val, test: test[:, val.argmax(axis=1)].mean(),
    ),
    (
        "it chooses the lowest validation accuracy: the highest is best.",
        lambda val, test: _picked(val.argmin(axis=1), test).mean(),
    ),
    (
        "it reports the seed with the best validation alone: " + _MEAN,
        lambda val, test: test.ravel()[val.argmax()],
    ),
    ("that is the sum over the seeds: " + _MEAN, lambda val, test: _picked(val.argmax(axis=1), test).sum()),
    ("that is the best seed: " + _MEAN, lambda val, test: _picked(val.argmax(axis=1), test).max()),
    ("that is the median of the seeds: " + _MEAN, lambda val, test: np.median(_picked(val.argmax(axis=1), test))),
    ("that is the first seed alone: " + _MEAN, lambda val, test: test[0, val[0].argmax()]),
    ("that is the last seed alone: " + _MEAN, lambda val, test: test[-1, val[-1].argmax()]),
    ("that is the mean over all rates: take the chosen one of each seed.", lambda val, test: test.mean()),
    ("val and test are swapped: validation chooses.", lambda val, test: _chosen(test, val)),
    ("100 times too large: leave the accuracies in their unit.", lambda val, test: 100 * _chosen(val, test)),
)


def _both(reduce: Callable, columns: np.ndarray, val: np.ndarray, test: np.ndarray) -> tuple[float, float]:
    """Reduce the validation accuracies, and the test accuracies, of the column taken from each row."""
    return reduce(_picked(columns, val)), reduce(_picked(columns, test))


def _at(columns_of: Callable, reduce: Callable = np.mean) -> Callable[..., tuple[float, float]]:
    """The function that takes from each row the column columns_of(val, test)."""
    return lambda val, test: _both(reduce, columns_of(val, test), val, test)


def _by_val(val: np.ndarray, _: np.ndarray) -> np.ndarray:
    return val.argmax(axis=1)


_honest = _at(_by_val)


def _optimism(val: np.ndarray, test: np.ndarray) -> float:
    """How much better the choice looks on the images that chose it."""
    own, other = _honest(val, test)
    return own - other


def _one_scale(val: np.ndarray, _: np.ndarray) -> np.ndarray:
    return np.full(len(val), val.mean(axis=0).argmax())


def _frequent_scale(val: np.ndarray, _: np.ndarray) -> np.ndarray:
    return np.full(len(val), np.bincount(val.argmax(axis=1)).argmax())


def _scale_axis(val: np.ndarray, test: np.ndarray) -> tuple[float, float]:
    return val.max(axis=0).mean(), _seed_of_rate(val, test).mean()


_ORACLE = "the test chooses, as no honest choice may: take the scale with the best validation accuracy."
_ONE = "it takes one scale for all tasks: each task chooses its own, from its own row."
_TASK_AXIS = "it chooses a task for each scale: a row is a task, so it chooses along the columns, axis 1."
_TASKS = "the mean over the tasks is asked."
_WRONG_HONEST = (
    (_ORACLE, _at(lambda val, test: test.argmax(axis=1))),
    (_ORACLE, _at(lambda val, test: np.full(len(test), test.mean(axis=0).argmax()))),
    (
        "the test number is that of another scale, the best on the test: judge the scale that validation chose.",
        lambda val, test: (val.max(axis=1).mean(), test.max(axis=1).mean()),
    ),
    (
        "the test takes part in the choice: validation alone chooses.",
        _at(lambda val, test: (val + test).argmax(axis=1)),
    ),
    (_ONE, _at(_one_scale)),
    (_ONE, _at(_frequent_scale)),
    ("the last of equal ones: the first counts.", _at(lambda val, _: _last_best(val))),
    (
        "the mean of equally good scales: the first counts.",
        lambda val, test: (val.max(axis=1).mean(), _of_equal(np.mean, val, test)),
    ),
    (
        "of equally good scales it takes the best on the test: the first counts.",
        lambda val, test: (val.max(axis=1).mean(), _of_equal(np.max, val, test)),
    ),
    (
        "of equally good scales it takes the worst on the test: the first counts.",
        lambda val, test: (val.max(axis=1).mean(), _of_equal(np.min, val, test)),
    ),
    ("the order is (validation, test), yours is (test, validation).", lambda val, test: _honest(val, test)[::-1]),
    ("val and test are swapped: validation chooses.", lambda val, test: _honest(test, val)),
    (_TASK_AXIS, _scale_axis),
    (_TASK_AXIS, lambda val, test: (val.max(axis=0).mean(), test.max(axis=0).mean())),
    (
        "test[:, chosen] takes each chosen scale from all rows: take one value from each row.",
        lambda val, test: (val[:, val.argmax(axis=1)].mean(), test[:, val.argmax(axis=1)].mean()),
    ),
    (
        "test[:, chosen] takes each chosen scale from all rows: take one value from each row.",
        lambda val, test: (val.max(axis=1).mean(), test[:, val.argmax(axis=1)].mean()),
    ),
    ("it chooses the lowest validation accuracy: the highest is best.", _at(lambda val, _: val.argmin(axis=1))),
    ("that is the sum over the tasks: " + _TASKS, _at(_by_val, np.sum)),
    ("that is the best task: " + _TASKS, _at(_by_val, np.max)),
    ("that is the median of the tasks: " + _TASKS, _at(_by_val, np.median)),
    ("that is the first task alone: " + _TASKS, _at(_by_val, lambda values: values[0])),
    (
        "that is the task with the best validation alone: " + _TASKS,
        lambda val, test: (val.max(), test.flat[val.argmax()]),
    ),
    ("both numbers are validation accuracies: the second is of the test.", lambda v, t: (_honest(v, t)[0],) * 2),
    ("both numbers are test accuracies: the first is of validation.", lambda v, t: (_honest(v, t)[1],) * 2),
    ("the second number is a difference: return both means.", lambda v, t: (v.max(1).mean(), _optimism(v, t))),
    ("the second number is a difference: return both means.", lambda v, t: (v.max(1).mean(), -_optimism(v, t))),
    ("that is the mean over all scales: take the chosen one of each task.", lambda v, t: (v.mean(), t.mean())),
    ("100 times too large: leave the accuracies in their unit.", _at(_by_val, lambda values: 100 * values.mean())),
)
