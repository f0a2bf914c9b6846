"""Check of lesson 15 on early fusion: the features of several layers at unit length, side by side."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy import ndarray

from course_lib.teaching.checks.cases import case_generator
from course_lib.teaching.checks.common import attempt, fault_of, quiet, verdict
from course_lib.teaching.checks.extension.arrays import Layers, array_fault, draw_layers, same


def check_concatenate_features(concatenate_features: Callable) -> bool:
    """Check early fusion: layers averaged over positions, at unit length for each image, side by side.

    Args:
        concatenate_features: ``concatenate_features(layers) -> array (N, sum of all D)`` from a list of arrays, each
            maps (N, D, h, w) or vectors (N, D); a vector of zeros stays zero.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    praise = "each layer has the same length, for each image."
    return verdict("concatenate_features", fault_of(_features_fault, concatenate_features), praise)


def _features_fault(function: Callable) -> str | None:
    draw = case_generator()
    sizes = ([(5, 4, 3, 2), (5, 7), (5, 3, 2, 4)], [(4, 6), (4, 3, 3, 5)])
    cases = draw_layers(lambda: [_draw(draw, some) for some in sizes], _join, _WRONG)
    hidden = {
        "vectors alone": [_draw(draw, [(4, 3), (4, 5)])],
        "maps alone": [_draw(draw, [(4, 3, 2, 2), (4, 5, 3, 3)])],
        "a single layer": [_draw(draw, [(4, 3, 2, 2)]), _draw(draw, [(4, 3)])],
        "one image": [_draw(draw, [(1, 3, 2, 2), (1, 4)])],
        "maps of one position": [_draw(draw, [(4, 3, 1, 1), (4, 2, 1, 3)])],
        "as many images as features": [_draw(draw, [(4, 4), (4, 4, 4, 4)])],
        "many layers": [_draw(draw, [(3, 2 + i % 3, 2, 2) if i % 2 else (3, 2 + i % 4) for i in range(9)])],
        "features of very different size": [[layer * 100.0**i for i, layer in enumerate(_draw(draw, sizes[0]))]],
    }
    otherwise = "its numbers are not each layer's mean over positions, divided by its length for each image."
    fault = array_fault(function, cases, _join, _WRONG, otherwise=otherwise, hidden={})
    if fault:
        return fault
    if _spoils_zeros(function, draw):
        return "it divides by zero where all features of a layer are 0: these must stay 0."
    return array_fault(function, cases, _join, _WRONG, otherwise=otherwise, hidden=hidden)


def _draw(draw: np.random.Generator, sizes: Sequence[tuple[int, ...]]) -> Layers:
    """Features, mostly positive, of another size in each layer."""
    return [draw.uniform(0.5, 5) * draw.uniform(-0.4, 2, size) for size in sizes]


def _spoils_zeros(function: Callable, draw: np.random.Generator) -> bool:
    """Whether vectors of zeros do not stay zero."""
    layers = _draw(draw, [(4, 3, 2, 2), (4, 5)])
    layers[0][1] = layers[1][2] = 0
    with quiet(), np.errstate(all="ignore"):
        answer, fault = attempt(function, [layer.copy() for layer in layers])
    return fault is not None or not same(np.asarray(answer, dtype=float), _join(layers))


def _pool(layer: ndarray) -> ndarray:
    """The mean over positions."""
    return layer.mean(axis=(2, 3)) if layer.ndim == 4 else layer


def _flat(layer: ndarray) -> ndarray:
    return layer.reshape(len(layer), -1)


def _unit(vectors: ndarray, axis: int | None = 1) -> ndarray:
    """Vectors at unit length; a vector of zeros stays zero."""
    length = np.linalg.norm(vectors, axis=axis, keepdims=True)
    return vectors / np.where(length > 0, length, 1)


def _join(layers: Layers) -> ndarray:
    return np.hstack([_unit(_pool(layer)) for layer in layers])


def _each(change: Callable[[ndarray], ndarray], pool: Callable[[ndarray], ndarray] = _pool) -> Callable:
    """Side by side, with another change of each layer's pooled features."""
    return lambda layers: np.hstack([change(pool(layer)) for layer in layers])


