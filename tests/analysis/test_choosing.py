import numpy as np
import pytest

from course_lib.analysis.choosing import choice_noise, disagreement

RNG = np.random.default_rng(0)


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
