"""Figure of the distance from the start, stage by stage, with L2-SP whose start is a copy or a reference."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from course_lib.analysis.drift import stage_change
from course_lib.figures.drift import stage_drift


def start_distances(before: Mapping, after: Mapping[str, Mapping], stages: tuple[str, ...], stage_of) -> Figure:
    """Plot how far training moved each stage, relative to its weights at the start, as bars for each series.

    The title compares the first series with the others, mean over stages.

    Args:
        before: the state dict at the start.
        after: series → state dict after training.
        stages: paths of the stages to show; those of a common beginning before the dot are one bar, their mean.
        stage_of: gives the path of the stage of an entry, `Network.stage_of`.
    """
    found = {name: _by_part(stage_change(before, state, stages, stage_of=stage_of)) for name, state in after.items()}
    means = {name: float(np.mean(list(change.values()))) for name, change in found.items()}
    first, *others = means
    words = "; ".join(f"{name} {100 * means[name]:.1f} %" for name in others)
    title = f"Mean distance from the start over the stages: {first} {100 * means[first]:.1f} % of the weights"
    return stage_drift(found, title=f"{title}; {words}" if words else title)


def _by_part(change: Mapping[str, float]) -> dict[str, float]:
    """Mean change of the blocks of a macro block."""
    parts: dict[str, list[float]] = {}
    for path, value in change.items():
        parts.setdefault(path.partition(".")[0], []).append(value)
    return {part: float(np.mean(values)) for part, values in parts.items()}
