"""The width of an extension: what validation chose for a network, and whether other widths or networks differ.

All functions take runs on the images of one data set, with scores limited to the evaluated concepts (`on_evaluated`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from course_lib.analysis.comparisons import Comparison, compare_runs
from course_lib.analysis.extension.strategies import by_network, chosen_runs, compare_sides, favourite, grouped
from course_lib.analysis.intervals import Interval
from course_lib.analysis.records import score_of, setting
from course_lib.sweeps.study import VARY


def by_width(records: Sequence[dict], layers: int = 1) -> dict[int, list[dict]]:
    """Runs with so many extension layers by their width D, rising."""
    chosen = [record for record in records if len(setting(record, "hidden")) == layers]
    return dict(sorted(grouped(chosen, lambda record: setting(record, "hidden")[0]).items()))


@dataclass(frozen=True)
class BestWidth:
    """The width that validation chose, and which others are not shown to be worse.

    Attributes:
        width: with the highest mean validation score.
        edge: ``"lowest"`` or ``"highest"`` if the width is the end of the grid of widths; else empty.
        alike: other widths whose MAP is not shown to differ from it: the interval of the paired difference, widened
            for the number of widths (Bonferroni), has zero inside.
        gaps: width → MAP of the chosen width minus its own, with that interval.
    """

    width: int
    edge: str
    alike: tuple[int, ...]
    gaps: dict[int, Interval]


def best_width(records: Sequence[dict], layers: int = 1, confidence: float = 0.95) -> BestWidth:
    """Choose the width of an extension of one network by validation, and compare it with every other width.

    Raises:
        ValueError: no run with so many extension layers.
    """
    widths = by_width(records, layers)
    if not widths:
        raise ValueError(f"no run with {layers} extension layer(s): give the runs of a study of strategies")
    best = setting(favourite([run for runs in widths.values() for run in runs])[0], "hidden")[0]
    wide = 1 - (1 - confidence) / max(1, len(widths) - 1)
    gaps = {
        width: compare_runs(widths[best], runs, vary=VARY).interval(wide)
        for width, runs in widths.items()
        if width != best
    }
    alike = tuple(width for width, gap in gaps.items() if gap.low <= 0 <= gap.high)
    ends = {min(widths): "lowest", max(widths): "highest"} if len(widths) > 1 else {}
    return BestWidth(best, ends.get(best, ""), alike, gaps)


def widths_table(records: Sequence[dict], layers: int = 1) -> pd.DataFrame:
    """The width that validation chose for each network, and how many other widths are shown to differ from it."""
    rows = {}
    for name, runs in by_network(records).items():
        found = best_width(runs, layers)
        differ = len(found.gaps) - len(found.alike)
        shown = f"{differ} of {len(found.gaps)}"
        rows[name] = {"width": found.width, "edge": found.edge, "others shown to differ": shown}
    return pd.DataFrame.from_dict(rows, orient="index")


def own_width_gain(networks: Mapping[str, Sequence[dict]], layers: int = 1) -> Comparison:
    """Compare the width that each network's own validation chose with the one that all other networks' chose together.

    The width of the others has the highest mean validation score over them. If the best width does not depend on the
    network, the gain is 0 but for noise.

    Raises:
        ValueError: fewer than two networks.
    """
    if len(networks) < 2:
        raise ValueError(f"{len(networks)} network cannot show whether the best width depends on it: give two or more")
    scores = {name: _validation_of_widths(runs, layers) for name, runs in networks.items()}
    found = []
    for name, runs in networks.items():
        others = [own for other, own in scores.items() if other != name]
        common = [width for width in scores[name] if all(width in own for own in others)]
        theirs = max(common, key=lambda width: np.mean([own[width] for own in others]))
        ours = max(scores[name], key=scores[name].get)
        widths = by_width(runs, layers)
        found.append((widths[ours], widths[theirs]))
    return compare_sides(found)


def _validation_of_widths(records: Sequence[dict], layers: int) -> dict[int, float]:
    widths = by_width(records, layers)
    return {width: np.mean([score_of(run, "val") for run in chosen_runs(runs)]) for width, runs in widths.items()}
