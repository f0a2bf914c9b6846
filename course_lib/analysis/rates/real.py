"""Graduated rates on twelve small tasks of real images (`REAL_TASKS`), with intervals over the tasks.

Every number of a task is a mean over its seeds, of which each draws its own images; one seed is enough. Intervals are
t-intervals over the tasks: they tell what other tasks would change. Some tasks share classes or images, so that the
intervals are rather too narrow. Runs of one task and seed share their test images, so differences are paired.

The runs are those of the study `real_scales` at profile `real`. Those of `real_running` may be among them: lower
scales, with the running statistics of the weights in place of those of each small batch.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from course_lib.analysis.intervals import Interval, seed_interval
from course_lib.analysis.records import score_of, select, setting, val_correct, values_of
from course_lib.analysis.selection import best_runs
from course_lib.data.real_tasks import RealTask, task_of
from course_lib.sweeps.studies.rates.layered import VARY
from course_lib.training.graduated import BASE_RATE, BASELINE_HEAD, HEAD_MULTIPLIER

BASELINE = "last layer alone, LL 10"
HEAD_CHOSEN = "last layer alone, its rate by validation"
DOCUMENTS_SCALE = 0.25
DOCUMENTS = f"scale {DOCUMENTS_SCALE:g} for all tasks, the document's"
FREQUENT = "most frequent best scale of the other tasks"
CHOSEN = "scale of each task by validation"
RUNNING = f"{CHOSEN}, running statistics"
ORACLE = "scale of each task by the test images"


def scale_of(record: dict) -> float | None:
    """Find the scale of a run with graduated rates; None for a run of the last layer alone or from random weights."""
    inner = (setting(record, "multipliers") or {}).get("inner")
    if setting(record, "start") is None or inner == 0:
        return None
    return float(f"{setting(record, 'lr') / (BASE_RATE * HEAD_MULTIPLIER):.6g}")


def by_task(records: Sequence[dict]) -> dict[RealTask, list[dict]]:
    """Group runs by their real task, in the order of the records.

    Raises:
        ValueError: a run is of no real task.
    """
    found = {}
    for record in records:
        task = task_of(setting(record, "source"), setting(record, "classes") or (), setting(record, "per_class"))
        found.setdefault(task, []).append(record)
    return found


def graduated_runs(records: Sequence[dict], normalisation: str = "batch") -> list[dict]:
    """Select the runs with graduated rates and this normalisation of the trained stages, by rising scale."""
    return sorted(
        (run for run in select(records, normalisation=normalisation) if scale_of(run) is not None), key=scale_of
    )


def scales_of(records: Sequence[dict], normalisation: str = "batch") -> list[float]:
    """List the scales that were tried with this normalisation, rising."""
    return sorted({scale_of(run) for run in graduated_runs(records, normalisation)})


def strategy_accuracies(records: Sequence[dict]) -> pd.DataFrame:
    """Compute the test accuracy of each task (rows) by each way to choose the rates (columns), means over the seeds.

    The columns: `BASELINE` (the document's), `HEAD_CHOSEN` (the last layer tuned like the scales: its control),
    `DOCUMENTS`, `FREQUENT` (leave one task out; of equally frequent scales the smaller), `CHOSEN` (each seed chooses by
    its validation images), `RUNNING` (the same with running statistics, if every task has such runs), and `ORACLE`,
    which is no strategy: the test images choose what they score.

    Args:
        records: of the study `real_scales`, and of `real_running` if they are there.

    Raises:
        ValueError: fewer than two tasks, or a task lacks a scale or the last layer alone.
    """
    tasks = by_task(records)
    if len(tasks) < 2:
        raise ValueError(f"{len(tasks)} task(s): the most frequent scale of the other tasks needs at least two")
    favourites = {task: _favourite(runs) for task, runs in tasks.items()}
    lines = {}
    for task, runs in tasks.items():
        others = Counter(scale for other, scale in favourites.items() if other is not task)
        frequent = min(others, key=lambda scale: (-others[scale], scale))
        graduated, running = graduated_runs(runs), graduated_runs(runs, "running")
        lines[task.name] = {
            BASELINE: mean_score(_at_head(runs, BASELINE_HEAD)),
            HEAD_CHOSEN: mean_score(best_runs(head_runs(runs), VARY)),
            DOCUMENTS: mean_score(_at_scale(graduated, DOCUMENTS_SCALE)),
            FREQUENT: mean_score(_at_scale(graduated, frequent)),
            CHOSEN: mean_score(best_runs(graduated, VARY)),
            RUNNING: mean_score(best_runs(running, VARY)) if running else float("nan"),
            ORACLE: float(np.mean([max(map(_score, own)) for own in _by_seed(graduated).values()])),
        }
    return pd.DataFrame.from_dict(lines, orient="index").dropna(axis=1)


def running_gaps(records: Sequence[dict]) -> dict[str, Interval]:
    """Compute what running statistics gain over those of each batch, and over the last layer alone, all by validation.

    Small batches are why fine-tuning loses as far as the first difference is above zero; the second one tells whether
    it still loses without them. Empty if not every task has runs of the study `real_running`.
    """
    accuracies = strategy_accuracies(records)
    rivals = (CHOSEN, HEAD_CHOSEN) if RUNNING in accuracies else ()
    return {f"{RUNNING}, minus {name}": paired(accuracies, RUNNING, name) for name in rivals}


def scale_accuracies(records: Sequence[dict], normalisation: str = "batch") -> pd.DataFrame:
    """Compute the test accuracy of each task (rows) at each scale (columns, rising), means over the seeds."""
    lines = {
        task.name: {
            scale: mean_score(_at_scale(graduated_runs(runs, normalisation), scale))
            for scale in scales_of(records, normalisation)
        }
        for task, runs in by_task(records).items()
    }
    return pd.DataFrame.from_dict(lines, orient="index")


def scale_table(records: Sequence[dict]) -> pd.DataFrame:
    """Make the table of one scale for all tasks: accuracy, and gain over the last layer alone, its rate by validation.

    With running statistics, too, if every task has such runs. The intervals are not corrected for the number of scales.
    """
    strategies, columns = strategy_accuracies(records), {}
    for normalisation in ("batch", "running") if RUNNING in strategies else ("batch",):
        found = scale_accuracies(records, normalisation)
        gains = {scale: over_tasks(found[scale] - strategies[HEAD_CHOSEN], "points") for scale in found}
        columns[f"{normalisation} statistics"] = {scale: str(over_tasks(found[scale])) for scale in found}
        columns[f"{normalisation} statistics, minus last layer"] = {scale: str(gain) for scale, gain in gains.items()}
    return pd.DataFrame(columns).sort_index().fillna("–").rename_axis("scale")


def best_scales_table(records: Sequence[dict]) -> pd.DataFrame:
    """Make the table of best scales: a line for each task.

    Of the scales by validation there is one for each seed, as of the rates LL of the last layer alone (times 0.001).
    The scale by the test images is that of the highest mean over the seeds. † marks the lowest and the highest value
    tried, beyond which a better one may lie. Scales with running statistics have a column if every task has such runs.
    """
    lines, known, low = {}, scales_of(records), scales_of(records, "running")
    for task, runs in by_task(records).items():
        graduated, alone = graduated_runs(runs), head_runs(runs)
        heads = sorted(map(_ll, alone))
        by_test = max(known, key=lambda scale, own=graduated: mean_score(_at_scale(own, scale)))
        chosen = [scale_of(run) for run in best_runs(graduated, VARY)]
        running = best_runs(rest, VARY) if (rest := graduated_runs(runs, "running")) else []
        lines[task.name] = {
            "images": task.source,
            "classes": len(task.classes),
            "training images per class": task.per_class,
            "validation images": values_of(runs, "num_val")[0],
            "scale by validation": ", ".join(_marked(scale, known) for scale in chosen),
            "scale by test images": _marked(by_test, known),
            "scale by validation, running statistics": ", ".join(_marked(scale_of(run), low) for run in running),
            "LL of the last layer alone": ", ".join(_marked(_ll(run), heads) for run in best_runs(alone, VARY)),
        }
    table = pd.DataFrame.from_dict(lines, orient="index")
    return table.loc[:, (table != "").all()]


def rate(record: dict) -> float:
    """Learning rate of the last layer."""
    return setting(record, "lr")


def mean_score(records: Sequence[dict]) -> float:
    """Mean test accuracy of runs; 0 for one that diverged before its first epoch ended."""
    return float(np.mean([_score(run) for run in records]))


def over_tasks(values: Sequence[float], unit: str = "%", confidence: float = 0.95) -> Interval:
    """Mean over tasks with its t-interval.

    Raises:
        ValueError: fewer than two tasks.
    """
    found = seed_interval(list(values), confidence, unit)
    return replace(found, method=f"t, {len(values)} tasks", seeds=0)


def paired(accuracies: pd.DataFrame, a: str, b: str, confidence: float = 0.95) -> Interval:
    """Mean of column A minus column B over the rows with its t-interval, in points.

    Raises:
        ValueError: there is no such column, or a single row.
    """
    if unknown := {a, b} - set(accuracies):
        raise ValueError(f"no column '{min(unknown)}': choose one of {', '.join(accuracies)}")
    return over_tasks(accuracies[a] - accuracies[b], "points", confidence)


def share_at_edge(grids: Sequence[Sequence[dict]]) -> float:
    """Share of the choices by validation, one for each grid and seed, that are the lowest or highest rate tried."""
    chosen = [
        (rate(run), rates) for grid in grids for rates in [sorted(map(rate, grid))] for run in best_runs(grid, VARY)
    ]
    return float(np.mean([own in (rates[0], rates[-1]) for own, rates in chosen]))


def name_edge(gap: Interval, a: Sequence[Sequence[dict]], b: Sequence[Sequence[dict]]) -> Interval:
    """A minus B with the edge named that could overturn it: more than half of the *worse* side's choices lie at one.

    Args:
        a, b: of each side the runs that validation chose among, a list for each task.
    """
    share = share_at_edge(b if gap.estimate > 0 else a)
    edge = f"{share:.0%} of the rates of the side that is behind are the lowest or highest tried"
    return replace(gap, edge=edge if share > 0.5 else "")


def head_runs(records: Sequence[dict]) -> list[dict]:
    """Select the runs of the last layer alone, by rising rate."""
    return sorted(select(records, multipliers={"inner": 0.0}), key=rate)


def _by_seed(records: Sequence[dict]) -> dict[int, list[dict]]:
    return {seed: select(records, seed=seed) for seed in values_of(records, "seed")}


def _ll(record: dict) -> float:
    """Rate of the last layer in units of the document's base rate."""
    return float(f"{rate(record) / BASE_RATE:.6g}")


def _at_head(records: Sequence[dict], head: float) -> list[dict]:
    return _need(
        select(head_runs(records), lr=float(f"{BASE_RATE * head:.6g}")), f"of the last layer alone at LL {head:g}"
    )


def _at_scale(records: Sequence[dict], scale: float) -> list[dict]:
    return _need([run for run in records if scale_of(run) == scale], f"at scale {scale:g}")


def _need(runs: list[dict], which: str) -> list[dict]:
    if not runs:
        raise ValueError(f"a task has no run {which}: give all runs of the study real_scales")
    return runs


def _favourite(records: Sequence[dict]) -> float:
    """Find the scale of a task with the most validation images right over its seeds; of equal ones the smaller."""
    graduated = graduated_runs(records)
    right = {scale: sum(val_correct(run) or 0 for run in _at_scale(graduated, scale)) for scale in scales_of(graduated)}
    return max(right, key=right.get)


def _score(record: dict) -> float:
    return score_of(record) or 0.0


def _marked(scale: float, known: Sequence[float]) -> str:
    return f"{scale:g}{'†' if scale in (known[0], known[-1]) else ''}"
