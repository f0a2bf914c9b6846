"""Tables of finished runs as pandas DataFrames: the best of a grid, every run, two grids compared."""

from collections.abc import Mapping, Sequence
from itertools import combinations, product

import numpy as np
import pandas as pd

from course_lib.analysis.comparisons import compare_runs, gaps_by_seed, validation_gap
from course_lib.analysis.intervals import Interval, seed_interval
from course_lib.analysis.records import (
    ACCURACY,
    best_epoch,
    distinct,
    diverged,
    history,
    images_right,
    metric_of,
    num_images,
    num_units,
    probes_of,
    score_of,
    select,
    setting,
    values_of,
)
from course_lib.analysis.scores import mean_score, score_over_runs
from course_lib.analysis.selection import best_runs, check_one_optimizer, grid_edge
from course_lib.analysis.settings import check_comparable
from course_lib.sweeps.study import VARY

_OWN_COLUMNS = ("optimizer", "lr")  # varied settings that every table shows


def best_table(records: Sequence[dict], confidence: float = 0.95, *, vary: Sequence[str] = VARY) -> pd.DataFrame:
    """What validation chose for each optimiser, and what it reached on the test images (cf. Tables II–VII).

    Every seed chooses its own rate and epoch; scores are means over seeds with an interval, ``images right`` is the
    mean count of test images. ``runs`` and ``diverged`` count the whole grid: no run is dropped silently. ``edge`` says
    whether the best rate is the ``"lowest"`` or ``"highest"`` of the grid; then a rate beyond it may be better. Scores
    other than accuracy are named in a column ``metric``.

    Args:
        vary: settings that validation chooses among; those that are neither rate nor optimiser get a column each.

    Raises:
        ValueError: the records differ in other settings than `vary` and the seed.
    """
    check_comparable(records, vary)
    rows = []
    for optimizer in values_of(records, "optimizer"):
        grid = select(records, optimizer=optimizer)
        rows.append({"optimizer": optimizer, **best_row(grid, confidence, vary)})
    return pd.DataFrame(rows)


def best_row(grid: Sequence[dict], confidence: float = 0.95, vary: Sequence[str] = VARY) -> dict:
    """The columns of `best_table` for the grid of one optimiser."""
    chosen = best_runs(grid, vary)
    val, found = (score_over_runs(chosen, confidence, part=part) for part in ("val", "test"))
    scored = [r for r in chosen if score_of(r) is not None]
    right = [images_right(r) for r in scored]
    return {
        **_named_metric(grid),
        "lr": _spread([setting(r, "lr") for r in chosen]),
        "edge": grid_edge(grid, vary) or "–",
        **{name: _spread([setting(r, name) for r in chosen]) for name in vary if name not in _OWN_COLUMNS},
        "epoch": _spread([best_epoch(r) for r in chosen]),
        "val %": val and percent(val.estimate),
        "val low %": val and percent(val.low),
        "val high %": val and percent(val.high),
        "test %": found and percent(found.estimate),
        "low %": found and percent(found.low),
        "high %": found and percent(found.high),
        "interval": found.method if found else "no scored run",
        "images right": round(float(np.mean(right)), 1) if right and None not in right else None,
        "test images": num_images(scored[0], "test") if scored else None,
        "seeds": len(values_of(grid, "seed")),
        "runs": len(grid),
        "diverged": len(diverged(grid)),
    }


def probe_table(records: Sequence[dict], confidence: float = 0.95, *, vary: Sequence[str] = VARY) -> pd.DataFrame:
    """Test score of every probe of the runs that validation chose: the main head, other heads, other classifiers.

    ``low %`` and ``high %`` are the interval over the test images or concepts; ``over seeds`` is the t-interval of the
    seeds' scores.

    Raises:
        ValueError: as `best_table`.
    """
    rows = []
    for optimizer in values_of(records, "optimizer"):
        chosen = best_runs(select(records, optimizer=optimizer), vary)
        for probe in dict.fromkeys(probe for run in chosen for probe in probes_of(run)):
            runs = [run for run in chosen if score_of(run, probe=probe) is not None]
            if not runs:  # asked, without an answer: the run diverged
                continue
            found = mean_score(runs, "test", confidence, probe)
            row = {"optimizer": optimizer, "probe": probe, "metric": metric_of(runs[0], probe).upper()}
            row |= {"test %": percent(found.estimate), "low %": percent(found.low), "high %": percent(found.high)}
            row["interval"] = found.method
            seeds = score_over_runs(runs, confidence, probe=probe) if len(runs) > 1 else None
            rows.append({**row, "over seeds": str(seeds) if seeds else "one seed", "runs": len(runs)})
    return pd.DataFrame(rows)


