"""Claims on features and fusion (Pittaras et al. 2017, slides "DCNN features") as tests over finished runs.

The slides print no numbers of these results, so each claim is tested as an order. A score of keyframes is the mean over
the evaluated concepts; all intervals are of concepts and of training again.
"""

from collections.abc import Callable, Mapping, Sequence

from course_lib.analysis.extension import fusion
from course_lib.analysis.extension.features import Trained, by_network, trained_networks, way_gap
from course_lib.analysis.extension.printed import printed_number, printed_statement
from course_lib.analysis.extension.ways import ALL_FUSED, DIRECT, HEAD2TOE, LAST_FUSED, WITH_AUXILIARY
from course_lib.analysis.intervals import Interval
from course_lib.analysis.records import select
from course_lib.analysis.verdicts import NEGATIVE, POSITIVE, Claim, RealTest, Region

STUDY, STUDY_VOC = "strategies", "strategies_voc"
WITHIN_TOP, AMONG_WORST, NUM_STRATEGIES = "FT3-ex1-512", "FT3-ex2-64", 15
NUM_NETWORKS = 4
COLLAGES, TUNED = "collages", "FT1-def"
_Runs = Mapping[str, Sequence[dict]]
_OfNetwork = Callable[[Sequence[Trained], float], Interval]


def _each_network(measure: _OfNetwork, way: str = LAST_FUSED, study: str = STUDY):
    """The measure for each network with a run that was asked for the way."""

    def measured(runs: _Runs, confidence: float) -> dict[str, Interval]:
        networks = by_network(trained_networks(runs[study]))
        found = {name: own for name, own in networks.items() if any(each.is_asked(way) for each in own)}
        if not found:
            raise ValueError(f"no run was asked for '{way}': run 'course study {study}'")
        return {name: measure(own, confidence) for name, own in found.items()}

    return measured


def _gap(a: str, b: str, study: str = STUDY):
    return _each_network(lambda own, confidence: way_gap(own, a, b, confidence), a, study)


def _rank(strategy: str, study: str = STUDY):
    return _each_network(
        lambda own, confidence: fusion.rank_interval(own, strategy, confidence=confidence), study=study
    )


def _families(runs: _Runs, confidence: float) -> dict[str, Interval]:
    networks = by_network(trained_networks(runs[STUDY]))
    return {
        f"{name}, FT3-ex − {other}": fusion.family_gap(own, "FT3-ex", other, confidence=confidence)
        for name, own in networks.items()
        for other in ("FT1", "FT2-re")
    }


def _on_collages(measure: _OfNetwork, way: str, tested: str) -> RealTest:
    """The measure of FT1-def of one network, with ImageNet weights, on collages of real photographs."""

    def measured(runs: _Runs, confidence: float) -> dict[str, Interval]:
        tuned = {COLLAGES: select(runs[COLLAGES], name=TUNED)}
        return _each_network(measure, way, COLLAGES)(tuned, confidence)

    return RealTest((COLLAGES,), measured, f"{tested}; {TUNED} with ImageNet weights, collages of real photographs")


def _gap_on_collages(a: str, b: str) -> RealTest:
    return _on_collages(lambda own, confidence: way_gap(own, a, b, confidence), a, f"MAP of {a} minus {b}")


def _chance_of(places: float) -> float:
    """For all four networks, if these were independent."""
    return (places / NUM_STRATEGIES) ** NUM_NETWORKS


def _chance(places: float) -> str:
    one = places / NUM_STRATEGIES
    return (
        f"by chance {one:.0%} for one network and {_chance_of(places):.1%} for all four, if these were independent; "
        "percentile bootstrap over concepts and seeds"
    )


def _rank_claims(suffix: str, study: str, place: str) -> list[Claim]:
    top, worst = printed_number("top"), printed_number("worst")
    return [
        Claim(
            f"extension-top-five{suffix}", printed_statement("features-top-five"), place,
            f"rank of {WITHIN_TOP} among {NUM_STRATEGIES} strategies by the last three layers fused, each network; "
            + _chance(top),
            (study,), _rank(WITHIN_TOP, study), Region(high=top + 0.75), "",
            chance=_chance_of(top),
        ),
        Claim(
            f"extension-five-worst{suffix}", printed_statement("features-five-worst"), place,
            f"rank of {AMONG_WORST} among {NUM_STRATEGIES} strategies by the last three layers fused, each network; "
            + _chance(worst),
            (study,), _rank(AMONG_WORST, study), Region(low=NUM_STRATEGIES - worst + 0.25), "",
            chance=_chance_of(worst),
        ),
    ]  # fmt: skip


