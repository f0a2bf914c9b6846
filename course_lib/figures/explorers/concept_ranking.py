"""Explorer of a concept's ranking: images by their score, a threshold, precision, recall and average precision."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from course_lib.figures.images import as_pictures, mosaic
from course_lib.figures.style import BLUE, GREEN, GREY, VERMILLION, hide_ticks, new_figure, styled
from course_lib.training.average_precision import average_precision

_COLUMNS, _FRAME, _GAP = 8, 3, 4  # pictures in a row; pixels of a frame, and between pictures
_TEXTS = 0.7  # height of the texts below a row, of that of a picture
_MARGINS = {"left": 0.015, "right": 0.985, "bottom": 0.14, "top": 0.86, "wspace": 0.16}
_STEPS = 21  # of the threshold
_RIGHT, _WRONG, _UNKNOWN = "shows it", "does not", "not judged"
_LOOKS = {_RIGHT: (GREEN, "✓"), _WRONG: (VERMILLION, "✗"), _UNKNOWN: (GREY, "?")}


def ranking_controls(scores, concept_names: Sequence[str]) -> dict[str, object]:
    """Controls of `concept_ranking`: a threshold at quantiles of all scores, and the concept."""
    quantiles = np.quantile(np.asarray(scores, dtype=float), np.linspace(0, 1, _STEPS))
    return {"threshold": sorted({float(f"{value:.3g}") for value in quantiles}), "concept": list(concept_names)}


@styled
def concept_ranking(
    images, labels, scores, concept_names: Sequence[str], *, threshold: float = 0.5, concept: str | None = None
) -> Figure:
    """Show the images of a concept around a threshold of the score, and its precision–recall curve with that point.

    Rows: the images with the highest scores, the last ones at or above the threshold, the first ones below. Precision
    and recall are of the judged images alone.

    Args:
        images: (N, 3, H, W) uint8, or floats in [0, 1].
        labels: (N, K) of 0, 1 and NaN (not judged).
        scores: (N, K), higher for images that more likely show the concept.
        threshold: images with at least this score count as found.
        concept: one of the names; None: the first.

    Raises:
        ValueError: shapes that do not fit, an unknown concept, or one without a positive judged image.
    """
    labels, scores = np.asarray(labels, dtype=float), np.asarray(scores, dtype=float)
    if labels.shape != scores.shape or labels.shape != (len(images), len(concept_names)):
        raise ValueError(
            f"{len(images)} images, labels {labels.shape} and scores {scores.shape} do not fit {len(concept_names)} "
            "concepts: need (N, K) for N images and K names"
        )
    concept = concept_names[0] if concept is None else concept
    if concept not in concept_names:
        raise ValueError(f"unknown concept '{concept}': choose one of {', '.join(concept_names)}")
    place = list(concept_names).index(concept)
    labels, scores = labels[:, place], scores[:, place]
    if not (labels == 1).any():
        raise ValueError(f"no judged image shows '{concept}': its ranking has no average precision, choose another")
    order = np.argsort(-scores, kind="stable")
    above = int((scores >= threshold).sum())
    precision, recall = precision_recall(labels, scores, threshold)
    found = "nothing found" if precision is None else f"precision {precision:.2f}"
    value = average_precision(labels, scores)
    title = f"{concept}, score ≥ {threshold:g}: {above} images, {found}, recall {recall:.2f} (AP {value:.2f})"
    figure = new_figure(title, width=11.5, height=5.0, margins=_MARGINS)
    pictures, panel = figure.subplots(1, 2, width_ratios=[2.1, 1])
    _draw_pictures(pictures, images, labels, order, above)
    _draw_curve(panel, labels, scores, order, precision, recall)
    return figure


def precision_recall(labels: np.ndarray, scores: np.ndarray, threshold: float) -> tuple[float | None, float]:
    """Precision and recall of the images (N,) with at least this score, among judged images; precision may be None."""
    found = np.isfinite(labels) & (scores >= threshold)
    right = float((labels[found] == 1).sum())
    return (right / found.sum() if found.any() else None), right / float((labels == 1).sum())


def _draw_pictures(axes, images, labels: np.ndarray, order: np.ndarray, above: int) -> None:
    rows = {
        "highest scores": order[: min(_COLUMNS, above)],
        "last ones found": order[max(above - _COLUMNS, 0) : above],
        "first ones not found": order[above : above + _COLUMNS],
    }
    framed = {name: [_framed(images[index : index + 1], labels[index]) for index in row] for name, row in rows.items()}
    sample = _framed(images[:1], 0)
    blank = np.full_like(sample, 255 if sample.dtype == np.uint8 else 1)
    cells = [cell for row in framed.values() for cell in (row + [blank] * _COLUMNS)[:_COLUMNS]]
    height, width, _ = sample.shape
    below = round(_TEXTS * height)  # for the signs of a row and the name of the next
    padded = [np.concatenate([cell, blank[:below]]) for cell in cells]
    axes.imshow(mosaic(np.stack(padded), _COLUMNS, _GAP))
    hide_ticks(axes)
    axes.set_ylim(len(rows) * (height + below + _GAP), -below / 2)
    for line, (name, row) in enumerate(rows.items()):
        top = line * (height + below + _GAP)
        axes.text(0, top - 2, name, fontsize=11, va="bottom")
        for column, index in enumerate(row):
            color, sign = _LOOKS[_look(labels[index])]
            x = column * (width + _GAP) + width / 2
            axes.text(x, top + height, sign, color=color, ha="center", va="top", fontsize=11, fontweight="bold")
    texts = [f"{sign} {name}" for name, (_, sign) in _LOOKS.items()]
    axes.set_xlabel("   ".join(texts), fontsize=12)


def _look(label: float) -> str:
    return _UNKNOWN if np.isnan(label) else _RIGHT if label == 1 else _WRONG


def _framed(image, label: float) -> np.ndarray:
    """The picture (H, W, 3) in a frame that tells the label."""
    picture = as_pictures(image)[0]
    color = np.array([int(_LOOKS[_look(label)][0][at : at + 2], 16) for at in (1, 3, 5)])
    color = color.astype(np.uint8) if picture.dtype == np.uint8 else color / 255
    framed = np.empty((picture.shape[0] + 2 * _FRAME, picture.shape[1] + 2 * _FRAME, 3), dtype=picture.dtype)
    framed[:] = color
    framed[_FRAME:-_FRAME, _FRAME:-_FRAME] = picture
    return framed


def _draw_curve(axes, labels, scores, order, precision: float | None, recall: float) -> None:
    judged = order[np.isfinite(labels[order])]
    right = (labels[judged] == 1).cumsum()
    ends = np.flatnonzero(np.diff(scores[judged], append=np.nan) != 0)  # images of equal score come together
    axes.plot(right[ends] / right[-1], right[ends] / (ends + 1), color=BLUE, drawstyle="steps-pre")
    axes.axhline(right[-1] / len(judged), color=GREY, linestyle=":")
    axes.annotate("ranked by chance", (1, right[-1] / len(judged)), (0, 3), textcoords="offset points", ha="right",
                  color=GREY, fontsize=11)  # fmt: skip
    if precision is not None:
        axes.plot([recall], [precision], "o", color=VERMILLION, markersize=13, markeredgecolor="black")
    axes.set(xlim=(-0.02, 1.04), ylim=(0, 1.06), xlabel="recall", ylabel="precision")
