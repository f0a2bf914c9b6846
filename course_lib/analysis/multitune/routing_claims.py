"""Claims about SpotTune and global-k as tests over finished runs."""

from dataclasses import replace

from course_lib.analysis.comparisons import edges_of
from course_lib.analysis.intervals import Interval
from course_lib.analysis.multitune.drawn_routes import changing_share, drawing_cost
from course_lib.analysis.multitune.global_k import GLOBAL, by_k, gap_to, policy_gap
from course_lib.analysis.multitune.method_claims import on_larger_rows
from course_lib.analysis.multitune.routes import apart_interval, beyond_chance
from course_lib.analysis.multitune.routing import (
    PRINTED,
    by_set,
    by_variant,
    chosen_runs,
    gaps_to_full,
    main_effect,
    set_name,
)
from course_lib.analysis.records import select
from course_lib.analysis.verdicts import NEGATIVE, POSITIVE, Claim, Region, Runs
from course_lib.sweeps.studies.multitune.comparison import VARY
from course_lib.sweeps.studies.multitune.methods import FULL, LATER, SPOTTUNE

COMPARISON, ROUTING, GLOBAL_K = "two_networks", "routing", "global_k"
PAPERS_K = 3  # of the variant that the paper on SpotTune reports
MARGIN = Region(low=-0.02)  # "as good as": at most two points worse
ONE_GATE = Region(low=1 / 12)  # two images differ in more than one of twelve blocks
_TUNED = "the rate of each seed is chosen by validation"


def _against_full(runs: Runs, confidence: float) -> dict[str, Interval]:
    return gaps_to_full(runs[ROUTING], confidence=confidence)


def _of_chosen(measure):
    """Measure the runs of SpotTune as printed that validation chose, for each set."""

    def measured(runs: Runs, confidence: float) -> dict[str, Interval]:
        printed = select(runs[ROUTING], name=PRINTED)
        return {set_name(source): _with_edge(measure, [own], confidence) for source, own in by_set(printed).items()}

    return measured


def _effect(factor: str):
    """The main effect of a factor of the study `routing`, for each set."""

    def measured(runs: Runs, confidence: float) -> dict[str, Interval]:
        return {
            set_name(source): main_effect(own, factor).interval(confidence)
            for source, own in by_set(runs[ROUTING]).items()
        }

    return measured


def _of_drawn(measure):
    """Measure drawn routes over all variants of the study `routing` together, for each set."""

    def measured(runs: Runs, confidence: float) -> dict[str, Interval]:
        return {
            set_name(source): _with_edge(measure, list(by_variant(own).values()), confidence)
            for source, own in by_set(runs[ROUTING]).items()
        }

    return measured


def _with_edge(measure, grids: list[list[dict]], confidence: float) -> Interval:
    """Measure the runs that validation chose of all grids; an edge of any grid is named."""
    chosen = [run for own in grids for run in chosen_runs(own)]
    return replace(measure(chosen, confidence), edge=edges_of(*grids, vary=VARY))


def _global_against_spottune(runs: Runs, confidence: float) -> dict[str, Interval]:
    own = by_k(runs[GLOBAL_K], GLOBAL)
    if PAPERS_K not in own:
        raise ValueError(f"no run of global-{PAPERS_K}: k is {', '.join(map(str, own))}")
    return {f"k = {PAPERS_K}": gap_to(own[PAPERS_K], runs[COMPARISON], SPOTTUNE).interval(confidence)}


def _last_against_global(runs: Runs, confidence: float) -> dict[str, Interval]:
    return {
        f"k = {PAPERS_K}": policy_gap(runs[GLOBAL_K], [PAPERS_K]).interval(confidence),
        "mean over k": policy_gap(runs[GLOBAL_K]).interval(confidence),
    }


ROUTING_CLAIMS: tuple[Claim, ...] = (
    Claim(
        "spottune-beats-full", "SpotTune is better than plain full fine-tuning that is tuned alike (of its paper; here "
        "with a tuned rate)", "–", "test accuracy of SpotTune minus full fine-tuning, both with SpotTune's printed "
        f"schedule, each set, all images; {_TUNED}", (ROUTING,), _against_full, POSITIVE,
        on_real=on_larger_rows((LATER[SPOTTUNE],), LATER[FULL], "the same difference"),
    ),
    Claim(
        "spottune-routes-by-image", "which layers are frozen and which are fine-tuned is decided per training example "
        "(Section 2.2): two images differ in more than one of twelve blocks", "2.2",
        "share of the gates at which two test images differ, mean over pairs and seeds",
        (ROUTING,), _of_chosen(apart_interval), ONE_GATE, "%",
    ),
    Claim(
        "spottune-routes-by-class",
        "routes depend on the class of an image (ours; those of an untrained policy may, too)", "–",
        "share of the variance of the decisions that the class explains, minus that of permuted labels",
        (ROUTING,), _of_chosen(beyond_chance), POSITIVE,
    ),
    Claim(
        "spottune-released-freezing", "a frozen copy whose BatchNorm trains, as in the released code, is more accurate "
        "than one that is frozen completely (ours)", "–",
        f"main effect of released minus strict freezing, each set; {_TUNED}",
        (ROUTING,), _effect("freezing"), POSITIVE,
    ),
    Claim(
        "spottune-schedule-costs", "the steps of the learning rate that the released code leaves out cost accuracy "
        "(ours)", "–", f"main effect of one step minus three steps, each set; {_TUNED}",
        (ROUTING,), _effect("schedule"), NEGATIVE,
    ),
    Claim(
        "spottune-drawing-costs", "drawing routes at test time, as the released code does, costs accuracy (ours)", "–",
        "accuracy with the likelier routes minus the mean of the passes with drawn ones, all variants, each set",
        (ROUTING,), _of_drawn(drawing_cost), POSITIVE,
    ),
    Claim(
        "spottune-drawing-changes", "drawing routes at test time makes more than one answer in a hundred right in some "
        "passes and wrong in others (ours)", "–", "share of the test images right in some passes only, each set",
        (ROUTING,), _of_drawn(changing_share), Region(low=0.01), "%",
    ),
    Claim(
        "global-3-as-good", "the same three blocks for all images are as good as a route for each image: at most two "
        "points worse (ours)", "–", f"test accuracy of global-3 minus SpotTune; both choose among the same rates; "
        f"{_TUNED}", (GLOBAL_K, COMPARISON), _global_against_spottune, MARGIN,
    ),
    Claim(
        "global-k-last-as-good", "tuning the last k blocks without a policy is as good as global-k: at most two points "
        "worse (ours)", "–", f"test accuracy of the last k blocks minus global-k, at k = 3 and mean over k; {_TUNED}",
        (GLOBAL_K,), _last_against_global, MARGIN,
    ),
)  # fmt: skip
