"""Fine-tuning strategies of each network: what validation chose, and gaps between them.

All functions take runs on the images of one data set, with scores limited to the evaluated concepts (`on_evaluated`).
Each seed chooses its own learning rate on the validation images, as elsewhere in the course, so that the luck of this
choice is part of the error over seeds. Where several settings compete, as the widths of an extension, validation
chooses among them in the same way.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import TypeVar

import numpy as np
import pandas as pd

from course_lib.analysis.comparisons import Comparison, compare_runs, scored_by_seed
from course_lib.analysis.extension.concepts import answered
from course_lib.analysis.intervals import Interval, both_errors, seed_interval
from course_lib.analysis.records import MAIN_PROBE, score_of, setting
from course_lib.analysis.scores import mean_score
from course_lib.analysis.selection import rate_at_edge
from course_lib.sweeps.studies.extension.profiles import PROFILES
from course_lib.sweeps.studies.extension.questions import fused, heads_of
from course_lib.sweeps.studies.extension.strategies import FULL
from course_lib.sweeps.study import VARY
from course_lib.training.direct import Direct
from course_lib.training.recipe import Recipe

FT1, FT2, FT3, ONE_LAYER, TWO_LAYERS = "FT1", "FT2", "FT3", "FT3-ex1", "FT3-ex2"
FAMILIES = (FT1, FT2, FT3)
COMPETING = (*VARY, "hidden", "fresh", "multipliers")  # settings among which validation chooses within a family
T = TypeVar("T")
Sides = tuple[Sequence[dict], Sequence[dict]]  # runs of A and of B
MAIN_HEAD, HEAD_FUSION = "main head", "fusion of all heads"


def network_of(record: Mapping) -> str:
    """Name of the network that a run starts from, as the profiles of the studies call it."""
    own = setting(record, "architecture"), setting(record, "start")
    for profile in PROFILES.values():
        for name, network in profile.networks.items():
            if own == (network.architecture, network.weights):
                return name
    return str(own[1] or own[0])


def by_network(records: Sequence[dict]) -> dict[str, list[dict]]:
    """Runs of each network, in order of first appearance."""
    return grouped(records, network_of)


def by_strategy(records: Sequence[dict]) -> dict[str, list[dict]]:
    """Runs of each strategy, in order of first appearance."""
    return grouped(records, lambda record: setting(record, "name"))


def of_kind(records: Sequence[dict], *kinds: str) -> list[dict]:
    """Runs of the strategies whose names begin with one of these, e.g. ``"FT3-ex1"``.

    Raises:
        ValueError: there is none.
    """
    found = [record for record in records if setting(record, "name").startswith(kinds)]
    if not found:
        raise ValueError(f"no run of {' or '.join(kinds)}: the runs are of {', '.join(by_strategy(records))}")
    return found


def features(records: Sequence[dict]) -> list[dict]:
    """Put the document's features in place of the direct output: its last three layers, fused by their mean."""
    return [own for record in records for own in answered([record], _name_of_features(*_layers_of(record)))]


def chosen_runs(runs: Sequence[dict], vary: Sequence[str] = VARY) -> list[dict]:
    """The run that validation chose for each seed.

    Raises:
        ValueError: no run was scored, or they differ in other settings than `vary`.
    """
    found = list(scored_by_seed("the strategy", runs, vary=vary).values())
    if not found:
        raise ValueError("no run of the strategy was scored: let the study finish")
    return found


def strategy_score(runs: Sequence[dict], confidence: float = 0.95, vary: Sequence[str] = VARY) -> Interval:
    """MAP of the runs that validation chose: errors of seeds and of concepts together; of one seed that of concepts.

    Concepts differ much in their average precision, so the interval is wide. To compare strategies, take differences
    of the same concepts (`place_strategies`, `compare_kinds`).
    """
    chosen = chosen_runs(runs, vary)
    over_concepts = mean_score(chosen, "test", confidence)
    if len(chosen) > 1:
        over_seeds = seed_interval([score_of(run) for run in chosen], confidence)
        over_concepts = both_errors(over_seeds, over_concepts)
    return replace(over_concepts, edge=edge_of(runs))


