"""Claims about MultiTune's accuracy (Wang et al. 2020) as tests over finished runs, and some of ours.

"Last block" is read in two ways: the last macro block of four residual blocks, or the last of these; where it matters
there is a claim for either. Accuracies are of test images, on which nothing was chosen. A best rate at the edge of the
grid, of either side, leaves a claim undecided.
"""

from collections.abc import Callable, Sequence

from course_lib.analysis.intervals import Interval
from course_lib.analysis.multitune.comparison import BY_CHOICE, optimism_of_maximum
from course_lib.analysis.multitune.printed import printed_statement
from course_lib.analysis.multitune.routing import gaps_to_later
from course_lib.analysis.multitune.rows import (
    ENSEMBLE,
    ENSEMBLE_ANEW,
    KINDS,
    PLAIN,
    Row,
    by_row,
    kind_of,
    method_gap,
    methods_in,
    row_name,
)
from course_lib.analysis.records import setting
from course_lib.analysis.verdicts import POSITIVE, Claim, RealTest, Region, Runs
from course_lib.sweeps.studies.multitune.methods import ALL_KEPT, ANEW, LATER, MULTITUNE, ONE_BLOCK, SP, SPOTTUNE, WIDE

STUDY, ROUTING = "two_networks", "routing"
LITTLE = 0.02  # accuracy: a smaller difference is called none; the document calls 1 to 4.5 points one
SAME = Region(-LITTLE, LITTLE)
LARGER, SMALLEST = (20, 15), (10, 5)  # images of each class
GENERAL = KINDS[1]
READINGS = {"": (MULTITUNE, "macro block"), "-block": (ONE_BLOCK, "residual block")}


def _gaps(
    methods: Sequence[str], base: str, wanted: Callable[[Row], bool]
) -> Callable[[Runs, float], dict[str, Interval]]:
    """Each method minus `base` on each row that is wanted; a method or row without runs is left out."""

    def measure(runs: Runs, confidence: float) -> dict[str, Interval]:
        rows = {row: own for row, own in by_row(runs[STUDY]).items() if wanted(row)}
        pairs = [(row, own, name) for row, own in rows.items() for name in methods if name in methods_in(own)]
        if not pairs:
            raise ValueError("no runs of these rows of Table 3 and these methods")
        return {
            f"{row_name(row)}, {name}": method_gap(own, name, base).interval(confidence) for row, own, name in pairs
        }

    return measure


def _gap_to_printed(method: str, kind: str) -> Callable[[Runs, float], dict[str, Interval]]:
    """A method minus SpotTune on the set of a kind, each as printed."""

    def measure(runs: Runs, confidence: float) -> dict[str, Interval]:
        variants = [run for run in runs[ROUTING] if kind_of(setting(run, "source")) == kind]
        return gaps_to_later(runs[STUDY], variants, method, confidence=confidence)

    return measure


def _whole(*kinds: str) -> Callable[[Row], bool]:
    return lambda row: row[1] is None and kind_of(row[0]) in kinds


def _of_sizes(sizes: Sequence[int]) -> Callable[[Row], bool]:
    return lambda row: row[1] in sizes


def on_larger_rows(methods: Sequence[str], base: str, tested: str) -> RealTest:
    """The test on CIFAR-100, of which no runs have all images: on the two rows that have most."""
    where = "20 and 15 images of each class of CIFAR-100, after eight epochs"
    tested = f"{tested}, on {where}; these rows were chosen when most of their runs were finished"
    return RealTest((STUDY,), _gaps(methods, base, _of_sizes(LARGER)), tested)


def _optimism(runs: Runs, confidence: float) -> dict[str, Interval]:
    return {kind: own[BY_CHOICE] for kind, own in optimism_of_maximum(runs[STUDY], confidence).items()}


