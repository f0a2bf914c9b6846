"""What a source is worth to a target: gains over random initialisation, for every pair (Dube et al. 2018, Fig 2).

Validation chooses the rate of each seed, among the same rates whatever the network starts from. The test images of a
target are the same for every seed.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from course_lib.analysis.comparisons import scored_by_seed
from course_lib.analysis.intervals import Interval, both_errors, paired_difference, seed_interval
from course_lib.analysis.records import score_of, select, setting, units_of, values_of
from course_lib.analysis.selection import rate_at_edge
from course_lib.data.shares import mix
from course_lib.data.targets import target_names
from course_lib.sweeps.studies.rates.layered import VARY
from course_lib.sweeps.studies.rates.sources import STARTS

RANDOM = "random"
ALSO_EPOCHS = (*VARY, "epochs")  # where random initialisation may choose how long it is trained, too
Runs = Mapping[str, Sequence[dict]]  # what training starts from → runs


@dataclass(frozen=True)
class SourceMatrix:
    """Test accuracies of every start for every target.

    Attributes:
        targets: names, as `target_names`.
        starts: names of the sources, last ``"random"``.
        accuracies: (T, S, R) of R seeds, fractions.
    """

    targets: tuple[str, ...]
    starts: tuple[str, ...]
    accuracies: np.ndarray

    @property
    def sources(self) -> tuple[str, ...]:
        """The starts without random initialisation."""
        return tuple(name for name in self.starts if name != RANDOM)

    @property
    def candidates(self) -> np.ndarray:
        """Accuracies (T, S, R) of the sources alone; NaN where target and source are one domain."""
        found = self.accuracies[:, [self.starts.index(name) for name in self.sources]].copy()
        for row, target in enumerate(self.targets):
            if target in self.sources:
                found[row, self.sources.index(target)] = np.nan
        return found

    @property
    def over_random(self) -> np.ndarray:
        """Mean over seeds of each source's accuracy minus that of random initialisation, (T, S); NaN as above."""
        random = self.accuracies[:, [self.starts.index(RANDOM)]]
        return (self.candidates - random).mean(axis=2)


def by_target(records: Sequence[dict], vary: Sequence[str] = VARY) -> dict[str, Runs]:
    """The run that validation chose for each seed, by target and start, in the studies' order.

    Args:
        records: finished runs.
        vary: settings that validation chose among, for each seed.

    Raises:
        ValueError: no runs of these targets.
    """
    return {
        target: {start: list(scored_by_seed(start, own, vary=vary).values()) for start, own in runs.items()}
        for target, runs in runs_by_start(records).items()
    }


def runs_by_start(records: Sequence[dict]) -> dict[str, Runs]:
    """All runs by target and start, in the studies' order, the lower rate first, so that it wins a tie.

    Raises:
        ValueError: no runs of these targets.
    """
    names = {f"mini:{name}": name for name in target_names()}
    starts = {weights: name for name, weights in STARTS.items()}
    found = {}
    for record in sorted(records, key=lambda record: (record["seed"], setting(record, "lr"))):  # a tie: the lower rate
        target, start = names.get(setting(record, "source")), starts.get(setting(record, "start"))
        if target and start:
            found.setdefault(target, {}).setdefault(start, []).append(record)
    if not found:
        raise ValueError("no run of a target of this lesson: give runs of the study 'sources'")
    return {
        target: {start: found[target][start] for start in STARTS if start in found[target]}
        for target in names.values()
        if target in found
    }


def source_matrix(records: Sequence[dict], vary: Sequence[str] = VARY, *, part: str = "test") -> SourceMatrix:
    """Collect the test accuracies of every start for every target, of the runs that validation chose.

    Args:
        records: runs of the study `sources`.
        vary: as of `by_target`.
        part: ``"val"`` for the validation accuracies of these runs.

    Raises:
        ValueError: a target lacks a start or a seed that others have.
    """
    chosen = by_target(records, vary)
    starts = tuple(name for name in STARTS if any(name in runs for runs in chosen.values()))
    rows = [[_by_seed(runs.get(start, ()), part) for start in starts] for runs in chosen.values()]
    seeds = [tuple(own) for row in rows for own in row]
    if len(set(seeds)) > 1:
        raise ValueError(f"the seeds of some pairs are missing ({Counter(seeds).most_common()}): let the study finish")
    return SourceMatrix(tuple(chosen), starts, np.array([[list(own.values()) for own in row] for row in rows]))


def gain(a: Sequence[dict], b: Sequence[dict], confidence: float = 0.95) -> Interval:
    """Test accuracy of the chosen runs A minus that of B on the same target: errors of seeds and images together.

    Args:
        a, b: a run for each seed, e.g. from `by_target`.

    Raises:
        ValueError: other seeds, or fewer than two.
    """
    a, b = ({run["seed"]: run for run in runs} for runs in (a, b))
    if set(a) != set(b):
        raise ValueError(f"seeds {sorted(a)} and {sorted(b)}: a difference needs the same ones")
    over_seeds = seed_interval([score_of(a[seed]) - score_of(b[seed]) for seed in a], confidence, unit="points")
    units = ([aligned_units(runs[seed]) for seed in a] for runs in (a, b))
    return both_errors(over_seeds, paired_difference(*units, confidence=confidence))


