"""L2-SP beside no penalty, L2 and later methods: each tuned by its rate, on all and on few images."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from course_lib.analysis.comparisons import Comparison, compare_runs
from course_lib.analysis.intervals import Interval
from course_lib.analysis.multitune.rows import by_row, runs_of, size_name
from course_lib.analysis.multitune.switches import state_gap, state_score
from course_lib.analysis.records import select, setting, val_correct, values_of
from course_lib.analysis.selection import best_runs, rate_at_edge
from course_lib.sweeps.studies.multitune.comparison import VARY

NONE, ALIASED, PULLED = "none", "L2-SP, aliased start", "L2-SP α=0.01"
L2_NAME, SP_NAME = "L2 α=", "L2-SP α="
BEST_ALPHA = "best α"
TUNED = (*VARY, "penalty")  # what validation chooses among, where the strength is chosen, too


@dataclass(frozen=True)
class Penalised:
    """A penalty: test accuracy, its difference to none (paired; None for none itself), and an edge of its rates."""

    name: str
    score: Interval
    gap: Interval | None
    edge: str


def penalty_scores(records: Sequence[dict]) -> list[Penalised]:
    """Score every penalty of one row, each seed at the rate that validation chose.

    Raises:
        ValueError: no run without a penalty.
    """
    return [
        Penalised(
            name,
            state_score(records, name),
            None if name == NONE else state_gap(records, name, NONE).interval(),
            rate_at_edge(runs_of(records, name), VARY),
        )
        for name in values_of(records, "name")
    ]


def pull_gaps(records: Sequence[dict]) -> dict[str, Comparison]:
    """L2-SP minus L2 of one row: at each strength α that both have, then with the α that validation chose for each.

    At its best α each seed chooses rate and α together. An α at the end of its grid is an edge, as a rate is.

    Raises:
        ValueError: no run of either.
    """
    alphas = sorted(alphas_of(records, L2_NAME) & alphas_of(records, SP_NAME))
    if not alphas:
        raise ValueError("no strength α that L2 and L2-SP have in common: let the study finish")
    found = {f"α={a:g}": state_gap(records, f"{SP_NAME}{a:g}", f"{L2_NAME}{a:g}") for a in alphas}
    sides = [[run for a in alphas for run in select(records, name=f"{name}{a:g}")] for name in (SP_NAME, L2_NAME)]
    best = compare_runs(*sides, labels=("L2-SP", "L2"), vary=TUNED)
    edges = filter(None, (best.edge, *(_edge_of_alphas(side) for side in sides)))
    return found | {BEST_ALPHA: replace(best, edge="; ".join(edges))}


def alphas_of(records: Sequence[dict], begin: str) -> set[float]:
    """The strengths α of the methods whose names begin so."""
    names = [name for name in values_of(records, "name") if name.startswith(begin)]
    return {float(name.removeprefix(begin)) for name in names}


def aliased_gap(records: Sequence[dict]) -> Comparison:
    """L2-SP minus the same with an aliased start (α = 0.01): the pull to the start alone, since both pull the head."""
    return state_gap(records, PULLED, ALIASED)


def penalty_table(records: Sequence[dict]) -> pd.DataFrame:
    """Tabulate L2-SP minus L2, and minus its aliased control, a column for each row of the study, in words."""
    columns = {}
    for (_, per_class), own in by_row(records).items():
        found = {f"L2-SP − L2, {name}": gap for name, gap in pull_gaps(own).items()}
        found["L2-SP − L2-SP with an aliased start, α=0.01"] = aliased_gap(own)
        words = {name: gap.interval() for name, gap in found.items()}
        columns[size_name(per_class)] = {name: f"{gap}, edge" if gap.edge else str(gap) for name, gap in words.items()}
    return pd.DataFrame(columns)


def _edge_of_alphas(records: Sequence[dict]) -> str:
    """Say that the α with the highest mean validation score of its chosen runs is the lowest or highest; else empty."""
    names = values_of(records, "name")
    if len(names) < 2:
        return ""
    grids = {name: best_runs(select(records, name=name), VARY) for name in names}
    best = max(grids, key=lambda name: np.mean([val_correct(run) for run in grids[name]]))
    alphas = {name: setting(select(records, name=name)[0], "penalty")["alpha"] for name in names}
    end = {min(alphas.values()): "lowest", max(alphas.values()): "highest"}.get(alphas[best])
    return f"{best}: the {end} α tried" if end else ""