@dataclass(frozen=True)
class Placed:
    """A strategy of one network beside FT1-def.

    Attributes:
        score: MAP, mean over the runs that validation chose.
        gap: MAP minus that of FT1-def, paired by seed and concept; None for FT1-def, and without a common seed.
        rates: learning rates that the seeds chose, each once, rising.
        edge: as `edge_of`.
    """

    score: Interval
    gap: Interval | None
    rates: tuple[float, ...]
    edge: str


def place_strategies(records: Sequence[dict], confidence: float = 0.95) -> dict[str, Placed]:
    """Score every strategy of one network, and compare it with FT1-def.

    Raises:
        ValueError: no run of FT1-def.
    """
    base, found = of_kind(records, FT1), {}
    for name, runs in by_strategy(records).items():
        chosen = chosen_runs(runs)
        paired = not name.startswith(FT1) and {run["seed"] for run in chosen} & {run["seed"] for run in base}
        gap = compare_runs(runs, base, vary=COMPETING).interval(confidence) if paired else None
        rates = tuple(sorted({setting(run, "lr") for run in chosen}))
        found[name] = Placed(strategy_score(runs, confidence), gap, rates, edge_of(runs))
    return found


def edge_of(*sides: Sequence[dict]) -> str:
    """Which side's favourite strategy has its best rate at the end of its grid, in words; empty if none has.

    The favourite of a side is the strategy with the highest mean validation score of its chosen runs.
    """
    return "; ".join(dict.fromkeys(filter(None, (rate_at_edge(favourite(runs)) for runs in sides))))


def favourite(runs: Sequence[dict]) -> list[dict]:
    """All runs of the strategy that has the highest mean validation score, each seed at its best rate."""
    return max(by_strategy(runs).values(), key=lambda own: np.mean([score_of(r, "val") for r in chosen_runs(own)]))


def compare_sides(sides: Sequence[Sides], vary: Sequence[str] = VARY) -> Comparison:
    """Compare A with B, paired by seed and concept; several pairs of sides, e.g. of several networks, are averaged.

    Each seed chooses its run on the validation images. `Comparison.edge` names a rate at the end of its grid only of
    the side that is behind: a better rate beyond the grid of the side in front would only add to its lead.

    Args:
        sides: runs of A and of B, each of one network.
        vary: settings among which validation chooses.

    Raises:
        ValueError: no common seed.
    """
    found = mean_of([compare_runs(a, b, vary=vary) for a, b in sides])
    leads = np.mean(list(found.by_seed.values())) > 0
    return replace(found, edge=edge_of(*(b if leads else a for a, b in sides)))


def compare_kinds(a: Sequence[dict], b: Sequence[dict]) -> Comparison:
    """Compare the best by validation of two kinds of strategies of one network, see `compare_sides`.

    Each seed chooses rate and strategy (width, layers begun anew) on the validation images.
    """
    return compare_sides([(a, b)], COMPETING)


def kind_gain(records: Sequence[dict], a: str, b: str) -> Comparison:
    """Compare the best by validation of kind A with that of kind B, mean over the networks.

    Args:
        a, b: beginnings of names, see `of_kind`.

    Raises:
        ValueError: as `of_kind` and `compare_sides`.
    """
    return compare_sides([(of_kind(own, a), of_kind(own, b)) for own in by_network(records).values()], COMPETING)


def untuned_gain(records: Sequence[dict], a: str, b: str) -> Comparison:
    """Compare every strategy of kind A with every one of kind B, mean over pairs and networks.

    It shows what an untuned member of a kind reaches, and is the control of `kind_gain`, in which the kind with more
    members has more to choose from. Validation chooses the rate of each strategy alone.

    Raises:
        ValueError: as `kind_gain`.
    """
    sides = [
        pair
        for own in by_network(records).values()
        for pair in product(by_strategy(of_kind(own, a)).values(), by_strategy(of_kind(own, b)).values())
    ]
    return compare_sides(sides)


