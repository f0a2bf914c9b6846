import numpy as np
import pytest
from scipy import stats

from course_lib.analysis.selection_bias import (
    best_of_tries,
    best_over_last,
    chance_of_best,
    choice_noise,
    correlation_of_spread,
    correlation_of_tries,
    disagreement,
)

RNG = np.random.default_rng(0)


def test_the_best_of_independent_tries_is_the_largest_of_binomials():
    found = best_of_tries(0.8, 47, 250, repeats=2000)
    counts = np.arange(48)
    below = stats.binom.cdf(counts, 47, 0.8) ** 250  # P(best ≤ k)
    expected = (counts * np.diff(below, prepend=0)).sum() / 47
    assert found.mean() == pytest.approx(expected, abs=0.002)
    assert expected > 0.93


def test_one_try_is_right_as_often_as_it_should():
    for correlation in (0.0, 0.7):
        assert best_of_tries(0.8, 47, 1, correlation, repeats=4000).mean() == pytest.approx(0.8, abs=0.01)


def test_correlated_tries_leave_less_to_choose_from():
    means = [best_of_tries(0.8, 47, 250, rho, repeats=500).mean() for rho in (0.0, 0.5, 0.9, 0.99)]
    assert means == sorted(means, reverse=True)
    assert means[-1] < 0.9


def test_the_best_is_as_much_over_the_last_as_over_the_truth():
    """The last try is no better than any other: on average it has the true accuracy."""
    for rho in (0.0, 0.9):
        settings = (0.8, 200, 30, rho)
        expected = best_of_tries(*settings, repeats=3000).mean() - 0.8
        found = best_over_last(*settings, repeats=3000)
        assert found.mean() == pytest.approx(expected, abs=0.002)
        assert found.min() == 0, "where the last try is the best"
    assert (best_over_last(0.8, 47, 1, repeats=50) == 0).all()


@pytest.mark.parametrize(("num_right", "num_tries"), [(46, 250), (40, 1), (47, 250)])
def test_the_chance_of_the_best_of_independent_tries_is_the_binomials(num_right, num_tries):
    expected = 1 - stats.binom.cdf(num_right - 1, 47, 0.85) ** num_tries
    assert chance_of_best(0.85, num_right, 47, num_tries) == pytest.approx(expected, abs=0.02)
    assert 0.05 < expected < 0.95


def test_tries_that_are_nearly_one_have_the_chance_of_one():
    one = 1 - stats.binom.cdf(39, 47, 0.85)
    assert chance_of_best(0.85, 40, 47, 250, 0.9999) == pytest.approx(one, abs=0.08)
    assert chance_of_best(0.85, 0, 47, 250) == 1


@pytest.mark.parametrize("rho", [0.3, 0.8])
def test_the_correlation_is_found_again(rho):
    rng = np.random.default_rng(1)
    nature, chance = rng.normal(size=5000), rng.normal(size=(300, 5000))
    right = np.sqrt(rho) * nature + np.sqrt(1 - rho) * chance < stats.norm.ppf(0.8)
    assert correlation_of_tries(right.mean(axis=1), 5000) == pytest.approx(rho, abs=0.12)


def test_the_ends_of_the_correlation():
    rng = np.random.default_rng(0)
    assert correlation_of_tries(np.full(20, 0.8), 47) == 0.999
    assert correlation_of_tries(rng.choice([0.5, 0.9], 50), 47) == 0.0


def test_the_correlation_of_a_mean_and_a_deviation_is_that_of_their_tries():
    tries = np.array([0.78, 0.8, 0.81, 0.83, 0.79])
    found = correlation_of_spread(tries.mean(), tries.std(ddof=1), 47)
    assert found == correlation_of_tries(tries, 47)
    assert 0.5 < found < 0.999
    for mean, deviation in ((1.0, 0.1), (0.5, -0.1)):
        with pytest.raises(ValueError, match="need 0 < mean < 1 and no negative deviation"):
            correlation_of_spread(mean, deviation, 47)


def test_impossible_settings_are_refused():
    for accuracy, rho in ((1.0, 0.0), (0.5, 1.0), (0.0, 0.5)):
        with pytest.raises(ValueError, match="need 0 < accuracy < 1"):
            best_of_tries(accuracy, 47, 250, rho)
    with pytest.raises(ValueError, match="0 tries"):
        best_of_tries(0.8, 47, 0)
    for num_right in (-1, 48):
        with pytest.raises(ValueError, match=f"{num_right} of 47 images cannot be right"):
            chance_of_best(0.8, num_right, 47, 250)
    with pytest.raises(ValueError, match="no spread"):
        correlation_of_tries([0.5], 47)


def signs(accuracy, count=2000):
    return "".join("1" if u < accuracy else "0" for u in RNG.uniform(size=count))


def test_a_clear_winner_is_always_chosen():
    found = choice_noise([signs(0.3), signs(0.9), signs(0.2)], 47, draws=300)
    assert (found.differ, found.lost.estimate, found.lost.high) == (0, 0, 0)
    assert found.too_good.estimate == pytest.approx(0, abs=0.01)  # nothing to choose, nothing to be too good
    # one draw is a mean of 47 images: 90 % of them within 1.645 standard errors
    assert found.too_good.high - found.too_good.low == pytest.approx(2 * 1.645 * np.sqrt(0.09 / 47), rel=0.25)


def test_equal_runs_are_chosen_at_random_and_look_too_good():
    equal = [signs(0.5) for _ in range(5)]
    few, many = choice_noise(equal, 47), choice_noise(equal, 1000)
    assert 0.7 < few.differ <= 0.8 + 0.02  # four fifths of all pairs, less what ties and luck favour
    # the largest of five independent standard normals is 1.163 on average
    assert few.too_good.estimate == pytest.approx(1.163 * np.sqrt(0.25 / 47), rel=0.15)
    assert many.too_good.estimate < few.too_good.estimate / 2


def test_what_is_lost_is_counted_on_the_images_that_did_not_choose():
    better = "1" * 60 + "0" * 40
    found = choice_noise([better, better[::-1]], 50, draws=500)
    assert 0 < found.lost.estimate < 0.2
    assert found.lost.low == 0


def test_same_seed_same_noise():
    pair = [signs(0.5), signs(0.6)]
    assert choice_noise(pair, 20, draws=50) == choice_noise(pair, 20, draws=50)
    assert choice_noise(pair, 20, draws=50) != choice_noise(pair, 20, draws=50, seed=1)


@pytest.mark.parametrize(
    ("outcomes", "num_images", "message"),
    [(["01", "0"], 1, r"\[1, 2\]"), ([], 1, "lengths"), (["0110"], 4, "num_images = 4: choose between 1 and 3")],
)
def test_impossible_choices_are_refused(outcomes, num_images, message):
    with pytest.raises(ValueError, match=message):
        choice_noise(outcomes, num_images)


def test_seeds_that_chose_different_rates_are_counted():
    def run(seed, lr, val, optimizer):
        recipe = {"name": "full", "lr": lr, "optimizer": optimizer}
        return {"recipe": recipe, "data": {}, "seed": seed, "val_accuracy": val, "best_epoch": 0}

    winners = {"sgd": (0.01, 0.01, 0.03), "adam": (0.001, 0.001, 0.001)}
    records = [
        run(seed, lr, 0.9 if lr == winner else 0.5, optimizer)
        for optimizer, chosen in winners.items()
        for seed, winner in enumerate(chosen)
        for lr in (0.01, 0.03, 0.001)
    ]
    assert disagreement(records) == (2, 6)
