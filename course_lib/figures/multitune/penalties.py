"""Figure of penalties: what each is worth beside none."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from course_lib.analysis.multitune.penalties import penalty_scores
from course_lib.analysis.multitune.rows import by_row
from course_lib.figures.accuracy import Dot, dot_intervals
from course_lib.figures.style import EDGE_NOTE


def penalty_gaps(records: Sequence[dict]) -> Figure:
    """Plot test accuracy with each penalty minus without any, each tuned by its rate; a colour for each row.

    The title counts the differences that are shown. A dagger marks a method whose best rate is at an edge.

    Raises:
        ValueError: no runs.
    """
    rows = by_row(records)
    found = {per_class: penalty_scores(own) for (_, per_class), own in rows.items()}
    edged = {own.name for scores in found.values() for own in scores if own.edge}
    dots = [
        Dot(f"{own.name} †" if own.name in edged else own.name, _row_name(per_class), own.gap)
        for per_class, scores in found.items()
        for own in scores
        if own.gap
    ]
    better, worse = sum(dot.interval.low > 0 for dot in dots), sum(dot.interval.high < 0 for dot in dots)
    title = f"Shown to be better than no penalty in {better} of {len(dots)} comparisons, worse in {worse} (by chance "
    xlabel = "test accuracy minus that without a penalty (points)"
    return dot_intervals(
        dots,
        title=f"{title}at most {0.025 * len(dots):.1f} on either side)",
        xlabel=f"{xlabel}\n{EDGE_NOTE}" if edged else xlabel,
        reference=0.0,
    )


def _row_name(per_class: int | None) -> str:
    return "all images" if per_class is None else f"{per_class} a class"
