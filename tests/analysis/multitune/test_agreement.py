"""Whether runs agree about the tuned blocks: the seed or the images, beside gates in random order."""

import numpy as np
import pytest

from course_lib.analysis.multitune import agreement
from course_lib.sweeps.studies.multitune.comparison import row_data
from course_lib.sweeps.studies.multitune.methods import spottune
from fake_routes import PROFILE, decisions, routing_run

DATA = row_data(PROFILE, "mini:beetles", None)
FIRST, OTHER = [1.0, 0.0] * 6, [1.0, 1.0, 0.0, 0.0] * 3  # not correlated


def runs(*shares):
    return [
        routing_run(spottune(PROFILE, 0.01), DATA, seed, 0.7, routes=decisions(12), shares=own)
        for seed, own in enumerate(shares)
    ]


def test_seeds_that_agree_and_that_do_not():
    assert agreement.what_was_learned(runs(FIRST, FIRST)).agreement == pytest.approx(1)
    found = agreement.what_was_learned(runs(FIRST, FIRST[::-1]))
    assert found.agreement == pytest.approx(-1)
    assert found.moved == pytest.approx(0.05), "of shares that end at 0; those of 1 are at their end from the first on"
    with pytest.raises(ValueError, match="1 run shows no agreement"):
        agreement.what_was_learned(runs(FIRST))


def test_whether_the_seed_or_the_images_decide_the_blocks():
    same_seed, same_images = agreement.seed_or_images(runs(FIRST, OTHER), runs(FIRST, OTHER))
    assert (same_seed.mean, same_images.mean) == pytest.approx((1, 0))
    assert (same_seed.pairs, same_images.pairs) == (2, 2)
    assert same_seed.chance[1] < same_seed.mean
    assert same_images.chance[0] < same_images.mean < same_images.chance[1]
    same_seed, same_images = agreement.seed_or_images(runs(FIRST, FIRST), runs(OTHER, OTHER))
    assert (same_seed.mean, same_images.mean) == pytest.approx((0, 1))


def test_the_range_is_that_of_the_pairs():
    found, _ = agreement.seed_or_images(runs(FIRST, OTHER), runs(FIRST, OTHER[::-1]))
    assert (found.low, found.mean, found.high) == pytest.approx((-1, 0, 1))
    assert str(found).startswith("r = 0.00 (−1.00 to 1.00 in 2 pairs; gates in random order: −0.")


def test_chance_is_that_of_a_correlation_over_twelve_gates():
    """Of one pair it has standard deviation 1 / √11; the mean of four independent pairs has half of it."""
    draw = np.random.default_rng(0)
    one, other = (runs(*draw.random((4, 12))) for _ in range(2))
    single, _ = agreement.seed_or_images(one[:1], other[:1])
    four, _ = agreement.seed_or_images(one, other)
    assert single.chance == pytest.approx((-1.96 / 11**0.5, 1.96 / 11**0.5), abs=0.08)
    assert four.chance == pytest.approx((-0.98 / 11**0.5, 0.98 / 11**0.5), abs=0.05)


def test_shares_that_do_not_vary_have_no_correlation():
    for found in agreement.seed_or_images(runs([1.0] * 12), runs([0.0] * 12)):
        assert np.isnan(found.mean)
        assert str(found) == "no shares that vary"
