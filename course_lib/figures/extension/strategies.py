"""Figure of lesson 14: MAP of all strategies of each network."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from course_lib.analysis.extension import strategies
from course_lib.analysis.extension.strategies import FT1, FT2, FT3, Placed
from course_lib.analysis.intervals import Interval
from course_lib.figures.style import BLACK, BLUE, EDGE_NOTE, GREY, ORANGE, VERMILLION, draw_interval, new_figure, styled
from course_lib.sweeps.studies.extension.strategies import FULL

_FAMILIES = {FT1: (BLACK, "D"), FT2: (ORANGE, "s"), FT3: (BLUE, "o"), FULL: (VERMILLION, "X")}


@styled
def strategy_dots(records: Sequence[dict]) -> Figure:
    """Plot MAP of every strategy, a panel for each network; validation chose the learning rate of each seed.

    A bar is the 95 % interval of the difference from FT1-def, paired by seed and concept and laid around the dot: where
    it does not reach the line of FT1-def, the difference is shown. The title counts them.

    Args:
        records: runs of one data set, limited to the evaluated concepts.
    """
    found = {name: strategies.place_strategies(runs) for name, runs in strategies.by_network(records).items()}
    names = list(dict.fromkeys(name for placed in found.values() for name in placed))
    figure = new_figure(_count_in_words(found), width=12.0, height=2.6 + 0.3 * len(names))
    panels = figure.subplots(1, len(found), sharey=True, squeeze=False)[0]
    for axes, (network, placed) in zip(panels, found.items(), strict=True):
        _draw_strategies(axes, placed, names)
        axes.set_title(network)
    panels[0].set_yticks(range(len(names)), names, fontsize=11)
    panels[0].set_ylim(len(names) - 0.5, -0.5)
    gaps = [own.gap for placed in found.values() for own in placed.values() if own.gap]
    chance = f"by chance at most {0.025 * len(gaps) / len(found):.1f} a network on either side"
    figure.supxlabel(f"{_bars_in_words(gaps)}\n{chance}; {EDGE_NOTE}", fontsize=11)
    return figure


def _draw_strategies(axes, placed: dict[str, Placed], names: Sequence[str]) -> None:
    base = 100 * next(own.score.estimate for name, own in placed.items() if name.startswith(FT1))
    for name, own in placed.items():
        color, marker = next(look for family, look in _FAMILIES.items() if name.startswith(family))
        row, (low, high) = names.index(name), _around(own)
        draw_interval(axes, 100 * own.score.estimate, row, low, high, color=color, marker=marker)
        if own.edge:
            axes.annotate("†", (high, row), (4, -4), textcoords="offset points")
    axes.axvline(base, color=GREY, linewidth=1.4, linestyle="--", zorder=0)
    axes.set_xlabel("MAP (%)")


def _around(own: Placed) -> tuple[float, float]:
    """Ends of the paired interval, in per cent, laid around the strategy's own MAP."""
    middle, gap = own.score.estimate, own.gap
    if gap is None:
        return 100 * middle, 100 * middle
    return 100 * (middle + gap.low - gap.estimate), 100 * (middle + gap.high - gap.estimate)


def _count_in_words(found: dict[str, dict[str, Placed]]) -> str:
    parts, most = [], 0
    for network, placed in found.items():
        gaps = [own.gap for own in placed.values() if own.gap]
        better, worse, most = sum(g.low > 0 for g in gaps), sum(g.high < 0 for g in gaps), max(most, len(gaps))
        parts.append(f"{network} {better}, {worse}")
    return f"Shown to be better, and worse, than FT1-def of {most}: {'; '.join(parts)}"


def _bars_in_words(gaps: Sequence[Interval]) -> str:
    methods = "; or ".join(dict.fromkeys(gap.method for gap in gaps)) or "one strategy alone"
    return f"bars: 95 % interval of the difference from FT1-def (dashed): {methods}"
