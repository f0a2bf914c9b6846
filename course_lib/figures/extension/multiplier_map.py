"""Explorer of k and e: the printed table beside the measured one at a learning rate of the new layer."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from course_lib.analysis.extension import multipliers
from course_lib.analysis.extension.concepts import on_evaluated
from course_lib.analysis.extension.printed import printed_multipliers
from course_lib.figures.style import VERMILLION, new_figure, styled

TABLE, OF_EPOCHS = "MAP", "MAP minus the best of the same e"
_MARGINS = {"left": 0.075, "right": 0.99, "bottom": 0.19, "top": 0.8, "wspace": 0.14}


def multiplier_controls(records: Sequence[dict]) -> dict[str, object]:
    """Controls of `multiplier_map`: k and e of the cell, the learning rate of the new layer, and what cells show."""
    return {
        "k": multipliers.multipliers_of(records),
        "epochs": multipliers.epochs_of(records),
        "lr": multipliers.rates_of(records),
        "shown": [TABLE, OF_EPOCHS],
    }


@styled
def multiplier_map(
    records: Sequence[dict], *, k: float = 0.1, epochs: float = 8, lr: float = 0.1, shown: str = TABLE
) -> Figure:
    """Show the printed and the measured table of k and e, with one cell of both in the title.

    Args:
        records: FT1-def at several k and learning rates, asked after several numbers of epochs.
        k, epochs: of the cell.
        lr: of the new layer; the pretrained layers have lr × k.
        shown: one of `TABLE` and `OF_EPOCHS`.

    Raises:
        ValueError: no run at this learning rate, an unknown cell, or unknown `shown`.
    """
    if shown not in (TABLE, OF_EPOCHS):
        raise ValueError(f"unknown table '{shown}': choose {TABLE} or {OF_EPOCHS}")
    found = multipliers.cells(on_evaluated(records), lr)
    if (k, epochs) not in found:
        raise ValueError(f"no run at k = {k:g} after {epochs:g} epochs and lr {lr:g}: choose another cell")
    measured = pd.Series({cell: own.estimate for cell, own in found.items()}).unstack()
    printed = printed_multipliers()
    beside = f"{100 * printed.loc[k, epochs]:.1f}" if k in printed.index and epochs in printed.columns else "no number"
    own = found[k, epochs]
    title = (
        f"k {k:g}, e {epochs:g}, lr {lr:g} (pretrained layers {k * lr:.3g}): "
        f"{100 * own.estimate:.1f} [{100 * own.low:.1f}, {100 * own.high:.1f}], printed {beside}"
    )
    figure = new_figure(title, width=11.5, height=4.8, margins=_MARGINS)
    panels = figure.subplots(1, 2)
    names = "printed: CaffeNet, SIN, MXinfAP (%)", f"measured: lr {lr:g}, MAP (%), mean over seeds"
    for axes, table, name in zip(panels, (printed, measured), names, strict=True):
        _draw_table(axes, 100 * table, (k, epochs), shown)
        axes.set_title(name, fontsize=13)
        axes.set_xlabel("number of epochs e")
    panels[0].set_ylabel("multiplier k of the pretrained layers")
    figure.text(0.99, 0.02, "title: 95 % t-interval over seeds; underlined: best k of each e", ha="right", fontsize=11)
    return figure


def _draw_table(axes, table: pd.DataFrame, cell: tuple[float, float], shown: str) -> None:
    values = table if shown == TABLE else table - table.max()
    axes.imshow(values, cmap="cividis", aspect="auto")
    low, high = values.to_numpy().min(), values.to_numpy().max()
    best = multipliers.best_of_epochs(table)
    for row, k in enumerate(table.index):
        for column, epochs in enumerate(table.columns):
            value = values.loc[k, epochs]
            color = "black" if value > (low + high) / 2 else "white"
            text = f"{value:.1f}".replace("-", "−")
            axes.text(column, row, text, ha="center", va="center", fontsize=11, color=color)
            if best[epochs] == k:
                axes.plot([column - 0.3, column + 0.3], [row + 0.3] * 2, color=color, linewidth=2)
    axes.set_xticks(range(len(table.columns)), [f"{epochs:g}" for epochs in table.columns])
    axes.set_yticks(range(len(table.index)), [f"{k:g}" for k in table.index])
    axes.grid(False)
    k, epochs = cell
    if k in table.index and epochs in table.columns:
        corner = list(table.columns).index(epochs) - 0.47, list(table.index).index(k) - 0.47
        axes.add_patch(Rectangle(corner, 0.94, 0.94, fill=False, edgecolor=VERMILLION, linewidth=4))
