"""Figures of what the document on MultiTune prints: its differences with the errors that few images cause.

Of the two rows with all training images one more thing is known from the released code: MultiTune's loader flips images
at random, in training and in validation, and SpotTune's does not. Their differences are those of method *and*
augmentation. On the smaller sets both methods use the flipping loader.
"""

from collections.abc import Sequence

from matplotlib.figure import Figure

from course_lib.analysis.multitune.printed import PrintedRow, printed_accuracies
from course_lib.figures.accuracy import Dot, dot_intervals

NUM_ERRORS = 2  # standard errors from which on a difference is called large
FLIP_NOTE = "† in the released code only MultiTune's images are flipped"


def printed_differences(rows: Sequence[PrintedRow] | None = None) -> Figure:
    """Plot MultiTune − SpotTune of each printed set with its interval, as if on different images.

    The title counts the differences of more than two standard errors and names their sets. A dagger
    marks sets on which the methods differ by augmentation, too.

    Args:
        rows: None = the ten of Table 3.

    Raises:
        ValueError: no rows.
    """
    rows = printed_accuracies() if rows is None else rows
    if not rows:
        raise ValueError("no differences to draw: the list of rows is empty")
    dots = [Dot(_name(row), row.dataset, row.difference, printed=True) for row in rows]
    xlabel = f"validation accuracy, MultiTune − SpotTune (points)\n{FLIP_NOTE}"
    return dot_intervals(dots, title=_finding(rows), xlabel=xlabel, reference=0.0)


def _name(row: PrintedRow) -> str:
    return f"{row.name} †" if row.per_class is None else row.name


def _finding(rows: Sequence[PrintedRow]) -> str:
    large = [row for row in rows if abs(row.z) > NUM_ERRORS]
    verb = "exceeds" if len(large) == 1 else "exceed"
    found = f"{len(large)} of {len(rows)} printed differences {verb} {NUM_ERRORS} standard errors"
    points = [f"{100 * row.difference.estimate:+.1f}".replace("-", "−") for row in large]
    words = "; ".join(f"{row.name}, {value}" for row, value in zip(large, points, strict=True))
    return f"{found} ({words})" if large else found
