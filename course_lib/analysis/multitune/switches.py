"""MultiTune as printed and as released: what each difference of the two changes on the test images.

The study `switches` trains without augmentation unless a switch asks for flips, so that its numbers are no row of the
measured Table 3. All states choose their rate by validation.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from course_lib.analysis.comparisons import Comparison, compare_runs, edges_of, scored_by_seed
from course_lib.analysis.intervals import Interval, both_errors, seed_interval
from course_lib.analysis.multitune.comparison import BY_CHOICE, CONTROL, optimism_of_grids
from course_lib.analysis.multitune.rows import Paired, chosen_of, pair_up, runs_of, vote
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
ON_VALIDATION = "validation images, nothing chosen"
LAST_STEP = "maximum over epochs, on validation images"
BOTH_ALONE = "A and B alone, mean probabilities"


@dataclass(frozen=True)
class Step:
    """A state of the waterfall.

    Attributes:
        name: of the state.
        score: test accuracy. Of the last step it is the highest validation accuracy of the last state, and of
            `ON_VALIDATION` its test accuracy with the gap added.
        gap: score minus that of the state before, paired; None for the first.
        edge: says which best rate lies at the end of its grid: of the two states compared, or of the first.
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
    """The states from printed to released, one switch more in each, then what is reported of the last one.

    The maximum over the epochs minus the test accuracy has two parts, a step each: what validation and test images
    differ in after the last epoch of all runs, where nothing was chosen; and the rest, which is due to the choice of
    rate and epoch on the images that the maximum is reported for. See `optimism_of_grids`.

    Args:
        records: runs of one set, see `whole_set`.

    Raises:
        ValueError: a state without runs, or of fewer than two seeds.
    """
    names = [name for name in switch_states() if not name.startswith("only")]
    steps = [Step(PAPER, state_score(records, PAPER), None, _edge(records, PAPER))]
    for before, name in pairwise(names):
        gap = state_gap(records, name, before).interval()
        steps.append(Step(name, state_score(records, name), gap, gap.edge))
    return [*steps, *_reported(records, steps[-1])]


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


def first_files_gap(records: Sequence[dict]) -> Comparison:
    """The released state with the first files of each class to train and to validate, minus with random files to train.

    Beside random files, which each seed draws anew, the whole validation part chooses rate and epoch. The test images
    are the same. Drawn images have no order, so that their first files are random ones, too, and only the smaller
    validation part can make a difference.

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
    return {name: state_gap(records, released_state(), name) for name in BASELINES}


def whole_way(records: Sequence[dict]) -> Comparison:
    """The state with all switches thrown minus the printed one, on the test images of one set."""
    return state_gap(records, released_state(), PAPER)


def released_state() -> str:
    """Name of the state with all switches thrown."""
    return [name for name in switch_states() if not name.startswith("only")][-1]


def _joined_and_votes(records: Sequence[dict]) -> Comparison:
    """The printed network minus votes of its branches trained alone, A of one seed and B of another.

    With one seed both would begin with the same random stage and see the images in the same order, which makes a vote
    weaker; the branches of the joined network begin with different random stages. All pairs of two seeds vote.

    Raises:
        ValueError: fewer than two seeds of the branches.
    """
    one, other = (chosen_of(records, name) for name in BRANCHES)
    voting = [vote([a, b]) for a in one for b in other if a["seed"] != b["seed"]]
    pairs = pair_up(chosen_of(records, PAPER), voting)
    if not pairs:
        raise ValueError(f"{BOTH_ALONE}: no two seeds can vote, run two seeds or more")
    return Paired(pairs, edge=edges_of(*(runs_of(records, name) for name in (PAPER, *BRANCHES)), vary=VARY))


def _reported(records: Sequence[dict], last: Step) -> list[Step]:
    """Split the maximum over the epochs of the last state, minus its test accuracy, into two steps."""
    runs = runs_of(records, last.name)
    found = optimism_of_grids([runs])
    control, choice = (replace(found[name], edge=_edge(records, last.name)) for name in (CONTROL, BY_CHOICE))
    score = _with_both(list(scored_by_seed(last.name, runs, vary=VARY).values()), "val")
    before = replace(score, estimate=last.score.estimate + control.estimate)
    return [Step(ON_VALIDATION, before, control, control.edge), Step(LAST_STEP, score, choice, choice.edge)]


def _on_test_part(record: dict) -> dict:
    """A run without what tells its training images: the hash of its split, and the seed that they were drawn by."""
    origin = {name: value for name, value in record["provenance"].items() if name != "split_hash"}
    data = {name: value for name, value in record["data"].items() if name != "seed"}
    return {**record, "provenance": origin, "data": data}


def _edge(records: Sequence[dict], name: str) -> str:
    return rate_at_edge(runs_of(records, name), VARY)


def _with_both(chosen: Sequence[dict], part: str) -> Interval:
    over_images = mean_score(chosen, part)
    if len(chosen) < 2:
        return over_images
    return replace(both_errors(seed_interval([score_of(run, part) for run in chosen]), over_images), unit="%")
