"""Table 3, measured: every method on every row, by four numbers that differ in what was chosen on which images."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from course_lib.analysis.intervals import (
    Interval,
    accuracy_interval,
    both_errors,
    independent_difference,
    seed_interval,
)
from course_lib.analysis.multitune.rows import (
    ENSEMBLES,
    Paired,
    Row,
    by_kind,
    by_row,
    chosen_of,
    jackknife,
    last_score,
    last_validation,
    members_of,
    method_gap,
    methods_in,
    rate_of,
    row_name,
    row_of,
    runs_of,
)
from course_lib.analysis.records import num_images, score_of, setting
from course_lib.analysis.selection import rate_at_edge
from course_lib.sweeps.studies.multitune.comparison import VARY

NUMBERS = ("maximum", "final", "test", "last")
NORMAL = 1.96  # standard errors of a 95 % interval
CONTROL, BY_CHOICE = "last epoch − test", "by the choice"


@dataclass(frozen=True)
class Measured:
    """One method on one row of Table 3; accuracies are means over seeds, each at the rate that validation chose.

    Attributes:
        maximum: on the validation images, the maximum over the epochs: the kind of number that the document prints.
        final: on the validation images, after the last epoch.
        test: on the test images, at the epoch of the maximum: nothing was chosen on these images.
        last: on the test images, after the last epoch.
        half_width: half of the 95 % interval of the maximum that few validation images alone give (binomial).
        rates: learning rates of the pretrained layers that the seeds chose, each once, rising.
        edge: says that the best rate is the lowest or highest of its grid; else empty.

    The intervals hold the errors of seeds and of images, not the luck of a maximum. An ensemble has no validation
    score; a number is None, too, where a chosen run diverged.
    """

    row: Row
    method: str
    maximum: Interval | None
    final: Interval | None
    test: Interval
    last: Interval | None
    half_width: float
    rates: tuple[float, ...]
    edge: str


def measured_rows(records: Sequence[dict], confidence: float = 0.95) -> list[Measured]:
    """Score every method on every row, in the rows' order.

    Raises:
        ValueError: runs of a method cannot be compared.
    """
    return [measure(own, method, confidence) for own in by_row(records).values() for method in methods_in(own)]


def measure(records: Sequence[dict], method: str, confidence: float = 0.95) -> Measured:
    """Score one method on one row.

    Raises:
        ValueError: as `chosen_of`.
    """
    chosen, runs = chosen_of(records, method), runs_of(records, method)
    values = {
        "maximum": ([score_of(run, "val") for run in chosen], "val"),
        "final": ([last_validation(run) for run in chosen], "val"),
        "test": ([score_of(run) for run in chosen], "test"),
        "last": ([last_score(run) for run in chosen], "test"),
    }
    found = {
        name: _interval(own, [members_of(run) for run in chosen], num_images(chosen[0], part), confidence)
        for name, (own, part) in values.items()
    }
    best = found["maximum"].estimate if found["maximum"] else float("nan")
    half = NORMAL * float(np.sqrt(best * (1 - best) / num_images(chosen[0], "val")))
    rates = tuple(sorted({rate_of(run) for run in chosen_of(records, ENSEMBLES.get(method, method))}))
    return Measured(row_of(chosen[0]), method, **found, half_width=half, rates=rates, edge=rate_at_edge(runs, VARY))


def comparison_table(records: Sequence[dict]) -> pd.DataFrame:
    """Tabulate `measured_rows` in words, by row and method.

    Returns:
        Columns: the four numbers of `Measured` in per cent, ``"±"``: binomial half width of the maximum in points,
        ``"lr"``: the rates of the pretrained layers that the seeds chose, and ``"edge"``.
    """
    rows = []
    for own in measured_rows(records):
        numbers = {name: _in_words(getattr(own, name)) for name in NUMBERS}
        half = "–" if np.isnan(own.half_width) else f"{100 * own.half_width:.1f}"
        rates = ", ".join(f"{rate:g}" for rate in own.rates)
        place = {"row": row_name(own.row), "method": own.method}
        rows.append({**place, **numbers, "±": half, "lr": rates, "edge": "edge" if own.edge else "–"})
    return pd.DataFrame(rows).set_index(["row", "method"])


def accuracy_table(records: Sequence[dict]) -> pd.DataFrame:
    """Tabulate the test accuracies of `measured_rows` in per cent: a row for each method, a column for each size.

    A dagger marks a method whose best rate lies at an end of its grid. A method that a row lacks has a dash there.
    """
    found: dict[str, dict[str, str]] = {}
    for own in measured_rows(records):
        found.setdefault(row_name(own.row), {})[own.method] = _marked(own.test, own.edge)
    return pd.DataFrame(found).fillna("–")


def gaps(records: Sequence[dict], a: str, b: str) -> dict[Row, Paired]:
    """Compare two methods on every row that has both."""
    return {row: method_gap(own, a, b) for row, own in by_row(records).items() if {a, b} <= set(methods_in(own))}


def gaps_table(records: Sequence[dict], pairs: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """Tabulate intervals of paired differences in points: a row for each pair of methods, a column for each size.

    A dagger marks a difference of which either side has its best rate at an end of its grid. A pair that a row lacks
    has a dash there.
    """
    found = {
        f"{a} − {b}": {row_name(row): _marked(gap.interval(), gap.edge) for row, gap in gaps(records, a, b).items()}
        for a, b in pairs
    }
    return pd.DataFrame.from_dict(found, orient="index").fillna("–")


def optimism_of_maximum(records: Sequence[dict], confidence: float = 0.95) -> dict[str, dict[str, Interval]]:
    """How much the maximum over the epochs exceeds other numbers, mean over rows and methods, for each kind of set.

    Returns:
        kind of set → as of `optimism_of_grids`.

    Raises:
        ValueError: fewer than two seeds.
    """
    return {
        kind: optimism_of_grids(
            [runs_of(own, name) for own in by_row(runs).values() for name in methods_in(own) if name not in ENSEMBLES],
            confidence,
        )
        for kind, runs in by_kind(records).items()
    }


def optimism_of_grids(grids: Sequence[Sequence[dict]], confidence: float = 0.95) -> dict[str, Interval]:
    """How much the maximum over the epochs exceeds other numbers, mean over grids.

    Args:
        grids: runs of a method at all rates, of one or more methods and rows of one set.

    Returns:
        what is compared → interval in points:
        ``"maximum − last epoch"``: both on the validation images; the error is that of the seeds.
        ``"maximum − test"``: of the same network; errors of the seeds and of the images of both parts.
        ``"last epoch − test"``: the control. Runs of all rates after their last epoch, so that neither rate nor epoch
        was chosen on the validation images: how much easier these images are than the test images.
        ``"by the choice"``: the second minus the third, by seed; both are of the same images.

    Raises:
        ValueError: fewer than two seeds.
    """
    chosen = [run for grid in grids for run in chosen_of(grid, setting(grid[0], "name"))]
    chosen = [run for run in chosen if last_validation(run) is not None]
    every = [run for grid in grids for run in grid if last_validation(run) is not None]
    maxima, tests = (_by_seed(chosen, lambda run, part=part: score_of(run, part)) for part in ("val", "test"))
    finals = _by_seed(chosen, last_validation)
    control = _by_seed(every, lambda run: last_validation(run) - last_score(run))
    gained = {seed: maxima[seed] - tests[seed] for seed in maxima}
    images = _images(every, np.mean(list(maxima.values())), np.mean(list(tests.values())), confidence)
    fallen = {seed: maxima[seed] - finals[seed] for seed in maxima}
    chosen_by = {seed: gained[seed] - control[seed] for seed in gained}
    fallen, gained, control, chosen_by = (
        seed_interval(list(values.values()), confidence, "points") for values in (fallen, gained, control, chosen_by)
    )
    return {
        "maximum − last epoch": fallen,
        "maximum − test": both_errors(gained, images),
        CONTROL: both_errors(control, images),
        BY_CHOICE: chosen_by,
    }


def _by_seed(runs: Sequence[dict], value) -> dict[int, float]:
    seeds = sorted({run["seed"] for run in runs})
    return {seed: float(np.mean([value(run) for run in runs if run["seed"] == seed])) for seed in seeds}


def _images(records: Sequence[dict], val: float, test: float, confidence: float) -> Interval:
    """Validation minus test accuracy with the error of the images of both; these are the same in every row of a set."""
    totals = [num_images(records[0], part) for part in ("val", "test")]
    pairs = zip((val, test), totals, strict=True)
    scores = [accuracy_interval(round(p * total), total, confidence) for p, total in pairs]
    return independent_difference(*scores)


def _interval(
    values: Sequence[float | None], members: Sequence[set[int]], total: int, confidence: float
) -> Interval | None:
    """Mean over seeds with both errors, of ensembles by the jackknife; None if a value is missing."""
    if None in values:
        return None
    mean, seeds = float(np.mean(values)), jackknife(values, members)
    over_images = replace(accuracy_interval(round(mean * total), total, confidence), estimate=mean)
    if len(seeds) < 2:
        return over_images
    found = both_errors(seed_interval(list(seeds.values()), confidence), over_images)
    return replace(found, low=max(found.low, 0.0), high=min(found.high, 1.0))


def _in_words(found: Interval | None) -> str:
    return f"{100 * found.estimate:.1f} [{100 * found.low:.1f}, {100 * found.high:.1f}]" if found else "–"


def _marked(found: Interval, edge: str) -> str:
    return _in_words(found) + (" †" if edge else "")
