"""Figures of lesson 15: fusion against single layers, and the rank of strategies as feature generators."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from course_lib.analysis.extension.features import Trained, by_network
from course_lib.analysis.extension.fusion import fusion_gaps, rank_table
from course_lib.analysis.extension.printed import printed_number
from course_lib.figures.style import BLUE, GREY, SERIES, SKY, VERMILLION, draw_interval, new_figure, styled

_BEST, _WORST = "FT3-ex1-512", "FT3-ex2-64"  # of which the slides say where they rank
_MARKERS = ("o", "s", "D", "^", "v", "P")


@styled
def fusion_and_layers(trained: Sequence[Trained]) -> Figure:
    """Plot MAP of the last three layers fused minus that of each of them, and of the best of them on test.

    Mean over the strategies of each network; intervals are paired and hold the errors of seeds and concepts.
    """
    found = {name: fusion_gaps(own) for name, own in by_network(trained).items()}
    sides = list(next(iter(found.values())))
    sure = sum(gaps["best on test"].low > 0 for gaps in found.values())
    title = f"Three layers fused beat the best of them on test for {sure} of {len(found)} networks"
    figure = new_figure(title, width=10.0, height=1.9 + 0.85 * len(sides))
    axes = figure.subplots()
    for place, (name, gaps) in enumerate(found.items()):
        shift = 0.18 * (place - (len(found) - 1) / 2)
        for row, gap in enumerate(gaps.values()):
            ends = (100 * value for value in (gap.low, gap.high))
            style = {"color": SERIES[place], "marker": _MARKERS[place], "label": name if row == 0 else None}
            draw_interval(axes, 100 * gap.estimate, row + shift, *ends, **style)
            if gap.edge:
                axes.annotate("†", (100 * gap.high, row + shift), (4, -4), textcoords="offset points")
    axes.axvline(0, color="black", linewidth=1)
    axes.set_yticks(range(len(sides)), [f"minus {side}" for side in sides])
    axes.set_ylim(len(sides) - 0.5, -0.5)
    note = (
        "\n† C of the worse side at an end of its grid"
        if any(g.edge for o in found.values() for g in o.values())
        else ""
    )
    axes.set_xlabel(f"MAP, last three fused minus single layer (points); 95 %, concepts and seeds{note}")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=len(found))
    return figure


@styled
def strategy_ranks(trained: Sequence[Trained]) -> Figure:
    """Plot the rank of every strategy by the last three layers fused: a panel for each network, the best on top.

    Bands mark the top five and the five worst; the two strategies that the slides name are coloured.
    """
    tables = {name: rank_table(own) for name, own in by_network(trained).items()}
    top, worst = int(printed_number("top")), int(printed_number("worst"))
    best = sum(table.loc[_BEST, "rank"] <= top for table in tables.values() if _BEST in table.index)
    last = sum(t.loc[_WORST, "rank"] > len(t) - worst for t in tables.values() if _WORST in t.index)
    title = (
        f"{_BEST} is in the top {top} for {best} of {len(tables)} networks, {_WORST} among the {worst} worst for {last}"
    )
    longest = max(map(len, tables.values()))
    figure = new_figure(title, width=3.1 * len(tables) + 1.2, height=1.9 + 0.32 * longest)
    panels = figure.subplots(1, len(tables), squeeze=False)[0]
    for axes, (name, table) in zip(panels, tables.items(), strict=True):
        axes.axvspan(0.5, top + 0.5, color=SKY, alpha=0.25, linewidth=0)
        axes.axvspan(len(table) - worst + 0.5, len(table) + 0.5, color=VERMILLION, alpha=0.15, linewidth=0)
        for place, (strategy, row) in enumerate(table.iterrows()):
            color, marker = {_BEST: (BLUE, "D"), _WORST: (VERMILLION, "X")}.get(strategy, (GREY, "o"))
            draw_interval(axes, row["rank"], place, row["low"], row["high"], color=color, marker=marker)
        names = [f"{label}{' †' if table.loc[label, 'lr at edge'] == 'yes' else ''}" for label in table.index]
        axes.set_yticks(range(len(table)), names, fontsize=11)
        axes.set_ylim(len(table) - 0.4, -0.6)
        axes.set_xlim(0.5, len(table) + 0.5)
        axes.set_title(name)
    note = " † best lr at an end of its grid" if any((t["lr at edge"] == "yes").any() for t in tables.values()) else ""
    figure.supxlabel(
        f"rank, 1 = best; bars: 95 % bootstrap, concepts and seeds; blue band: top {top}, orange: {worst} worst.{note}",
        fontsize=12,
    )
    return figure
