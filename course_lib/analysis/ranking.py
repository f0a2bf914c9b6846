"""Measure how well scores rank the sources of a target: rank correlations and regret, with intervals over targets.

Scores and accuracies are matrices (T, S): a row for each target, a column for each source; higher is better.
Accuracies (T, S, R) of R seeds are averaged over the seeds. NaN in both matrices at the same place: this source is no
candidate for this target, e.g. since it is the target's own domain.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import stats

from course_lib.analysis.intervals import Interval, seed_interval

Measure = Callable[[np.ndarray, np.ndarray], float]  # scores (S,), accuracies (S,) → agreement of the two orders


def weighted_tau(scores, accuracies) -> float:
    """Compute Kendall's weighted τ of one target's sources, in [-1, 1].

    The weighing is scipy's default, hyperbolic and additive: a pair of sources at ranks r and s (0 = best) in the wrong
    order counts 1/(r + 1) + 1/(s + 1), so mistakes among the best sources cost most. τ is the mean of the two values
    with ranks by score and with ranks by accuracy (Vigna 2015, A weighted correlation index for rankings with ties).
    Scores that are all equal order nothing: τ = 0, as of a random order in the mean.

    Args:
        scores, accuracies: (S,).

    Raises:
        ValueError: fewer than two sources, different numbers, a value that is not finite, or accuracies all equal.
    """
    return _correlation(scores, accuracies, stats.weightedtau)


def spearman(scores, accuracies) -> float:
    """Compute Spearman's rank correlation of one target's sources, in [-1, 1]; ties get their mean rank.

    Scores that are all equal order nothing: 0.

    Args:
        scores, accuracies: (S,).

    Raises:
        ValueError: as `weighted_tau`.
    """
    return _correlation(scores, accuracies, stats.spearmanr)


def rank_agreement(scores, accuracies, measure: Measure = weighted_tau) -> np.ndarray:
    """Compute the rank correlation of scores and accuracies for each target, (T,).

    Raises:
        ValueError: matrices that do not fit, or a target that `measure` refuses; the sentence names the target.
    """
    scores, accuracies, candidates = _matrices(scores, accuracies)
    found = []
    for target, own in enumerate(candidates):
        try:
            found.append(measure(scores[target, own], accuracies[target, own]))
        except ValueError as error:
            raise ValueError(f"target {target}: {error}") from None
    return np.array(found)


def mean_agreement(scores, accuracies, measure: Measure = weighted_tau, *, confidence: float = 0.95) -> Interval:
    """Compute the mean rank correlation over targets with its t-interval over them.

    The interval tells what other targets would change, with these sources; see `leave_one_source_out`, too.

    Raises:
        ValueError: fewer than two targets, or as `rank_agreement`.
    """
    return _over_targets(rank_agreement(scores, accuracies, measure), confidence, unit="")


def agreement_gap(
    scores_a, scores_b, accuracies, measure: Measure = weighted_tau, *, confidence: float = 0.95
) -> Interval:
    """Compute the mean rank correlation of score A minus that of score B, paired by target: t-interval.

    Raises:
        ValueError: as `mean_agreement`.
    """
    a, b = (rank_agreement(scores, accuracies, measure) for scores in (scores_a, scores_b))
    return _over_targets(a - b, confidence, unit="")


def leave_one_source_out(scores, accuracies, measure: Measure = weighted_tau) -> np.ndarray:
    """Compute the mean rank correlation over targets without each source in turn, (S,).

    A value far below the mean with all sources shows a source that makes the score look good alone, for example because
    it is the best for every target.

    Raises:
        ValueError: fewer than three sources, or as `rank_agreement`.
    """
    scores, accuracies, _ = _matrices(scores, accuracies)
    num_sources = scores.shape[1]
    if num_sources < 3:
        raise ValueError(f"{num_sources} sources leave no order when one is left out: give three or more")
    found = []
    for source in range(num_sources):
        try:
            left = (np.delete(matrix, source, axis=1) for matrix in (scores, accuracies))
            found.append(rank_agreement(*left, measure).mean())
        except ValueError as error:
            raise ValueError(f"without source {source}, {error}") from None
    return np.array(found)


def regret(scores, accuracies) -> np.ndarray:
    """Compute the accuracy that each target loses by taking the source with the highest score, (T,), as fractions.

    The loss is against the source with the highest measured accuracy, mean over seeds. That source is partly the
    luckiest, so the regret is too large by some of the seeds' noise; in `regret_gap` this cancels. Of several sources
    with the highest score the mean accuracy counts.

    Raises:
        ValueError: matrices that do not fit, or a target without candidates.
    """
    scores, accuracies, candidates = _matrices(scores, accuracies)
    if not candidates.any(axis=1).all():
        raise ValueError(f"target {int(candidates.any(axis=1).argmin())} has no candidate: leave this target out")
    top = scores == np.nanmax(scores, axis=1, keepdims=True)  # NaN equals nothing
    chosen = np.nansum(np.where(top, accuracies, 0), axis=1) / top.sum(axis=1)
    return np.nanmax(accuracies, axis=1) - chosen


def mean_regret(scores, accuracies, *, confidence: float = 0.95) -> Interval:
    """Compute the mean regret over targets with its t-interval.

    Raises:
        ValueError: fewer than two targets, or as `regret`.
    """
    return _over_targets(regret(scores, accuracies), confidence)


def regret_gap(scores_a, scores_b, accuracies, *, confidence: float = 0.95) -> Interval:
    """Compute the mean regret of score A minus that of score B, paired by target; below 0, A chooses better sources.

    Raises:
        ValueError: as `mean_regret`.
    """
    a, b = (regret(scores, accuracies) for scores in (scores_a, scores_b))
    return _over_targets(a - b, confidence)


def static_scores(values: Sequence[float], accuracies) -> np.ndarray:
    """Rank the sources in the same order for every target, e.g. by the accuracy of each source at home; (T, S).

    Args:
        values: (S,), higher is better.
        accuracies: (T, S) or (T, S, R); where they are NaN, so are the scores.

    Raises:
        ValueError: not one finite value for each source.
    """
    values, accuracies = np.asarray(values, dtype=float), _mean_over_seeds(accuracies)
    if values.shape != accuracies.shape[1:] or not np.isfinite(values).all():
        raise ValueError(f"static values {values.tolist()} do not fit {accuracies.shape[1]} sources: one number each")
    return np.where(np.isnan(accuracies), np.nan, values)


def ranking_table(
    scores: Mapping[str, np.ndarray],
    accuracies,
    *,
    against: str = "static",
    source_names: Sequence[str] | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Compare scores as rankings of the sources, a row for each; the static ranking is a row like any other.

    Columns: mean weighted τ with its interval over targets; the lowest and highest mean τ without one source, and
    without which it is lowest; mean Spearman correlation; mean regret in points with its interval; and τ minus that of
    `against`, paired by target, with its interval, widened so that all of them together hold with this confidence
    (Bonferroni: one of ten comparisons may exclude zero by chance).

    Args:
        scores: name → (T, S); `static_scores` makes the one that every table needs.
        against: the row that the others are compared with.
        source_names: for the column ``"lowest without"``; the number of the source by default.

    Raises:
        ValueError: `against` is missing, or as the functions of the columns.
    """
    if against not in scores:
        raise ValueError(f"scores {', '.join(scores)} lack '{against}': add a static ranking by `static_scores`")
    wide = 1 - (1 - confidence) / max(1, len(scores) - 1)
    rows = []
    for name, matrix in scores.items():
        tau = mean_agreement(matrix, accuracies, confidence=confidence)
        without = leave_one_source_out(matrix, accuracies)
        lowest = int(without.argmin())
        lost = mean_regret(matrix, accuracies, confidence=confidence)
        gap = agreement_gap(matrix, scores[against], accuracies, confidence=wide)
        rows.append(
            {"score": name, "weighted tau": tau.estimate, "low": tau.low, "high": tau.high}
            | {"without one source, lowest": without.min(), "highest": without.max()}
            | {"lowest without": lowest if source_names is None else source_names[lowest]}
            | {"Spearman": rank_agreement(matrix, accuracies, spearman).mean()}
            | {"regret": 100 * lost.estimate, "regret, low": 100 * lost.low, "regret, high": 100 * lost.high}
            | {f"tau − {against}": gap.estimate, "gap, low": gap.low, "gap, high": gap.high}
        )
    return pd.DataFrame(rows)


