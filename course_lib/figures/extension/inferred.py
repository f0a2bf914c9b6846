"""Figure of lesson 14: MXinfAP of a pool of judgements against MAP of all labels."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from course_lib.analysis.extension import inferred
from course_lib.figures.style import BLACK, SERIES, new_figure, styled


@styled
def inferred_scatter(records: Sequence[dict]) -> Figure:
    """Plot MXinfAP against MAP of every strategy's chosen runs, and the ranks by both.

    The title has the bias with its interval over concepts, the rank correlations, and for how many networks the first
    strategy is the same.

    Args:
        records: runs on keyframes, limited to the evaluated concepts.
    """
    table, error = inferred.inferred_table(records), inferred.inferred_error(records)
    low, high = min(error.correlations.values()), max(error.correlations.values())
    title = f"MXinfAP minus MAP: {error.bias}; rank correlation of the strategies {low:.2f} to {high:.2f}, the same "
    title += f"first one in {sum(error.same_best.values())} of {len(error.same_best)} networks"
    figure = new_figure(title, width=11.0, height=5.8)
    values, ranks = figure.subplots(1, 2)
    for number, (network, own) in enumerate(table.groupby("network", sort=False)):
        style = {"color": SERIES[number % len(SERIES)], "marker": "os^Dv"[number % 5], "linestyle": "", "alpha": 0.8}
        values.plot(100 * own["MAP"], 100 * own["MXinfAP"], label=network, **style)
        shift = 0.12 * (number - (len(error.same_best) - 1) / 2)  # ranks of several networks coincide
        ranks.plot(own["rank by MAP"] + shift, own["rank by MXinfAP"] + shift, **style)
    for axes, columns, scale in ((values, ("MAP", "MXinfAP"), 100), (ranks, ("rank by MAP", "rank by MXinfAP"), 1)):
        ends = scale * np.array([table[list(columns)].to_numpy().min(), table[list(columns)].to_numpy().max()])
        axes.plot(ends, ends, color=BLACK, linewidth=1, zorder=0)
        unit = " (%)" if scale == 100 else " (1 = best)"
        axes.set(xlabel=f"{columns[0]}{unit}", ylabel=f"{columns[1]}{unit}")
    handles = values.get_legend_handles_labels()
    note = "a dot for each strategy; bias with its 95 % bootstrap interval over concepts\n"
    note += f"standard deviations: of xinfAP minus AP over concepts {100 * error.of_concept:.1f} points, "
    note += f"of MXinfAP minus MAP over runs {100 * error.of_run:.1f}"
    figure.legend(*handles, loc="outside lower center", ncols=len(error.same_best), title=note)
    return figure
