"""Claims of section 4.3 (Dube et al. 2018) as tests over finished runs: graduated rates; and two of ours."""

from collections.abc import Mapping, Sequence

from course_lib.analysis.intervals import Interval, bootstrap_interval
from course_lib.analysis.rates import flowers, scales
from course_lib.analysis.rates.predictors import (
    BEST,
    FIXED,
    NEIGHBOURS,
    OTHERS,
    RIDGE,
    SEEDS_BEST,
    VOTE,
    scale_predictors,
    voters,
)
from course_lib.analysis.rates.printed import printed_number
from course_lib.analysis.rates.real_claims import on_chosen_scales, on_scales
from course_lib.analysis.rates.scales import PRINTED_SCALE, Grid
from course_lib.analysis.rates.task_features import neighbours_for, task_features
from course_lib.analysis.verdicts import POSITIVE, Claim, Region, about
from course_lib.training.graduated import BASELINE_HEAD

STUDIES = ("scales", "scale_heads")
AS_GOOD = 0.005  # accuracy: so much less still counts as at least as good
_Runs = Mapping[str, Sequence[dict]]


def _grids(runs: _Runs) -> tuple[Grid, Grid]:
    return scales.grid_of(runs["scales"]), scales.grid_of(runs["scale_heads"], scales.head_of)


def _flower_gaps(runs: _Runs, confidence: float) -> dict[str, Interval]:
    """Graduated minus the best of the document's uniform multipliers, at LL 10 of the text and 20 of the caption."""
    records = runs["flower_rates"]
    return {
        f"LL {head:g}": flowers.flower_gap(
            records, head, (flowers.GRADUATED,), flowers.PRINTED_UNIFORM, confidence=confidence
        )
        for head in flowers.flower_heads(records)
    }


def _most_frequent(ties: str):
    def measure(runs: _Runs, confidence: float) -> dict[str, Interval]:
        """Share of the tasks in which 0.25 is best minus that of each other scale; bootstrap over tasks."""
        grid = scales.grid_of(runs["scales"])
        shares = scales.best_shares(grid, ties, "last").mean(axis=2)  # (T, K)
        own = shares[:, grid.column(PRINTED_SCALE)]
        return {
            f"minus scale {scale:g}": bootstrap_interval(own - other, confidence=confidence, things="tasks")
            for scale, other in zip(grid.settings, shares.T, strict=True)
            if scale != PRINTED_SCALE
        }

    return measure


def _best_gain(choose: str, judge: str):
    def measure(runs: _Runs, confidence: float) -> dict[str, Interval]:
        grid, heads = _grids(runs)
        best = grid.taken(grid.by_validation(choose), judge)
        return {"best − baseline": scales.gain(best, heads.at(BASELINE_HEAD, judge), confidence)}

    return measure


def _fixed_gain(runs: _Runs, confidence: float) -> dict[str, Interval]:
    grid, heads = _grids(runs)
    fixed, base = grid.at(PRINTED_SCALE, "last"), heads.at(BASELINE_HEAD, "last")
    return {"fixed − baseline": scales.gain(fixed, base, confidence)}


def _learner_gains(rival: str):
    def measure(runs: _Runs, confidence: float) -> dict[str, Interval]:
        grid, heads = _grids(runs)
        features = task_features(grid, heads, neighbours_for(grid))
        found = {own.name: own for own in scale_predictors(grid, heads, features)}
        return {name: found[name].gain_over(found[rival], confidence) for name in (RIDGE, NEIGHBOURS)}

    return measure


def _way_gain(own: str, rival: str):
    def measure(runs: _Runs, confidence: float) -> dict[str, Interval]:
        grid, heads = _grids(runs)
        found = (*scale_predictors(grid, heads), *voters(grid, runs["scales"], runs["scale_seeds"]))
        ways = {way.name: way for way in found}
        return {f"{own} − {rival}": ways[own].gain_over(ways[rival], confidence)}

    return measure


_BASE, _BEST, _FIXED = (
    printed_number(name) for name in ("baseline_accuracy", "best_of_scales_accuracy", "most_frequent_scale_accuracy")
)
_PICKED = (
    "if we picked the individual scale which maximized the accuracy for each job, the mean top-1 accuracy across all "
    f"tasks improved from {_BASE:g}% to {_BEST:g}%, a significant gain"
)

