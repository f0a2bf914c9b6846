"""Claims about what makes MultiTune good (Wang et al. 2020), about its released code and about L2-SP."""

from collections.abc import Callable

from course_lib.analysis.intervals import Interval
from course_lib.analysis.multitune.method_claims import SAME
from course_lib.analysis.multitune.penalties import BEST_ALPHA, pull_gaps
from course_lib.analysis.multitune.printed import printed_row, printed_statement
from course_lib.analysis.multitune.rows import by_row, kind_of, row_name
from course_lib.analysis.multitune.switches import (
    BOTH_ALONE,
    ONE_RATE,
    control_gaps,
    first_files_gap,
    flip_gap,
    released_gaps,
    whole_set,
)
from course_lib.analysis.verdicts import POSITIVE, Claim, Runs, about
from course_lib.sweeps.studies.multitune.switches import BASELINES, BRANCHES

SWITCHES, PENALTIES = "switches", "penalties"


def _controls(*names: str) -> Callable[[Runs, float], dict[str, Interval]]:
    """The printed network minus each of these controls, on every set that has it."""

    def measure(runs: Runs, confidence: float) -> dict[str, Interval]:
        found = {
            f"{kind_of(source)}, {name}": gap.interval(confidence)
            for source, own in whole_set(runs[SWITCHES]).items()
            for name, gap in control_gaps(own).items()
            if name in names
        }
        if not found:
            raise ValueError(f"no runs of {' or '.join(names)}: let the study finish")
        return found

    return measure


def _first_set(runs: Runs) -> list[dict]:
    """Runs on all images of the set that has the controls."""
    return next(iter(whole_set(runs[SWITCHES]).values()))


def _released(runs: Runs, confidence: float) -> dict[str, Interval]:
    return {BASELINES[0]: released_gaps(_first_set(runs))[BASELINES[0]].interval(confidence)}


def _flips(runs: Runs, confidence: float) -> dict[str, Interval]:
    return {"flips": flip_gap(_first_set(runs)).interval(confidence)}


def _first_files(runs: Runs, confidence: float) -> dict[str, Interval]:
    return {"first files": first_files_gap(runs[SWITCHES]).interval(confidence)}


def _l2sp(runs: Runs, confidence: float) -> dict[str, Interval]:
    return {
        row_name(row): pull_gaps(own)[BEST_ALPHA].interval(confidence) for row, own in by_row(runs[PENALTIES]).items()
    }


SWITCH_CLAIMS: tuple[Claim, ...] = (
    Claim(
        "multitune-lower-rate", printed_statement("lower-rate-last-block"), "Section 5",
        "MultiTune as printed minus the same with one rate for both branches, on either set; in the released code the "
        "smaller rate never acts, so the document has not tested it",
        (SWITCHES,), _controls(ONE_RATE), POSITIVE,
    ),
    Claim(
        "multitune-integration", printed_statement("due-to-integration"), "Section 5",
        "MultiTune as printed minus each of its branches as a network of its own, on all fine-grained images",
        (SWITCHES,), _controls(*BRANCHES), POSITIVE,
    ),
    Claim(
        "multitune-joined-layer", printed_statement("chooses-features"), "Section 3.2",
        "MultiTune as printed minus its two branches trained alone, A with one seed and B with another, whose "
        "probabilities are averaged, all pairs of seeds: what the joined layer adds to two networks",
        (SWITCHES,), _controls(BOTH_ALONE), POSITIVE,
    ),
    Claim(
        "multitune-released-gap", printed_statement("best-aircraft"), "Section 6",
        "MultiTune as released minus SpotTune as released, which sees no flipped images, on the fine-grained set; from "
        "half to twice the printed difference",
        (SWITCHES,), _released, about(printed_row("Aircraft").difference.estimate),
    ),
    Claim(
        "multitune-flips", "SpotTune as released gains from the flips that only MultiTune was given (ours)", "–",
        "SpotTune as released with flips minus without, on all images of the fine-grained set",
        (SWITCHES,), _flips, POSITIVE,
    ),
    Claim(
        "multitune-first-files", "the first files of each class, to train and to validate, are as good as random ones "
        "to train and the whole validation part (ours)", "–",
        "MultiTune as released with the first 10 files of each class to train and to validate, minus 10 random ones to "
        "train, which each seed draws anew, and the whole validation part; the same test images. Drawn files have no "
        "order, so that only the smaller validation part, which chooses rate and epoch, can make a difference; less "
        "than two points are none",
        (SWITCHES,), _first_files, SAME,
    ),
    Claim(
        "multitune-l2sp", printed_statement("l2-sp-beats-l2"), "Section 2.3",
        "L2-SP minus L2, each with the strength α and the rate that validation chose, on all and on 10 images of each "
        "class of the fine-grained set",
        (PENALTIES,), _l2sp, POSITIVE,
    ),
)  # fmt: skip
