"""The study `routing`: SpotTune with two ways of freezing and two schedules, all combinations, and with eight gates.

Plain fine-tuning and MultiTune with the printed schedule of SpotTune are their controls. In the study
`two_networks` all methods have MultiTune's schedule, whose rate falls earlier: there SpotTune is another one than
printed.
"""

from collections.abc import Sequence

import pandas as pd

from course_lib.analysis.comparisons import Comparison, compare_runs, edges_of, scored_by_seed
from course_lib.analysis.intervals import Interval
from course_lib.analysis.multitune.drawn_routes import drawing_cost
from course_lib.analysis.multitune.routes import count_routes
from course_lib.analysis.records import select, setting, values_of
from course_lib.analysis.scores import score_over_runs
from course_lib.sweeps.studies.multitune.comparison import VARY
from course_lib.sweeps.studies.multitune.methods import FULL, ONE_BLOCK
from course_lib.sweeps.studies.multitune.routing import FREEZING, GATES, STEPS

FACTORS = {"freezing": tuple(FREEZING), "schedule": tuple(STEPS), "gates": tuple(GATES)}  # printed or strict first
PRINTED = ", ".join(levels[0] for levels in FACTORS.values())  # the variant as printed
CONTROLS = (FULL, ONE_BLOCK)


def by_set(records: Sequence[dict]) -> dict[str, list[dict]]:
    """Group runs by the source of their images, in order of first appearance."""
    return {source: select(records, source=source) for source in values_of(records, "source")}


def set_name(source: str) -> str:
    """Shorten the name of a source: ``"mini:beetles"`` is ``"beetles"``."""
    return source.rpartition(":")[2]


def by_variant(records: Sequence[dict]) -> dict[str, list[dict]]:
    """Group runs by variant, ``"strict, three steps, 12 gates"`` …, in order of first appearance."""
    return {name: select(records, name=name) for name in values_of(records, "name") if name not in CONTROLS}


def chosen_runs(runs: Sequence[dict]) -> list[dict]:
    """List the run that validation chose for each seed, of one method on one set.

    Raises:
        ValueError: no run was scored, or they differ in other settings than the rate.
    """
    found = list(scored_by_seed("the method", runs, vary=VARY).values())
    if not found:
        raise ValueError("no run of the method was scored: let the study finish")
    return found


def main_effect(runs: Sequence[dict], factor: str) -> Comparison:
    """Compare the second level of a factor with the first, mean over all combinations of the others with both levels.

    Validation chooses the rate of each seed and combination. A best rate at the edge of the grid of any of them is
    named in `Comparison.edge`.

    Args:
        runs: of one set.
        factor: one of `FACTORS`.

    Raises:
        ValueError: an unknown factor, or no combination with runs of both levels and a common seed.
    """
    if factor not in FACTORS:
        raise ValueError(f"unknown factor '{factor}': choose one of {', '.join(FACTORS)}")
    first, second = FACTORS[factor]
    variants, place = by_variant(runs), list(FACTORS).index(factor)
    found = []
    for name, own in variants.items():
        levels = name.split(", ")
        if levels[place] != first:
            continue
        other = variants.get(", ".join((*levels[:place], second, *levels[place + 1 :])))
        if other and {setting(run, "seed") for run in own} & {setting(run, "seed") for run in other}:
            found.append(compare_runs(other, own, labels=(second, first), vary=VARY))
    if not found:
        raise ValueError(f"no variant has runs with '{first}' and with '{second}': let the study routing finish")
    edge = "; ".join(dict.fromkeys(own.edge for own in found if own.edge))
    return Comparison(tuple(pair for own in found for pair in own.pairs), edge=edge)


def gaps_to_full(records: Sequence[dict], name: str = PRINTED, confidence: float = 0.95) -> dict[str, Interval]:
    """Compare a method with plain fine-tuning, both with one schedule: set → interval.

    Args:
        records: runs of the study `routing`, or those of `two_networks` on all training images.
        name: of the method, by default SpotTune as printed.
    """
    return {
        set_name(source): compare_runs(
            select(own, name=name), select(own, name=FULL), labels=(name, FULL), vary=VARY
        ).interval(confidence)
        for source, own in by_set(records).items()
    }


def gaps_to_later(
    records: Sequence[dict], later: Sequence[dict], method: str, base: str = PRINTED, confidence: float = 0.95
) -> dict[str, Interval]:
    """Compare a method on all training images with one whose rate falls later: set → interval.

    Args:
        records: runs of the study `two_networks`, in which the rate of every method falls as MultiTune's.
        later: runs of the study `routing`, in which it falls as SpotTune's.
        base: a recipe of the latter, by default SpotTune as printed.
    """
    return {
        set_name(source): compare_runs(
            select(records, source=source, per_class=None, name=method),
            select(own, name=base),
            labels=(method, base),
            vary=VARY,
        ).interval(confidence)
        for source, own in by_set(later).items()
    }


def main_effects(records: Sequence[dict], confidence: float = 0.95) -> dict[str, dict[str, Interval]]:
    """Compute all main effects with their paired intervals: effect in words → set → interval."""
    return {
        f"{second} − {first}": {
            set_name(source): main_effect(runs, factor).interval(confidence) for source, runs in by_set(records).items()
        }
        for factor, (first, second) in FACTORS.items()
    }


def variants_table(runs: Sequence[dict]) -> pd.DataFrame:
    """Tabulate the variants on one set, a row for each; validation chose the rate of each seed."""
    rows = {}
    for name, own in by_variant(runs).items():
        chosen = chosen_runs(own)
        rates = sorted({setting(run, "lr") for run in chosen})
        tuned = sum(count_routes(run).tuned[0] for run in chosen) / len(chosen)
        rows[name] = {
            "test accuracy": str(score_over_runs(chosen)),
            "likelier − drawn routes": str(drawing_cost(chosen)),
            "blocks tuned": round(tuned, 1),
            "rates": ", ".join(f"{rate:g}" for rate in rates) + (" (edge)" if edges_of(own, vary=VARY) else ""),
        }
    return pd.DataFrame.from_dict(rows, orient="index")
