"""Figure of penalties: what each is worth beside none."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from course_lib.analysis.intervals import count_shown
from course_lib.analysis.multitune.penalties import penalty_scores
from course_lib.analysis.multitune.rows import by_row, size_name
from course_lib.figures.accuracy import Dot, dot_intervals
from course_lib.figures.style import EDGE_NOTE


def penalty_gaps(records: Sequence[dict]) -> Figure:
    """Plot test accuracy with each penalty minus without any, each tuned by its rate; a colour for each row.

    The title counts the differences that are shown. A dagger marks a difference of which either side's best rate is at
    an edge, so that it shows nothing.

    Raises:
        ValueError: no runs.
    """
    rows = by_row(records)
    found = {per_class: penalty_scores(own) for (_, per_class), own in rows.items()}
    edged = {own.name for scores in found.values() for own in scores if own.gap and own.gap.edge}
    dots = [
        Dot(f"{own.name} †" if own.name in edged else own.name, size_name(per_class), own.gap)
        for per_class, scores in found.items()
        for own in scores
        if own.gap
    ]
    better, worse = count_shown(dot.interval for dot in dots)
    title = f"Shown to be better than no penalty in {better} of {len(dots)} comparisons, worse in {worse} (by chance "
    xlabel = "test accuracy minus that without a penalty (points)"
    return dot_intervals(
        dots,
        title=f"{title}at most {0.025 * len(dots):.1f} on either side)",
        xlabel=f"{xlabel}\n{EDGE_NOTE}" if edged else xlabel,
        reference=0.0,
    )
