"""How far training moved each stage from where it started, and in which direction."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pandas import DataFrame

_STATISTICS = ("running_mean", "running_var")


def stage_change(
    before: Mapping,
    after: Mapping,
    stage_names: Sequence[str],
    *,
    part: str = "weights",
    stage_of: Callable[[str], str] | None = None,
) -> dict[str, float]:
    """Relative change ‖after − before‖ / ‖before‖ of each stage; exactly 0 for a stage that is bit-identical.

    Args:
        before, after: state dicts, name → array or CPU tensor, with the same names and shapes.
        stage_names: the stages to report, in order; those without any such entry (a pool) are left out.
        part: ``"weights"`` (parameters) or ``"statistics"`` (BatchNorm's running means and variances).
        stage_of: gives the stage of an entry; the default reads ``stages.<name or number>.…`` and ``head.…``.

    Raises:
        ValueError: unknown `part`, or an entry that only one of the two has or that changed its shape.
    """
    if part not in ("weights", "statistics"):
        raise ValueError(f"unknown part '{part}': choose weights or statistics")
    _check_alike(before, after)
    stage_of = stage_of or (lambda name: _stage_of(name, stage_names))
    moved, size = dict.fromkeys(stage_names, 0.0), {}
    for name in before:
        ending = name.rsplit(".", 1)[-1]
        stage = stage_of(name)
        if ending == "num_batches_tracked" or (ending in _STATISTICS) != (part == "statistics") or stage not in moved:
            continue
        old, new = np.asarray(before[name], dtype=np.float64), np.asarray(after[name], dtype=np.float64)
        moved[stage] += float(((new - old) ** 2).sum())
        size[stage] = size.get(stage, 0.0) + float((old**2).sum())
    return {stage: _ratio(moved[stage], size[stage]) for stage in stage_names if stage in size}


def stage_turn(before: Mapping, after: Mapping, stage_names: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Cosine between the weights of each stage before and after, and ratio of their norms, after by before.

    Kernels and matrices only: BatchNorm's own parameters are left out. A kernel that a BatchNorm follows computes the
    same at any length, so that only its direction counts. Unrelated weights have a cosine of about 0.

    Args:
        before, after, stage_names: as of `stage_change`.

    Raises:
        ValueError: an entry that only one of the two has or that changed its shape.
    """
    _check_alike(before, after)
    sums = {stage: np.zeros(3) for stage in stage_names}  # of before², before · after, after²
    for name in before:
        old, new = (np.asarray(state[name], dtype=np.float64).ravel() for state in (before, after))
        if (stage := _stage_of(name, stage_names)) in sums and np.ndim(before[name]) > 1:
            sums[stage] += old @ old, old @ new, new @ new
    return {
        stage: (float(dot / np.sqrt(start * end)), float(np.sqrt(end / start)))
        for stage, (start, dot, end) in sums.items()
        if start and end
    }


def turn_table(before: Mapping, states: Mapping[str, Mapping], stage_names: Sequence[str]) -> "DataFrame":
    """Relative change in per cent, cosine and ratio of norms of each stage: one group of columns for each state.

    Args:
        states: label → state dict after training; `before` and `stage_names` as of `stage_change`.

    Raises:
        ValueError: as `stage_turn`.
    """
    import pandas as pd

    columns = {}
    for label, after in states.items():
        turns, changes = stage_turn(before, after, stage_names), stage_change(before, after, stage_names)
        columns |= {
            (label, "change, %"): {stage: round(100 * changes[stage], 1) for stage in turns},
            (label, "cosine"): {stage: round(cosine, 2) for stage, (cosine, _) in turns.items()},
            (label, "growth"): {stage: round(growth, 2) for stage, (_, growth) in turns.items()},
        }
    return pd.DataFrame(columns)


def _check_alike(before: Mapping, after: Mapping) -> None:
    if odd := sorted(set(before) ^ set(after)):
        raise ValueError(f"only one of the two models has '{odd[0]}': compare models of one architecture")
    for name in before:
        old, new = (tuple(np.shape(state[name])) for state in (before, after))
        if old != new:
            raise ValueError(f"'{name}' has shape {old} before and {new} after: they cannot be compared")


def _ratio(moved: float, size: float) -> float:
    if moved == 0:
        return 0.0
    return float(np.sqrt(moved / size)) if size else float("inf")


def _stage_of(name: str, stage_names: Sequence[str]) -> str:
    first, *rest = name.split(".")
    if first != "stages" or not rest:
        return first
    return stage_names[int(rest[0])] if rest[0].isdigit() else rest[0]