def runs_table(records: Sequence[dict]) -> pd.DataFrame:
    """Every run, one row each, diverged ones included; accuracies in per cent, time in seconds.

    ``low %`` and ``high %`` are the 95 % interval of the test score over images (Wilson's) or concepts (bootstrap).
    """
    rows = []
    for record in records:
        row = {name: setting(record, name) for name in ("name", "few_shot", "optimizer", "lr", "seed", "status")}
        row |= {"epochs run": len(history(record)), "best epoch": best_epoch(record)}
        row |= _named_metric([record])
        row |= {"val %": percent(score_of(record, "val")), "test %": percent(score_of(record))}
        found = score_over_runs([record])
        row |= {"low %": found and percent(found.low), "high %": found and percent(found.high)}
        row |= {"images right": images_right(record), "test images": num_images(record, "test")}
        rows.append({**row, "seconds": record["seconds"]})
    table = pd.DataFrame(rows)
    return table.astype({name: "Int64" for name in ("best epoch", "images right", "test images") if name in table})


def grid_table(records: Sequence[dict], confidence: float = 0.95, *, vary: Sequence[str] = VARY) -> pd.DataFrame:
    """Best validation score (%) of each rate and optimiser: mean over seeds, interval, how many runs diverged.

    Args:
        vary: settings that a grid varies; each combination of their values has a row.

    Raises:
        ValueError: the records differ in other settings than `vary` and the seed.
    """
    check_comparable(records, vary)
    others = [name for name in vary if name not in _OWN_COLUMNS]
    rates = sorted(values_of(records, "lr"), reverse=True)
    cells = product(rates, values_of(records, "optimizer"), *(values_of(records, name) for name in others))
    rows = []
    for values in cells:
        cell = dict(zip(("lr", "optimizer", *others), values, strict=True))
        runs = select(records, **cell)
        if others and not runs:
            continue
        found = score_over_runs(runs, confidence, part="val")
        row = {**cell, "val %": found and percent(found.estimate)}
        row |= {"low %": found and percent(found.low), "high %": found and percent(found.high)}
        row["runs in mean"] = sum(score_of(r, "val") is not None for r in runs)
        rows.append({**row, "runs": len(runs), "diverged": len(diverged(runs))})
    return pd.DataFrame(rows)


def paired_table(
    records_by_label: Mapping[str, Sequence[dict]], confidence: float = 0.95, *, vary: Sequence[str] = VARY
) -> pd.DataFrame:
    """Every pair of strategies on the same test images: difference with its interval, exact McNemar test.

    Each label's grid chooses one run per seed, so give records of one optimiser. The interval is a bootstrap over
    images (or concepts) of the units averaged over the seeds both have; ``p (largest)`` is the largest p-value of the
    seeds. Scores other than accuracy have neither ``images`` nor a p-value.

    Raises:
        ValueError: a label with several optimisers, a pair without a common scored seed or with other test images.
    """
    rows = []
    for a, b in combinations(records_by_label, 2):
        found = compare_runs(records_by_label[a], records_by_label[b], labels=(a, b), vary=vary)
        if not found.shares_images:
            raise ValueError(f"'{a}' and '{b}' were tested on different images: compare runs of one split")
        over_units, run = found.over_units(confidence), found.pairs[0][0]
        units, counts = num_units(run), metric_of(run) == ACCURACY
        row = {"A": a, "B": b, "A − B (points)": percent(over_units.estimate)}
        row |= {"low": percent(over_units.low), "high": percent(over_units.high)}
        row |= {"images": round(over_units.estimate * units, 1) if counts else None}
        row |= {"test images": num_images(run, "test"), "seeds": len(found.by_seed)}
        rows.append({**row, "p (largest)": max(test.p_value for test in found.tests()) if counts else None})
    return pd.DataFrame(rows)


