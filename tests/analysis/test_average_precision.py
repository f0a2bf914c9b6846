"""Measures of a ranking against scikit-learn, against loops over images like the reference programs, and by hand."""

import warnings

import numpy as np
import pytest
import torch
from sklearn.metrics import average_precision_score

from course_lib import analysis, data
from course_lib.training.inferred_precision import SMOOTHING
from course_lib.training.target import CONCEPTS

NAN = float("nan")
RATES = [(1, 0.2, 0.05), (0.5, 0.5, 0.5), (1, 0.5, 0.2)]


def draw_case(seed, num_images=60, concepts=None, judged=0.7, digits=1):
    """Labels with a share of NaN, scores with many ties (`digits`), and three strata with images outside the pool."""
    rng = np.random.default_rng(seed)
    shape = (num_images,) if concepts is None else (num_images, concepts)
    labels = (rng.random(shape) < 0.3).astype(float)
    scores = np.round(rng.normal(size=shape) + labels, digits)
    strata = rng.integers(-1, 3, shape)
    labels[(rng.random(shape) > judged) | (strata < 0)] = NAN
    return labels, scores, strata


def make_ranking(seed, apart=1.0):
    """600 images of which 100 are positive, their scores, and strata of 60, 120 and 420 by rank."""
    labels = (np.arange(600) < 100).astype(float)
    scores = np.random.default_rng(seed).normal(size=600) + apart * labels
    return labels, scores, data.pool_strata([scores], (60, 180, 600))


def sample(labels, strata, rates, times=2000):
    return data.draw_judgements(np.repeat(labels[:, None], times, axis=1), strata, rates, seed=1)


def bias(estimates, truth):
    return analysis.seed_interval(estimates - truth, unit="", things="resamples")


def sample_eval(labels, scores, strata, depth, constants):
    """NIST's sample_eval.pl, document by document; scores without ties."""
    names = sorted(set(strata[strata >= 0].tolist()))
    pooled = {s: int((strata == s).sum()) for s in names}
    judged = {s: int(np.isfinite(labels[strata == s]).sum()) for s in names}
    relevant = {s: int((labels[strata == s] == 1).sum()) for s in names}
    known = {s: relevant[s] * pooled[s] / judged[s] if judged[s] else 0 for s in names}
    seen, seen_judged, seen_relevant, sums = ({s: 0 for s in names} for _ in range(4))
    for k, i in enumerate(np.argsort(-scores)[:depth].tolist(), start=1):
        s = int(strata[i])
        if s < 0:
            continue
        if labels[i] == 1:
            d = sum(seen.values())
            inner = sum(
                seen[t] / d * (seen_relevant[t] + constants[0]) / (seen_judged[t] + constants[1]) for t in names if d
            )
            sums[s] += 1 / k + d / k * inner
            seen_relevant[s] += 1
        seen[s] += 1
        seen_judged[s] += np.isfinite(labels[i])
    total = sum(known.values())
    found = sum(known[s] / total * sums[s] / relevant[s] for s in names if relevant[s])
    return found * total / depth if total > depth else found


def m_infap(labels, scores, pooled):
    """trec_eval's m_infap.c, document by document; scores without ties."""
    total, relevant, other, unjudged = 0.0, 0, 0, 0
    for j, i in enumerate(np.argsort(-scores).tolist()):
        if not pooled[i]:
            continue
        if np.isnan(labels[i]):
            unjudged += 1
        elif labels[i] == 0:
            other += 1
        else:
            if j == 0:
                total += 1
            else:
                share = (relevant + 1e-5) / (relevant + other + 2e-5)
                total += 1 / (j + 1) + j / (j + 1) * ((relevant + other + unjudged) / j) * share
            relevant += 1
    return total / np.sum(labels == 1)


def voc_ap(labels, scores):
    """VOCap.m: recall padded with 0 and 1, precision with 0 and 0; scores without ties."""
    right = labels[np.argsort(-scores)]
    recall = [0, *(right.cumsum() / right.sum()), 1]
    precision = [0, *(right.cumsum() / np.arange(1, len(right) + 1)), 0]
    for i in range(len(precision) - 2, -1, -1):
        precision[i] = max(precision[i], precision[i + 1])
    return sum((recall[i] - recall[i - 1]) * precision[i] for i in range(1, len(recall)))


