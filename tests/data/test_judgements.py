import numpy as np
import pytest

from course_lib.data.judgements import draw_judgements, pool_strata

NAN = float("nan")


def test_the_best_rank_decides_the_stratum():
    first, second = [0.9, 0.8, 0.7, 0.6, 0.5], [0.1, 0.2, 0.3, 0.9, 0.4]
    assert pool_strata([first], (1, 3)).tolist() == [0, 1, 1, -1, -1]
    assert pool_strata([first, second], (1, 3)).tolist() == [0, 1, 1, 0, 1]
    both = np.stack([first, second], axis=1)
    np.testing.assert_array_equal(pool_strata([both], (2,)).T, [[0, 0, -1, -1, -1], [-1, -1, -1, 0, 0]])
    assert pool_strata([[1, 1, 1]], (1, 2)).tolist() == [0, 1, -1]  # a pool has its size in spite of ties


def make_pool(concepts=400):
    labels = np.random.default_rng(0).integers(0, 2, (50, concepts)).astype(float)
    return labels, np.array([-1] * 10 + [0] * 8 + [1] * 30 + [2] * 2)


def test_each_stratum_is_judged_at_its_rate():
    labels, strata = make_pool()
    judged = draw_judgements(labels, strata, (1, 0.3, 0.1), seed=0)
    counts = [set(np.isfinite(judged[strata == s]).sum(axis=0).tolist()) for s in (-1, 0, 1, 2)]
    assert counts == [{0}, {8}, {9}, {1}]  # of stratum 2, 0.2 images rounded, but at least one
    np.testing.assert_array_equal(judged[np.isfinite(judged)], labels[np.isfinite(judged)])


def test_each_image_of_a_stratum_is_judged_as_often():
    labels, strata = make_pool(concepts=4000)
    often = np.isfinite(draw_judgements(labels, strata, (0.5, 0.3, 0.5), seed=0)).mean(axis=1)
    for s, rate in enumerate((0.5, 0.3, 0.5)):
        np.testing.assert_allclose(often[strata == s], rate, atol=0.035)  # over four standard errors


def test_a_seed_gives_the_same_judgements():
    labels, strata = make_pool(concepts=3)
    one, two, other = (draw_judgements(labels, strata, (0.5, 0.5, 0.5), seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(np.isnan(one), np.isnan(other))
    assert not np.array_equal(np.isnan(one[:, 0]), np.isnan(one[:, 1]))  # concepts are drawn apart


def test_strata_may_differ_by_concept():
    labels, strata = np.ones((4, 2)), np.array([[0, 1], [0, 1], [1, 0], [-1, 0]])
    judged = np.isfinite(draw_judgements(labels, strata, (1, 0.5), seed=0))
    assert judged[:2, 0].all()
    assert judged[2:, 1].all()
    assert judged.sum(axis=0).tolist() == [3, 3]
    assert draw_judgements(labels[:, 0], strata[:, 0], (1, 1), seed=0).shape == (4,)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pool_strata([], (1,)), r"shapes \[\] make no pool"),
        (lambda: pool_strata([[1, 2], [1, 2, 3]], (1,)), r"\(2,\), \(3,\)"),
        (lambda: pool_strata([[1, NAN]], (1,)), "not finite"),
        (lambda: pool_strata([[1, 2]], (2, 2)), r"depths \[2, 2\] do not rise"),
        (lambda: pool_strata([[1, 2]], (0, 2)), r"depths \[0, 2\]"),
        (lambda: draw_judgements([1, 0], [0, 1], (1,), seed=0), r"1 rate\(s\) for strata up to 1"),
        (lambda: draw_judgements([1, 0], [0, 0], (0,), seed=0), r"rates \[0.0\]"),
        (lambda: draw_judgements([1, 0], [0, 0], (1.5,), seed=0), r"rates \[1.5\]"),
        (lambda: draw_judgements([1, NAN], [0, 0], (1,), seed=0), r"1 image\(s\) of the pool have no label"),
        (lambda: draw_judgements([1, 0], [0], (1,), seed=0), r"strata \(1,\) do not fit"),
    ],
)
def test_bad_input_gets_one_sentence(call, message):
    with pytest.raises(ValueError, match=message):
        call()
