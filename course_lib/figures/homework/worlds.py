"""Figures of lesson 09: the homework's claims in the mini world and on real cartoons, and what the image size costs."""

from collections import Counter
from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure
from matplotlib.patches import Patch

from course_lib.analysis.homework.worlds import AGREE, OPPOSE, Pair
from course_lib.analysis.intervals import Interval
from course_lib.figures.accuracy import Dot, dot_intervals
from course_lib.figures.style import BLACK, BLUE, VERMILLION, draw_interval, new_figure, styled

SHADE = "#E3E3E3"
COLORS = {"mini world": BLUE, "real cartoons": VERMILLION}
MARKERS = {"mini world": "o", "real cartoons": "s"}


@styled
def verdicts(pairs: Sequence[Pair], unit: str = "points") -> Figure:
    """Plot the effects of claims in both worlds with their intervals, over the range that each claim allows.

    Claims of another unit, and those without a number in one of the worlds, are left out.

    Raises:
        ValueError: no claim is left.
    """
    shown = [pair for pair in pairs if pair.both_measured and pair.mini.claim.unit == unit]
    if not shown:
        raise ValueError(f"no claim in {unit} has a number in both worlds: run its studies first")
    counts = Counter(pair.outcome for pair in shown)
    have = "has" if counts[AGREE] == 1 else "have"
    title = f"Of {len(shown)} claims in {unit}, {counts[AGREE]} {have} the same verdict in both worlds, "
    title += f"{counts[OPPOSE]} opposite ones; the others are undecided in at least one"
    figure = new_figure(title, height=2.0 + 0.5 * len(shown))
    axes = figure.subplots()
    _draw_pairs(axes, shown)
    axes.set_xlabel(f"effect ({unit})")
    handles = [
        axes.plot([], [], marker=MARKERS[name], color=color, linestyle="-", label=name)[0]
        for name, color in COLORS.items()
    ]
    figure.legend(
        handles=[*handles, Patch(color=SHADE, label="claimed")],
        loc="outside lower center", ncols=3, title="95 % intervals, each of the label that decided the verdict",
    )  # fmt: skip
    return figure


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
    axes.set_yticks(range(len(pairs)), [pair.id for pair in pairs])
    axes.set_ylim(len(pairs) - 0.5, -0.5)
    axes.grid(False, axis="y")


def sizes(found: Mapping[str, Mapping[str, Interval]], cost: Interval) -> Figure:
    """Plot test accuracies of recipes at several image sizes.

    Args:
        found: recipe and size → optimiser → accuracy.
        cost: what the smaller size costs the last layer, for the title.
    """
    dots = [Dot(row, optimizer, interval) for row, own in found.items() for optimizer, interval in own.items()]
    title = f"Smaller images cost the last layer {100 * cost.estimate:.0f} points [{100 * cost.low:.0f}, "
    title += f"{100 * cost.high:.0f}] (Adam)"
    return dot_intervals(dots, title=title)
