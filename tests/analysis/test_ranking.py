from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from course_lib.analysis.intervals import seed_interval
from course_lib.analysis.ranking import (
    agreement_gap,
    leave_one_source_out,
    mean_agreement,
    mean_regret,
    rank_agreement,
    ranking_table,
    regret,
    regret_gap,
    spearman,
    static_scores,
    weighted_tau,
)

RNG = np.random.default_rng(0)
ACCURACIES = RNG.random((12, 6))


def tau_by_pairs(scores, accuracies):
    """The definition: a sum over pairs, weighed by their ranks by score, then by accuracy."""
    found = []
    for by in (scores, accuracies):
        rank = (-np.asarray(by)).argsort().argsort()  # 0 = best
        pairs = list(combinations(range(len(by)), 2))
        weights = np.array([1 / (rank[i] + 1) + 1 / (rank[j] + 1) for i, j in pairs])
        signs = [np.sign((scores[i] - scores[j]) * (accuracies[i] - accuracies[j])) for i, j in pairs]
        found.append(weights @ signs / weights.sum())
    return np.mean(found)


def test_weighted_tau_is_the_sum_over_pairs():
    for scores, accuracies in zip(RNG.random((20, 5)), RNG.random((20, 5)), strict=True):
        assert weighted_tau(scores, accuracies) == pytest.approx(tau_by_pairs(scores, accuracies))
        assert weighted_tau(scores, accuracies) == pytest.approx(weighted_tau(accuracies, scores))
        assert weighted_tau(np.exp(scores), accuracies) == pytest.approx(weighted_tau(scores, accuracies))


def test_a_mistake_among_the_best_costs_most():
    accuracies = [5, 4, 3, 2, 1]
    top, bottom = weighted_tau([4, 5, 3, 2, 1], accuracies), weighted_tau([5, 4, 3, 1, 2], accuracies)
    assert top < bottom < 1
    assert spearman([4, 5, 3, 2, 1], accuracies) == pytest.approx(spearman([5, 4, 3, 1, 2], accuracies))


def test_perfect_and_reversed():
    for measure in (weighted_tau, spearman):
        assert rank_agreement(ACCURACIES**3, ACCURACIES, measure) == pytest.approx(np.ones(12))
        assert rank_agreement(-ACCURACIES, ACCURACIES, measure) == pytest.approx(-np.ones(12))
    found = mean_agreement(ACCURACIES, ACCURACIES)
    assert (found.estimate, found.low, found.high) == pytest.approx((1, 1, 1))
    assert str(found) == "1.00 [1.00, 1.00]"
    assert found.method == "t, 12 targets"
    assert (regret(ACCURACIES, ACCURACIES) == 0).all()
    assert regret(-ACCURACIES, ACCURACIES) == pytest.approx(np.ptp(ACCURACIES, axis=1))


def test_equal_scores_order_nothing():
    flat = np.ones_like(ACCURACIES)
    assert (rank_agreement(flat, ACCURACIES) == 0).all()
    assert (rank_agreement(flat, ACCURACIES, spearman) == 0).all()
    assert regret(flat, ACCURACIES) == pytest.approx(ACCURACIES.max(axis=1) - ACCURACIES.mean(axis=1))


def test_the_interval_of_no_relation_covers_zero():
    """Over 240 random pairs of matrices about 95 % of the intervals hold 0, and the mean of τ is 0."""
    rng = np.random.default_rng(1)
    found = [mean_agreement(rng.random((15, 5)), rng.random((15, 5))) for _ in range(240)]
    covered = np.mean([each.low <= 0 <= each.high for each in found])
    assert 0.89 <= covered <= 0.985
    means = seed_interval([each.estimate for each in found], confidence=0.999)
    assert means.low < 0 < means.high


def test_a_gap_is_paired_by_target():
    rng = np.random.default_rng(2)
    noise = rng.normal(size=ACCURACIES.shape)
    good, bad = ACCURACIES + 0.1 * noise, ACCURACIES + 2 * noise
    gap = agreement_gap(good, bad, ACCURACIES)
    expected = rank_agreement(good, ACCURACIES).mean() - rank_agreement(bad, ACCURACIES).mean()
    assert gap.estimate == pytest.approx(expected)
    assert gap.low > 0
    same = agreement_gap(good, good, ACCURACIES)
    assert (same.low, same.high) == (0, 0)
    worse = regret_gap(bad, good, ACCURACIES)
    assert worse.estimate == pytest.approx((regret(bad, ACCURACIES) - regret(good, ACCURACIES)).mean())
    assert worse.unit == "points"


def test_a_source_that_dominates_is_seen():
    """The score knows only that source 0 is best for every target; all else it orders by chance."""
    rng = np.random.default_rng(3)
    accuracies, scores = rng.random((40, 6)), rng.random((40, 6))
    accuracies[:, 0], scores[:, 0] = 2, 2
    everything = mean_agreement(scores, accuracies)
    without = leave_one_source_out(scores, accuracies)
    assert everything.low > 0.2
    assert abs(without[0]) < 0.15
    assert without.argmin() == 0
    assert without[1:].min() > 0.2


