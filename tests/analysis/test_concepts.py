"""Average precision of concepts with intervals: equal to scikit-learn's on every resample, and covering."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from course_lib.analysis import concepts
from course_lib.analysis.concepts import FEW, describe_concepts, score_concepts
from course_lib.training.average_precision import average_precision

NAN = float("nan")


def drawn(count=60, num=3, seed=0, ties=False, judged=0.8):
    random = np.random.default_rng(seed)
    labels = (random.random((count, num)) < 0.3).astype(float)
    scores = labels + random.normal(0, 1, (count, num))
    labels[random.random((count, num)) > judged] = NAN
    return labels, np.round(scores) if ties else scores


@pytest.mark.parametrize("ties", [False, True])
def test_every_resample_is_scikit_learns_average_precision(ties):
    """Resampled images count as often as they are drawn: scikit-learn's with sample weights."""
    labels, scores = drawn(ties=ties)
    found = concepts._resample(labels, scores, 20, 7)
    weights = np.random.default_rng(7).multinomial(60, np.full(60, 1 / 60), size=20)
    for k in range(3):
        judged = np.isfinite(labels[:, k])
        expected = [
            average_precision_score(labels[judged, k], scores[judged, k], sample_weight=row[judged]) for row in weights
        ]
        np.testing.assert_allclose(found[:, k], expected, atol=1e-12)


def test_the_tables_of_resamples_may_be_small(monkeypatch):
    labels, scores = drawn()
    whole = score_concepts(labels, scores, "abc", resamples=50)
    monkeypatch.setattr(concepts, "_CELLS", 60 * 50)
    assert score_concepts(labels, scores, "abc", resamples=50) == whole


def test_values_are_those_of_the_score():
    labels, scores = drawn(count=200)
    mean, found = score_concepts(labels, scores, ("a", "b", "c"))
    values = average_precision(labels, scores)
    np.testing.assert_allclose([score.precision for score in found], values)
    assert mean.estimate == pytest.approx(values.mean())
    assert mean.low < mean.estimate < mean.high
    for k, score in enumerate(found):
        assert (score.num_positive, score.num_judged) == ((labels[:, k] == 1).sum(), np.isfinite(labels[:, k]).sum())
        assert score.chance == score.num_positive / score.num_judged
        assert score.interval.low < score.precision < score.interval.high
        assert score.above_chance == (score.interval.low > score.chance)
    assert max(score.interval.high - score.interval.low for score in found) > mean.high - mean.low


def test_a_concept_with_few_images_has_no_interval():
    labels, scores = np.zeros((40, 4)), np.arange(40.0)[:, None].repeat(4, axis=1)
    labels[-FEW:, 0] = 1
    labels[-FEW + 1 :, 1] = 1  # one too few
    labels[:, 3] = 1  # nothing to rank it against
    mean, found = score_concepts(labels, scores, "abcd")
    assert [score.interval is None for score in found] == [False, True, True, True]
    assert [score.precision for score in found] == [1, 1, None, 1]
    assert not found[1].above_chance
    assert found[0].above_chance
    assert mean.estimate == 1
    labels[:, 2] = NAN
    assert score_concepts(labels, scores, "abcd")[1][2].chance is None


def test_the_interval_covers_what_it_is_about():
    """Of 200 test sets of 150 images, most intervals hold the mean over test sets of that size (measured: 92 %)."""
    values = [average_precision(*drawn(count=150, seed=seed, judged=1)).mean() for seed in range(1000, 1400)]
    hits = 0
    for seed in range(1, 201):
        mean = score_concepts(*drawn(count=150, seed=seed, judged=1), "abc", resamples=200)[0]
        hits += mean.low <= np.mean(values) <= mean.high
    assert 0.86 <= hits / 200 <= 0.99


def test_few_images_have_a_higher_average_precision():
    """The reason why the interval is about test sets of the same size only."""
    many = average_precision(*drawn(count=40_000, judged=1)).mean()
    few = [average_precision(*drawn(count=150, seed=seed, judged=1)).mean() for seed in range(1000, 1400)]
    assert np.mean(few) - many > 3 * np.std(few) / np.sqrt(len(few))


def test_plain_values_for_json():
    labels, scores = drawn()
    found = describe_concepts(labels, scores, ("a", "b", "c"))
    mean, own = score_concepts(labels, scores, ("a", "b", "c"))
    assert (found["map"], found["map_interval"], found["num_images"]) == (mean.estimate, [mean.low, mean.high], 60)
    assert found["concepts"][1]["concept"] == "b"
    assert found["concepts"][1]["interval"] == [own[1].interval.low, own[1].interval.high]


@pytest.mark.parametrize(
    ("labels", "names", "message"),
    [
        (np.zeros((4, 2)), "ab", "no concept has a positive image with a finite score: there is nothing to average"),
        (np.eye(4), "ab", "2 names for 4 concepts: give one name for each"),
    ],
)
def test_what_cannot_be_scored_is_refused(labels, names, message):
    with pytest.raises(ValueError, match=message):
        score_concepts(labels, np.zeros_like(labels), names)
