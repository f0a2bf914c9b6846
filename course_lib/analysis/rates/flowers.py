"""Uniform against graduated rates of the inner layers, flowers (Dube et al. 2018, Fig 10)."""

from collections.abc import Sequence

from course_lib.analysis.comparisons import compare_runs
from course_lib.analysis.intervals import Interval, both_errors, paired_difference, seed_interval
from course_lib.analysis.rates.scales import head_of
from course_lib.analysis.records import images_behind, score_of, select, setting, units_of, values_of
from course_lib.analysis.selection import best_runs
from course_lib.sweeps.studies.rates.layered import VARY

PRINTED_UNIFORM = ("uniform 1", "uniform 2", "uniform 5")
GRADUATED = "graduated 0, 0, 1, 2, 5"
REVERSED = "reversed 5, 2, 1, 0, 0"
SAME_MEAN = "uniform 1.6"
MORE_UNIFORM = (*PRINTED_UNIFORM, "uniform 10")
MORE_GRADUATED = (GRADUATED, "graduated 0, 0, 2, 4, 10")


def flower_heads(records: Sequence[dict]) -> list[float]:
    """Rates of the last layer that were tried, as multipliers of the base rate."""
    return sorted({head_of(run) for run in records})


def flower_accuracies(records: Sequence[dict], head: float) -> dict[str, Interval]:
    """Test accuracy of each set of multipliers at one rate of the last layer, over seeds."""
    runs = _at_head(records, head)
    return {name: seed_interval([score_of(run) for run in select(runs, name=name)]) for name in values_of(runs, "name")}


def flower_gap(records: Sequence[dict], head: float, a: Sequence[str], b: Sequence[str], confidence=0.95) -> Interval:
    """Test accuracy of one choice of multipliers minus that of another, in points.

    Each seed's two runs are paired image by image: the seeds draw other images to train, all have the same test images.

    Args:
        a, b: names of the sets that validation chooses among, for each seed.

    Raises:
        ValueError: the two runs of a seed are of different images, or fewer than two seeds.
    """
    found = compare_runs(*(_named(records, head, names) for names in (a, b)), vary=(*VARY, "name"))
    if any(images_behind(one) != images_behind(other) for one, other in found.pairs):
        raise ValueError("the runs of a seed are tested on different images: give those of one study")
    over_images = paired_difference(*([units_of(run) for run in side] for side in found.sides), confidence=confidence)
    return both_errors(found.over_seeds(confidence), over_images)


def highest_chosen(records: Sequence[dict], head: float, names: Sequence[str]) -> bool:
    """Whether most seeds choose by validation the last of these sets, the highest: a better one may lie beyond."""
    chosen = [setting(run, "name") for run in best_runs(_named(records, head, names), (*VARY, "name"))]
    return 2 * chosen.count(names[-1]) > len(chosen)


def _named(records: Sequence[dict], head: float, names: Sequence[str]) -> list[dict]:
    return [run for run in _at_head(records, head) if setting(run, "name") in names]


def _at_head(records: Sequence[dict], head: float) -> list[dict]:
    runs = [run for run in records if head_of(run) == head]
    if not runs:
        raise ValueError(
            f"no run with the multiplier {head:g} of the last layer: choose one of {flower_heads(records)}"
        )
    return runs