def test_leave_one_out_by_hand():
    scores = RNG.random((12, 6))
    found = leave_one_source_out(scores, ACCURACIES, spearman)
    assert found.shape == (6,)
    rows = [stats.spearmanr(scores[t, 1:], ACCURACIES[t, 1:])[0] for t in range(12)]
    assert found[0] == pytest.approx(np.mean(rows))


def test_regret_by_hand():
    accuracies = np.array([[0.9, 0.8, 0.6], [0.5, 0.7, 0.4]])
    scores = np.array([[1, 2, 0], [0, 3, 3]])  # the second: two sources share the highest score
    assert regret(scores, accuracies) == pytest.approx([0.1, 0.7 - 0.55])
    found = mean_regret(scores, accuracies)
    assert found.estimate == pytest.approx(0.125)
    expected = seed_interval([0.1, 0.15])
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_seeds_are_averaged_first():
    noise = RNG.normal(size=ACCURACIES.shape)  # so large that one seed alone has another order
    runs = np.stack([ACCURACIES - noise, ACCURACIES + noise], axis=2)  # (T, S, R)
    scores = RNG.random((12, 6))
    assert rank_agreement(scores, runs) == pytest.approx(rank_agreement(scores, ACCURACIES))
    assert regret(scores, runs) == pytest.approx(regret(scores, ACCURACIES))
    assert static_scores(range(6), runs).shape == (12, 6)


def test_what_is_no_candidate_is_left_out():
    accuracies, scores = ACCURACIES.copy(), RNG.random((12, 6))
    accuracies[0, 0] = scores[0, 0] = np.nan
    assert rank_agreement(scores, accuracies)[0] == pytest.approx(weighted_tau(scores[0, 1:], accuracies[0, 1:]))
    assert regret(scores, accuracies)[0] == pytest.approx(regret(scores[:1, 1:], accuracies[:1, 1:])[0])
    static = static_scores([1, 2, 3, 4, 5, 6], accuracies)
    assert np.isnan(static[0, 0])
    assert static[1].tolist() == [1, 2, 3, 4, 5, 6]
    scores[0, 0] = 1
    with pytest.raises(ValueError, match="target 0, source 0: only one of score and accuracy is NaN"):
        rank_agreement(scores, accuracies)


def test_table_compares_with_the_static_ranking():
    scores = {
        "static": static_scores(ACCURACIES.mean(axis=0), ACCURACIES),
        "perfect": ACCURACIES,
        "reversed": -ACCURACIES,
    }
    table = ranking_table(scores, ACCURACIES, source_names=list("abcdef")).set_index("score")
    assert table.index.tolist() == ["static", "perfect", "reversed"]
    assert table.loc["static", "tau − static"] == 0
    assert table.loc["perfect", ["weighted tau", "low", "Spearman", "without one source, lowest"]].tolist() == (
        pytest.approx([1, 1, 1, 1])
    )
    assert table.loc["perfect", "regret"] == 0
    assert table.loc["perfect", "gap, low"] > 0 > table.loc["reversed", "gap, high"]
    alone = agreement_gap(ACCURACIES, scores["static"], ACCURACIES, confidence=0.975)  # of two comparisons
    assert table.loc["perfect", ["gap, low", "gap, high"]].tolist() == [alone.low, alone.high]
    static = mean_agreement(scores["static"], ACCURACIES)
    assert table.loc["static", ["weighted tau", "low", "high"]].tolist() == [static.estimate, static.low, static.high]
    assert table.loc["reversed", "regret"] == pytest.approx(100 * np.ptp(ACCURACIES, axis=1).mean())
    with pytest.raises(ValueError, match="lack 'static': add a static ranking"):
        ranking_table({"LEEP": ACCURACIES}, ACCURACIES)


def test_bad_input_says_what_to_do():
    with pytest.raises(ValueError, match="both are targets × sources"):
        rank_agreement(np.ones((2, 3)), np.ones((3, 2)))
    with pytest.raises(ValueError, match="accuracies \\(3,\\) are no matrix"):
        regret(np.ones(3), np.ones(3))
    flat = ACCURACIES.copy()
    flat[4] = 0.5
    with pytest.raises(ValueError, match="target 4: the accuracies are all equal"):
        mean_agreement(ACCURACIES, flat)
    with pytest.raises(ValueError, match="two sources or more"):
        weighted_tau([1], [1])
    with pytest.raises(ValueError, match="not finite"):
        weighted_tau([1, np.inf], [1, 2])
    with pytest.raises(ValueError, match="1 target shows no spread"):
        mean_agreement(ACCURACIES[:1], ACCURACIES[:1])
    with pytest.raises(ValueError, match="1 target shows no spread"):
        mean_regret(ACCURACIES[:1], ACCURACIES[:1])
    with pytest.raises(ValueError, match="2 sources leave no order"):
        leave_one_source_out(ACCURACIES[:, :2], ACCURACIES[:, :2])
    two = ACCURACIES[:, :3].copy()
    two[0, 1:] = 0.5
    with pytest.raises(ValueError, match="without source 0, target 0: the accuracies are all equal"):
        leave_one_source_out(ACCURACIES[:, :3], two)
    with pytest.raises(ValueError, match="do not fit 6 sources"):
        static_scores([1, 2], ACCURACIES)
    nothing = ACCURACIES.copy()
    nothing[3] = np.nan
    with pytest.raises(ValueError, match="target 3 has no candidate"):
        regret(nothing, nothing)
