"""Average precision of each concept of a multi-label classifier, with its interval and the ranking by chance."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from course_lib.analysis.concepts import ConceptScore
from course_lib.analysis.intervals import Interval
from course_lib.figures.style import BLUE, GREY, new_figure, styled

MOST = 40  # concepts: of more, the best and the worst are shown


@styled
def concept_precisions(mean: Interval, scores: Sequence[ConceptScore]) -> Figure:
    """Plot the average precision of each concept, the best on top, with 95 % intervals, chance and the mean.

    Raises:
        ValueError: no concept has an average precision.
    """
    ranked = sorted((score for score in scores if score.precision is not None), key=lambda score: -score.precision)
    if not ranked:
        raise ValueError("no concept has a positive image: there is nothing to plot")
    shown = ranked if len(ranked) <= MOST else ranked[: MOST // 2] + ranked[-MOST // 2 :]
    figure = new_figure(_title(ranked), width=7.0, height=3.6 + 0.3 * len(shown))
    axes, places = figure.subplots(), np.arange(len(shown))
    for place, score in zip(places, shown, strict=True):
        if score.interval:
            axes.hlines(place, score.interval.low, score.interval.high, color=BLUE, linewidth=2.5, alpha=0.6)
    precisions, chances = [score.precision for score in shown], [score.chance for score in shown]
    axes.plot(precisions, places, "o", color=BLUE, label="average precision, 95 % interval over test images")
    axes.plot(chances, places, "|", color=GREY, markersize=12, markeredgewidth=2.0, label="ranking by chance")
    axes.axvline(mean.estimate, color=GREY, linestyle="--", linewidth=1.2, label=f"mean {mean}")
    axes.set_yticks(places, [_name(score) for score in shown])
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_xlim(0, 1.02)
    axes.set_xlabel("average precision")
    rest = "" if len(shown) == len(ranked) else f"; the {MOST // 2} best and the {MOST // 2} worst"
    axes.set_ylabel(f"concept (positive test images){rest}")
    figure.legend(loc="outside lower center", ncols=1)
    return figure


def _title(ranked: Sequence[ConceptScore]) -> str:
    above, few = (sum(test) for test in ([s.above_chance for s in ranked], [s.interval is None for s in ranked]))
    title = f"{above} of {len(ranked)} concepts are ranked above chance"
    return title + (f"; {few} have too few images to tell" if few else "")


def _name(score: ConceptScore) -> str:
    short = score.name if len(score.name) <= 24 else score.name[:23] + "…"
    return f"{short} ({score.num_positive})"
