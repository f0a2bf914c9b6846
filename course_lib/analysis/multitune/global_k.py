"""The k-curve: global-k of SpotTune beside its control, the last k blocks tuned without any policy."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from course_lib.analysis.comparisons import Comparison, compare_runs, edges_of
from course_lib.analysis.intervals import Interval
from course_lib.analysis.multitune.routes import count_routes, gates_of, shares_over_epochs
from course_lib.analysis.multitune.routing import chosen_runs
from course_lib.analysis.records import select, setting, values_of
from course_lib.analysis.scores import score_over_runs
from course_lib.sweeps.studies.multitune.comparison import VARY
from course_lib.sweeps.studies.multitune.methods import FULL, SPOTTUNE

GLOBAL, LAST = "global-k", "last k blocks"
_BEGINNINGS = {GLOBAL: "global-", LAST: "last "}


def by_k(records: Sequence[dict], kind: str) -> dict[int, list[dict]]:
    """Group the runs of a kind, `GLOBAL` or `LAST`, by k, rising.

    Raises:
        ValueError: an unknown kind, or no run of it.
    """
    if kind not in _BEGINNINGS:
        raise ValueError(f"unknown kind '{kind}': choose {' or '.join(_BEGINNINGS)}")
    begin, found = _BEGINNINGS[kind], {}
    for name in values_of(records, "name"):
        if name.startswith(begin):
            found[int(name.removeprefix(begin))] = select(records, name=name)
    if not found:
        raise ValueError(f"no run of {kind}: let the study global_k finish")
    return dict(sorted(found.items()))


@dataclass(frozen=True)
class Point:
    """A point of the k-curve.

    Attributes:
        accuracy: on the test images, mean over seeds; validation chose the rate of each.
        edge: whether the best rate is at the edge of its grid.
    """

    k: int
    kind: str
    accuracy: Interval
    edge: bool


def k_curve(records: Sequence[dict], confidence: float = 0.95) -> list[Point]:
    """Score both kinds at every k: first global-k, then the last k blocks.

    Raises:
        ValueError: as `by_k`.
    """
    return [
        Point(k, kind, score_over_runs(chosen_runs(runs), confidence), bool(edges_of(runs, vary=VARY)))
        for kind in _BEGINNINGS
        for k, runs in by_k(records, kind).items()
    ]


def policy_gap(records: Sequence[dict], ks: Sequence[int] | None = None) -> Comparison:
    """Compare the last k blocks, tuned without any policy, with global-k at the same k, mean over these k.

    Args:
        ks: None = all k that both have, without those that tune no block or all of them: there is no choice of blocks.

    Raises:
        ValueError: no such k.
    """
    policy, last = by_k(records, GLOBAL), by_k(records, LAST)
    both = [k for k in policy if k in last]
    ks = [k for k in both if 0 < k < len(gates_of(policy[k][0]))] if ks is None else [k for k in ks if k in both]
    if not ks:
        raise ValueError(f"no k to compare: {GLOBAL} and {LAST} both have {', '.join(map(str, both)) or 'none'}")
    found = [compare_runs(last[k], policy[k], labels=(f"last {k}", f"global-{k}"), vary=VARY) for k in ks]
    edge = "; ".join(dict.fromkeys(own.edge for own in found if own.edge))
    return Comparison(tuple(pair for own in found for pair in own.pairs), edge=edge)


def same_row(records: Sequence[dict], runs: Sequence[dict], name: str) -> list[dict]:
    """List the runs of a method of the study `two_networks` on the images of other runs, at rates that both have.

    Raises:
        ValueError: there is none.
    """
    row = {field: setting(runs[0], field) for field in ("source", "per_class", "size", "crop")}
    found = [run for run in select(records, name=name, **row) if setting(run, "lr") in values_of(runs, "lr")]
    if not found:
        raise ValueError(f"no run of '{name}' on the same images: let the study two_networks finish")
    return found


def gap_to(runs: Sequence[dict], others: Sequence[dict], name: str) -> Comparison:
    """Compare runs of the study `global_k` with a method of `two_networks`, tuned over the same rates.

    Args:
        runs: of one k.
        others: records of the study `two_networks`.
        name: of the method, e.g. ``"full"``.

    Raises:
        ValueError: as `same_row` and `compare_runs`.
    """
    labels = str(setting(runs[0], "name")), name
    return compare_runs(runs, same_row(others, runs, name), labels=labels, vary=VARY)


@dataclass(frozen=True)
class Opponents:
    """Test accuracies of methods of `two_networks` on the images of the k-curve, with the same rates to choose from."""

    full: Interval
    spottune: Interval


def opponents(records: Sequence[dict], others: Sequence[dict]) -> Opponents:
    """Score plain full fine-tuning and SpotTune beside the k-curve; a best rate at the edge of its grid is named.

    Raises:
        ValueError: as `same_row`.
    """
    grids = [same_row(others, records, name) for name in (FULL, SPOTTUNE)]
    return Opponents(*(replace(score_over_runs(chosen_runs(own)), edge=edges_of(own, vary=VARY)) for own in grids))


def tuned_blocks(records: Sequence[dict]) -> pd.DataFrame:
    """Tabulate how many blocks global-k tunes, a row for each k.

    In evaluation the k blocks that training tuned most often are used for all images. What the policy itself prefers is
    shown by its likelier routes: whether the budget term did its work.

    Returns:
        Columns ``"evaluation"``, ``"likelier routes"`` (mean over images and seeds), ``"fewest"``, ``"most"``,
        ``"apart"`` (share of the gates at which two images differ; a policy that is global has 0).
    """
    rows = {}
    for k, runs in by_k(records, GLOBAL).items():
        chosen = chosen_runs(runs)
        counts = [count_routes(run) for run in chosen]
        rows[k] = {
            "evaluation": float(np.mean([shares_over_epochs(run)[-1].sum() for run in chosen])),
            "likelier routes": float(np.mean([own.tuned[0] for own in counts])),
            "fewest": min(own.tuned[1] for own in counts),
            "most": max(own.tuned[2] for own in counts),
            "apart": float(np.mean([own.apart for own in counts])),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("k")


def tuned_in_evaluation(run: dict) -> tuple[str, ...]:
    """List the blocks that global-k tunes in evaluation, after the last epoch."""
    return tuple(gate for gate, share in zip(gates_of(run), shares_over_epochs(run)[-1], strict=True) if share > 0.5)


def block_table(records: Sequence[dict]) -> pd.DataFrame:
    """Tabulate in how many of the seeds global-k tunes each block, a row for each k and a column for each block."""
    rows = {}
    for k, runs in by_k(records, GLOBAL).items():
        chosen = chosen_runs(runs)
        used = [tuned_in_evaluation(run) for run in chosen]
        rows[k] = {gate: sum(gate in own for own in used) for gate in gates_of(chosen[0])}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("k")
