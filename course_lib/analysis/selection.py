"""Which run of a grid is the best one: by validation accuracy, as the homework chose."""

from collections.abc import Iterable, Sequence

# The order in which the homework tried its rates; a later one must be strictly better to win.
HOMEWORK_RATES = (0.01, 0.03, 0.001, 0.003, 0.0001)

_SAME_IN_ONE_TABLE = ("name", "source", "size", "split", "few_shot")


def setting(record: dict, name: str):
    """A setting of a run, wherever the record keeps it: at the top, in its recipe or in its data; else None."""
    for part in (record, record.get("recipe") or {}, record.get("data") or {}):
        if name in part:
            return part[name]
    return None


def select(records: Iterable[dict], **settings) -> list[dict]:
    """The records whose settings have these values, e.g. ``select(records, optimizer="sgd", few_shot=False)``."""
    return [r for r in records if all(setting(r, name) == value for name, value in settings.items())]


def values_of(records: Iterable[dict], name: str) -> list:
    """The different values of a setting, in order of first appearance."""
    return list(dict.fromkeys(setting(r, name) for r in records))


def val_correct(record: dict) -> float | None:
    """Validation images right: whole images where their number is known, so that equal accuracies compare equal."""
    accuracy = record.get("val_accuracy")
    if accuracy is None:
        return None
    return round(accuracy * record["num_val"]) if record.get("num_val") else accuracy


def best_run(records: Sequence[dict], rate_order: Sequence[float] = HOMEWORK_RATES) -> dict | None:
    """The run with the highest validation accuracy; ties go to the earlier rate of `rate_order`, then epoch.

    Rates that `rate_order` lacks come after it, in order of appearance. A run that diverged takes part with the best
    epoch before it did, as in the homework; one that diverged before any epoch ended does not.

    Returns:
        the record, or None when no run has a validation accuracy.

    Raises:
        ValueError: the records mix strategies, images or sizes, so that "the best" would mean nothing.
    """
    check_comparable(records)
    order = list(dict.fromkeys([*rate_order, *values_of(records, "lr")]))
    best = None
    for record in sorted(records, key=lambda r: (order.index(setting(r, "lr")), r.get("best_epoch") or 0)):
        right = val_correct(record)
        if right is not None and (best is None or right > val_correct(best)):
            best = record
    return best


def best_runs(records: Sequence[dict], rate_order: Sequence[float] = HOMEWORK_RATES) -> list[dict]:
    """The best run of each optimiser and seed: each seed chooses its own rate and epoch, as one student would.

    A seed without any validation accuracy has no entry.
    """
    chosen = []
    for optimizer in values_of(records, "optimizer"):
        grid = select(records, optimizer=optimizer)
        chosen += [best_run(select(grid, seed=seed), rate_order) for seed in values_of(grid, "seed")]
    return [record for record in chosen if record is not None]


def best_rate(records: Sequence[dict], rate_order: Sequence[float] = HOMEWORK_RATES) -> float:
    """The rate with the highest mean validation accuracy over its runs, so that one lucky seed decides nothing.

    A run without a validation accuracy (it diverged before any epoch ended) counts as 0; ties go to the earlier rate
    of `rate_order`.

    Raises:
        ValueError: no records, or they mix optimisers, strategies, images or sizes.
    """
    if not records:
        raise ValueError("no runs to choose a rate from: the list of records is empty")
    check_comparable(records)
    if len(found := values_of(records, "optimizer")) > 1:
        raise ValueError(f"records mix the optimizers {', '.join(found)}: each has a best rate of its own")
    rates = values_of(records, "lr")
    order = [lr for lr in dict.fromkeys([*rate_order, *rates]) if lr in rates]
    return max(order, key=lambda lr: _mean_val(select(records, lr=lr)))  # of equal ones the first


def _mean_val(runs: Sequence[dict]) -> float:
    return sum(val_correct(run) or 0 for run in runs) / len(runs)


def diverged(records: Iterable[dict]) -> list[dict]:
    """The runs whose loss became NaN or infinite."""
    return [r for r in records if r.get("status") == "diverged"]


def check_one_optimizer(label: str, records: Sequence[dict]) -> None:
    """Raise ValueError when the records mix optimisers; `label` names them in the message."""
    if len(found := values_of(records, "optimizer")) > 1:
        raise ValueError(
            f"'{label}' mixes the optimizers {', '.join(found)}: pick one with select(records, optimizer=…)"
        )


def check_comparable(records: Sequence[dict]) -> None:
    """Raise ValueError when the records mix strategies, data sources, sizes or splits."""
    for name in _SAME_IN_ONE_TABLE:
        if len(found := values_of(records, name)) > 1:
            raise ValueError(f"records mix {name} = {', '.join(map(str, found))}: pick one with select(records, …)")