def gap_table(records_by_label: Mapping[str, Sequence[dict]], *, vary: Sequence[str] = VARY) -> pd.DataFrame:
    """Validation and test score of the chosen runs of each label and optimiser, and the gap between them.

    ``low`` and ``high`` are the interval of the gap over the images of both parts; ``over seeds`` is the t-interval of
    the gaps of the single seeds, each with the validation and test score of the same run.

    Raises:
        ValueError: records of a label that cannot be compared, or that were not scored.
    """
    rows = []
    for label, records in records_by_label.items():
        for optimizer in values_of(records, "optimizer"):
            chosen = best_runs(select(records, optimizer=optimizer), vary)
            gap, gaps = validation_gap(chosen), gaps_by_seed(chosen)
            row = {"images": label, "optimizer": optimizer}
            row |= {f"{part} %": percent(mean_score(chosen, part).estimate) for part in ("val", "test")}
            row |= {"gap (points)": percent(gap.estimate), "low": percent(gap.low), "high": percent(gap.high)}
            rows.append({**row, "over seeds": str(seed_interval(gaps, unit="points")) if len(gaps) > 1 else "one seed"})
    return pd.DataFrame(rows)


def rate_gains(records_by_label: Mapping[str, Sequence[dict]], confidence: float = 0.95) -> pd.DataFrame:
    """Best validation score (%) of two grids at every rate that both have, and what the second gains, in points.

    ``low`` and ``high`` are the t-interval of the gain over the seeds that both have, paired; NaN for fewer than two.
    A run without a validation score (it diverged at once) is left out, and ``seeds`` counts what is left.

    Args:
        records_by_label: label → records of one optimiser; two of them.

    Raises:
        ValueError: not two labels, records that mix optimisers, or that cannot be compared.
    """
    if len(records_by_label) != 2:
        raise ValueError(f"{len(records_by_label)} grids: a gain is between two, first what it starts from")
    for label, records in records_by_label.items():
        check_one_optimizer(label, records)
        check_comparable(records)
    base, better = ({(setting(r, "lr"), r["seed"]): r for r in records} for records in records_by_label.values())
    rows = []
    for lr in sorted({lr for lr, _ in base} & {lr for lr, _ in better}, reverse=True):
        pairs = [
            [score_of(grid[key], "val") for grid in (base, better)] for key in base if key[0] == lr and key in better
        ]
        pairs = [pair for pair in pairs if None not in pair]
        gains = [100 * (after - before) for before, after in pairs]
        row = {"lr": lr} | {
            label: round(100 * float(np.mean(side)), 2)
            for label, side in zip(records_by_label, zip(*pairs, strict=True), strict=False)
        }
        over_seeds: Interval | None = seed_interval(gains, confidence) if len(gains) > 1 else None
        row["gain"] = round(float(np.mean(gains)), 2) if gains else np.nan
        row |= {end: round(getattr(over_seeds, end, np.nan), 2) for end in ("low", "high")}
        rows.append({**row, "seeds": len(gains)})
    return pd.DataFrame(rows)


def percent(fraction: float | None) -> float | None:
    """A fraction in per cent with two digits after the point."""
    return None if fraction is None else round(100 * float(fraction), 2)


def _named_metric(grid: Sequence[dict]) -> dict:
    metrics = {metric_of(record) for record in grid} - {ACCURACY}
    return {"metric": ", ".join(sorted(metrics)).upper()} if metrics else {}


def _spread(values: Sequence) -> str:
    """``"0.001"`` when all seeds agree, else each seed's value: ``"0.001, 0.003, 0.001"``."""
    shown = [f"{value:g}" if isinstance(value, int | float) else str(value) for value in values]
    return "–" if not shown else shown[0] if len(distinct(shown)) == 1 else ", ".join(shown)
