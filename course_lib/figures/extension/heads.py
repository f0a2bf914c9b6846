"""Figure of lesson 14: direct output of main and auxiliary heads, and their late fusion."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from course_lib.analysis.comparisons import Comparison
from course_lib.analysis.extension import strategies
from course_lib.analysis.extension.strategies import HEAD_FUSION, mean_of
from course_lib.analysis.intervals import Interval
from course_lib.figures.style import BLACK, BLUE, EDGE_NOTE, GREEN, SKY, VERMILLION, draw_interval, new_figure, styled

_LOOKS = ((SKY, "v"), (BLUE, "^"), (GREEN, "s"))  # auxiliary heads, from low to high
_FUSION = (VERMILLION, "o")
MEAN = "mean of all strategies"


@styled
def head_gaps(records: Sequence[dict]) -> Figure:
    """Plot MAP of each auxiliary head, and of the fusion of all heads, minus that of the main head.

    A panel for each network with auxiliary heads, a row for each strategy, and their mean. The title has the mean of
    the fusion.

    Args:
        records: runs of one data set, limited to the evaluated concepts; networks with a single head are left out.

    Raises:
        ValueError: no network has auxiliary heads.
    """
    found = {name: _gaps(runs) for name, runs in strategies.by_network(records).items()}
    found = {name: rows for name, rows in found.items() if rows}
    if not found:
        raise ValueError("no network has auxiliary heads: give runs of a GoogLeNet")
    words = "; ".join(f"{name}: {_verdict(rows[MEAN][HEAD_FUSION])}" for name, rows in found.items())
    number = max(map(len, found.values()))
    figure = new_figure(f"Fusion of all heads minus main head: {words}", width=13.0, height=2.5 + 0.42 * number)
    panels = figure.subplots(1, len(found), squeeze=False)[0]
    for axes, (network, rows) in zip(panels, found.items(), strict=True):
        _draw_rows(axes, rows)
        axes.set_title(network)
    method = next(iter(found.values()))[MEAN][HEAD_FUSION].method
    handles = panels[0].get_legend_handles_labels()
    title = f"95 % intervals, paired by seed and concept: {method}; {EDGE_NOTE}"
    figure.legend(*handles, loc="outside lower center", ncols=len(handles[1]), title=title)
    return figure


def _gaps(runs: Sequence[dict]) -> dict[str, dict[str, Interval]]:
    """Gaps of each strategy, and of all together, by head; empty without auxiliary heads."""
    rows = {name: strategies.compare_heads(own) for name, own in strategies.by_strategy(runs).items()}
    rows = {name: own for name, own in rows.items() if own}
    if not rows:
        return {}
    heads = next(iter(rows.values()))
    rows[MEAN] = {head: mean_of([own[head] for own in rows.values()]) for head in heads}
    return {name: _intervals(own) for name, own in rows.items()}


def _intervals(comparisons: Mapping[str, Comparison]) -> dict[str, Interval]:
    return {name: found.interval() for name, found in comparisons.items()}


def _draw_rows(axes, rows: Mapping[str, Mapping[str, Interval]]) -> None:
    names = list(reversed(rows))
    for row, name in enumerate(names):
        for number, (head, gap) in enumerate(rows[name].items()):
            color, marker = _FUSION if head == HEAD_FUSION else _LOOKS[number]
            height = row + 0.22 * (1 - number)
            ends = 100 * gap.low, 100 * gap.high
            label = head if row == 0 else None
            draw_interval(axes, 100 * gap.estimate, height, *ends, color=color, marker=marker, label=label)
    axes.axhline(0.5, color=BLACK, linewidth=0.8)
    axes.axvline(0, color=BLACK, linewidth=1.2)
    labels = [f"{name}{'†' if rows[name][HEAD_FUSION].edge else ''}" for name in names]
    axes.set_yticks(range(len(names)), labels, fontsize=11)
    axes.set_xlabel("MAP minus that of the main head (points)")


def _verdict(gap: Interval) -> str:
    return f"{gap}{'' if gap.low > 0 or gap.high < 0 else ', not shown'}"