def _of_readings() -> list[Claim]:
    """What the document says of MultiTune and SpotTune, for either reading of its last block."""
    claims = []
    for end, (method, block) in READINGS.items():
        tested = f"MultiTune (last {block} begun anew) minus SpotTune"
        on_real = on_larger_rows((method,), LATER[SPOTTUNE], f"{tested}, each with its own printed schedule")
        claims += [
            Claim(
                f"multitune-beats-{kind}{end}", printed_statement("beats-full-both-kinds"), "Section 5",
                f"{tested} on all images of the {kind} set, each with its own printed schedule and at the rate that "
                "validation chose",
                (STUDY, ROUTING), _gap_to_printed(method, kind), POSITIVE, on_real=on_real if kind == GENERAL else None,
            )
            for kind in KINDS
        ]  # fmt: skip
        claims.append(
            Claim(
                f"multitune-not-obvious{end}", printed_statement("not-obvious-10-5"), "Section 5",
                f"{tested} on 10 and on 5 images of each class of either set, both with MultiTune's schedule; less "
                "than two points are called not obvious",
                (STUDY,), _gaps((method,), SPOTTUNE, _of_sizes(SMALLEST)), SAME,
            )
        )  # fmt: skip
        claims.append(
            Claim(
                f"multitune-fresh{end}", printed_statement("fresh-last-blocks"), "Section 5",
                f"MultiTune (last {block} begun anew) minus the same of which nothing but the joined layer begins "
                "anew, on all images", (STUDY,), _gaps((method,), ALL_KEPT, _whole(*KINDS)), POSITIVE,
            )
        )  # fmt: skip
    return claims


METHOD_CLAIMS: tuple[Claim, ...] = (
    *_of_readings(),
    Claim(
        "multitune-plain-as-good", "no method is noticeably better than plain fine-tuning with a tuned rate (ours)",
        "–",
        "MultiTune in both readings, SpotTune and L2-SP minus the better plain fine-tuning on all images: each seed "
        "chooses by validation between one rate for all layers and a rate of the head ten times as high; less than two "
        "points are not noticeable",
        (STUDY,), _gaps((MULTITUNE, ONE_BLOCK, SPOTTUNE, SP), PLAIN, _whole(*KINDS)), Region(high=LITTLE),
        on_real=on_larger_rows(
            (MULTITUNE, ONE_BLOCK, SPOTTUNE, SP), PLAIN, "the same difference, all with MultiTune's schedule"
        ),
    ),
    Claim(
        "multitune-ensemble", "two plain networks whose probabilities are averaged are at least as good as MultiTune "
        "(ours)", "–",
        "MultiTune in both readings minus the ensemble on all images; less than two points are as good",
        (STUDY,), _gaps((MULTITUNE, ONE_BLOCK), ENSEMBLE, _whole(*KINDS)), Region(high=LITTLE),
    ),
    Claim(
        "multitune-second-branch", printed_statement("due-to-integration"), "Section 5",
        "MultiTune with its last residual blocks begun anew minus one of its branches as a network of its own, which "
        "has the same penalty and the same new block, on all images",
        (STUDY,), _gaps((ONE_BLOCK,), ANEW, _whole(*KINDS)), POSITIVE,
        on_real=on_larger_rows((ONE_BLOCK,), ANEW, "the same difference"),
    ),
    Claim(
        "multitune-ensemble-block", "two such networks whose probabilities are averaged are at least as good as "
        "MultiTune (ours)", "–",
        "MultiTune with its last residual blocks begun anew minus the ensemble of two networks that are one of its "
        "branches each, on all images; less than two points are as good",
        (STUDY,), _gaps((ONE_BLOCK,), ENSEMBLE_ANEW, _whole(*KINDS)), Region(high=LITTLE),
    ),
    Claim(
        "multitune-wider", "one plain network with as many parameters is at least as good as MultiTune (ours)", "–",
        "MultiTune in both readings minus the wider network, which has other pretrained weights, on all images; less "
        "than two points are as good",
        (STUDY,), _gaps((MULTITUNE, ONE_BLOCK), WIDE, _whole(*KINDS)), Region(high=LITTLE),
    ),
    Claim(
        "multitune-maximum", "the validation accuracy that chose rate and epoch is too high (ours)", "–",
        "maximum minus test accuracy of the same network, less what validation and test images differ in by themselves "
        "after the last epoch; mean over all rows and methods, for each set",
        (STUDY,), _optimism, POSITIVE, images="val",
    ),
)  # fmt: skip
