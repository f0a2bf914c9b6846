"""Figures of the report card: verdicts by document in both worlds, and verdicts against the level of the intervals."""

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from course_lib.analysis.card_counts import NOT_TESTED, count_verdicts, expected_by_chance
from course_lib.analysis.report_card import WORLDS, Row
from course_lib.figures.style import BLACK, BLUE, GREY, VERMILLION, new_figure, styled

COLORS = {"reproduced": BLUE, "contradicted": VERMILLION, "undecided": "#BDBDBD", NOT_TESTED: "white"}
LINES = {"reproduced": "-", "contradicted": "--"}
LEVELS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998)
_MARGINS = {"left": 0.09, "right": 0.98, "bottom": 0.24, "top": 0.82, "wspace": 0.16}
_NARROW = 1.5  # claims: a narrower bar holds no number


@styled
def verdicts_by_document(rows: Sequence[Row]) -> Figure:
    """Plot the number of claims by verdict, a bar for each document and a panel for each world; the title counts all.

    Raises:
        ValueError: no claims.
    """
    if not rows:
        raise ValueError("no claims to plot: give the rows of a report card")
    names = list(dict.fromkeys(row["document"] for row in rows))
    figure = new_figure(_title(rows), height=2.6 + 0.62 * len(names))
    for world, axes in zip(WORLDS, figure.subplots(1, len(WORLDS), sharey=True), strict=True):
        for place, name in enumerate(names):
            _draw_bar(axes, place, count_verdicts([row for row in rows if row["document"] == name], world))
        axes.set_title(WORLDS[world])
        axes.set_xlabel("number of claims")
        axes.set_yticks(range(len(names)), names)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.grid(False, axis="y")
    handles, labels = axes.get_legend_handles_labels()
    unique = dict(zip(labels, handles, strict=True))
    figure.legend(unique.values(), unique.keys(), loc="outside lower center", ncols=len(COLORS))
    return figure


def _title(rows: Sequence[Row]) -> str:
    parts = []
    for world, title in WORLDS.items():
        own = count_verdicts(rows, world)
        where = f"in the {title}" if "world" in title else f"on {title}"
        counts = f"{own['reproduced']} are reproduced and {own['contradicted']} contradicted"
        parts.append(f"of {len(rows) - own[NOT_TESTED]} claims tested {where}, {counts}")
    return "; ".join(parts).capitalize()


def _draw_bar(axes, place: int, found: dict[str, int]) -> None:
    left = 0
    for name, count in found.items():
        hatch = "///" if name == NOT_TESTED else None
        axes.barh(
            place, count, left=left, color=COLORS[name], edgecolor="#8A8A8A", linewidth=0.8, hatch=hatch, label=name
        )
        if count > _NARROW:
            color = "white" if name in LINES else BLACK
            box = (
                {"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none"} if name == NOT_TESTED else None
            )
            axes.text(left + count / 2, place, str(count), ha="center", va="center", color=color, bbox=box)
        left += count


def level_controls() -> dict[str, object]:
    """Controls of `verdicts_at_level`: the confidence of the intervals."""
    return {"confidence": list(LEVELS)}


@styled
def verdicts_at_level(rows: Sequence[Row], *, confidence: float = 0.95) -> Figure:
    """Plot how many claims are decided against the confidence of the intervals, and how many chance would reproduce.

    The title counts those at the chosen confidence, which a line marks.

    Raises:
        ValueError: no claims, or a confidence that is not between 0 and 1.
    """
    if not rows or not 0 < confidence < 1:
        raise ValueError(f"{len(rows)} claims at a confidence of {confidence:g}: give claims, and one between 0 and 1")
    levels = sorted({*LEVELS, confidence})
    figure = new_figure(_level_title(rows, confidence), height=5.2, margins=_MARGINS)
    for world, axes in zip(WORLDS, figure.subplots(1, len(WORLDS)), strict=True):
        counts = [count_verdicts(rows, world, level) for level in levels]
        for name, line in LINES.items():
            values = [own[name] for own in counts]
            axes.plot(range(len(levels)), values, line, color=COLORS[name], marker="o", markersize=5, label=name)
        chance = [expected_by_chance(rows, world, level) for level in levels]
        axes.plot(range(len(levels)), chance, ":", color=BLACK, label="reproduced by chance, expected")
        axes.axvline(levels.index(confidence), color=GREY, linewidth=1.2)
        axes.set_title(WORLDS[world])
        axes.set_xticks(range(len(levels)), [f"{100 * level:g}" for level in levels], fontsize=10)
        axes.set_xlabel("confidence of the intervals (%)")
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    figure.axes[0].set_ylabel("number of claims")
    figure.legend(*axes.get_legend_handles_labels(), loc="lower center", ncols=3)
    return figure


def _level_title(rows: Sequence[Row], confidence: float) -> str:
    parts = []
    for world, title in WORLDS.items():
        own, chance = count_verdicts(rows, world, confidence), expected_by_chance(rows, world, confidence)
        parts.append(
            f"{title} {own['reproduced']} reproduced ({chance:.1f} by chance), {own['contradicted']} contradicted"
        )
    return f"At {100 * confidence:g} %: " + "; ".join(parts)
