"""Explorer of pairs of source and target: a cell of the map of gains opens its runs."""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from course_lib.analysis.rates.sources import RANDOM, Runs, SourceMatrix, by_target, gain, runs_by_start, source_matrix
from course_lib.analysis.records import score_of, select, setting, values_of
from course_lib.figures.curves import values_by_epoch
from course_lib.figures.style import BLACK, BLUE, GREY, VERMILLION, new_figure, styled

_FAINT = 0.3
_MARGINS = {"left": 0.12, "right": 0.98, "bottom": 0.27, "top": 0.86, "wspace": 0.28}


def transfer_controls(records: Sequence[dict]) -> dict[str, object]:
    """Controls of `transfer_runs`: the rates, targets and sources of these runs."""
    matrix = source_matrix(records)
    return {
        "lr": sorted(values_of(records, "lr")),
        "target": list(matrix.targets),
        "source": list(matrix.sources),
    }


@styled
def transfer_runs(
    records: Sequence[dict],
    *,
    target: str | None = None,
    source: str | None = None,
    lr: float | None = None,
    matrix: SourceMatrix | None = None,
) -> Figure:
    """Draw the map of all gains over random initialisation, and the runs of one of its cells.

    The middle panel has the validation accuracy by epoch at one rate, a line for each seed; the right one the test
    accuracy at every rate. The title has the gain at the rates that validation chose.

    Args:
        records: runs of the study `sources`.
        target, source: names; the first ones by default.
        lr: the rate to highlight; the lowest by default.
        matrix: `source_matrix` of the records, if it is at hand: sliders then move faster.

    Raises:
        ValueError: no such runs.
    """
    matrix = source_matrix(records) if matrix is None else matrix
    target, source = target or matrix.targets[0], source or matrix.sources[0]
    if target not in matrix.targets or source not in matrix.sources:
        raise ValueError(f"no runs from '{source}' for '{target}': choose one of {', '.join(matrix.sources)}")
    lr = min(values_of(records, "lr")) if lr is None else lr
    own = select(records, source=f"mini:{target}")
    runs, chosen = runs_by_start(own)[target], by_target(own)[target]
    figure = new_figure(_title(chosen, target, source), width=12.0, height=5.0, margins=_MARGINS)
    cells, curves, tests = figure.subplots(1, 3, width_ratios=[1.1, 1.2, 0.8])
    _draw_map(cells, matrix, target, source)
    for name, color in ((RANDOM, GREY), (source, BLUE)):
        for values in values_by_epoch(select(runs[name], lr=lr), "val_accuracy"):
            curves.plot(range(1, len(values) + 1), values, color=color, label=name)
        _draw_tests(tests, runs[name], lr, color)
    handles, labels = curves.get_legend_handles_labels()
    shown = dict(zip(labels, handles, strict=True))
    curves.legend(shown.values(), shown, loc="lower right")
    curves.set(xlabel=f"epoch, at rate {lr:g}", ylabel="validation accuracy (%)", ylim=(0, 102))
    curves.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10], min_n_ticks=1))
    tests.set(xlabel="learning rate", ylabel="test accuracy (%)", ylim=(0, 102), xscale="log")
    rates = sorted(values_of(records, "lr"))
    tests.set_xticks(rates, [f"{rate:g}" for rate in rates])
    tests.minorticks_off()
    tests.set_xlim(min(rates) / 2, max(rates) * 2)
    figure.supxlabel("a line or a dot = one seed; the black frame in the map is the pair shown", fontsize=12)
    return figure


def _title(chosen: Runs, target: str, source: str) -> str:
    reached = 100 * np.mean([score_of(run) for run in chosen[source]])
    own = ", the target's own domain" if source == target else ""
    return f"{target} from {source}{own}: {reached:.1f} %, {gain(chosen[source], chosen[RANDOM])} against random"


def _draw_map(axes, matrix: SourceMatrix, target: str, source: str) -> None:
    values = 100 * matrix.over_random
    limit = float(np.nanmax(np.abs(values))) or 1.0
    colors = mpl.colormaps["PuOr"].with_extremes(bad="#EEEEEE")
    axes.imshow(np.ma.masked_invalid(values), cmap=colors, vmin=-limit, vmax=limit, aspect="auto")
    row, column = matrix.targets.index(target), matrix.sources.index(source)
    axes.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, edgecolor=BLACK, linewidth=3))
    axes.set_xticks(range(len(matrix.sources)), matrix.sources, rotation=45, ha="right", fontsize=10)
    axes.set_yticks(range(len(matrix.targets)), matrix.targets, fontsize=10 if len(matrix.targets) < 12 else 8)
    axes.grid(False)


def _draw_tests(axes, runs: Sequence[Mapping], lr: float, color: str) -> None:
    shift = 0.92 if color == GREY else 1 / 0.92
    for run in runs:
        bright = setting(run, "lr") == lr
        style = {"alpha": 1.0 if bright else _FAINT, "markeredgecolor": VERMILLION if bright else "white"}
        axes.plot(shift * setting(run, "lr"), 100 * score_of(run), "o", color=color, markersize=7, **style)