def _correlation(scores, accuracies, measure) -> float:
    scores, accuracies = np.asarray(scores, dtype=float), np.asarray(accuracies, dtype=float)
    if scores.ndim != 1 or scores.shape != accuracies.shape or scores.size < 2:
        raise ValueError(
            f"scores {scores.shape} and accuracies {accuracies.shape}: need one each for two sources or more"
        )
    if not np.isfinite([scores, accuracies]).all():
        raise ValueError("a score or an accuracy is not finite: mark what is no candidate by NaN in both matrices")
    if np.ptp(accuracies) == 0:
        raise ValueError("the accuracies are all equal, so that there is no order to predict: leave this target out")
    return float(measure(scores, accuracies)[0]) if np.ptp(scores) else 0.0


def _matrices(scores, accuracies) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores, accuracies, and which sources are candidates, each (T, S)."""
    scores, accuracies = np.asarray(scores, dtype=float), _mean_over_seeds(accuracies)
    if scores.shape != accuracies.shape:
        raise ValueError(
            f"scores {scores.shape} and accuracies {accuracies.shape} do not fit: both are targets × sources"
        )
    one_sided = np.argwhere(np.isnan(scores) != np.isnan(accuracies))
    if len(one_sided):
        target, source = one_sided[0]
        raise ValueError(f"target {target}, source {source}: only one of score and accuracy is NaN; fill in the other")
    return scores, accuracies, ~np.isnan(scores)


def _mean_over_seeds(accuracies) -> np.ndarray:
    accuracies = np.asarray(accuracies, dtype=float)
    if accuracies.ndim not in (2, 3) or not accuracies.size:
        raise ValueError(f"accuracies {accuracies.shape} are no matrix: need targets × sources, or × seeds as well")
    return accuracies.mean(axis=2) if accuracies.ndim == 3 else accuracies


def _over_targets(values: np.ndarray, confidence: float, unit: str = "points") -> Interval:
    if len(values) < 2:
        raise ValueError(f"{len(values)} target shows no spread over targets: give at least two, better twenty")
    return seed_interval(values, confidence, unit, "targets")
