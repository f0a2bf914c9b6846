"""Tables of finished runs as pandas DataFrames: the best of a grid, every run, printed beside measured."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd

from course_lib.analysis.homework.printed import STRATEGY_NAMES, PrintedResult, printed_result, printed_results
from course_lib.analysis.intervals import (
    Interval,
    accuracy_interval,
    independent_difference,
    mcnemar,
    paired_difference,
    seed_interval,
)
from course_lib.analysis.selection import (
    best_runs,
    check_comparable,
    check_one_optimizer,
    diverged,
    select,
    setting,
    values_of,
)


def accuracy_over_runs(chosen: Sequence[dict], confidence: float = 0.95, part: str = "test") -> Interval | None:
    """Accuracy of the chosen runs: mean and t-interval over seeds, Wilson's interval for a single run.

    Args:
        part: of which images, ``"test"`` or ``"val"``.

    Returns:
        the interval within [0, 1], or None when no run was scored.
    """
    scored = [r for r in chosen if r.get(f"{part}_accuracy") is not None]
    if not scored:
        return None
    if len(scored) == 1:
        total = scored[0][f"num_{part}"]
        return accuracy_interval(round(scored[0][f"{part}_accuracy"] * total), total, confidence)
    found = seed_interval([r[f"{part}_accuracy"] for r in scored], confidence)
    return replace(found, low=max(found.low, 0.0), high=min(found.high, 1.0))


def best_table(records: Sequence[dict], confidence: float = 0.95) -> pd.DataFrame:
    """What validation chose for each optimiser, and what it reached on the test images (cf. Tables II–VII).

    Every seed chooses its own rate and epoch; accuracies are means over seeds with an interval, ``images right`` is
    the mean count of test images. ``runs`` and ``diverged`` count the whole grid: no run is dropped silently.

    Raises:
        ValueError: the records mix strategies or images.
    """
    check_comparable(records)
    rows = []
    for optimizer in values_of(records, "optimizer"):
        grid = select(records, optimizer=optimizer)
        rows.append({"optimizer": optimizer, **_measured(grid, confidence)})
    return pd.DataFrame(rows)


def runs_table(records: Sequence[dict]) -> pd.DataFrame:
    """Every run, one row each, diverged ones included; accuracies in per cent, time in seconds.

    ``low %`` and ``high %`` are Wilson's 95 % interval of the test accuracy.
    """
    rows = []
    for record in records:
        row = {name: setting(record, name) for name in ("name", "few_shot", "optimizer", "lr", "seed", "status")}
        row |= {"epochs run": len(record["history"]), "best epoch": record["best_epoch"]}
        row |= {"val %": _percent(record["val_accuracy"]), "test %": _percent(record["test_accuracy"])}
        found = accuracy_over_runs([record])
        row |= {"low %": found and _percent(found.low), "high %": found and _percent(found.high)}
        row |= {"images right": _images_right(record), "test images": record["num_test"], "seconds": record["seconds"]}
        rows.append(row)
    table = pd.DataFrame(rows)
    return table.astype({name: "Int64" for name in ("best epoch", "images right", "test images") if name in table})


def grid_table(records: Sequence[dict], confidence: float = 0.95) -> pd.DataFrame:
    """Best validation accuracy (%) of each rate and optimiser: mean over seeds, interval, how many runs diverged.

    Raises:
        ValueError: the records mix strategies or images.
    """
    check_comparable(records)
    rows = []
    for lr in sorted(values_of(records, "lr"), reverse=True):
        for optimizer in values_of(records, "optimizer"):
            runs = select(records, lr=lr, optimizer=optimizer)
            found = accuracy_over_runs(runs, confidence, part="val")
            row = {"lr": lr, "optimizer": optimizer, "val %": found and _percent(found.estimate)}
            row |= {"low %": found and _percent(found.low), "high %": found and _percent(found.high)}
            row["runs in mean"] = sum(r["val_accuracy"] is not None for r in runs)
            rows.append({**row, "runs": len(runs), "diverged": len(diverged(runs))})
    return pd.DataFrame(rows)


def printed_and_measured(strategy: str, records: Sequence[dict], confidence: float = 0.95) -> pd.DataFrame:
    """The homework's table for a strategy beside our runs, one row per optimiser, differences in test images.

    A printed accuracy is one run: its interval is Wilson's, over its test images.

    The records say whether it is the large training set (Tables II–IV) or the few-shot one (Tables V–VII).

    Raises:
        ValueError: an unknown strategy, or records that mix strategies or images or are of another strategy.
    """
    check_comparable(records)
    named = setting(records[0], "name") if records else strategy
    if named in STRATEGY_NAMES and named != strategy:
        raise ValueError(f"these records are of strategy '{named}', not '{strategy}': pick others or another table")
    few_shot = bool(records and setting(records[0], "few_shot"))
    rows = []
    for optimizer in ("sgd", "adam"):
        printed = printed_result(strategy, optimizer, few_shot=few_shot)
        grid = select(records, optimizer=optimizer)
        rows.append({"optimizer": optimizer, **_side_by_side(printed, grid, confidence)})
    return pd.DataFrame(rows)


def augmentations_printed_and_measured(
    records_by_augmentation: Mapping[str, Sequence[dict]], confidence: float = 0.95
) -> pd.DataFrame:
    """Table VIII beside our runs; the keys are the homework's names, e.g. ``"RandomHorizontalFlip(p=0.5)"``.

    Raises:
        ValueError: a name that Table VIII does not have.
    """
    printed = {row.augmentation: row for row in printed_results(table="VIII")}
    if unknown := [name for name in records_by_augmentation if name not in printed]:
        raise ValueError(f"Table VIII has no '{unknown[0]}': choose from {'; '.join(printed)}")
    rows = []
    for name, records in records_by_augmentation.items():
        grid = select(records, optimizer=printed[name].optimizer)
        rows.append({"augmentation": name, **_side_by_side(printed[name], grid, confidence)})
    return pd.DataFrame(rows)


def paired_table(records_by_label: Mapping[str, Sequence[dict]], confidence: float = 0.95) -> pd.DataFrame:
    """Every pair of strategies on the same test images: difference with its interval, exact McNemar test.

    Each label's grid chooses one run per seed, so give records of one optimiser. The interval is a bootstrap over
    images of the outcome averaged over the seeds both have; ``p (largest)`` is the least certain seed's p-value.

    Raises:
        ValueError: a label with several optimisers, a pair without a common scored seed or with other test images.
    """
    chosen = {label: scored_by_seed(label, records) for label, records in records_by_label.items()}
    rows = []
    for a, b in combinations(chosen, 2):
        seeds = [seed for seed in chosen[a] if seed in chosen[b]]
        if not seeds:
            raise ValueError(f"'{a}' and '{b}' have no scored run with a common seed: run both with the same seeds")
        if len({tested_on(chosen[label][seed]) for label in (a, b) for seed in seeds}) > 1:
            raise ValueError(f"'{a}' and '{b}' were tested on different images: compare runs of one split")
        outcomes_a, outcomes_b = ([chosen[label][seed]["test_outcomes"] for seed in seeds] for label in (a, b))
        found = paired_difference(outcomes_a, outcomes_b, confidence=confidence)
        tests = [mcnemar(one, other) for one, other in zip(outcomes_a, outcomes_b, strict=True)]
        row = {"A": a, "B": b, "A − B (points)": _percent(found.estimate)}
        row |= {"low": _percent(found.low), "high": _percent(found.high)}
        row |= {"images": round(found.estimate * len(outcomes_a[0]), 1)}
        row |= {"test images": len(outcomes_a[0]), "seeds": len(seeds), "p (largest)": max(t.p_value for t in tests)}
        rows.append(row)
    return pd.DataFrame(rows)


def optimizer_table(records_by_grid: Mapping[str, Sequence[dict]], confidence: float = 0.95) -> pd.DataFrame:
    """Adam − SGD on the test images of every grid, in points: printed (unpaired), and measured with two intervals.

    ``low``, ``high`` and ``p (largest)`` are those of `paired_table`: what other test images would change.
    ``low, seeds`` and ``high, seeds`` are the t-interval of the seeds' differences: what training again would change;
    NaN for one seed. ``Adam better in`` counts seeds.

    Raises:
        ValueError: as `paired_table`; a grid that mixes strategies or images.
    """
    rows = []
    for grid, records in records_by_grid.items():
        check_comparable(records)
        both = {name: select(records, optimizer=name) for name in ("adam", "sgd")}
        paired = paired_table(both, confidence).iloc[0]
        pairs = scored_pairs("adam", both["adam"], "sgd", both["sgd"])
        gaps = [adam["test_accuracy"] - sgd["test_accuracy"] for adam, sgd in pairs]
        over_seeds = seed_interval(gaps, confidence) if len(gaps) > 1 else None
        printed = _printed_gap(records, confidence)
        row = {"grid": grid, "printed": _percent(printed.estimate)}
        row |= {"low, printed": _percent(printed.low), "high, printed": _percent(printed.high)}
        row |= {"Adam − SGD": paired["A − B (points)"]}
        row |= {name: paired[name] for name in ("low", "high", "p (largest)")}
        row |= {f"{end}, seeds": _percent(getattr(over_seeds, end, np.nan)) for end in ("low", "high")}
        rows.append({**row, "Adam better in": f"{sum(gap > 0 for gap in gaps)} of {len(gaps)}"})
    return pd.DataFrame(rows)


def _printed_gap(records: Sequence[dict], confidence: float) -> Interval:
    where = {"strategy": setting(records[0], "name"), "few_shot": bool(setting(records[0], "few_shot"))}
    rows = [printed_result(optimizer=name, **where) for name in ("adam", "sgd")]
    return independent_difference(*(accuracy_interval(row.test_correct, row.num_test, confidence) for row in rows))


def _measured(grid: Sequence[dict], confidence: float) -> dict:
    chosen = best_runs(grid)
    val, found = (accuracy_over_runs(chosen, confidence, part=part) for part in ("val", "test"))
    scored = [r for r in chosen if r.get("test_accuracy") is not None]
    return {
        "lr": _spread([setting(r, "lr") for r in chosen]),
        "epoch": _spread([r["best_epoch"] for r in chosen]),
        "val %": val and _percent(val.estimate),
        "val low %": val and _percent(val.low),
        "val high %": val and _percent(val.high),
        "test %": found and _percent(found.estimate),
        "low %": found and _percent(found.low),
        "high %": found and _percent(found.high),
        "interval": found.method if found else "no scored run",
        "images right": round(float(np.mean([_images_right(r) for r in scored])), 1) if scored else None,
        "test images": scored[0]["num_test"] if scored else None,
        "seeds": len(values_of(grid, "seed")),
        "runs": len(grid),
        "diverged": len(diverged(grid)),
    }


def _side_by_side(printed: PrintedResult, grid: Sequence[dict], confidence: float) -> dict:
    val, found = (accuracy_over_runs(best_runs(grid), confidence, part=part) for part in ("val", "test"))
    ours = _measured(grid, confidence)
    printed_val = accuracy_interval(printed.val_correct, printed.num_val, confidence)
    printed_test = accuracy_interval(printed.test_correct, printed.num_test, confidence)
    difference = found and round((found.estimate - printed.test_percent / 100) * printed.num_test, 1)
    return {
        "lr, printed": f"{printed.lr:g}",
        "lr, measured": ours["lr"],
        "epoch, printed": printed.epoch,
        "epoch, measured": ours["epoch"],
        "val, printed": _printed(printed.val_percent, printed_val),
        "val, measured": str(val) if val else "no finished run",
        "test, printed": _printed(printed.test_percent, printed_test),
        "test, measured": str(found) if found else "no scored run",
        "images, printed": f"{printed.test_correct} of {printed.num_test}",
        "images, measured": f"{ours['images right']:g} of {ours['test images']}" if found else "–",
        f"difference in images of {printed.num_test}": difference,
        "interval": ours["interval"],
        "diverged": f"{ours['diverged']} of {ours['runs']} runs",
    }


def _printed(percent: float, wilson: Interval) -> str:
    """As printed, digit for digit, with the interval of its images."""
    return f"{percent:.2f} % [{100 * wilson.low:.1f}, {100 * wilson.high:.1f}]"


def scored_by_seed(label: str, records: Sequence[dict]) -> dict:
    """The chosen run of each seed that was scored on the test images.

    Raises:
        ValueError: the records mix optimisers; `label` names them in the message.
    """
    check_one_optimizer(label, records)
    return {r["seed"]: r for r in best_runs(records) if r.get("test_outcomes")}


def scored_pairs(label_a: str, a: Sequence[dict], label_b: str, b: Sequence[dict]) -> list[tuple[dict, dict]]:
    """The chosen scored runs of A and B for each seed that both have.

    Raises:
        ValueError: as `scored_by_seed`.
    """
    one, other = scored_by_seed(label_a, a), scored_by_seed(label_b, b)
    return [(run, other[seed]) for seed, run in one.items() if seed in other]


def tested_on(record: dict) -> tuple:
    """Which test images a run saw: its data's settings, and the fingerprints of the images and of their split."""
    settings = (setting(record, name) for name in ("source", "size", "split", "few_shot", "num_test"))
    origin = record.get("provenance", {})
    return *settings, origin.get("data_fingerprint"), origin.get("split_hash")


def _images_right(record: dict) -> int | None:
    if record.get("test_correct") is not None:
        return record["test_correct"]
    accuracy = record.get("test_accuracy")
    return None if accuracy is None else round(accuracy * record["num_test"])


def _percent(fraction: float | None) -> float | None:
    return None if fraction is None else round(100 * float(fraction), 2)


def _spread(values: Sequence) -> str:
    """``"0.001"`` when all seeds agree, else each seed's value: ``"0.001, 0.003, 0.001"``."""
    shown = [f"{value:g}" for value in values]
    return "–" if not shown else shown[0] if len(set(shown)) == 1 else ", ".join(shown)
