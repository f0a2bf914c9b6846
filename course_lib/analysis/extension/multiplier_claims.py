"""Claims of the slide on k and e (Pittaras et al. 2017) as tests over finished runs; one of ours."""

from course_lib.analysis.extension.concepts import on_evaluated
from course_lib.analysis.extension.multipliers import epochs_of, explained, longer_gap, rates_of, smaller_gap
from course_lib.analysis.extension.printed import printed_statement
from course_lib.analysis.intervals import Interval
from course_lib.analysis.verdicts import POSITIVE, Claim, Runs

STUDY = "multipliers"
SLIDE = "Preliminary experiments"


def _smaller(runs: Runs, confidence: float) -> dict[str, Interval]:
    records = on_evaluated(runs[STUDY])
    epochs = epochs_of(records)
    return {f"lr {lr:g}": smaller_gap(records, lr, epochs).interval(confidence) for lr in rates_of(records)}


def _smaller_at_once(runs: Runs, confidence: float) -> dict[str, Interval]:
    records = on_evaluated(runs[STUDY])
    epochs = [e for e in epochs_of(records) if e <= 1]
    return {f"lr {lr:g}": smaller_gap(records, lr, epochs).interval(confidence) for lr in rates_of(records)}


def _longer(steps: int):
    """The longest training minus one that is so many steps shorter; all steps: the shortest."""

    def measure(runs: Runs, confidence: float) -> dict[str, Interval]:
        records = on_evaluated(runs[STUDY])
        epochs = epochs_of(records)
        if len(epochs) <= abs(steps):
            raise ValueError(f"{len(epochs)} numbers of epochs are too few to compare")
        pair = epochs[-1], epochs[-1 - steps] if steps else epochs[0]
        return {f"lr {lr:g}": longer_gap(records, lr, *pair).interval(confidence) for lr in rates_of(records)}

    return measure


def _rate_explains(runs: Runs, confidence: float) -> dict[str, Interval]:
    records = on_evaluated(runs[STUDY])
    return {f"e {e:g}": explained(records, e, confidence)["rate − lr"] for e in epochs_of(records)[-1:]}


MULTIPLIER_CLAIMS: tuple[Claim, ...] = (
    Claim(
        "extension-smaller-k", printed_statement("smaller-k"), SLIDE,
        "MAP at k = 0.05 minus that at k = 1, mean over all e, at every learning rate of the new layer; the slides "
        "name none",
        (STUDY,), _smaller, POSITIVE,
    ),
    Claim(
        "extension-smaller-k-short", printed_statement("smaller-k"), SLIDE,
        "the same after at most one epoch, where the printed difference is largest",
        (STUDY,), _smaller_at_once, POSITIVE,
    ),
    Claim(
        "extension-more-epochs", printed_statement("more-epochs"), SLIDE,
        "MAP after the most epochs minus that after the fewest, mean over all k, at each learning rate of the new "
        "layer", (STUDY,), _longer(0), POSITIVE,
    ),
    Claim(
        "extension-last-doubling", printed_statement("more-epochs"), SLIDE,
        "the same for the last doubling of the epochs", (STUDY,), _longer(1), POSITIVE,
    ),
    Claim(
        "extension-rate-counts", "after long training, the rate of the pretrained layers k · lr explains MAP "
        "better than the rate of the new layer alone (ours, made after these runs)", "–",
        "difference of the shares of variance over all (k, lr) "
        "that a parabola in the logarithm of either explains, after the most epochs",
        (STUDY,), _rate_explains, POSITIVE, "",
    ),
)  # fmt: skip