def relative_gain(a: Sequence[dict], b: Sequence[dict], confidence: float = 0.95) -> Interval:
    """Accuracy of A relative to that of B, minus 1, as the document reports it; t-interval over seeds.

    Raises:
        ValueError: as `gain`.
    """
    a, b = (_by_seed(runs) for runs in (a, b))
    if set(a) != set(b):
        raise ValueError(f"seeds {sorted(a)} and {sorted(b)}: a ratio needs the same ones")
    return seed_interval([a[seed] / b[seed] - 1 for seed in a], confidence)


def aligned_units(run: dict) -> np.ndarray:
    """Whether each test image is right, (N,), in the order that all seeds have in common.

    The rule ``"target"`` mixes the test images of a domain by the seed of the split; here this is undone.
    """
    units = units_of(run)
    if setting(run, "split") != "target":
        return units
    aligned = np.empty_like(units)
    aligned[mix(list(range(len(units))), run["data"]["seed"])] = units
    return aligned


def gains(records: Sequence[dict], vary: Sequence[str] = VARY) -> dict[tuple[str, str], Interval]:
    """Gain over random initialisation of every source that is not the target's own domain, by (target, source)."""
    return {
        (target, source): gain(runs[source], runs[RANDOM])
        for target, runs in by_target(records, vary).items()
        for source in runs
        if source not in (RANDOM, target)
    }


def count_signs(found: Mapping[tuple, Interval] | Sequence[Interval]) -> dict[str, int]:
    """How many intervals lie above zero, below zero, and on both sides."""
    found = list(found.values()) if isinstance(found, Mapping) else list(found)
    better, worse = sum(own.low > 0 for own in found), sum(own.high < 0 for own in found)
    return {"better": better, "worse": worse, "undecided": len(found) - better - worse}


def mean_gains(matrix: SourceMatrix, confidence: float = 0.95) -> dict[str, Interval]:
    """Gain of each source over random initialisation, mean over the other domains and tasks: t over targets."""
    return {
        source: over_targets(matrix.over_random[:, place], confidence=confidence)
        for place, source in enumerate(matrix.sources)
    }


def relative_range(matrix: SourceMatrix, target: str | None = None) -> tuple[float, float]:
    """Lowest and highest `relative_gain` of any pair, or of a target's sources (the document: -8 and +67 %)."""
    random = matrix.accuracies[:, [matrix.starts.index(RANDOM)]]
    relative = (matrix.candidates / random - 1).mean(axis=2)
    relative = relative if target is None else relative[matrix.targets.index(target)]
    return float(np.nanmin(relative)), float(np.nanmax(relative))


def rate_edge(records: Sequence[dict], starts: Collection[str]) -> str:
    """Say that the rate with the highest mean validation accuracy over the targets is the lowest or highest tried.

    Runs that differ in rate and number of epochs have a mean each. Empty: the best rate lies inside the grid.

    Args:
        records: runs of the study `sources`, those of `source_random` among them or not.
        starts: whose runs count, e.g. ``("random",)``.
    """
    found = {}
    for runs in runs_by_start(records).values():
        for run in (run for start in starts for run in runs.get(start, ())):
            found.setdefault((setting(run, "lr"), setting(run, "epochs")), []).append(score_of(run, "val") or 0.0)
    rates = sorted({rate for rate, _ in found})
    best, _ = max(found, key=lambda each: np.mean(found[each]))
    if len(rates) < 2 or best not in (rates[0], rates[-1]):
        return ""
    which = "lowest" if best == rates[0] else "highest"
    return f"{', '.join(starts)}: best at {best:g}, the {which} rate tried"


def chosen_rates(records: Sequence[dict]) -> pd.DataFrame:
    """How often validation chose each rate, a row for each start."""
    found = {start: Counter() for start in STARTS}
    for runs in by_target(records).values():
        for start, own in runs.items():
            found[start].update(setting(run, "lr") for run in own)
    return pd.DataFrame(found).T.reindex(columns=sorted(values_of(records, "lr"))).fillna(0).astype(int)


def size_gains(records: Sequence[dict], confidence: float = 0.95) -> dict[str, dict[str, Interval]]:
    """Test accuracy of each domain from scratch on few images and on ten times as many, and their difference (Fig 1).

    Returns:
        domain → ``{"few": …, "many": …, "gain": …}``; `Interval.method` says what each interval is of.

    Raises:
        ValueError: a domain that lacks one of the two sizes.
    """
    found = {}
    for source in values_of(records, "source"):
        own = sorted(select(records, source=source), key=lambda run: setting(run, "lr"))
        sizes = sorted(values_of(own, "per_class"))
        if len(sizes) != 2:
            raise ValueError(f"{source} was trained with {sizes} images of each class: give runs of two sizes")
        few, many = (list(scored_by_seed(source, select(own, per_class=size), vary=VARY).values()) for size in sizes)
        edge = rate_at_edge(
            select(own, per_class=sizes[0]), VARY
        )  # a better rate for many images would add to the gain
        found[source.removeprefix("mini:")] = {
            "few": seed_interval([score_of(run) for run in few]),
            "many": seed_interval([score_of(run) for run in many]),
            "gain": replace(gain(many, few, confidence), edge=edge),
        }
    return found


def _by_seed(runs: Sequence[dict], part: str = "test") -> dict[int, float]:
    return {run["seed"]: score_of(run, part) for run in sorted(runs, key=lambda run: run["seed"])}


def over_targets(values: np.ndarray, unit: str = "points", confidence: float = 0.95) -> Interval:
    """Mean of one value for each target, NaN left out, with its t-interval over the targets."""
    return seed_interval(values[~np.isnan(values)], confidence, unit, "targets")
