"""Choose a run of a grid by its score on the validation images."""

from collections.abc import Sequence

from course_lib.analysis.records import best_epoch, select, setting, val_correct, values_of
from course_lib.analysis.settings import check_comparable
from course_lib.sweeps.study import VARY


def best_run(
    records: Sequence[dict], vary: Sequence[str] = VARY, *, rate_order: Sequence[float] | None = None
) -> dict | None:
    """The run with the highest validation score; of equal ones that with the earlier rate, then the earlier epoch.

    A run that diverged takes part with the best epoch before it did, as in the homework; one that diverged before any
    epoch ended does not.

    Args:
        vary: settings in which the runs may differ.
        rate_order: learning rates, the first one wins a tie; default: the order in which the records have them, which
            is the study's. Rates that it lacks come last.

    Returns:
        the record, or None when no run has a validation score.

    Raises:
        ValueError: the records differ in other settings than `vary` and the seed, so that "the best" means nothing.
    """
    check_comparable(records, vary)
    order = _in_order(values_of(records, "lr"), rate_order)
    best = None
    for record in sorted(records, key=lambda r: (order.index(setting(r, "lr")), best_epoch(r) or 0)):
        right = val_correct(record)
        if right is not None and (best is None or right > val_correct(best)):
            best = record
    return best


def best_runs(
    records: Sequence[dict], vary: Sequence[str] = VARY, *, rate_order: Sequence[float] | None = None
) -> list[dict]:
    """The best run of each optimiser and seed: each seed chooses its own rate and epoch, as one student would.

    A seed without any validation score has no entry.

    Raises:
        ValueError: as `best_run`.
    """
    check_comparable(records, vary)
    order = _in_order(values_of(records, "lr"), rate_order)
    chosen = []
    for optimizer in values_of(records, "optimizer"):
        grid = select(records, optimizer=optimizer)
        chosen += [best_run(select(grid, seed=seed), vary, rate_order=order) for seed in values_of(grid, "seed")]
    return [record for record in chosen if record is not None]


def favoured_runs(records: Sequence[dict], vary: Sequence[str] = VARY) -> list[dict]:
    """The best run of each seed, with the optimiser whose runs have the highest mean validation score.

    Raises:
        ValueError: no run with a validation score, or as `best_runs`.
    """
    chosen = best_runs(records, vary)
    grids = [select(chosen, optimizer=optimizer) for optimizer in values_of(chosen, "optimizer")]
    if not grids:
        raise ValueError("no run has a validation score: the list is empty, or every run diverged at once")
    return max(grids, key=lambda grid: sum(map(val_correct, grid)) / len(grid))  # of equal ones the first


def best_rate(
    records: Sequence[dict], vary: Sequence[str] = VARY, *, rate_order: Sequence[float] | None = None
) -> float:
    """The rate with the highest mean validation score over its runs, so that one lucky seed decides nothing.

    A run without a validation score (it diverged before any epoch ended) counts as 0; ties go to the earlier rate, see
    `best_run`.

    Raises:
        ValueError: no records, several optimisers, or as `best_run`.
    """
    if not records:
        raise ValueError("no runs to choose a rate from: the list of records is empty")
    check_comparable(records, vary)
    if len(found := values_of(records, "optimizer")) > 1:
        raise ValueError(f"records mix the optimizers {', '.join(found)}: each has a best rate of its own")
    order = _in_order(values_of(records, "lr"), rate_order)
    return max(order, key=lambda lr: _mean_val(select(records, lr=lr)))  # of equal ones the first


def rate_at_edge(records: Sequence[dict], vary: Sequence[str] = VARY) -> str:
    """Say that the best rate of a grid is its lowest or highest, so that a rate beyond the grid may be better.

    What such a grid reached is a lower bound of what its optimiser can reach. A single rate is no grid.

    Returns:
        ``"scratch, sgd: best at 0.03, the highest rate tried"``; empty if the best rate lies inside the grid.

    Raises:
        ValueError: as `best_rate`.
    """
    if not (edge := grid_edge(records, vary)):
        return ""
    name, optimizer = (setting(records[0], each) for each in ("name", "optimizer"))
    return f"{name}, {optimizer}: best at {best_rate(records, vary):g}, the {edge} rate tried"


def grid_edge(records: Sequence[dict], vary: Sequence[str] = VARY) -> str:
    """Which end of its grid the best rate is: ``"lowest"``, ``"highest"`` or, inside the grid or alone, empty.

    Raises:
        ValueError: as `best_rate`.
    """
    rates = sorted(values_of(records, "lr"))
    if len(rates) < 2:
        return ""
    return {rates[0]: "lowest", rates[-1]: "highest"}.get(best_rate(records, vary), "")


def check_one_optimizer(label: str, records: Sequence[dict]) -> None:
    """Check that the records are of one optimiser; `label` names them in the message.

    Raises:
        ValueError: they mix optimisers.
    """
    if len(found := values_of(records, "optimizer")) > 1:
        raise ValueError(
            f"'{label}' mixes the optimizers {', '.join(found)}: pick one with select(records, optimizer=…)"
        )


def _in_order(rates: Sequence[float], rate_order: Sequence[float] | None) -> list[float]:
    """The rates that are there, those of `rate_order` first."""
    first = [lr for lr in rate_order or () if lr in rates]
    return first + [lr for lr in rates if lr not in first]


def _mean_val(runs: Sequence[dict]) -> float:
    return sum(val_correct(run) or 0 for run in runs) / len(runs)