@pytest.mark.parametrize("seed", range(20))
def test_average_precision_is_scikit_learns_with_ties(seed):
    labels, scores, _ = draw_case(seed)
    judged = np.isfinite(labels)
    found = analysis.average_precision(labels, scores)
    assert found == pytest.approx(average_precision_score(labels[judged], scores[judged]), abs=1e-12)
    own, ranked = labels[judged], scores[judged]
    by_hand = np.mean([own[ranked >= score].mean() for score in ranked[own == 1]])
    assert found == pytest.approx(by_hand, abs=1e-12)
    scores[~judged] = NAN  # where nobody judged, the score does not matter
    assert analysis.average_precision(labels, scores) == found


def test_the_order_of_images_never_matters():
    labels, scores, strata = draw_case(0, num_images=30, digits=0)
    measures = {
        "AP": lambda y, s, g: analysis.average_precision(y, s),
        "VOC": lambda y, s, g: analysis.voc_average_precision(y, s),
        "VOC 2007": lambda y, s, g: analysis.voc_average_precision(y, s, year=2007),
        "precision": lambda y, s, g: analysis.precision_at(y, s, 7),
        "infAP": lambda y, s, g: analysis.infap(y, s, g >= 0),
        "xinfAP": lambda y, s, g: analysis.xinfap(y, s, g, depth=9),
        "estimated precision": lambda y, s, g: analysis.estimated_precision(y, s, g, 7),
    }
    orders = [np.random.default_rng(seed).permutation(30) for seed in range(5)]
    for name, measure in measures.items():
        found = [measure(labels[order], scores[order], strata[order]) for order in orders]
        assert found == pytest.approx([measure(labels, scores, strata)] * 5), name


def test_average_precision_by_hand():
    assert analysis.average_precision([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.6]) == pytest.approx((1 + 2 / 3) / 2)
    assert analysis.average_precision([1, 0, 1, 0], [0.5, 0.5, 0.5, 0.5]) == pytest.approx(0.5)
    assert analysis.average_precision([1, NAN, 1, 0], [0.9, 0.8, 0.7, 0.6]) == 1
    labels = torch.tensor([[1.0, 0.0], [0.0, NAN]])
    found = analysis.average_precision(labels, torch.tensor([[0.5, 0.1], [0.7, 0.2]]))
    np.testing.assert_array_equal(found, [0.5, NAN])
    np.testing.assert_array_equal(analysis.average_precision(labels, [0.5, 0.7]), [0.5, NAN])  # one ranking for all


def test_the_mean_leaves_out_concepts_without_a_positive():
    labels = np.array([[1.0, 0.0, NAN, 0.0], [0.0, NAN, NAN, 1.0]])
    scores = np.array([[0.5, 0.5, 0.5, 0.5], [0.7, 0.7, 0.7, 0.7]])
    strata = np.zeros((2, 4), dtype=int)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert analysis.mean_average_precision(labels, scores) == pytest.approx(0.75)
        assert analysis.mean_xinfap(labels, scores, strata) == pytest.approx(0.75, abs=1e-4)
        assert np.isnan(analysis.mean_average_precision(labels[:, 1:3], scores[:, 1:3]))
        assert np.isnan(analysis.mean_xinfap(labels[:, 1:3], scores[:, 1:3], strata[:, 1:3]))
    for found in (analysis.xinfap(labels, scores, strata), analysis.voc_average_precision(labels, scores)):
        np.testing.assert_array_equal(np.isnan(found), [False, True, True, False])
    np.testing.assert_array_equal(analysis.precision_at(labels, scores, 1), [0, 0, NAN, 1])


def test_the_mean_is_the_score_of_a_run():
    labels, scores, _ = draw_case(3, concepts=5)
    labels[:, 2] = 0
    score = CONCEPTS.score(CONCEPTS.units(torch.tensor(scores), torch.tensor(labels)))
    assert analysis.mean_average_precision(labels, np.float32(scores)) == score


@pytest.mark.parametrize("mean", [analysis.mean_average_precision, analysis.mean_xinfap])
def test_a_concept_without_finite_scores_is_told(mean):
    labels, scores = np.array([[1.0, 1.0], [0.0, 0.0]]), np.array([[0.5, NAN], [0.3, 0.1]])
    strata = () if mean is analysis.mean_average_precision else (np.zeros(2, dtype=int),)
    with pytest.warns(UserWarning, match="1 of 2 concepts"):
        assert mean(labels, scores, *strata) == pytest.approx(1)


