"""Loss and score of one training by epoch."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from course_lib.figures.style import BLACK, BLUE, GREY, VERMILLION, new_figure, styled


@styled
def learning_curves(history: Sequence[Mapping], best_epoch: int | None, *, kind: str, title: str) -> Figure:
    """Plot training and validation by epoch; a line marks the epoch whose weights were kept.

    Args:
        history: `EpochRecord.record` of each epoch; accuracies are fractions (drawn in per cent).
        best_epoch: 0-based; None if there is none.
        kind: ``"loss"`` or ``"score"`` (accuracy, or mean average precision for concepts).

    Raises:
        ValueError: no epoch, or another kind.
    """
    if kind not in ("loss", "score") or not history:
        raise ValueError(f"kind '{kind}' of {len(history)} epochs cannot be drawn: choose loss or score")
    figure = new_figure(title, width=6.0, height=4.2)
    axes = figure.subplots()
    score = "val_score" if "val_score" in history[0] else "val_accuracy"
    pairs = {"loss": ("train_loss", "val_loss", 1.0), "score": ("train_accuracy", score, 100.0)}
    train, val, factor = pairs[kind]
    for name, label, color in ((train, "training", BLUE), (val, "validation", VERMILLION)):
        values = [np.nan if epoch.get(name) is None else factor * epoch[name] for epoch in history]
        axes.plot(values, "-" if len(values) > 1 else "o", color=color, label=label)
    if best_epoch is not None:
        axes.axvline(best_epoch, color=GREY, linewidth=1.2, linestyle="--")
        at = axes.get_xaxis_transform()
        side = "left" if best_epoch < len(history) / 2 else "right"
        text = f" epoch {best_epoch} was kept "
        paper = {"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1}
        axes.text(best_epoch, 0.3, text, transform=at, ha=side, color=BLACK, fontsize=11, bbox=paper)
    what = "mean average precision (%)" if score == "val_score" else "accuracy (%)"
    axes.set_ylabel("loss (nats per image)" if kind == "loss" else what)
    axes.set_xlabel("epoch")
    axes.set_ylim(bottom=0, top=None if kind == "loss" else 102)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10], min_n_ticks=1))
    axes.legend(loc="upper right" if kind == "loss" else "lower right")
    return figure
