"""Tests of the claims on graduated rates and on sources (Dube et al. 2018) on real images, where runs allow one.

Twelve small tasks cut from CIFAR-100 and PACS stand for the drawn ones; what is measured is the same.
"""

from collections.abc import Sequence

from course_lib.analysis.intervals import Interval
from course_lib.analysis.rates.real import (
    CHOSEN,
    HEAD_CHOSEN,
    RUNNING,
    by_task,
    graduated_runs,
    head_runs,
    name_edge,
    paired,
    strategy_accuracies,
)
from course_lib.analysis.rates.real_sources import gains_over_random
from course_lib.analysis.verdicts import Measure, RealTest, Runs
from course_lib.training.graduated import BASE_RATE, BASELINE_HEAD

SCALES, RUNNING_SCALES, SOURCES = "real_scales", "real_running", "real_sources"
_TASKS = "on twelve small tasks of CIFAR-100 and PACS, seven scales from 0.25"
_BASELINE_RATE = BASE_RATE * BASELINE_HEAD


def _as_drawn(runs: Runs) -> dict[str, Sequence[dict]]:
    """The runs under the names of the studies on drawn tasks."""
    records = runs[SCALES]
    return {"scales": graduated_runs(records), "scale_heads": head_runs(records)}


def on_scales(measure: Measure, tested: str, images: str = "test") -> RealTest:
    """The same measure as in the mini world, of one scale for all tasks or of shares of tasks: nothing is chosen."""
    return RealTest((SCALES,), lambda runs, c: measure(_as_drawn(runs), c), f"{tested}, {_TASKS}", images)


def on_chosen_scales(measure: Measure, tested: str, images: str = "test") -> RealTest:
    """The same measure of the scale that validation chooses, minus the document's baseline, whose rate is fixed.

    Where the chosen scales are behind, and most of them are the lowest or highest tried, that is named.
    """

    def measured(runs: Runs, confidence: float) -> dict[str, Interval]:
        own = _as_drawn(runs)
        chosen = _by_task(own["scales"])
        fixed = _by_task([run for run in own["scale_heads"] if abs(run["recipe"]["lr"] / _BASELINE_RATE - 1) < 1e-6])
        found = measure(own, confidence)
        return {name: gap if gap.estimate > 0 else name_edge(gap, chosen, fixed) for name, gap in found.items()}

    return RealTest((SCALES,), measured, f"{tested}, {_TASKS}", images)


def _by_task(records: Sequence[dict]) -> list[list[dict]]:
    return list(by_task(records).values())


def _layers_gaps(runs: Runs, confidence: float) -> dict[str, Interval]:
    records = [run for name in (SCALES, RUNNING_SCALES) for run in runs[name]]
    accuracies, heads = strategy_accuracies(records), _by_task(head_runs(records))
    sides = {CHOSEN: "batch", RUNNING: "running"}
    return {
        f"{kind} statistics": name_edge(
            paired(accuracies, way, HEAD_CHOSEN, confidence), _by_task(graduated_runs(records, kind)), heads
        )
        for way, kind in sides.items()
    }


def _source_gains(runs: Runs, confidence: float) -> dict[str, Interval]:
    return gains_over_random([*runs[SCALES], *runs[SOURCES]], confidence)


ALL_LAYERS = RealTest(
    (SCALES, RUNNING_SCALES),
    _layers_gaps,
    "test accuracy of all layers at graduated rates minus that of the last layer alone, each tuned by validation, with "
    "the statistics of each batch and with running ones, t over twelve small tasks of CIFAR-100 and PACS",
)
USEFUL = RealTest(
    (SCALES, SOURCES),
    _source_gains,
    "test accuracy minus that of random weights of the same network, ImageNet and two drawn sources, each tuned by "
    "validation, t over twelve small tasks of CIFAR-100 and PACS",
)
