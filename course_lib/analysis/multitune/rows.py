"""Runs of MultiTune's studies by image set, row of Table 3 and method; those that validation chose; two runs' vote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from course_lib.analysis.comparisons import Comparison, edges_of, scored_by_seed
from course_lib.analysis.records import distinct, history, probes_of, score_of, select, setting, values_of
from course_lib.analysis.voting import vote_units
from course_lib.sweeps.studies.multitune.comparison import LAST, VARY
from course_lib.sweeps.studies.multitune.methods import (
    ALL_KEPT,
    ANEW,
    FAST_HEAD,
    FULL,
    MULTITUNE,
    ONE_BLOCK,
    SP,
    SPOTTUNE,
    WIDE,
)

# Mean probabilities of two runs of one method: as many parameters as MultiTune, and no joined layer.
ENSEMBLE, ENSEMBLE_ANEW = "ensemble", "ensemble, one block"
ENSEMBLES = {ENSEMBLE: FULL, ENSEMBLE_ANEW: ANEW}
METHODS = (SPOTTUNE, MULTITUNE, ONE_BLOCK, ALL_KEPT, ANEW, ENSEMBLE_ANEW, FULL, FAST_HEAD, ENSEMBLE, SP, WIDE)
PLAIN = "better plain fine-tuning"  # of the two recipes below; each seed chooses recipe and rate by validation
PLAIN_RECIPES = (FULL, FAST_HEAD)
KINDS = ("fine-grained", "general")  # of the two sets of each pair (Table 2)
SETS = {"mini:beetles": KINDS[0], "aircraft": KINDS[0], "mini:general": KINDS[1], "cifar100": KINDS[1]}
MEMBERS = "members"  # key of a vote: the seeds of its networks
Row = tuple[str, int | None]  # source, training images of each class


def row_of(record: Mapping) -> Row:
    """The row of Table 3 that a run belongs to: the source of its images, and how many of each class (None: all)."""
    return setting(record, "source"), setting(record, "per_class")


def row_name(row: Row) -> str:
    """``"fine-grained, all images"``, ``"general, 20 a class"``, or the source in place of a kind."""
    source, per_class = row
    return f"{kind_of(source)}, {size_name(per_class)}"


def size_name(per_class: int | None) -> str:
    """``"all images"`` or ``"20 a class"``."""
    return "all images" if per_class is None else f"{per_class} a class"


def kind_of(source: str) -> str:
    """Kind of a set, see `KINDS`; the source itself where it is none of the document's kinds."""
    return SETS.get(source, source)


def by_row(records: Sequence[dict]) -> dict[Row, list[dict]]:
    """Runs of each row, in order of first appearance."""
    rows = distinct(row_of(record) for record in records)
    return {row: [record for record in records if row_of(record) == row] for row in rows}


def by_kind(records: Sequence[dict]) -> dict[str, list[dict]]:
    """Runs of each kind of set, see `KINDS`, in order of first appearance."""
    kinds = dict.fromkeys(kind_of(source) for source in values_of(records, "source"))
    return {kind: [run for run in records if kind_of(setting(run, "source")) == kind] for kind in kinds}


def methods_in(records: Sequence[dict]) -> list[str]:
    """Names of the methods with runs, in the order of `METHODS`; ensembles where two seeds of their method can vote."""
    found = values_of(records, "name")
    voters = {
        name: {run["seed"] for run in select(records, name=single) if "answers" in probes_of(run)}
        for name, single in ENSEMBLES.items()
    }
    named = [name for name in METHODS if name in found or len(voters.get(name, ())) > 1]
    return named + [name for name in found if name not in METHODS]


def runs_of(records: Sequence[dict], method: str) -> list[dict]:
    """Runs of a method at all rates; of the ensemble those of its members, of `PLAIN` those of both recipes.

    Raises:
        ValueError: there is none.
    """
    names = PLAIN_RECIPES if method == PLAIN else (ENSEMBLES.get(method, method),)
    if not (found := [run for name in names for run in select(records, name=name)]):
        known = ", ".join(values_of(records, "name")) or "none"
        raise ValueError(f"no run of '{' or '.join(names)}': the runs are of {known}")
    return found


def chosen_of(records: Sequence[dict], method: str) -> list[dict]:
    """The run that validation chose for each seed, in the order of the seeds; of the ensemble a vote of each pair.

    Args:
        records: of one row.

    Raises:
        ValueError: no run of the method was scored, or no two runs can vote.
    """
    vary = (*VARY, "multipliers") if method == PLAIN else VARY
    chosen = scored_by_seed(method, runs_of(records, method), vary=vary)
    if not chosen:
        raise ValueError(f"no run of '{method}' was scored: let the study finish")
    runs = [chosen[seed] for seed in sorted(chosen)]
    return votes(runs) if method in ENSEMBLES else runs


def rate_of(record: Mapping) -> float:
    """The learning rate of the pretrained layers: the setting `lr` is that of the head."""
    return round(setting(record, "lr") * setting(record, "multipliers").get("inner", 1.0), 12)


