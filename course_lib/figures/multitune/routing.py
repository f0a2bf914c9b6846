"""Figure of lesson 17: effects of freezing, schedule and gates of SpotTune."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from course_lib.analysis.intervals import count_shown
from course_lib.analysis.multitune.routing import main_effects
from course_lib.figures.accuracy import Dot, dot_intervals
from course_lib.figures.style import EDGE_NOTE


def main_effect_dots(records: Sequence[dict]) -> Figure:
    """Plot the effect of each factor of the study `routing` with its paired interval, for each set.

    The title counts the effects whose interval excludes zero, without those that a rate at the edge of its grid leaves
    undecided, and names them.

    Args:
        records: runs of the study `routing`.
    """
    effects = main_effects(records)
    every = [(name, source, own) for name, sources in effects.items() for source, own in sources.items()]
    found: dict[str, list[str]] = {}
    for name, source, own in every:
        if any(count_shown([own])):
            found.setdefault(name, []).append(f"{source} {100 * own.estimate:+.1f}".replace("-", "−"))
    shown = sum(map(len, found.values()))
    words = "; ".join(f"{name}: {', '.join(own)}" for name, own in found.items())
    title = f"{shown} of {len(every)} effects {'is' if shown == 1 else 'are'} shown" + (f" ({words})" if words else "")
    rows = [Dot(f"{name} †" if effects[name][source].edge else name, source, own) for name, source, own in every]
    edge = f"\n{EDGE_NOTE}" if any(own.edge for _, _, own in every) else ""
    return dot_intervals(rows, title=title, xlabel=f"difference of test accuracy (points){edge}", reference=0.0)
