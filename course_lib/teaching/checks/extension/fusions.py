"""Check of lesson 15 on late fusion of the probabilities of several layers."""

from collections.abc import Callable

import numpy as np
from numpy import ndarray

from course_lib.teaching.checks.cases import are_told_apart, case_generator, draw_until
from course_lib.teaching.checks.common import attempt, fault_of, find_hidden_fault, find_mistake, verdict

Layers = list[ndarray]


def check_fuse(fuse: Callable) -> bool:
    """Check late fusion, the arithmetic mean of the probabilities of several layers.

    Args:
        fuse: ``fuse(probabilities) -> array (N, K)`` from a list of arrays (N, K), one for each layer.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    return verdict("fuse", fault_of(_fuse_fault, fuse), "each layer has the same say, for each image and concept.")


def _fuse_fault(fuse: Callable) -> str | None:
    draw = case_generator()

    def is_telling(cases: list[Layers]) -> bool:
        functions = [("", _mean), *_WRONG]
        return are_told_apart([(words, list(map(function, cases))) for words, function in functions], _same)

    cases = draw_until(lambda: [_draw(draw, *sizes) for sizes in ((4, 4, 3), (5, 3, 4))], is_telling)
    answers = []
    for case in cases:
        answer, fault = _ask(fuse, case)
        if fault:
            return fault
        answers.append(answer)
    if not all(map(_same, answers, map(_mean, cases))):
        named = find_mistake(answers, [(words, list(map(function, cases))) for words, function in _WRONG], _same)
        return named or "its numbers are not the arithmetic mean over the layers."
    hidden = {
        "two layers": [(_draw(draw, 2, 5, 3),)],
        "a single layer": [(_draw(draw, 1, 5, 3),)],
        "one image": [(_draw(draw, 3, 1, 4),)],
        "one concept": [(_draw(draw, 3, 6, 1),)],
        "as many images as concepts": [(_draw(draw, 3, 4, 4),)],
        "many layers": [(_draw(draw, 12, 5, 3),)],
    }
    return find_hidden_fault(lambda case: _is_wrong(fuse, case), hidden)


def _draw(draw: np.random.Generator, layers: int, images: int, concepts: int) -> Layers:
    return [draw.uniform(0.05, 0.95, (images, concepts)) for _ in range(layers)]


def _is_wrong(fuse: Callable, case: Layers) -> str | None:
    answer, fault = _ask(fuse, case)
    return fault or (None if _same(answer, _mean(case)) else "other numbers")


def _ask(fuse: Callable, case: Layers) -> tuple[ndarray | None, str | None]:
    """(the array that the student's function returns, None), or (None, fault)."""
    answer, fault = attempt(fuse, [layer.copy() for layer in case])
    if fault:
        return None, fault
    try:
        numbers = np.asarray(answer, dtype=float)
    except Exception:  # whatever a student returns
        return None, f"it should return an array, not {type(answer).__name__}."
    if numbers.ndim != 2 and _same(numbers, _mean(case).mean(axis=0)):
        return None, "it averages over the images, too: return a row for each image."
    if numbers.ndim == 1 and _same(numbers, _mean(case).mean(axis=1)):
        return None, "it averages over the concepts, too: return a column for each concept."
    if numbers.shape != case[0].shape:
        return None, f"the answer has shape {numbers.shape}, but each layer has {case[0].shape}: return that shape."
    return numbers, None


def _same(mine: ndarray, other: ndarray) -> bool:
    """Whether two arrays are equal up to single precision."""
    return mine.shape == other.shape and np.allclose(mine, other, rtol=1e-5, atol=1e-7)


def _mean(layers: Layers) -> ndarray:
    return np.mean(layers, axis=0)


def _geometric(layers: Layers) -> ndarray:
    return np.exp(np.log(layers).mean(axis=0))


def _mean_logit(layers: Layers) -> ndarray:
    odds = np.log(layers) - np.log1p(-np.array(layers))
    return 1 / (1 + np.exp(-odds.mean(axis=0)))


def _pairwise(layers: Layers) -> ndarray:
    """The mean of the mean so far and the next layer: the last layer weighs most."""
    fused = layers[0]
    for layer in layers[1:]:
        fused = (fused + layer) / 2
    return fused


def _ranks(layers: Layers) -> ndarray:
    """Mean ranks of the images, from 0 for the lowest."""
    return np.argsort(np.argsort(layers, axis=1), axis=1).mean(axis=0)


_RANKS = "it averages ranks: the probabilities themselves are averaged."
_WRONG = (
    ("that is the geometric mean: the arithmetic mean is asked.", _geometric),
    ("that is the harmonic mean: the arithmetic mean is asked.", lambda p: 1 / np.mean(1 / np.array(p), axis=0)),
    ("it averages the logits: the probabilities are averaged.", _mean_logit),
    ("that is the maximum over the layers: the mean is asked.", lambda p: np.max(p, axis=0)),
    ("that is the minimum over the layers: the mean is asked.", lambda p: np.min(p, axis=0)),
    ("that is the product of the layers: the mean is asked.", lambda p: np.prod(p, axis=0)),
    ("that is the median over the layers: the mean is asked.", lambda p: np.median(p, axis=0)),
    ("that is the sum: it ranks alike, but divide by the number of layers.", lambda p: np.sum(p, axis=0)),
    ("it takes the first two layers alone: average all of them.", lambda p: _mean(p[:2])),
    ("it takes the last two layers alone: average all of them.", lambda p: _mean(p[-2:])),
    ("it takes the first and the last layer alone: average all of them.", lambda p: (p[0] + p[-1]) / 2),
    ("the first layer is missing: average all of them.", lambda p: _mean(p[1:])),
    ("the last layer is missing: average all of them.", lambda p: _mean(p[:-1])),
    ("that is the first layer alone: average all of them.", lambda p: p[0]),
    ("that is the last layer alone: average all of them.", lambda p: p[-1]),
    ("it halves at every step, so the last layer weighs most: divide the sum once.", _pairwise),
    (_RANKS, _ranks),
    (_RANKS, lambda p: _ranks(p) + 1),
    (_RANKS, lambda p: (_ranks(p) + 1) / len(p[0])),
    (
        "each image's row is scaled to the sum 1: concepts do not exclude each other.",
        lambda p: _mean(p) / _mean(p).sum(1, keepdims=True),
    ),
    ("it is rounded to 0 or 1: return the mean probability.", lambda p: (_mean(p) > 0.5).astype(float)),
    ("100 times too large: return a share, not per cent.", lambda p: 100 * _mean(p)),
)