@pytest.mark.parametrize("seed", range(10))
def test_the_area_of_voc_is_that_of_its_code(seed):
    labels, scores, _ = draw_case(seed, digits=9)
    judged = np.isfinite(labels)
    found = analysis.voc_average_precision(labels, scores)
    assert found == pytest.approx(voc_ap(labels[judged], scores[judged]), abs=1e-12)
    assert found >= analysis.average_precision(labels, scores)


def test_both_forms_of_voc_by_hand():
    labels, scores = [0, 1, 0, 1, 1], [0.9, 0.8, 0.7, 0.6, 0.5]
    # precision at the positives: 1/2, 2/4, 3/5; so 3/5 at every recall
    assert analysis.voc_average_precision(labels, scores) == pytest.approx(3 / 5)
    assert analysis.voc_average_precision(labels, scores, year=2007) == pytest.approx(3 / 5)
    labels = [1, 0, 1, 0, 0]  # precision 1 up to recall 1/2, then 2/3
    assert analysis.voc_average_precision(labels, scores, year=2010) == pytest.approx((1 + 2 / 3) / 2)
    assert analysis.voc_average_precision(labels, scores, year=2009) == pytest.approx((6 * 1 + 5 * 2 / 3) / 11)
    with pytest.raises(ValueError, match="year 12"):
        analysis.voc_average_precision(labels, scores, year=12)


def test_the_recalls_of_voc_are_exact():
    """Three of ten positives are the recall 0.3, which rounding must not miss."""
    labels = [1, 1, 1] + [0] * 10 + [1] * 7
    precision = (4 * 1 + 7 * 0.5) / 11
    assert analysis.voc_average_precision(labels, -np.arange(20), year=2007) == pytest.approx(precision)


def test_precision_at_a_depth_by_hand():
    labels, scores = [1, NAN, 0, 1, 1, 0], [0.9, 0.8, 0.7, 0.6, 0.6, 0.6]
    assert analysis.precision_at(labels, scores, 1) == 1
    assert analysis.precision_at(labels, scores, 2) == pytest.approx(1 / 2)  # what is not judged is left out
    assert analysis.precision_at(labels, scores, 3) == pytest.approx((1 + 2 / 3) / 3)  # one of three equal scores
    assert analysis.precision_at(labels, scores, 5) == pytest.approx(3 / 5)
    assert np.isnan(analysis.precision_at(labels, scores, 6))  # five are judged
    with pytest.raises(ValueError, match="n = 7 does not fit 6 images"):
        analysis.precision_at(labels, scores, 7)


def test_precision_at_a_depth_is_the_mean_over_orders_of_equal_scores():
    labels, scores, _ = draw_case(5, digits=0, judged=1.1)
    labels = np.nan_to_num(labels)
    rng = np.random.default_rng(0)
    orders = [np.lexsort((rng.random(60), -scores)) for _ in range(4000)]
    found = np.mean([labels[order[:10]].mean() for order in orders])
    assert analysis.precision_at(labels, scores, 10) == pytest.approx(found, abs=0.01)


@pytest.mark.parametrize("smoothing", ["nist", "trec_eval", (0.5, 1.0)])
@pytest.mark.parametrize("depth", [60, 20, 5])
def test_xinfap_is_that_of_nists_program(smoothing, depth):
    for seed in range(5):
        labels, scores, strata = draw_case(seed, concepts=4, digits=9)
        found = analysis.xinfap(labels, scores, strata, depth=depth, smoothing=smoothing)
        constants = SMOOTHING.get(smoothing, smoothing) if isinstance(smoothing, str) else smoothing
        expected = [sample_eval(labels[:, k], scores[:, k], strata[:, k], depth, constants) for k in range(4)]
        np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_one_stratum_is_infap_with_its_constant(seed):
    labels, scores, strata = draw_case(seed, digits=9)
    pooled = strata >= 0
    found = analysis.xinfap(labels, scores, np.where(pooled, 0, -1), smoothing="trec_eval")
    assert found == pytest.approx(m_infap(labels, scores, pooled), abs=1e-12)
    assert analysis.infap(labels, scores, pooled) == found
    assert analysis.infap(labels, scores, pooled, smoothing="nist") != pytest.approx(found, abs=1e-9)


