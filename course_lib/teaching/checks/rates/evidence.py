"""Check of lesson 13 on LEEP, a score of a source from its outputs alone."""

from collections.abc import Callable

import numpy as np

from course_lib.analysis.transferability import leep, nce
from course_lib.teaching.checks.cases import case_generator
from course_lib.teaching.checks.common import fault_of, verdict
from course_lib.teaching.checks.mistakes import draw_cases, number_fault

Case = tuple[np.ndarray, np.ndarray]


def check_leep_score(leep_score: Callable) -> bool:
    """Check LEEP, the log expected empirical prediction.

    Args:
        leep_score: ``leep_score(probabilities, labels) -> float`` from the source's outputs (N, K), whose rows sum to
            1, and the target's labels (N,), numbered from 0.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    praise = "the source's classes vote for the target's, each as far as the images bear it out."
    return verdict("leep_score", fault_of(_leep_fault, leep_score), praise)


def _leep_fault(leep_score: Callable) -> str | None:
    draw = case_generator()
    cases = draw_cases(lambda: [_draw(draw, *shape) for shape in ((12, 4, 3), (10, 3, 3), (15, 5, 2))], leep, _WRONG)
    hidden = {
        "more target classes than source classes": [_draw(draw, 20, 2, 5)],
        "a source of one class": [_draw(draw, 8, 1, 2)],
        "two target classes": [_draw(draw, 9, 6, 2)],
        "many images": [_draw(draw, 300, 8, 4)],
        "labels that come in order": [(p, np.sort(y)) for p, y in [_draw(draw, 12, 4, 3)]],
        "other outputs": [_draw(draw, 25, *draw.integers(2, 7, 2).tolist()) for _ in range(6)],
    }
    return number_fault(leep_score, cases, leep, _WRONG, hidden=hidden, describe=_in_words)


def _draw(draw: np.random.Generator, images: int, source_classes: int, classes: int) -> Case:
    """Outputs that tell something of the labels; every target class has an image, and no two have as many."""
    labels = draw.permutation(np.concatenate([np.arange(classes), draw.choice(classes, images - classes)]))
    logits = draw.normal(0, 1.2, (images, source_classes))
    logits[np.arange(images), labels % source_classes] += 1.5
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True), labels


def _in_words(probabilities: np.ndarray, labels: np.ndarray) -> str:
    return f"probabilities = {probabilities.round(2).tolist()} and labels = {labels.tolist()}"


def _joint(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """P̂(y, z), (C, K)."""
    return np.eye(labels.max() + 1)[labels].T @ probabilities / len(labels)


def _right_shares(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """What each image's own label is given, (N,)."""
    joint = _joint(probabilities, labels)
    return (probabilities * (joint / joint.sum(axis=0))[labels]).sum(axis=1)


def _source_given_target(probabilities: np.ndarray, labels: np.ndarray) -> float:
    joint = _joint(probabilities, labels)
    given = joint / joint.sum(axis=1, keepdims=True)
    return np.log((probabilities * given[labels]).sum(axis=1)).mean()


def _log_inside(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """The mean over source classes of the log, not the log of the mean."""
    joint = _joint(probabilities, labels)
    return (probabilities * np.log(joint / joint.sum(axis=0))[labels]).sum(axis=1).mean()


def _best_class(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """The conditional probability of the most probable source class, with soft counts."""
    joint = _joint(probabilities, labels)
    return np.log((joint / joint.sum(axis=0))[labels, probabilities.argmax(axis=1)]).mean()


_WRONG = (
    (
        "it divides by the share of the target class: P(y|z) is given the source's class z, so divide by P(z).",
        _source_given_target,
    ),
    (
        "it does not divide by P(z): P(y, z) is not yet P(y|z).",
        lambda p, y: np.log((p * _joint(p, y)[y]).sum(axis=1)).mean(),
    ),
    ("the mean of logs over the source's classes: add up the probabilities first, then take the log.", _log_inside),
    (
        "that is the log of the mean over the images: the mean of the logs is asked.",
        lambda p, y: np.log(_right_shares(p, y).mean()),
    ),
    ("that is NCE: it takes the most probable source class alone, LEEP all of them.", nce),
    ("it takes the most probable source class alone: LEEP weighs all of them.", _best_class),
    ("that is the sum over the images: the mean is asked.", lambda p, y: np.log(_right_shares(p, y)).sum()),
    ("the sign is wrong: a log of probabilities is at most 0.", lambda p, y: -leep(p, y)),
    ("without the log: the mean log is asked.", lambda p, y: _right_shares(p, y).mean()),
    ("the log has another base: take the natural one.", lambda p, y: np.log2(_right_shares(p, y)).mean()),
    ("the log has another base: take the natural one.", lambda p, y: np.log10(_right_shares(p, y)).mean()),
    ("that is the probability itself, exp(LEEP): return the log.", lambda p, y: np.exp(leep(p, y))),
)
