"""Figure of lesson 13: how well scores rank the sources."""

import pandas as pd
from matplotlib.figure import Figure

from course_lib.analysis.rates.scoring import STATIC
from course_lib.figures.style import BLACK, BLUE, GREY, VERMILLION, draw_interval, new_figure, styled


@styled
def rankings(table: pd.DataFrame, against: str = STATIC) -> Figure:
    """Plot the mean weighted τ of each way to rank the sources with its interval over the targets.

    The thin grey line goes from the lowest to the highest τ without one source. The title names the scores whose τ is
    shown to differ from that of the static ranking, paired by target and corrected for the number of comparisons.

    Args:
        table: of `course_lib.analysis.ranking.ranking_table`.
        against: the static ranking's name in it.
    """
    rows = table.sort_values("weighted tau").reset_index(drop=True)
    figure = new_figure(_verdict(rows, against), height=2.1 + 0.4 * len(rows))
    taus = figure.subplots()
    for place, row in rows.iterrows():
        color = VERMILLION if row["score"] == against else BLUE
        taus.hlines(
            place - 0.28, row["without one source, lowest"], row["highest"], color=GREY, linewidth=1.6, linestyle="-"
        )
        draw_interval(taus, row["weighted tau"], place, row["low"], row["high"], color=color)
    taus.axvline(0, color=BLACK, linewidth=1.2)
    taus.set_yticks(range(len(rows)), rows["score"])
    taus.set_xlabel("weighted τ, mean over targets, 95 % (t); grey: without one source")
    return figure


def _verdict(rows: pd.DataFrame, against: str) -> str:
    others = rows[rows["score"] != against]
    better, worse = others[others["gap, low"] > 0], others[others["gap, high"] < 0]
    found = []
    for own, word in ((better, "better"), (worse, "worse")):
        if len(own):
            found.append(f"{word}: {', '.join(own['score'][::-1])}")
    words = "; ".join(found) or "none is shown to be better or worse"
    return f"Of {len(others)} rankings, compared with '{against}', {words}"
