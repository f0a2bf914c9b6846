"""Check of lesson 12 on the vote of several runs: the most frequent class of each image."""

from collections import Counter
from collections.abc import Callable

import numpy as np

from course_lib.teaching.checks.cases import case_generator
from course_lib.teaching.checks.common import fault_of, verdict
from course_lib.teaching.checks.mistakes import draw_cases, number_fault

Case = tuple[np.ndarray]


def check_vote(vote: Callable) -> bool:
    """Check the class that most runs answer, for each image.

    Args:
        vote: ``vote(answers)`` from class indices (R, N), a row for each run and a column for each image, to the N most
            frequent classes; of equally frequent ones the smallest index.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    praise = "each run has one vote for each image."
    return verdict("vote", fault_of(_vote_fault, vote), praise)


def _vote_fault(vote: Callable) -> str | None:
    draw = case_generator()
    cases = draw_cases(lambda: [_draw(draw, *size) for size in ((5, 6), (6, 8), (7, 7))], _vote, _WRONG)
    hidden = {
        "a single run": [_draw(draw, 1, 12)],
        "two runs": [_draw(draw, 2, 12) for _ in range(3)],
        "runs that all agree": [(np.tile(draw.integers(0, 6, 8), (5, 1)),)],
        "runs that all disagree": [(np.stack([draw.permutation(9)[:5] for _ in range(6)], axis=1),)],
        "a hundred classes": [(draw.integers(80, 102, (11, 12)),)],
        "two classes": [(draw.integers(0, 2, (6, 12)),)],
        "other answers": [_draw(draw, *draw.integers(3, 12, 2).tolist()) for _ in range(6)],
    }
    return number_fault(vote, cases, _vote, _WRONG, hidden=hidden, describe=_in_words)


def _draw(draw: np.random.Generator, runs: int, images: int) -> Case:
    """Answers that often agree with the label of the image, or with a second class of it, so that some are equal."""
    classes = 9
    two = np.stack([draw.choice(classes, 2, replace=False) for _ in range(images)], axis=1)
    drawn = two[draw.integers(0, 2, (runs, images)), np.arange(images)]
    return (np.where(draw.random((runs, images)) < 0.3, draw.integers(0, classes, (runs, images)), drawn),)


def _in_words(answers: np.ndarray) -> str:
    return f"answers = {answers.tolist()}"


def _by_image(choose: Callable[[np.ndarray], float]) -> Callable[[np.ndarray], list[float]]:
    """Make a function of all answers from the choice for one image."""
    return lambda answers: [float(choose(column)) for column in answers.T]


def _top(column: np.ndarray) -> np.ndarray:
    """The most frequent classes of one image, the smallest first."""
    counts = np.bincount(column)
    return np.flatnonzero(counts == counts.max())


_vote = _by_image(lambda column: _top(column)[0])


def _majority(column: np.ndarray) -> int:
    """The class of more than half of the runs, or 0 without one."""
    top = _top(column)[0]
    return top if (column == top).sum() > len(column) / 2 else 0


def _rarest(column: np.ndarray) -> int:
    """The least frequent class among those that are answered at all."""
    classes, counts = np.unique(column, return_counts=True)
    return classes[counts.argmin()]


_MEAN = "a mean of class numbers is no vote: class 2 does not lie between classes 1 and 3."
_TIES = "of equally frequent classes the smallest index counts, "
_WRONG = (
    (_MEAN, _by_image(np.mean)),
    (_MEAN, _by_image(lambda column: round(column.mean()))),
    (_MEAN, _by_image(lambda column: int(column.mean()))),
    ("a median of class numbers is no vote: count how often each class is answered.", _by_image(np.median)),
    (
        "a median of class numbers is no vote: count how often each class is answered.",
        _by_image(lambda column: np.sort(column)[len(column) // 2]),
    ),
    (
        "a median of class numbers is no vote: count how often each class is answered.",
        _by_image(lambda column: int(np.median(column))),
    ),
    (_TIES + "not the largest.", _by_image(lambda column: _top(column)[-1])),
    (_TIES + "not the one answered first.", _by_image(lambda column: Counter(column.tolist()).most_common(1)[0][0])),
    (
        _TIES + "not the one answered last.",
        _by_image(lambda column: Counter(column[::-1].tolist()).most_common(1)[0][0]),
    ),
    (_TIES + "not their mean.", _by_image(lambda column: _top(column).mean())),
    ("that is the answer of the first run: all runs vote.", _by_image(lambda column: column[0])),
    ("that is the answer of the last run: all runs vote.", _by_image(lambda column: column[-1])),
    ("that is the largest class number: count how often each class is answered.", _by_image(np.max)),
    ("that is the smallest class number: count how often each class is answered.", _by_image(np.min)),
    ("that is the number of votes: the class that has them is asked.", _by_image(lambda c: np.bincount(c).max())),
    (
        "that is a place among the classes answered: look up the class at this place.",
        _by_image(lambda column: np.unique(column, return_counts=True)[1].argmax()),
    ),
    ("that is the least frequent class: the most frequent one is asked.", _by_image(_rarest)),
    (
        "that is the most frequent class of all images together: each image has its own vote.",
        lambda answers: [float(_top(answers.ravel())[0])] * answers.shape[1],
    ),
    ("it wants more than half of the votes: the most frequent class needs no majority.", _by_image(_majority)),
    (
        "it votes over the images of a run: a column is an image, so count along the column, axis 0.",
        lambda answers: np.resize(_vote(answers.T), answers.shape[1]).tolist(),
    ),
    ("the classes are counted from 1: the first one is 0.", _by_image(lambda column: 1 + _top(column)[0])),
)
