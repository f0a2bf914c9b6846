"""Sources on real targets: which network to start from, on twelve small tasks of real images, against random weights.

Every number of a target is a mean over its seeds, of which there may be one; intervals are t-intervals over the
targets, see `course_lib.analysis.rates.real`. The runs are those of the studies `real_scales` and `real_sources`
together.
"""

from collections.abc import Iterator, Sequence

import pandas as pd

from course_lib.analysis.intervals import Interval
from course_lib.analysis.rates.real import (
    by_task,
    graduated_runs,
    mean_score,
    name_edge,
    over_tasks,
    paired,
    rate,
    scale_of,
)
from course_lib.analysis.records import setting
from course_lib.analysis.selection import best_runs
from course_lib.data.real_tasks import RealTask
from course_lib.sweeps.studies.rates.layered import VARY


def source_of(record: dict) -> str:
    """Name what a run starts from: its weights, or its network with random weights."""
    return setting(record, "start") or f"{setting(record, 'architecture')}, random weights"


def source_accuracies(records: Sequence[dict]) -> pd.DataFrame:
    """Compute the test accuracy of each real target (rows) from each source (columns), means over the seeds.

    Validation chooses the rates, for each seed: of every source among the same scales of graduated rates, which are
    those that all sources were tried with; of random weights among rates of their own that are equal in all stages.

    Args:
        records: of the studies `real_scales` and `real_sources` together.

    Raises:
        ValueError: no scale that all sources were tried with.
    """
    lines = {}
    for task, source, grid in _source_grids(records):
        lines.setdefault(task.name, {})[source] = mean_score(best_runs(grid, VARY))
    return pd.DataFrame.from_dict(lines, orient="index")


def source_gain(records: Sequence[dict], a: str, b: str) -> Interval:
    """Compute the accuracy from source A minus that from B with its paired interval over the targets, in points.

    Args:
        a, b: columns of `source_accuracies`; below zero for B = random weights is negative transfer.

    Raises:
        ValueError: there is no such column, or as `source_accuracies`.
    """
    return paired(source_accuracies(records), a, b)


def gains_over_random(records: Sequence[dict], confidence: float = 0.95) -> dict[str, Interval]:
    """Compute the mean gain of each source over random weights of the same network, edges named as by `name_edge`.

    Raises:
        ValueError: as `source_accuracies`.
    """
    accuracies, grids = source_accuracies(records), {}
    for _, source, grid in _source_grids(records):
        grids.setdefault(source, []).append(grid)
    return {
        source: name_edge(paired(accuracies, source, random, confidence), grids[source], grids[random])
        for source, random in random_weights(records).items()
    }


def random_weights(records: Sequence[dict]) -> dict[str, str]:
    """Find for each source the column of `source_accuracies` with random weights of its network, if it has one."""
    sources = _by_source(records)
    found = {source: f"{setting(own[0], 'architecture')}, random weights" for source, own in sources.items()}
    return {source: random for source, random in found.items() if random in sources and random != source}


def source_table(records: Sequence[dict]) -> pd.DataFrame:
    """Make the table of sources on real targets: mean over targets, and minus random weights of the same network.

    The difference is over all targets, over those that are photographs, and without the photographs of PACS, some of
    which are ImageNet's. The last column counts how often validation chose the lowest or the highest rate tried, beyond
    which a better one may lie.
    """
    accuracies, random, rows = source_accuracies(records), random_weights(records), {}
    kinds = [task.source for task in by_task(records)]  # in the order of the rows
    subsets = {
        "": slice(None),
        ", photographs": [kind != "pacs:cartoon" for kind in kinds],
        ", without photos of PACS": [kind != "pacs:photo" for kind in kinds],
    }
    for source in accuracies:
        rows[source] = {"accuracy, mean over targets": str(over_tasks(accuracies[source], "%"))}
        for name, kept in subsets.items():
            gain = str(paired(accuracies[kept], source, random[source])) if source in random else ""
            rows[source][f"minus random weights{name}"] = gain
        grids = [grid for _, name, grid in _source_grids(records) if name == source]
        rows[source]["chosen at an edge"] = _edges(grids)
    return pd.DataFrame.from_dict(rows, orient="index")


def _source_grids(records: Sequence[dict]) -> Iterator[tuple[RealTask, str, list[dict]]]:
    """Yield the runs, by rising rate, that validation chooses among, for each task and source."""
    scales = [{scale_of(run) for run in own} for own in _by_source(graduated_runs(records)).values()]
    common = set.intersection(*scales) if scales else set()
    if not common:
        raise ValueError("no scale was tried with every source: give the runs of real_scales and of real_sources")
    for task, runs in by_task(records).items():
        for source, own in _by_source(runs).items():
            grid = [run for run in own if scale_of(run) in common or setting(run, "start") is None]
            yield task, source, sorted(grid, key=rate)


def _edges(grids: Sequence[Sequence[dict]]) -> str:
    chosen = [(run, grid) for grid in grids for run in best_runs(grid, VARY)]
    at_edge = sum(rate(run) in (rate(grid[0]), rate(grid[-1])) for run, grid in chosen)
    return f"{at_edge} of {len(chosen)}"


def _by_source(records: Sequence[dict]) -> dict[str, list[dict]]:
    found = {}
    for record in records:
        found.setdefault(source_of(record), []).append(record)
    return found