def control_table(records: Sequence[dict]) -> pd.DataFrame:
    """Compare FT2-re with FT1-def and with full fine-tuning (k = 1), a row for each network, in words.

    FT2-re begins its last stages anew and trains them at the full rate; full fine-tuning trains every stage at it. So
    the last column holds two changes: new weights, and slow lower stages. Validation chooses rate and variant of each
    side; ``edge`` marks a best rate of the side behind at the end of its grid.

    Raises:
        ValueError: as `of_kind`.
    """
    pairs = ((FT2, FT1), (FULL, FT1), (FT2, FULL))
    rows = {
        name: {f"{a} − {b}": _with_edge(compare_kinds(of_kind(own, a), of_kind(own, b)).interval()) for a, b in pairs}
        for name, own in by_network(records).items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("MAP, points", axis=1)


def _with_edge(gap: Interval) -> str:
    return f"{gap}, edge" if gap.edge else str(gap)


def mean_of(comparisons: Sequence[Comparison]) -> Comparison:
    """Average comparisons of the same concepts, e.g. of several networks, seed by seed and concept by concept."""
    edge = "; ".join(dict.fromkeys(own.edge for own in comparisons if own.edge))
    return Comparison(tuple(pair for own in comparisons for pair in own.pairs), edge=edge)


def compare_heads(runs: Sequence[dict]) -> dict[str, Comparison]:
    """Compare each auxiliary head, and the late fusion of all heads, with the main head of the same runs.

    Empty for a network without auxiliary heads. Validation (of the main head) chooses the rate.
    """
    chosen = chosen_runs(runs)
    return {
        name: Comparison(tuple((own, run) for run in chosen for own in answered([run], probe)), edge=edge_of(runs))
        for name, probe in head_probes(chosen[0]).items()
        if probe != MAIN_PROBE
    }


def heads_table(records: Sequence[dict]) -> pd.DataFrame:
    """Compare each auxiliary head, and the fusion of all heads, with the main head, mean over the strategies, in words.

    A row for each network with auxiliary heads; ``edge`` marks strategies with a best rate at the end of its grid.

    Raises:
        ValueError: no network has auxiliary heads.
    """
    rows = {}
    for network, runs in by_network(records).items():
        found = [own for own in map(compare_heads, by_strategy(runs).values()) if own]
        if found:
            rows[network] = {head: _with_edge(mean_of([own[head] for own in found]).interval()) for head in found[0]}
    if not rows:
        raise ValueError("no network has auxiliary heads: give runs of a GoogLeNet")
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("minus main head, points", axis=1)


def head_probes(record: Mapping) -> dict[str, str]:
    """Names of the probes of the direct output of each head, and of the fusion of all, by what they are."""
    heads = heads_of(_recipe(*_layers_of(record)))
    found = {MAIN_HEAD: MAIN_PROBE}
    found |= {f"auxiliary head {place}": Direct(head=head).name for place, head in enumerate(heads[1:], start=1)}
    return found | ({HEAD_FUSION: Direct(head="+".join(heads)).name} if len(heads) > 1 else {})


def _layers_of(record: Mapping) -> tuple:
    """What decides the names of a network's layers: architecture, extension, auxiliary heads."""
    return setting(record, "architecture"), tuple(setting(record, "hidden")), tuple(setting(record, "aux_heads"))


@cache
def _name_of_features(*layers) -> str:
    return fused(_recipe(*layers)).name  # builds the network to see its layers


def _recipe(architecture: str, hidden: tuple[int, ...], aux_heads: tuple[str, ...]) -> Recipe:
    return Recipe(architecture=architecture, hidden=hidden, aux_heads=aux_heads)


def grouped(records: Sequence[T], key: Callable[[T], Hashable]) -> dict[Hashable, list[T]]:
    """Lists of the records with equal keys, in order of first appearance."""
    groups = {}
    for record in records:
        groups.setdefault(key(record), []).append(record)
    return groups
