"""Claims about MultiTune's training time (Wang et al. 2020) as tests over the seconds of finished runs.

The printed times are of the released code, in which one block of the second branch counts and the others are computed
and discarded. A joined network of two whole branches, which the document describes, is another network: it has claims
of its own.
"""

from course_lib.analysis.intervals import Interval
from course_lib.analysis.multitune.printed import printed_statement
from course_lib.analysis.multitune.rows import by_kind, kind_of, methods_in
from course_lib.analysis.multitune.switches import released_state, whole_set
from course_lib.analysis.multitune.times import smallest_saving, time_change
from course_lib.analysis.verdicts import NEGATIVE, Claim, Region, Runs
from course_lib.sweeps.studies.multitune.methods import MULTITUNE, ONE_BLOCK, SPOTTUNE
from course_lib.sweeps.studies.multitune.switches import BASELINES

_RUNS, _STATES = "two_networks", "switches"
MUCH = Region(high=-smallest_saving())  # at least what the document prints for each set
_MEASURED = (
    "seconds of training with validation, of the finished runs on one machine: paired by images, rate and seed, the "
    "median of the ratios of each seed, since the machine may do other things, too"
)


def _as_printed(runs: Runs, confidence: float) -> dict[str, Interval]:
    found = {
        f"{kind}, {name}": time_change(own, name, SPOTTUNE, confidence)
        for kind, own in by_kind(runs[_RUNS]).items()
        for name in (MULTITUNE, ONE_BLOCK)
        if {name, SPOTTUNE} <= set(methods_in(own))
    }
    if not found:
        raise ValueError(f"no runs of {MULTITUNE} and {SPOTTUNE}: let the study finish")
    return found


def _as_released(runs: Runs, confidence: float) -> dict[str, Interval]:
    source, own = next(iter(whole_set(runs[_STATES]).items()))
    return {kind_of(source): time_change(own, released_state(), BASELINES[1], confidence)}


TIME_CLAIMS: tuple[Claim, ...] = (
    Claim(
        "multitune-less-time", printed_statement("less-computation"), "Abstract",
        "time of MultiTune with two whole branches, in both readings of the last block, against that of SpotTune, each "
        "set, all rows. The printed times are not of the network that is described: the released code trains one "
        f"block of branch b, and is tested apart. {_MEASURED}",
        (_RUNS,), _as_printed, NEGATIVE, "%", "train",
    ),
    Claim(
        "multitune-much-less-time", printed_statement("much-less-time"), "Section 6",
        "the same; much less is as much as the smallest saving that Table 3 prints, or more",
        (_RUNS,), _as_printed, MUCH, "%", "train",
    ),
    Claim(
        "multitune-released-less-time", printed_statement("less-time"), "Section 5",
        "time of MultiTune as released, whose second branch has one block of its own, against that of SpotTune as "
        "released, both with flips, all fine-grained images; as much as the smallest saving that Table 3 prints, or "
        "more. The released code computes and discards the other blocks, too, and the runs do without: they save more "
        f"than it does. {_MEASURED}",
        (_STATES,), _as_released, MUCH, "%", "train",
    ),
)  # fmt: skip
