"""Explorer of misclassified images, by true class and confidence."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from course_lib.figures.images import misclassified
from course_lib.figures.style import new_figure, styled

ALL = "all classes"
_SHOWN = 3


def mistake_controls(labels, probabilities, class_names: Sequence[str]) -> dict[str, object]:
    """Controls of `mistake_gallery`: least confidence, true class, and number of mistakes to skip."""

    def first(values: dict) -> tuple[int, int]:
        rows = _mistakes(labels, probabilities, class_names, values["true_class"], values["sure"])
        return 0, max(0, len(rows) - 1)

    return {"sure": (0, 100, 5), "true_class": [ALL, *class_names], "first": first}


def mistake_gallery(
    images, labels, probabilities, class_names: Sequence[str], *, true_class: str = ALL, sure: int = 0, first: int = 0
) -> Figure:
    """Show three misclassified images with their most probable classes, the most confident mistake first.

    Args:
        images: (N, 3, H, W) uint8, or floats in [0, 1].
        labels: (N,) integers; probabilities: (N, C), rows sum to 1.
        true_class: only images of this class, or of `ALL`.
        sure: only mistakes with at least this confidence, in per cent.
        first: how many mistakes to skip; beyond the last one, the last is shown.

    Raises:
        ValueError: shapes that do not fit, or an unknown class.
    """
    labels, probabilities = np.asarray(labels), np.asarray(probabilities, dtype=float)
    rows = _mistakes(labels, probabilities, class_names, true_class, sure)
    among = len(labels) if true_class == ALL else int((labels == list(class_names).index(true_class)).sum())
    of = "test images" if true_class == ALL else f"images of '{true_class}'"
    title = f"Misclassified{f', at least {sure} % sure' if sure else ''}: {len(rows)} of {among} {of}"
    if not len(rows):
        return _nothing(title)
    first = min(first, len(rows) - 1)
    chosen = rows[first : first + _SHOWN]
    title += f", here {first + 1}" + (f" to {first + len(chosen)}" if len(chosen) > 1 else "")
    return misclassified(images, labels, probabilities, class_names, title=title, chosen=chosen)


@styled
def _nothing(title: str) -> Figure:
    figure = new_figure(title, width=10.8, height=2.0)
    figure.text(0.5, 0.35, "There is no such mistake.", ha="center", fontsize=14)
    return figure


def _mistakes(labels, probabilities, class_names, true_class: str, sure: float) -> np.ndarray:
    """Row numbers of the mistakes, the most confident first."""
    labels, probabilities = np.asarray(labels), np.asarray(probabilities)
    if true_class != ALL and true_class not in class_names:
        raise ValueError(f"unknown class '{true_class}': choose {ALL} or one of {', '.join(class_names)}")
    confidence = probabilities.max(axis=1)
    wrong = (probabilities.argmax(axis=1) != labels) & (confidence >= sure / 100)
    if true_class != ALL:
        wrong &= labels == list(class_names).index(true_class)
    rows = np.flatnonzero(wrong)
    return rows[np.argsort(-confidence[rows], kind="stable")]
