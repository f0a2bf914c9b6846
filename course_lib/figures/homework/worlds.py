"""Figures of lesson 09: the homework's claims in the mini world and on real cartoons, and what the image size costs."""

from collections import Counter
from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure
from matplotlib.patches import Patch

from course_lib.analysis.homework.worlds import AGREE, NEITHER, ONE_DECIDES, OPPOSE, UNDECIDED, Pair
from course_lib.analysis.intervals import Interval
from course_lib.figures.accuracy import Dot, dot_intervals
from course_lib.figures.style import BLACK, BLUE, EDGE_NOTE, VERMILLION, draw_interval, new_figure, styled

SHADE = "#E3E3E3"
COLORS = {"mini world": BLUE, "real cartoons": VERMILLION}
MARKERS = {"mini world": "o", "real cartoons": "s"}


@styled
def verdicts(pairs: Sequence[Pair], unit: str = "points") -> Figure:
    """Plot the effects of claims in both worlds with their intervals, over the range that each claim allows.

    Claims of another unit, and those without a number in one of the worlds, are left out. The title counts the claims
    that both worlds decide, and those that only one or none decides.

    Raises:
        ValueError: no claim is left.
    """
    shown = [pair for pair in pairs if pair.both_measured and pair.mini.claim.unit == unit]
    if not shown:
        raise ValueError(f"no claim in {unit} has a number in both worlds: run its studies first")
    figure = new_figure(_title(shown, unit), height=2.0 + 0.5 * len(shown))
    axes = figure.subplots()
    _draw_pairs(axes, shown)
    edges = [verdict.at_edge for pair in shown for verdict in (pair.mini, pair.real)]
    note = f"; {EDGE_NOTE}" if any(edges) else ""
    axes.set_xlabel(f"effect ({unit}){note}")
    handles = [
        axes.plot([], [], marker=MARKERS[name], color=color, linestyle="-", label=name)[0]
        for name, color in COLORS.items()
    ]
    figure.legend(
        handles=[*handles, Patch(color=SHADE, label="claimed (beyond the frame, too)")],
        loc="outside lower center", ncols=3, title="95 % intervals, each of the label that decided the verdict",
    )  # fmt: skip
    return figure


def _title(pairs: Sequence[Pair], unit: str) -> str:
    counts = Counter(pair.outcome for pair in pairs)
    alone = {"mini world": 0, "real cartoons": 0}
    for pair in pairs:
        if pair.outcome == ONE_DECIDES:
            alone["mini world" if pair.mini.verdict != UNDECIDED else "real cartoons"] += 1
    title = f"Of {len(pairs)} claims in {unit}, {counts[NEITHER]} are undecided in both worlds"
    title += "".join(f"; {count} decided in the {name} alone" for name, count in alone.items() if count)
    both = counts[AGREE] + counts[OPPOSE]
    return title + (f"; {both} decided in both, {counts[OPPOSE]} of them in opposite ways" if both else "")


def _name(pair: Pair) -> str:
    """Name a claim, with a dagger for a best rate at the edge of its grid."""
    return pair.id + (" †" if pair.mini.at_edge or pair.real.at_edge else "")


def _draw_pairs(axes, pairs: Sequence[Pair]) -> None:
    intervals = [verdict.effect for pair in pairs for verdict in (pair.mini, pair.real)]
    low, high = 100 * min(found.low for found in intervals), 100 * max(found.high for found in intervals)
    margin = 0.06 * (high - low)
    axes.set_xlim(low - margin, high + margin)
    for place, pair in enumerate(pairs):
        region = pair.mini.claim.region
        left, right = max(100 * region.low, low - margin), min(100 * region.high, high + margin)
        if left < right:
            axes.barh(place, right - left, left=left, height=0.86, color=SHADE, zorder=0)
        for name, verdict, y in (("mini world", pair.mini, place - 0.17), ("real cartoons", pair.real, place + 0.17)):
            found = verdict.effect
            ends = 100 * found.estimate, y, 100 * found.low, 100 * found.high
            draw_interval(axes, *ends, color=COLORS[name], marker=MARKERS[name])
    axes.axvline(0, color=BLACK, linewidth=1.2, zorder=1)
    axes.set_yticks(range(len(pairs)), [_name(pair) for pair in pairs])
    axes.set_ylim(len(pairs) - 0.5, -0.5)
    axes.grid(False, axis="y")


def sizes(found: Mapping[str, Mapping[str, Interval]], costs: Sequence[Interval]) -> Figure:
    """Plot test accuracies of recipes at several image sizes.

    Args:
        found: recipe and size → optimiser → accuracy.
        costs: what the smaller size costs the last layer in each comparison, for the title.
    """
    dots = [Dot(row, optimizer, interval) for row, own in found.items() for optimizer, interval in own.items()]
    points = [100 * cost.estimate for cost in costs]
    shown = sum(cost.low > 0 or cost.high < 0 for cost in costs)
    title = f"Smaller images cost the last layer {min(points):.0f} to {max(points):.0f} points; "
    title += f"{shown} of {len(costs)} intervals leave out zero"
    return dot_intervals(dots, title=title)