def test_the_constants_by_hand():
    """The image above the positive one is not judged: it counts 1/3 with NIST's constants, 1/2 with trec_eval's."""
    labels, scores = [NAN, 1], [0.9, 0.8]
    assert analysis.xinfap(labels, scores, [0, 0]) == pytest.approx((1 + 1 / 3) / 2)
    assert analysis.infap(labels, scores) == pytest.approx((1 + 1 / 2) / 2)
    assert analysis.xinfap(labels, scores, [0, 0], smoothing=(0, 0)) == 1 / 2
    assert analysis.xinfap(labels, scores, [-1, 0]) == 1 / 2  # outside the pool it only uses up a rank


def test_strata_count_by_their_size_by_hand():
    labels = [1, 0, 1, NAN, NAN]
    strata = [0, 0, 1, 1, 1]  # all of stratum 0 is judged, a third of stratum 1
    # R = 1 + 3; the precision at rank 3 is (1 + 2 · 1/2) / 3
    found = analysis.xinfap(labels, [5, 4, 3, 2, 1], strata, smoothing=(0, 0))
    assert found == pytest.approx((1 * 1 + 3 * 2 / 3) / 4)
    at_depth = analysis.xinfap(labels, [5, 4, 3, 2, 1], strata, depth=3, smoothing=(0, 0))
    assert at_depth == pytest.approx((1 * 1 + 3 * 2 / 3) / 3)


@pytest.mark.parametrize("num_strata", [1, 3, 30])
@pytest.mark.parametrize("digits", [9, 0])
def test_what_is_judged_wholly_has_its_average_precision(num_strata, digits):
    for seed in range(5):
        labels, scores, _ = draw_case(seed, concepts=6, digits=digits, judged=1.1)
        labels = np.nan_to_num(labels)
        strata = np.random.default_rng(seed).integers(0, num_strata, labels.shape)
        truth = analysis.average_precision(labels, scores)
        np.testing.assert_allclose(analysis.xinfap(labels, scores, strata, smoothing=(0, 0)), truth, atol=1e-12)
        for name, (first, second) in SMOOTHING.items():
            off = np.abs(analysis.xinfap(labels, scores, strata, smoothing=name) - truth)
            assert 0 < off.max() < max(first, second - first)
        found = analysis.estimated_precision(labels, scores, strata, 10, smoothing=(0, 0))
        np.testing.assert_allclose(found, analysis.precision_at(labels, scores, 10), atol=1e-12)


def test_images_outside_a_judged_pool_count_as_negative():
    labels, scores, strata = draw_case(1, judged=1.1, digits=0)
    assert np.isnan(labels).sum() == (strata < 0).sum() > 0
    truth = analysis.average_precision(np.nan_to_num(labels), scores)
    assert analysis.xinfap(labels, scores, strata, smoothing=(0, 0)) == pytest.approx(truth, abs=1e-12)


@pytest.mark.parametrize("rates", RATES)
def test_the_bias_of_xinfap_is_small(rates):
    labels, scores, strata = make_ranking(seed=2)
    truth = analysis.average_precision(labels, scores)
    found = bias(analysis.xinfap(sample(labels, strata, rates), scores, strata), truth)
    assert -0.01 <= found.low < found.high <= 0.01
    assert found.high - found.low < 0.006


@pytest.mark.parametrize(
    ("rates", "low", "high"),
    [((1, 0.2, 0.05), 0.002, 0.01), ((0.5, 0.5, 0.5), -0.01, -0.001), ((1, 0.1, 0.02), 0.01, 0.03),
     ((0.1, 0.1, 0.1), -0.04, -0.01)],
)  # fmt: skip
def test_xinfap_is_not_unbiased(rates, low, high):
    """Its sign and size depend on the rates: with few judgements, one hundredth is no bound."""
    labels, scores, strata = make_ranking(seed=2)
    truth = analysis.average_precision(labels, scores)
    found = bias(analysis.xinfap(sample(labels, strata, rates), scores, strata), truth)
    assert low < found.low < found.high < high


