"""MultiTune as printed and as released: what each difference of the two changes on the test images.

The study `switches` trains without augmentation unless a switch asks for flips, so that its numbers are no row of the
measured Table 3. All states choose their rate by validation.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import pandas as pd

from course_lib.analysis.comparisons import Comparison, compare_runs, edges_of, optimism, scored_by_seed
from course_lib.analysis.intervals import Interval, both_errors, seed_interval
from course_lib.analysis.multitune.rows import chosen_of, runs_of, vote
from course_lib.analysis.records import score_of, select, setting, values_of
from course_lib.analysis.scores import mean_score
from course_lib.analysis.selection import rate_at_edge
from course_lib.sweeps.studies.multitune.comparison import VARY
from course_lib.sweeps.studies.multitune.switches import (
    BASELINES,
    BRANCHES,
    PAPER,
    RELEASED,
    switch_states,
)

ONE_RATE = "+ one rate"  # the paper's network with the rate of branch A in both branches
LAST_STEP = "maximum over epochs, on validation images"
BOTH_ALONE = "A and B alone, mean probabilities"


@dataclass(frozen=True)
class Step:
    """A state of the waterfall.

    Attributes:
        name: of the state.
        score: test accuracy; of the last step the highest validation accuracy of the state before.
        gap: score minus that of the state before, paired; None for the first.
        edge: says that the best rate lies at the end of its grid.
    """

    name: str
    score: Interval
    gap: Interval | None
    edge: str


def whole_set(records: Sequence[dict]) -> dict[str, list[dict]]:
    """Runs of `switches` on all training images, by the source of the images."""
    whole = [run for run in records if setting(run, "per_class") is None]
    return {source: select(whole, source=source) for source in values_of(whole, "source")}


def waterfall(records: Sequence[dict]) -> list[Step]:
    """The states from printed to released, one switch more in each, then the maximum over the epochs.

    Args:
        records: runs of one set, see `whole_set`.

    Raises:
        ValueError: a state without runs.
    """
    names = [name for name in switch_states() if not name.startswith("only")]
    steps = [Step(PAPER, state_score(records, PAPER), None, _edge(records, PAPER))]
    for before, name in pairwise(names):
        gap = state_gap(records, name, before).interval()
        steps.append(Step(name, state_score(records, name), gap, _edge(records, name)))
    last = runs_of(records, names[-1])
    score = _with_both(list(scored_by_seed(names[-1], last, vary=VARY).values()), "val")
    return [*steps, Step(LAST_STEP, score, optimism(last, vary=VARY), steps[-1].edge)]


def state_score(records: Sequence[dict], name: str) -> Interval:
    """Test accuracy of a state: errors of seeds and of images together."""
    return _with_both(chosen_of(records, name), "test")


def state_gap(records: Sequence[dict], a: str, b: str) -> Comparison:
    """State A minus state B, paired by seed and test image."""
    return compare_runs(runs_of(records, a), runs_of(records, b), labels=(a, b), vary=VARY)


def only_gaps(records: Sequence[dict]) -> dict[str, Comparison]:
    """Each switch alone minus the printed state; the first switch alone is the first step of the waterfall."""
    names = [ONE_RATE, *(name for name in switch_states() if name.startswith("only"))]
    known = values_of(records, "name")
    return {name: state_gap(records, name, PAPER) for name in names if name in known}


def control_gaps(records: Sequence[dict]) -> dict[str, Comparison]:
    """The printed network minus each of its controls, by the control's name.

    ``A alone`` and ``B alone`` are the branches as networks of their own; ``BOTH_ALONE`` has the parameters of both
    without a joined layer; ``+ one rate`` has the joined layer and no slow branch.
    """
    known = values_of(records, "name")
    found = {name: state_gap(records, PAPER, name) for name in (*BRANCHES, ONE_RATE) if name in known}
    if set(BRANCHES) <= set(known):
        found[BOTH_ALONE] = _joined_and_votes(records)
    return found


def alone_gap(records: Sequence[dict]) -> Comparison:
    """Branch B alone (its last stage at a tenth of the rate) minus branch A alone: the slow stage without a second."""
    return state_gap(records, BRANCHES[1], BRANCHES[0])


def switch_table(records: Sequence[dict]) -> pd.DataFrame:
    """Tabulate each switch alone, each step of the waterfall and each control, in points with intervals."""
    steps = {f"{step.name} − before": step.gap for step in waterfall(records) if step.gap}
    alone = {f"{name} − {PAPER}": own.interval() for name, own in only_gaps(records).items() if name != ONE_RATE}
    controls = {f"{PAPER} − {name}": own.interval() for name, own in control_gaps(records).items()}
    found = {"waterfall": steps, "one switch": alone, "controls": controls}
    rows = [
        {"kind": kind, "difference": name, "points": str(gap), "edge": "edge" if gap.edge else "–"}
        for kind, own in found.items()
        for name, gap in own.items()
    ]
    return pd.DataFrame(rows).set_index(["kind", "difference"])


def first_files_gap(records: Sequence[dict]) -> Comparison:
    """The released state on the first files of each class minus on random ones; the test images are the same.

    Raises:
        ValueError: one of the two lacks runs.
    """
    few = [run for run in select(records, name=RELEASED) if setting(run, "per_class") is not None]
    first, drawn = (
        [_on_test_part(run) for run in few if bool(setting(run, "first_files")) == which] for which in (True, False)
    )
    if not first or not drawn:
        raise ValueError(f"'{RELEASED}' was not run on first and on random files: let the study finish")
    return compare_runs(first, drawn, labels=("first files", "random files"), vary=VARY)


def flip_gap(records: Sequence[dict]) -> Comparison:
    """SpotTune as released with MultiTune's flips minus without: what the difference of the two loaders is worth."""
    return state_gap(records, BASELINES[1], BASELINES[0])


def released_gaps(records: Sequence[dict]) -> dict[str, Comparison]:
    """MultiTune as released minus SpotTune as released, without flips (as published) and with them, by the latter."""
    last = next(reversed([name for name in switch_states() if not name.startswith("only")]))
    return {name: state_gap(records, last, name) for name in BASELINES}


def _joined_and_votes(records: Sequence[dict]) -> Comparison:
    """The printed network minus the vote of its two branches, trained alone with the same seed."""
    one, other, joined = ({run["seed"]: run for run in chosen_of(records, name)} for name in (*BRANCHES, PAPER))
    seeds = [seed for seed in joined if seed in one and seed in other]
    pairs = tuple((joined[seed], vote([one[seed], other[seed]])) for seed in seeds)
    return Comparison(pairs, edge=edges_of(*(runs_of(records, name) for name in (PAPER, *BRANCHES)), vary=VARY))


def _on_test_part(record: dict) -> dict:
    """A run whose identity of the test images leaves out the training images, which its split's hash holds."""
    origin = {name: value for name, value in record["provenance"].items() if name != "split_hash"}
    return {**record, "provenance": origin}


def _edge(records: Sequence[dict], name: str) -> str:
    return rate_at_edge(runs_of(records, name), VARY)


def _with_both(chosen: Sequence[dict], part: str) -> Interval:
    over_images = mean_score(chosen, part)
    if len(chosen) < 2:
        return over_images
    return replace(both_errors(seed_interval([score_of(run, part) for run in chosen]), over_images), unit="%")
