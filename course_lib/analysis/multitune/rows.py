"""Runs of MultiTune's studies by image set, row of Table 3 and method; those that validation chose; two runs' vote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from course_lib.analysis.comparisons import Comparison, edges_of, scored_by_seed
from course_lib.analysis.records import distinct, history, probes_of, score_of, select, setting, values_of
from course_lib.analysis.voting import vote_units
from course_lib.sweeps.studies.multitune.comparison import LAST, VARY
from course_lib.sweeps.studies.multitune.methods import ANEW, FULL, MULTITUNE, ONE_BLOCK, SP, SPOTTUNE, WIDE

# Mean probabilities of two runs of one method: as many parameters as MultiTune, and no joined layer.
ENSEMBLE, ENSEMBLE_ANEW = "ensemble", "ensemble, one block"
ENSEMBLES = {ENSEMBLE: FULL, ENSEMBLE_ANEW: ANEW}
METHODS = (SPOTTUNE, MULTITUNE, ONE_BLOCK, ANEW, ENSEMBLE_ANEW, FULL, ENSEMBLE, SP, WIDE)
KINDS = ("fine-grained", "general")  # of the two sets of each pair (Table 2)
SETS = {"mini:beetles": KINDS[0], "aircraft": KINDS[0], "mini:general": KINDS[1], "cifar100": KINDS[1]}
MEMBERS = "members"  # key of a vote: the seeds of its networks
Row = tuple[str, int | None]  # source, training images of each class


def row_of(record: Mapping) -> Row:
    """The row of Table 3 that a run belongs to: the source of its images, and how many of each class (None: all)."""
    return setting(record, "source"), setting(record, "per_class")


def row_name(row: Row) -> str:
    """``"fine-grained, all"``, ``"general, 20 a class"``, or the source where it is none of the document's kinds."""
    source, per_class = row
    return f"{SETS.get(source, source)}, {'all' if per_class is None else f'{per_class} a class'}"


def by_row(records: Sequence[dict]) -> dict[Row, list[dict]]:
    """Runs of each row, in order of first appearance."""
    rows = distinct(row_of(record) for record in records)
    return {row: [record for record in records if row_of(record) == row] for row in rows}


def by_kind(records: Sequence[dict]) -> dict[str, list[dict]]:
    """Runs of each kind of set, see `KINDS`, in order of first appearance."""
    kinds = dict.fromkeys(SETS.get(source, source) for source in values_of(records, "source"))
    return {
        kind: [r for r in records if SETS.get(setting(r, "source"), setting(r, "source")) == kind] for kind in kinds
    }


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
    """Runs of a method at all rates; of the ensemble those of its members.

    Raises:
        ValueError: there is none.
    """
    name = ENSEMBLES.get(method, method)
    if not (found := select(records, name=name)):
        known = ", ".join(values_of(records, "name")) or "none"
        raise ValueError(f"no run of '{name}': the runs are of {known}")
    return found


def chosen_of(records: Sequence[dict], method: str) -> list[dict]:
    """The run that validation chose for each seed, in the order of the seeds; of the ensemble one vote for each seed.

    Args:
        records: of one row.

    Raises:
        ValueError: no run of the method was scored, or no two runs can vote.
    """
    chosen = scored_by_seed(method, runs_of(records, method), vary=VARY)
    if not chosen:
        raise ValueError(f"no run of '{method}' was scored: let the study finish")
    return votes([chosen[seed] for seed in sorted(chosen)]) if method in ENSEMBLES else list(chosen.values())


def votes(runs: Sequence[dict]) -> list[dict]:
    """The ensembles of each run with the next one, the last with the first: 0 + 1, 1 + 2, 2 + 0.

    Raises:
        ValueError: fewer than two runs, or as `vote`.
    """
    if len(runs) < 2:
        raise ValueError(f"{len(runs)} run has nobody to vote with: run at least two seeds")
    pairs = [(one, runs[(place + 1) % len(runs)]) for place, one in enumerate(runs)]
    return [vote(pair) for pair in (pairs if len(runs) > 2 else pairs[:1])]


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


@dataclass(frozen=True)
class Paired(Comparison):
    """A comparison in which a network may be in several ensembles, so that the ensembles depend on each other."""

    @property
    def by_seed(self) -> dict[int, float]:
        """A minus B of each seed as the jackknife's pseudo-value: what the mean loses without the networks of the seed.

        Without ensembles these are the differences themselves. For two seeds there is one ensemble and one value.
        """
        differences, members = self._differences(), self._members()
        seeds = sorted(set().union(*members))
        if all(len(own) == 1 for own in members):
            return super().by_seed
        without = {seed: [d for d, own in zip(differences, members, strict=True) if seed not in own] for seed in seeds}
        if len(differences) < 2 or not all(without.values()):
            return {seeds[0]: float(np.mean(differences))}
        number, mean = len(seeds), np.mean(differences)
        rest = {seed: self._without(seed) for seed in seeds}
        return {seed: float(number * mean - (number - 1) * rest[seed]) for seed in seeds}

    def _differences(self) -> list[float]:
        return [self._difference(a, b, self.shares_images) for a, b in self.pairs]

    def _members(self) -> list[set[int]]:
        return [
            {*members_of(a), *members_of(b)} if MEMBERS in a or MEMBERS in b else {a["seed"]} for a, b in self.pairs
        ]

    def _without(self, seed: int) -> float:
        """Mean of A minus mean of B, each without the networks of a seed."""
        sides = [[score_of(run) for run in side if seed not in members_of(run)] for side in self.sides]
        return float(np.mean(sides[0]) - np.mean(sides[1]))


def members_of(record: Mapping) -> list[int]:
    """Seeds of the networks that answer: of a run its own, of an ensemble several."""
    return record.get(MEMBERS, [record["seed"]])


def method_gap(records: Sequence[dict], a: str, b: str) -> Paired:
    """Compare two methods on the test images of one row, each seed at the rate that validation chose.

    A best rate at the end of its grid is named (`Comparison.edge`) for either side.

    Args:
        records: of one row.
        a, b: names of methods, `ENSEMBLE` among them.

    Raises:
        ValueError: as `chosen_of`, or no common seed.
    """
    one, other = ({run["seed"]: run for run in chosen_of(records, name)} for name in (a, b))
    pairs = tuple((run, other[seed]) for seed, run in one.items() if seed in other)
    if not pairs:
        raise ValueError(f"'{a}' and '{b}' have no scored run with a common seed: run both with the same seeds")
    return Paired(pairs, edge=edges_of(runs_of(records, a), runs_of(records, b), vary=VARY))


def last_score(record: Mapping) -> float | None:
    """Accuracy on the test images after the last epoch; None if the run diverged."""
    return score_of(record, probe=LAST.name)


def last_validation(record: Mapping) -> float | None:
    """Accuracy on the validation images after the last epoch; None for a vote, or if the run diverged."""
    finished = record.get("status") == "finished" and history(record)
    return history(record)[-1]["val_accuracy"] if finished else None