def test_other_ways_to_treat_what_is_not_judged_are_far_off():
    """Counted as negative, left out, or all judgements taken for one stratum."""
    labels, scores, strata = make_ranking(seed=2)
    truth = analysis.average_precision(labels, scores)
    judged = sample(labels, strata, (1, 0.5, 0.2), times=200)
    assert bias(analysis.average_precision(np.nan_to_num(judged), scores), truth).low > 0.03
    assert bias(analysis.average_precision(judged, scores), truth).low > 0.03
    assert bias(analysis.infap(judged, scores), truth).low > 0.03
    assert bias(analysis.xinfap(judged, scores, strata), truth).high < 0.01
    evenly = sample(labels, strata, (0.5, 0.5, 0.5), times=200)
    assert bias(analysis.average_precision(np.nan_to_num(evenly), scores), truth).high < -0.1


@pytest.mark.parametrize("rates", RATES)
@pytest.mark.parametrize("n", [100, 300])
def test_the_bias_of_estimated_precision_is_small(rates, n):
    labels, scores, strata = make_ranking(seed=2)
    estimates = analysis.estimated_precision(sample(labels, strata, rates), scores, strata, n)
    found = bias(estimates, analysis.precision_at(labels, scores, n))
    assert -0.01 <= found.low < found.high <= 0.01


def test_estimated_precision_by_hand():
    labels, strata = [1, 0, NAN, 1, NAN, NAN], [0, 0, 1, 1, 1, -1]
    scores = [6, 5, 4, 3, 2, 1]
    assert analysis.estimated_precision(labels, scores, strata, 3) == pytest.approx((1 + 1 / 3) / 3, abs=1e-5)
    assert analysis.estimated_precision(labels, scores, strata, 5, smoothing=(0, 0)) == pytest.approx((1 + 3) / 5)
    assert analysis.estimated_precision(labels, scores, strata, 6, smoothing=(0, 0)) == pytest.approx((1 + 3) / 6)
    assert np.isnan(analysis.estimated_precision([NAN, NAN], [2, 1], [0, 0], 1))


def test_scores_that_are_not_finite_have_no_value():
    labels, strata = [1, 0, 1], [0, 0, 0]
    for bad in (NAN, np.inf):
        scores = [bad, 0.5, 0.3]
        assert np.isnan(analysis.average_precision(labels, scores))
        assert np.isnan(analysis.voc_average_precision(labels, scores))
        assert np.isnan(analysis.precision_at(labels, scores, 1))
        assert np.isnan(analysis.infap(labels, scores))
        assert np.isnan(analysis.xinfap(labels, scores, strata))
        assert np.isnan(analysis.estimated_precision(labels, scores, strata, 1))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: analysis.average_precision([1, 0], [0.5]), r"labels \(2,\) and scores \(1,\)"),
        (lambda: analysis.average_precision([1, 0], [[0.5], [0.1]]), r"scores \(2, 1\)"),
        (lambda: analysis.average_precision([1, -1], [0.5, 0.1]), "a label is -1"),
        (lambda: analysis.precision_at([1, 0], [0.5, 0.1], 0), "n = 0 does not fit 2 images"),
        (lambda: analysis.xinfap([1, 0], [0.5, 0.1], [0]), r"strata \(1,\) do not fit labels \(2,\)"),
        (lambda: analysis.xinfap([1, 0], [0.5, 0.1], [0.0, 1.0]), "strata of type float64"),
        (lambda: analysis.xinfap([1, 0], [0.5, 0.1], [0, -2]), "from -2"),
        (lambda: analysis.xinfap([1, 0], [0.5, 0.1], [0, -1]), r"1 judged image\(s\) lie outside"),
        (lambda: analysis.xinfap([], [], np.zeros(0, dtype=int)), "no images to rank"),
        (lambda: analysis.xinfap([1, 0], [0.5, 0.1], [0, 0], depth=0), "depth 0"),
        (lambda: analysis.xinfap([1, 0], [0.5, 0.1], [0, 0], smoothing="none"), "unknown smoothing 'none'"),
        (lambda: analysis.xinfap([1, 0], [0.5, 0.1], [0, 0], smoothing=(1, 0)), r"smoothing \(1, 0\)"),
        (lambda: analysis.xinfap([1, 0], [0.5, 0.1], [0, 0], smoothing=1e-5), "smoothing 1e-05"),
        (lambda: analysis.infap([1, 0], [0.5, 0.1], [0, 1]), "pooled has values of type int64"),
        (lambda: analysis.estimated_precision([1, 0], [0.5, 0.1], [0, 0], 3), "n = 3 does not fit 2 images"),
    ],
)
def test_bad_input_gets_one_sentence(call, message):
    with pytest.raises(ValueError, match=message):
        call()
