"""Claims of the slides on strategies and target concepts (Pittaras et al. 2017) as tests over finished runs.

CaffeNet has no counterpart here: what the slides say of it is asked of the networks without auxiliary heads. A best
rate at the end of its grid leaves a claim undecided where it is of the side that is behind (`compare_sides`).
"""

from course_lib.analysis.extension.concepts import on_evaluated
from course_lib.analysis.extension.num_concepts import mean_gain
from course_lib.analysis.extension.printed import printed_statement
from course_lib.analysis.extension.strategies import (
    FAMILIES,
    FT1,
    FT2,
    FT3,
    ONE_LAYER,
    TWO_LAYERS,
    by_network,
    compare_kinds,
    kind_gain,
    of_kind,
    untuned_gain,
)
from course_lib.analysis.extension.widths import own_width_gain
from course_lib.analysis.intervals import Interval
from course_lib.analysis.records import setting
from course_lib.analysis.verdicts import POSITIVE, Claim, Runs

KEYFRAMES, PHOTOGRAPHS, CONCEPTS = "strategies", "strategies_voc", "num_concepts"
DATA = {KEYFRAMES: "keyframes", PHOTOGRAPHS: "photographs"}
SIN_SLIDE, VOC_SLIDE, CONCLUSIONS = "Direct output, SIN", "Direct output, VOC", "Direct output, conclusions"


def _networks(runs: Runs, study: str) -> dict[str, list[dict]]:
    return by_network(on_evaluated(runs[study]))


def _one_layer_best(runs: Runs, confidence: float) -> dict[str, Interval]:
    """One extension layer minus the best of all other strategies, for each data set and network."""
    return {
        f"{data}, {network}": compare_kinds(of_kind(own, ONE_LAYER), of_kind(own, FT1, FT2, TWO_LAYERS)).interval(
            confidence
        )
        for study, data in DATA.items()
        for network, own in _networks(runs, study).items()
    }


def _top_two(study: str, widths: tuple[int, int], heads: bool | None = None):
    """Each of two widths minus the best of all other strategies, for each network (`heads`: with auxiliary ones)."""
    names = [f"{ONE_LAYER}-{width}" for width in widths]

    def measure(runs: Runs, confidence: float) -> dict[str, Interval]:
        found = {}
        for network, own in _networks(runs, study).items():
            if heads is not None and heads != bool(setting(own[0], "aux_heads")):
                continue
            others = [run for run in of_kind(own, *FAMILIES) if setting(run, "name") not in names]
            for name in names:
                side = [run for run in own if setting(run, "name") == name]
                found[f"{network}, {name}"] = compare_kinds(side, others).interval(confidence)
        return found

    return measure


def _own_widths(runs: Runs, confidence: float) -> dict[str, Interval]:
    """The width of each network's own choice minus the common choice of all others, mean over the networks."""
    return {data: own_width_gain(_networks(runs, study)).interval(confidence) for study, data in DATA.items()}


def _extension_gain(kind: str, gain=kind_gain):
    """Strategies of a kind minus FT1, and minus FT2, mean over the networks, for each data set."""

    def measure(runs: Runs, confidence: float) -> dict[str, Interval]:
        return {
            f"{data}, minus {other}": gain(on_evaluated(runs[study]), kind, other).interval(confidence)
            for study, data in DATA.items()
            for other in (FT1, FT2)
        }

    return measure


def _more_concepts(runs: Runs, confidence: float) -> dict[str, Interval]:
    """Many minus few target concepts, mean over the networks, for each strategy."""
    found = mean_gain(on_evaluated(runs[CONCEPTS]))
    return {strategy: own.interval(confidence) for strategy, own in found.items()}


_BOTH = (KEYFRAMES, PHOTOGRAPHS)
_CHOICE = "validation chooses rate and strategy; a rate at the end of its grid counts only of the side behind"

STRATEGY_CLAIMS: tuple[Claim, ...] = (
    Claim(
        "extension-more-concepts", printed_statement("more-concepts"), "Number of target concepts",
        "MAP of the evaluated concepts after fine-tuning for all concepts minus that for few, mean over the networks, "
        "for FT1-def and one extension layer", (CONCEPTS,), _more_concepts, POSITIVE,
    ),
    Claim(
        "extension-top-two-sin", printed_statement("direct-sin"), SIN_SLIDE,
        f"keyframes, MAP of each of the two minus that of the best other strategy, for each network; {_CHOICE}",
        (KEYFRAMES,), _top_two(KEYFRAMES, (64, 128)), POSITIVE,
    ),
    Claim(
        "extension-top-two-voc", printed_statement("direct-voc-caffenet"), VOC_SLIDE,
        "photographs, the same of the networks without auxiliary heads, in the place of CaffeNet",
        (PHOTOGRAPHS,), _top_two(PHOTOGRAPHS, (512, 1024), heads=False), POSITIVE,
    ),
    Claim(
        "extension-top-two-googlenet", printed_statement("direct-voc-googlenet"), VOC_SLIDE,
        "photographs, the same of the GoogLeNets",
        (PHOTOGRAPHS,), _top_two(PHOTOGRAPHS, (2048, 4096), heads=True), POSITIVE,
    ),
    Claim(
        "extension-one-layer", printed_statement("one-layer-best"), CONCLUSIONS,
        "MAP of one extension layer, the width chosen by validation, minus that of the best of FT1-def, FT2-re and two "
        f"extension layers, for each data set and network; {_CHOICE}", _BOTH, _one_layer_best, POSITIVE,
    ),
    Claim(
        "extension-dimension", printed_statement("best-dimension"), CONCLUSIONS,
        "MAP with the width that a network's own validation chose minus that with the width which the other networks' "
        "validation chose together, mean over the networks, for each data set", _BOTH, _own_widths, POSITIVE,
    ),
    Claim(
        "extension-better-direct", printed_statement("extension-better"), "Conclusions",
        f"direct output: MAP of FT3-ex minus FT1-def and minus FT2-re, mean over the networks; {_CHOICE}, FT3-ex among "
        "the most", _BOTH, _extension_gain(FT3), POSITIVE,
    ),
    Claim(
        "extension-better-untuned", "a width of one extension layer that nobody tuned beats FT1-def and FT2-re (ours)",
        "–", "direct output: mean over all widths minus the mean over all variants of the other strategy, mean over "
        "the networks; validation chooses the rate of each alone", _BOTH, _extension_gain(ONE_LAYER, untuned_gain),
        POSITIVE,
    ),
)  # fmt: skip
