"""Fine-tuning strategies of each network: what validation chose, gaps between strategies, the width of an extension.

All functions take runs on the images of one data set, with scores limited to the evaluated concepts (`on_evaluated`).
Each seed chooses its own learning rate on the validation images, as elsewhere in the course, so that the luck of this
choice is part of the error over seeds. Where several settings compete, as the widths of an extension, validation
chooses among them in the same way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from course_lib.analysis.comparisons import Comparison, compare_runs, scored_by_seed
from course_lib.analysis.extension.concepts import answered
from course_lib.analysis.intervals import Interval, both_errors, seed_interval
from course_lib.analysis.records import MAIN_PROBE, score_of, setting
from course_lib.analysis.scores import mean_score
from course_lib.analysis.selection import rate_at_edge
from course_lib.sweeps.studies.extension.profiles import PROFILES
from course_lib.sweeps.studies.extension.questions import fused, heads_of
from course_lib.sweeps.study import VARY
from course_lib.training.direct import Direct
from course_lib.training.recipe import Recipe

FT1, FT2, FT3, ONE_LAYER, TWO_LAYERS = "FT1", "FT2", "FT3", "FT3-ex1", "FT3-ex2"
FAMILIES = (FT1, FT2, FT3)
COMPETING = (*VARY, "hidden", "fresh", "multipliers")  # settings among which validation chooses within a family
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
    return _grouped(records, network_of)


def by_strategy(records: Sequence[dict]) -> dict[str, list[dict]]:
    """Runs of each strategy, in order of first appearance."""
    return _grouped(records, lambda record: setting(record, "name"))


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
    return [own for record in records for own in answered([record], fused(_recipe(record)).name)]


def by_width(records: Sequence[dict], layers: int = 1) -> dict[int, list[dict]]:
    """Runs with so many extension layers by their width D, rising."""
    chosen = [record for record in records if len(setting(record, "hidden")) == layers]
    return dict(sorted(_grouped(chosen, lambda record: setting(record, "hidden")[0]).items()))


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


def compare_kinds(a: Sequence[dict], b: Sequence[dict], labels: tuple[str, str] = ("A", "B")) -> Comparison:
    """Compare the best by validation of two kinds of strategies of one network, paired by seed and concept.

    Each seed chooses rate and strategy (width, layers begun anew) on the validation images.

    Raises:
        ValueError: no common seed.
    """
    return replace(compare_runs(a, b, labels=labels, vary=COMPETING), edge=edge_of(a, b))


def compare_untuned(a: Sequence[dict], b: Sequence[dict]) -> Comparison:
    """Compare the mean of all strategies of A with the mean of those of B: what an untuned member of a family reaches.

    It is the control of `compare_kinds`, in which the family with more members has more to choose from. Validation
    chooses the rate of each strategy alone.
    """
    sides = [list(by_strategy(side).values()) for side in (a, b)]
    return mean_of(
        [replace(compare_runs(one, other), edge=edge_of(one, other)) for one in sides[0] for other in sides[1]]
    )


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
        name: Comparison(tuple(zip(answered(chosen, probe), chosen, strict=True)), edge=edge_of(runs))
        for name, probe in head_probes(chosen[0]).items()
        if probe != MAIN_PROBE
    }


def head_probes(record: Mapping) -> dict[str, str]:
    """Names of the probes of the direct output of each head, and of the fusion of all, by what they are."""
    heads = heads_of(_recipe(record))
    found = {MAIN_HEAD: MAIN_PROBE}
    found |= {f"auxiliary head {place}": Direct(head=head).name for place, head in enumerate(heads[1:], start=1)}
    return found | ({HEAD_FUSION: Direct(head="+".join(heads)).name} if len(heads) > 1 else {})


@dataclass(frozen=True)
class BestWidth:
    """The width that validation chose, and which others are not shown to be worse.

    Attributes:
        width: with the highest mean validation score.
        edge: ``"lowest"`` or ``"highest"`` if the width is the end of the grid of widths; else empty.
        alike: other widths whose MAP is not shown to differ from it: the interval of the paired difference, widened
            for the number of widths (Bonferroni), has zero inside.
        gaps: width → MAP of the chosen width minus its own, with that interval.
    """

    width: int
    edge: str
    alike: tuple[int, ...]
    gaps: dict[int, Interval]


def best_width(records: Sequence[dict], layers: int = 1, confidence: float = 0.95) -> BestWidth:
    """Choose the width of an extension of one network by validation, and compare it with every other width.

    Raises:
        ValueError: no run with so many extension layers.
    """
    widths = by_width(records, layers)
    if not widths:
        raise ValueError(f"no run with {layers} extension layer(s): give the runs of a study of strategies")
    best = setting(favourite([run for runs in widths.values() for run in runs])[0], "hidden")[0]
    wide = 1 - (1 - confidence) / max(1, len(widths) - 1)
    gaps = {
        width: compare_runs(widths[best], runs, vary=VARY).interval(wide)
        for width, runs in widths.items()
        if width != best
    }
    alike = tuple(width for width, gap in gaps.items() if gap.low <= 0 <= gap.high)
    ends = {min(widths): "lowest", max(widths): "highest"} if len(widths) > 1 else {}
    return BestWidth(best, ends.get(best, ""), alike, gaps)


def own_width_gain(networks: Mapping[str, Sequence[dict]], layers: int = 1) -> Comparison:
    """Compare the width that each network's own validation chose with the one that all other networks' chose together.

    The width of the others has the highest mean validation score over them. If the best width does not depend on the
    network, the gain is 0 but for noise.

    Raises:
        ValueError: fewer than two networks.
    """
    if len(networks) < 2:
        raise ValueError(f"{len(networks)} network cannot show whether the best width depends on it: give two or more")
    scores = {name: _validation_of_widths(runs, layers) for name, runs in networks.items()}
    found = []
    for name, runs in networks.items():
        others = [own for other, own in scores.items() if other != name]
        common = [width for width in scores[name] if all(width in own for own in others)]
        theirs = max(common, key=lambda width: np.mean([own[width] for own in others]))
        ours = max(scores[name], key=scores[name].get)
        widths = by_width(runs, layers)
        edge = edge_of(widths[ours], widths[theirs])
        found.append(replace(compare_runs(widths[ours], widths[theirs]), edge=edge))
    return mean_of(found)


def _validation_of_widths(records: Sequence[dict], layers: int) -> dict[int, float]:
    widths = by_width(records, layers)
    return {width: np.mean([score_of(run, "val") for run in chosen_runs(runs)]) for width, runs in widths.items()}


def _recipe(record: Mapping) -> Recipe:
    return Recipe.model_validate(record["recipe"])


def _grouped(records: Sequence[dict], key) -> dict:
    groups = {}
    for record in records:
        groups.setdefault(key(record), []).append(record)
    return groups