_FEATURES, _CONCLUSIONS = "DCNN features", "Conclusions"
_THOROUGH = "FT1-def and FT3-ex1-512, each network"
_PLACE_VOC = "DCNN features, VOC (“the same conclusions hold”)"

FEATURE_CLAIMS: tuple[Claim, ...] = (
    Claim(
        "extension-features-beat-direct", printed_statement("features-beat-direct"), _CONCLUSIONS,
        "MAP of the last three layers fused minus that of the direct output of the same networks, mean over the "
        "strategies, each network; validation chose the learning rate for the direct output",
        (STUDY,), _gap(LAST_FUSED, DIRECT), POSITIVE, on_real=_gap_on_collages(LAST_FUSED, DIRECT),
    ),
    Claim(
        "extension-fusion-beats-single", printed_statement("many-layers"), _FEATURES,
        "MAP of the last three layers fused minus that of the best of the three, mean over the strategies, each "
        "network; the test images choose the single layer, which makes its score too high",
        (STUDY,), _each_network(fusion.strictest_gap), POSITIVE,
        on_real=_on_collages(fusion.strictest_gap, LAST_FUSED, f"MAP of {LAST_FUSED} minus that of the best of them"),
    ),
    Claim(
        "extension-all-layers-fused", printed_statement("many-layers"), _FEATURES,
        f"MAP of all layers fused minus that of the last three fused; {_THOROUGH}",
        (STUDY,), _gap(ALL_FUSED, LAST_FUSED), POSITIVE, on_real=_gap_on_collages(ALL_FUSED, LAST_FUSED),
    ),
    Claim(
        "extension-upper-layers", printed_statement("upper-layers"), _FEATURES,
        f"mean MAP of the last three layers, each by itself, minus that of all layers below; {_THOROUGH}",
        (STUDY,), _each_network(fusion.upper_gap, ALL_FUSED), POSITIVE,
        on_real=_on_collages(fusion.upper_gap, ALL_FUSED, "mean MAP of the last three layers minus all layers below"),
    ),
    *_rank_claims("", STUDY, _FEATURES),
    Claim(
        "extension-better-features", printed_statement("extension-better"), _FEATURES,
        "mean MAP of the last three layers fused of the FT3-ex strategies minus that of FT1-def, and of the FT2-re "
        "strategies, each network",
        (STUDY,), _families, POSITIVE,
    ),
    Claim(
        "extension-head2toe",
        "a selection among the features of all layers (Head2Toe) is less accurate than late fusion of "
        "the same layers (ours; the slides are older)", "–",
        f"MAP of Head2Toe minus that of all layers fused; {_THOROUGH}",
        (STUDY,), _gap(HEAD2TOE, ALL_FUSED), NEGATIVE, on_real=_gap_on_collages(HEAD2TOE, ALL_FUSED),
    ),
    Claim(
        "extension-auxiliary-features",
        "the auxiliary heads as features beside the last three layers help (ours; the slides "
        "evaluate these heads and print no result)", "Evaluation setup",
        "MAP of the last three layers and the auxiliary heads fused minus that of the last three fused, mean over the "
        "strategies, each network with auxiliary heads",
        (STUDY,), _gap(WITH_AUXILIARY, LAST_FUSED), POSITIVE,
    ),
    *_rank_claims("-voc", STUDY_VOC, _PLACE_VOC),
    Claim(
        "extension-features-beat-direct-voc", printed_statement("features-beat-direct"), _CONCLUSIONS,
        "the same on photographs with 20 fully judged concepts",
        (STUDY_VOC,), _gap(LAST_FUSED, DIRECT, STUDY_VOC), POSITIVE,
    ),
)  # fmt: skip
