"""Explorer of late fusion: which layers' scores to average, and what this gains over the best single layer."""

from collections.abc import Callable, Mapping

import numpy as np
from matplotlib.figure import Figure
from scipy import stats

from course_lib.analysis.intervals import bootstrap_interval, paired_difference
from course_lib.figures.style import BLUE, GREEN, GREY, draw_interval, new_figure, styled
from course_lib.training.average_precision import average_precision

_MARGINS = {"left": 0.17, "right": 0.97, "bottom": 0.17, "top": 0.84}
_MOST = 3  # largest weight of a layer
_LAST = 3
RULES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "mean of scores": lambda scores: scores,
    "mean of ranks": lambda scores: stats.rankdata(scores, axis=0) / len(scores),
}


def fusion_controls(scores: Mapping[str, np.ndarray]) -> dict[str, object]:
    """Controls of `layer_fusion`: a weight for each layer, from low to high, and the rule of fusion."""
    return dict.fromkeys(scores, (0, _MOST)) | {"rule": list(RULES)}


def last_three_weights(scores: Mapping[str, np.ndarray]) -> dict[str, int]:
    """Weight 1 for the last three layers and 0 for all others: the document's fusion, as begin of the explorer."""
    layers = list(scores)
    return {layer: int(layer in layers[-_LAST:]) for layer in layers}


@styled
def layer_fusion(scores: Mapping[str, np.ndarray], labels, *, rule: str = "mean of scores", **weights: float) -> Figure:
    """Plot MAP of each layer by itself and of their weighted mean; the title compares the mean with the best layer.

    The best single layer is chosen on these images, which makes its score too high, and so do the weights that a
    reader picks here. Intervals are over the concepts; the difference is paired.

    Args:
        scores: layer → (N, K) of its classifiers, probabilities or decision values of one kind; from low to high.
        labels: (N, K) of 0, 1 and NaN (not judged).
        rule: one of `RULES`.
        weights: layer → weight, 0 leaves it out; without any the last three have 1.

    Raises:
        ValueError: an unknown layer or rule, a weight below 0, all weights 0, shapes that do not fit, or a concept
            without a positive image.
    """
    weights = weights or last_three_weights(scores)
    if rule not in RULES:
        raise ValueError(f"unknown rule '{rule}': choose {' or '.join(RULES)}")
    if unknown := [layer for layer in weights if layer not in scores]:
        raise ValueError(f"no scores of the layer '{unknown[0]}': choose among {', '.join(scores)}")
    used = {layer: weight for layer, weight in weights.items() if weight}
    if not used or min(used.values()) < 0:
        raise ValueError("nothing to fuse: give one layer or more a weight above 0, and none a weight below")
    units = {layer: _units(labels, own, layer) for layer, own in scores.items()}
    fused = np.average([RULES[rule](np.asarray(scores[layer])) for layer in used], axis=0, weights=list(used.values()))
    own = _units(labels, fused, "their fusion")
    best = max(units, key=lambda layer: units[layer].mean())
    gap = paired_difference(own, units[best], things="concepts", resamples=2000)
    words = "better than" if gap.low > 0 else "worse than" if gap.high < 0 else "not shown to differ from"
    title = f"{'+'.join(used)}, {rule}: {words} the best layer, {best}: {gap}"
    figure = new_figure(title, width=10.5, height=1.6 + 0.42 * (len(units) + 1), margins=_MARGINS)
    axes = figure.subplots()
    rows = {**units, "fusion": own}
    for place, (name, values) in enumerate(rows.items()):
        found = bootstrap_interval(values, things="concepts", resamples=2000)
        color = GREEN if name == "fusion" else BLUE if name in used else GREY
        marker = "D" if name == "fusion" else "o"
        ends = 100 * found.low, 100 * found.high
        draw_interval(axes, 100 * found.estimate, place, *ends, color=color, marker=marker, filled=color != GREY)
    axes.axvline(100 * units[best].mean(), color=GREY, linestyle=":")
    names = [f"{name} × {used[name]:g}" if name in used else name for name in rows]
    axes.set_yticks(range(len(rows)), names)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlabel("MAP (%); bars: 95 % bootstrap over concepts, dotted: best layer")
    return figure


def _units(labels, scores, name: str) -> np.ndarray:
    """Average precision (K,) of each concept."""
    units = np.atleast_1d(average_precision(labels, scores))
    if np.isnan(units).any():
        raise ValueError(f"{np.isnan(units).sum()} concepts have no average precision by {name}: leave them out")
    return units
