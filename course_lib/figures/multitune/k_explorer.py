"""Explorer of lesson 17: one k of the k-curve, and the blocks that are tuned at it."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from course_lib.analysis.multitune.global_k import GLOBAL, LAST, block_table, by_k, k_curve, policy_gap
from course_lib.analysis.multitune.routes import block_name
from course_lib.figures.multitune.k_curve import LOOKS, draw_curve, draw_opponents, gap_words
from course_lib.figures.style import BLACK, EDGE_NOTE, new_figure, styled

_MARGINS = {"left": 0.08, "right": 0.98, "bottom": 0.17, "top": 0.84, "wspace": 0.18}
_FIRST = 3  # of the paper


def k_controls(records: Sequence[dict]) -> dict[str, object]:
    """Control of `one_k`: the values of k that both kinds have."""
    last = by_k(records, LAST)
    return {"k": [k for k in by_k(records, GLOBAL) if k in last]}


@styled
def one_k(records: Sequence[dict], others: Sequence[dict] | None = None, *, k: int = _FIRST) -> Figure:
    """Show the k-curve with one k marked, and in how many seeds each block is tuned at it.

    The title has the paired difference of the last k blocks and global-k at this k.

    Args:
        records: runs of the study `global_k`.
        others: runs of the study `two_networks`; None leaves their lines out.

    Raises:
        ValueError: no runs of both kinds at this k.
    """
    if k not in (known := k_controls(records)["k"]):
        raise ValueError(f"no runs at k = {k}: choose one of {', '.join(map(str, known))}")
    gap = policy_gap(records, [k]).interval()
    figure = new_figure(f"k = {k}, last {k} blocks minus global-{k}: {gap_words(gap)}", width=12.0, margins=_MARGINS)
    curve, blocks = figure.subplots(1, 2, width_ratios=[1.5, 1])
    points = k_curve(records)
    draw_curve(curve, points)
    edges = [point.edge for point in points]
    if others is not None:
        edges += draw_opponents(curve, records, others)
    if any(edges):
        curve.set_xlabel(f"{curve.get_xlabel()}; {EDGE_NOTE}", fontsize=11)
    curve.axvline(k, color=BLACK, linewidth=8, alpha=0.12)
    curve.legend(fontsize=10)
    _draw_blocks(blocks, records, k)
    return figure


def _draw_blocks(axes, records: Sequence[dict], k: int) -> None:
    row = block_table(records).loc[k]
    seeds = len({run["seed"] for run in by_k(records, GLOBAL)[k]})
    places, counts = np.arange(len(row)), {GLOBAL: row.to_numpy()}
    counts[LAST] = np.where(places >= len(row) - k, seeds, 0)
    for shift, (kind, values) in zip((-0.2, 0.2), counts.items(), strict=True):
        axes.bar(places + shift, values, width=0.4, color=LOOKS[kind][0], label=kind)
    axes.set_xticks(places, [block_name(gate) for gate in row.index], rotation=90)
    axes.set_yticks(range(seeds + 1))
    axes.set(xlabel="block", ylabel="seeds in which it is tuned", ylim=(0, seeds + 0.1))
    axes.grid(False, axis="x")
