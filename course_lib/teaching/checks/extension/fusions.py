"""Check of lesson 15 on late fusion of the probabilities of several layers."""

from collections.abc import Callable

import numpy as np
from numpy import ndarray

from course_lib.teaching.checks.cases import case_generator
from course_lib.teaching.checks.common import fault_of, verdict
from course_lib.teaching.checks.extension.arrays import Layers, array_fault, draw_layers


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
    cases = draw_layers(lambda: [_draw(draw, *sizes) for sizes in ((4, 4, 3), (5, 3, 4))], _mean, _WRONG)
    hidden = {
        "two layers": [_draw(draw, 2, 5, 3)],
        "a single layer": [_draw(draw, 1, 5, 3)],
        "one image": [_draw(draw, 3, 1, 4)],
        "one concept": [_draw(draw, 3, 6, 1)],
        "as many images as concepts": [_draw(draw, 3, 4, 4)],
        "many layers": [_draw(draw, 12, 5, 3)],
    }
    otherwise = "its numbers are not the arithmetic mean over the layers."
    return array_fault(fuse, cases, _mean, _WRONG, otherwise=otherwise, hidden=hidden)


def _draw(draw: np.random.Generator, layers: int, images: int, concepts: int) -> Layers:
    return [draw.uniform(0.05, 0.95, (images, concepts)) for _ in range(layers)]


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
_IMAGES = "it averages over the images, too: return a row for each image."
_CONCEPTS = "it averages over the concepts, too: return a column for each concept."
_WRONG = (
    (_IMAGES, lambda p: _mean(p).mean(axis=0)),
    (_IMAGES, lambda p: _mean(p).mean(axis=0, keepdims=True)),
    (_CONCEPTS, lambda p: _mean(p).mean(axis=1)),
    (_CONCEPTS, lambda p: _mean(p).mean(axis=1, keepdims=True)),
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