def _pooled_by(pool: Callable[[ndarray], ndarray]) -> Callable:
    """Side by side at unit length, with another pooling of maps."""
    return _each(_unit, lambda layer: pool(layer) if layer.ndim == 4 else layer)


def _standard(axis: int, ddof: int) -> Callable:
    return lambda v: (v - v.mean(axis, keepdims=True)) / v.std(axis, ddof=ddof, keepdims=True)


def _by_whole_map(layer: ndarray) -> ndarray:
    return _pool(layer) / np.linalg.norm(_flat(layer), axis=1, keepdims=True)


_POSITIONS = "positions are not averaged: a map (N, D, h, w) becomes (N, D)."
_LENGTH = "the length is missing: divide each image's vector of a layer by its length."
_COLUMN = "it standardises each column: scale each image's vector, a row, to length 1."
_ROW = "it standardises each image's vector: divide it by its length."
_ALONE = "a layer is missing: put all of them side by side."
_WRONG = (
    (_POSITIONS, _each(_unit, _flat)),
    (_POSITIONS, _each(lambda v: v, _flat)),
    ("that is the maximum over positions: the mean is asked.", _pooled_by(lambda m: m.max(axis=(2, 3)))),
    ("that is the median over positions: the mean is asked.", _pooled_by(lambda m: np.median(m, axis=(2, 3)))),
    ("it takes a single position: average over all of them.", _pooled_by(lambda m: m[:, :, 0, 0])),
    ("it averages over the channels: average over positions.", _pooled_by(lambda m: _flat(m.mean(axis=1)))),
    ("it averages over the height alone: over both axes of positions.", _pooled_by(lambda m: _flat(m.mean(axis=2)))),
    ("it averages over the width alone: over both axes of positions.", _pooled_by(lambda m: _flat(m.mean(axis=3)))),
    ("it scales before it averages over positions: average first.", _each(lambda v: v, lambda x: _pool(_unit(x)))),
    ("the length is that of the whole map: average over positions first.", _each(lambda v: v, _by_whole_map)),
    (_LENGTH, _each(lambda v: v)),
    (
        "the length is that of all layers together: scale each layer first.",
        lambda x: _unit(np.hstack([*map(_pool, x)])),
    ),
    ("it scales a second time after the layers are side by side: once is enough.", lambda x: _unit(_join(x))),
    (_COLUMN, _each(_standard(0, 0))),
    (_COLUMN, _each(_standard(0, 1))),
    (_ROW, _each(_standard(1, 0))),
    (_ROW, _each(_standard(1, 1))),
    ("each column has length 1: scale each image's vector, a row.", _each(lambda v: _unit(v, 0))),
    ("one length for all images of a layer: each image's vector has its own.", _each(lambda v: _unit(v, None))),
    (
        "it divides by the sum of absolute values: the length is the root of the sum of squares.",
        _each(lambda v: v / np.abs(v).sum(axis=1, keepdims=True)),
    ),
    ("it divides by the sum: the length is the root of the sum of squares.", _each(lambda v: v / v.sum(1)[:, None])),
    (
        "it divides by the squared length: take the root of the sum of squares.",
        _each(lambda v: v / np.square(v).sum(axis=1, keepdims=True)),
    ),
    (
        "it divides by the largest value: divide by the length.",
        _each(lambda v: v / np.abs(v).max(axis=1, keepdims=True)),
    ),
    (
        "it divides by the root of the mean square: the length is the root of the sum of squares.",
        _each(lambda v: _unit(v) * v.shape[1] ** 0.5),
    ),
    ("the layers are in reverse: keep their order.", lambda x: _join(x[::-1])),
    (_ALONE, lambda x: _join(x[1:])),
    (_ALONE, lambda x: _join(x[:-1])),
    (_ALONE, lambda x: _join(x[:1])),
    (_ALONE, lambda x: _join(x[-1:])),
    ("rows and columns are exchanged: return a row for each image.", lambda x: _join(x).T),
)