SCALE_CLAIMS: tuple[Claim, ...] = (
    Claim(
        "scales-flowers", "the best accuracy was achieved when the learning rate multipliers were graduated",
        "Section 4.3, Fig. 10", "test accuracy with multipliers 0, 0, 1, 2, 5 minus that with the best of uniform 1, 2 "
        "and 5, which validation chooses, at both rates of the last layer; sets fixed as in the document",
        ("flower_rates",), _flower_gaps, POSITIVE,
    ),
    Claim(
        "scales-best-of-11", _PICKED, "Section 4.3",
        "the gain after the last epoch, chosen and measured on the same validation images as in the document: about "
        "the printed one", STUDIES, _best_gain("last", "last"), about((_BEST - _BASE) / 100), images="val",
        on_real=on_chosen_scales(_best_gain("last", "last"), "the same", "val"),
    ),
    Claim(
        "scales-best-of-11-test", _PICKED, "Section 4.3", "the same gain on test images that did not choose; "
        "validation chooses the epoch, too", STUDIES, _best_gain("val", "test"), about((_BEST - _BASE) / 100),
        on_real=on_chosen_scales(_best_gain("val", "test"), "the gain on test images that did not choose"),
    ),
    Claim(
        "scales-best-of-11-gains", "picking the scale for each job is a gain at all", "Section 4.3",
        "best of the scales by validation minus the last layer alone, test images", STUDIES, _best_gain("val", "test"),
        POSITIVE, on_real=on_chosen_scales(_best_gain("val", "test"), "best scale by validation minus the last layer"),
    ),
    Claim(
        "scales-most-frequent", f"which scale was most frequently the optimal one … was scale of {PRINTED_SCALE:g}",
        "Section 4.3", "share of the tasks in which it is best after the last epoch minus that of each other scale; of "
        "equal ones the lowest counts", ("scales",), _most_frequent("first"), POSITIVE, images="val",
        on_real=on_scales(_most_frequent("first"), "the same", "val"),
    ),
    Claim(
        "scales-most-frequent-shared",
        f"which scale was most frequently the optimal one … was scale of {PRINTED_SCALE:g}", "Section 4.3",
        "the same if scales that tie share the task", ("scales",), _most_frequent("shared"), POSITIVE, images="val",
        on_real=on_scales(_most_frequent("shared"), "the same", "val"),
    ),
    Claim(
        "scales-fixed", f"always chose this single scale … from {_BASE:g}% to {_FIXED:g}%", "Section 4.3",
        "validation accuracy after the last epoch at scale 0.25 minus that of the last layer alone, as in the document",
        STUDIES, _fixed_gain, about((_FIXED - _BASE) / 100), images="val",
        on_real=on_scales(_fixed_gain, "the same", "val"),
    ),
    Claim(
        "scales-beat-seeds", "the best of eleven scales is better than the best of eleven seeds at one scale (ours)",
        "–", "test accuracy of the best by validation of either", (*STUDIES, "scale_seeds"),
        _way_gain(BEST, SEEDS_BEST), POSITIVE,
    ),
    Claim(
        "scales-table-learner", "a simple table learner beats the fixed scale 0.25 (ours)", "–",
        "test accuracy at the scale predicted from facts of the task, learnt from all other tasks, minus that at 0.25, "
        "the lowest scale tried", STUDIES, _learner_gains(FIXED), POSITIVE,
    ),
    Claim(
        "scales-table-learner-others", "a simple table learner beats the best scale of the other tasks (ours)", "–",
        "the same minus the accuracy at the one scale that is best on average over all other tasks",
        STUDIES, _learner_gains(OTHERS), POSITIVE,
    ),
    Claim(
        "scales-vote", "the vote of the eleven is at least as good as the best of the eleven (ours)", "–",
        f"test accuracy of the vote minus that of the best by validation: above −{100 * AS_GOOD:g} points",
        (*STUDIES, "scale_seeds"), _way_gain(VOTE, BEST), Region(low=-AS_GOOD),
    ),
)  # fmt: skip
