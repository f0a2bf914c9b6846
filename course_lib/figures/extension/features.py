"""Figures of lesson 15: MAP by layer, ways to use a network beside its direct output, concepts, and cost."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from course_lib.analysis.extension import fusion
from course_lib.analysis.extension.features import Trained, by_network, concept_table, layers_table, way_gap
from course_lib.analysis.extension.inference import cost_ratios
from course_lib.analysis.extension.ways import ALL_FUSED, DIRECT, LAST_FUSED, WAYS, is_asked
from course_lib.figures.style import BLUE, GREEN, GREY, SERIES, VERMILLION, draw_interval, new_figure, styled
from course_lib.training.inference import InferenceCost

MARKERS = ("o", "s", "D", "^", "v", "P", "X")
_NAMED = 3  # concepts with the largest gains, and as many with the largest losses
_EDGE = "† C or lr of the worse way at an end of its grid"


@styled
def map_by_layer(trained: Sequence[Trained]) -> Figure:
    """Plot MAP of each layer's logistic regression, low to high: a panel for each strategy, a line for each network.

    The title counts the networks whose last three layers are better, and worse, than those below (paired interval).
    """
    asked = [own for own in trained if all(is_asked(run, ALL_FUSED) for run in own.runs)]
    if not asked:
        raise ValueError("no run was asked for every layer: give runs of FT1-def or FT3-ex1-512")
    networks = list(by_network(asked))
    strategies = list(dict.fromkeys(own.strategy for own in asked))
    gaps = [fusion.upper_gap(own) for own in by_network(asked).values()]
    upper, lower = sum(gap.low > 0 for gap in gaps), sum(gap.high < 0 for gap in gaps)
    title = f"Last three layers against those below: better for {upper} of {len(gaps)} networks, worse for {lower}"
    figure = new_figure(title, width=11.0, height=5.2)
    panels = figure.subplots(1, len(strategies), sharey=True, squeeze=False)[0]
    for axes, strategy in zip(panels, strategies, strict=True):
        own = [each for each in asked if each.strategy == strategy]
        found = layers_table(own)
        layers = list(dict.fromkeys(layer for layer in found["layer"] if not layer.startswith("head.aux")))
        for place, network in enumerate(networks):
            rows = found[(found["network"] == network) & found["layer"].isin(layers)].set_index("layer")
            if rows.empty:
                continue
            x = np.array([layers.index(layer) for layer in rows.index]) + 0.09 * (place - (len(networks) - 1) / 2)
            errors = rows["MAP"] - rows["low"], rows["high"] - rows["MAP"]
            style = {"color": SERIES[place], "marker": MARKERS[place], "capsize": 3, "linewidth": 1.8}
            axes.errorbar(x, rows["MAP"], yerr=errors, label=network, **style)
        axes.set_xticks(range(len(layers)), layers)
        axes.set_title(strategy)
        axes.set_xlabel("layer, from low to high")
    panels[0].set_ylabel("MAP (%)")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(networks))
    figure.text(0.99, 0.005, f"bars: {_interval_of(asked)}", ha="right", fontsize=11, color=GREY)
    return figure


@styled
def ways_beside_direct(trained: Sequence[Trained]) -> Figure:
    """Plot MAP of each way minus that of the direct output: a panel for each network, mean over its strategies.

    Only runs that were asked for all layers count, so that all ways are of the same networks. Intervals are paired and
    hold the errors of seeds and concepts.
    """
    networks = by_network([own for own in trained if own.is_asked(ALL_FUSED)])
    if not networks:
        raise ValueError(f"no run was asked for '{ALL_FUSED}': give runs of FT1-def or FT3-ex1-512")
    ways = [way for way in WAYS if way != DIRECT and any(e.is_asked(way) for own in networks.values() for e in own)]
    found = {
        name: {way: way_gap(own, way, DIRECT) for way in ways if any(each.is_asked(way) for each in own)}
        for name, own in networks.items()
    }
    common = [way for way in ways if all(way in gaps for gaps in found.values())]
    best = [max(common, key=lambda way, gaps=gaps: gaps[way].estimate) for gaps in found.values()]
    first = max(dict.fromkeys(best), key=best.count)
    gained = [gaps[first].estimate for gaps in found.values()]
    reach = _span([100 * value for value in gained])
    number = f"{best.count(first)} of {len(best)}"
    title = f"“{first}” has the highest MAP for {number} networks: {reach} points over direct output"
    figure = new_figure(title, width=11.5, height=1.9 + 0.42 * len(ways))
    panels = figure.subplots(1, len(found), sharey=True, sharex=True, squeeze=False)[0]
    for axes, (name, gaps) in zip(panels, found.items(), strict=True):
        for way, gap in gaps.items():
            color = GREEN if gap.low > 0 else VERMILLION if gap.high < 0 else GREY
            marker = "o" if color == GREEN else "X" if color == VERMILLION else "s"
            place = ways.index(way)
            ends = (100 * value for value in (gap.low, gap.high))
            draw_interval(axes, 100 * gap.estimate, place, *ends, color=color, marker=marker)
            if gap.edge:
                axes.annotate("†", (100 * gap.high, place), (4, -2), textcoords="offset points")
        axes.axvline(0, color="black", linewidth=1)
        axes.set_title(name)
        axes.set_ylim(len(ways) - 0.4, -0.6)
    panels[0].set_yticks(range(len(ways)), ways)
    note = f"   {_EDGE}" if any(gap.edge for gaps in found.values() for gap in gaps.values()) else ""
    figure.supxlabel(
        f"MAP minus that of the direct output (points); 95 % intervals, concepts and seeds{note}", fontsize=12
    )
    return figure


@styled
def concepts_direct_and_features(trained: Sequence[Trained], way: str = LAST_FUSED) -> Figure:
    """Plot the average precision of each concept by features over that of the direct output, mean over all runs given.

    Concepts with the largest gains and losses are named.
    """
    table = 100 * concept_table(trained, way, DIRECT)
    more = int((table["gain"] > 0).sum())
    gap = way_gap(trained, way, DIRECT)
    title = f"{way.capitalize()}: better than direct output for {more} of {len(table)} concepts, mean {gap}"
    figure = new_figure(title, width=8.5, height=6.6)
    axes = figure.subplots()
    ends = 0, 1.04 * table[[way, DIRECT]].to_numpy().max()
    axes.plot(ends, ends, color=GREY, linewidth=1.2)
    for rising, color, marker in ((True, BLUE, "o"), (False, VERMILLION, "X")):
        own = table[(table["gain"] > 0) == rising]
        label = f"{'better' if rising else 'not better'} by features ({len(own)})"
        axes.plot(own[DIRECT], own[way], marker, color=color, label=label, alpha=0.8)
    outliers = [*table.index[:_NAMED], *table.index[table["gain"] <= 0][-_NAMED:]]
    for place, name in enumerate(outliers):
        x, y = table.loc[name, [DIRECT, way]]
        above = place < _NAMED
        at = {"ha": "right" if above else "left", "va": "bottom" if above else "top"}
        text = f"{name} {_span([table.loc[name, 'gain']])}"
        axes.annotate(text, (x, y), (-7, 3) if above else (7, -3), textcoords="offset points", fontsize=11, **at)
    axes.set(xlim=ends, ylim=ends, aspect="equal")
    axes.set_xlabel("average precision of the direct output (%)")
    axes.set_ylabel(f"average precision, {way} (%)")
    axes.legend(loc="lower right")
    return figure


@styled
def cost_and_gain(trained: Sequence[Trained], costs: Mapping[str, Mapping[str, InferenceCost]]) -> Figure:
    """Plot what each way gains over the direct output by what it costs: operations (left) and time (right), as ratios.

    Args:
        costs: network → way → cost, of `answer_costs`, of networks with runs that were asked for all layers.
    """
    networks = by_network([own for own in trained if own.is_asked(ALL_FUSED) and own.network in costs])
    if not networks:
        raise ValueError("no network has both a cost and runs that were asked for all layers: measure these networks")
    points = [
        (name, way, cost_ratios(cost, costs[name][DIRECT]), _gain(own, way))
        for name, own in networks.items()
        for way, cost in costs[name].items()
        if any(each.is_asked(way) for each in own)
    ]
    dear = [point for point in points if point[1] == ALL_FUSED]
    time, work, gain = ([own(point) for point in dear] for own in (
        lambda p: p[2]["time"], lambda p: p[2]["operations"], lambda p: p[3][0]))  # fmt: skip
    title = (
        f"All layers fused: {_span(gain)} points over direct output for {_span(time, sign='')} times its time, "
        f"{_span(work, sign='', digits=2)} times its operations"
    )
    figure = new_figure(title, width=11.0, height=5.6)
    panels = figure.subplots(1, 2, sharey=True)
    ways = list(dict.fromkeys(point[1] for point in points))
    colors = dict(zip(networks, SERIES, strict=False))
    for axes, quantity in zip(panels, ("operations", "time"), strict=True):
        for name, way, ratios, (middle, low, high) in points:
            style = {"color": colors[name], "marker": MARKERS[ways.index(way)], "markersize": 9}
            axes.errorbar([ratios[quantity]], [middle], yerr=[[middle - low], [high - middle]], capsize=3, **style)
        axes.axhline(0, color="black", linewidth=1)
    panels[0].set_xlabel("multiply-accumulates of one image\n(direct output = 1)")
    panels[1].set_xlabel("shortest time of one image on the CPU\n(direct output = 1)")
    panels[0].set_ylabel("MAP minus direct output (points)")
    handles = [panels[0].plot([], [], MARKERS[place], color=GREY, label=way)[0] for place, way in enumerate(ways)]
    handles += [panels[0].plot([], [], "-", color=color, label=name)[0] for name, color in colors.items()]
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
    return figure


def _gain(own: Sequence[Trained], way: str) -> tuple[float, float, float]:
    if way == DIRECT:
        return 0.0, 0.0, 0.0
    gap = way_gap(own, way, DIRECT)
    return 100 * gap.estimate, 100 * gap.low, 100 * gap.high


def _span(values: Sequence[float], sign: str = "+", digits: int = 1) -> str:
    """``"+1.2 to +3.4"``; one number if both ends look alike."""
    ends = [f"{value:{sign}.{digits}f}".replace("-", "−") for value in (min(values), max(values))]
    return " to ".join(dict.fromkeys(ends))


def _interval_of(trained: Sequence[Trained]) -> str:
    seeds = min(len(own.runs) for own in trained)
    return f"95 % t-interval over {seeds} seeds" if seeds > 1 else "95 % bootstrap over concepts, one seed"