def votes(runs: Sequence[dict]) -> list[dict]:
    """The ensembles of all pairs of runs: without the runs of a seed all pairs of the others are left.

    Raises:
        ValueError: fewer than two runs, or as `vote`.
    """
    if len(runs) < 2:
        raise ValueError(f"{len(runs)} run makes no ensemble: run at least two seeds")
    return [vote(pair) for pair in combinations(runs, 2)]


def vote(runs: Sequence[dict]) -> dict:
    """The record of an ensemble: the first run's, with the test outcomes of the mean of all probabilities.

    Records keep probabilities rounded to ninths, so that some votes are ties, which the smaller class wins. The
    networks are those of the epochs that validation chose; an ensemble has no validation score and no last epoch.

    Raises:
        ValueError: as `vote_units`.
    """
    units = vote_units(runs, by="probabilities")
    outcomes = "".join("1" if right else "0" for right in units)
    scored = {"test_outcomes": outcomes, "test_correct": int(units.sum()), "test_accuracy": float(units.mean())}
    empty = {"val_accuracy": None, "history": [], "scores": {}}
    return runs[0] | scored | empty | {MEMBERS: [run["seed"] for run in runs]}


def jackknife(values: Sequence[float], members: Sequence[set[int]]) -> dict[int, float]:
    """Pseudo-value of each seed: number of seeds × mean − (number − 1) × mean of the values without the seed.

    A value of one network is its own pseudo-value. Values of all pairs of networks are a U-statistic; where each is
    the mean of what its two networks have, the pseudo-values are what these have. A single value, or values that have
    a seed in common, leave nothing without this seed: their mean is returned for the first seed.

    Args:
        members: for each value, the seeds of the networks that it is of.
    """
    seeds, mean = sorted(set().union(*members)), float(np.mean(values))
    rest = {seed: [v for v, own in zip(values, members, strict=True) if seed not in own] for seed in seeds}
    if not all(rest.values()):
        return {seeds[0]: mean}
    return {seed: float(len(seeds) * mean - (len(seeds) - 1) * np.mean(rest[seed])) for seed in seeds}


@dataclass(frozen=True)
class Paired(Comparison):
    """A comparison in which a network may be in several ensembles, so that the ensembles depend on each other."""

    @property
    def by_seed(self) -> dict[int, float]:
        """A minus B of each seed, see `jackknife`; of two seeds there is one ensemble and one value."""
        differences = [self._difference(a, b, self.shares_images) for a, b in self.pairs]
        return jackknife(differences, [members_of(a) | members_of(b) for a, b in self.pairs])


def members_of(record: Mapping) -> set[int]:
    """Seeds of the networks that answer: of a run its own, of an ensemble several."""
    return set(record.get(MEMBERS, [record["seed"]]))


def pair_up(a: Sequence[dict], b: Sequence[dict]) -> tuple[tuple[dict, dict], ...]:
    """Pair runs of the same seeds: an ensemble with the same one of the other side, or with each run of its seeds.

    Both sides keep the seeds that both have; each network is in as many pairs as any other of its side.
    """
    common = set.intersection(*(set().union(*map(members_of, side)) for side in (a, b)))
    kept = [[run for run in side if members_of(run) <= common] for side in (a, b)]
    pairs = [(run, other, members_of(run), members_of(other)) for run in kept[0] for other in kept[1]]
    return tuple((run, other) for run, other, one, two in pairs if one <= two or two <= one)


def method_gap(records: Sequence[dict], a: str, b: str) -> Paired:
    """Compare two methods on the test images of one row, each seed at the rate that validation chose.

    A best rate at the end of its grid is named (`Comparison.edge`) for either side.

    Args:
        records: of one row.
        a, b: names of methods, `ENSEMBLE` and `PLAIN` among them.

    Raises:
        ValueError: as `chosen_of`, or no common seed.
    """
    pairs = pair_up(chosen_of(records, a), chosen_of(records, b))
    if not pairs:
        raise ValueError(f"'{a}' and '{b}' have no scored run with a common seed: run both with the same seeds")
    return Paired(pairs, edge=edges_of(*grids_of(records, a), *grids_of(records, b), vary=VARY))


def grids_of(records: Sequence[dict], method: str) -> list[list[dict]]:
    """Runs at all rates of each recipe that a seed chose: `PLAIN` may have two."""
    names = values_of(chosen_of(records, ENSEMBLES.get(method, method)), "name")
    return [select(records, name=name) for name in names]


def last_score(record: Mapping) -> float | None:
    """Accuracy on the test images after the last epoch; None if the run diverged."""
    return score_of(record, probe=LAST.name)


def last_validation(record: Mapping) -> float | None:
    """Accuracy on the validation images after the last epoch; None for a vote, or if the run diverged."""
    finished = record.get("status") == "finished" and history(record)
    return history(record)[-1]["val_accuracy"] if finished else None
