import pytest

from course_lib.training.bit_rule import bit_recipe, bit_resolution

BEYOND = 500_000


@pytest.mark.parametrize(
    ("num_images", "epochs", "warmup", "milestones"),
    [
        (1, 20, 4, (8, 12, 16)),
        (200, 20, 4, (8, 12, 16)),
        (19_999, 500, 100, (200, 300, 400)),  # an epoch for each of the rule's steps
        (20_000, 200, 10, (60, 120, 180)),
        (BEYOND - 1, 20, 1, (6, 12, 18)),
        (BEYOND, 200, 5, (60, 120, 180)),
        (200, 5, 1, (2, 3, 4)),
        (200, 3, 1, (1, 2)),  # two of the steps fall on epoch 2
        (200, 2, 0, (1,)),
    ],
)
def test_the_schedule_is_the_rules_stretched_to_the_epochs(num_images, epochs, warmup, milestones):
    recipe = bit_recipe(num_images, epochs=epochs)
    assert (recipe.schedule, recipe.warmup_epochs, recipe.milestones) == ("steps", warmup, milestones)


def test_the_rates_rise_and_fall():
    recipe = bit_recipe(200, epochs=20)
    rates = [recipe.rate_of("stem", epoch) for epoch in range(20)]
    expected = [0.2, 0.4, 0.6, 0.8] + [1] * 4 + [0.1] * 4 + [0.01] * 4 + [0.001] * 4
    assert rates == pytest.approx([0.003 * factor for factor in expected])
    assert recipe.rate_of("head", 5) == 0.003


def test_all_else_is_what_the_rule_says_or_the_caller():
    recipe = bit_recipe(200, epochs=20, batch_size=32, start="mini_resnet18")
    assert (recipe.optimizer, recipe.momentum, recipe.weight_decay, recipe.multipliers) == ("sgd", 0.9, 0, {})
    assert recipe.batch_size == 32
    assert bit_recipe(200, epochs=20, lr=0.01).lr == 0.01
    assert bit_recipe(200, epochs=1).schedule == "constant"
    with pytest.raises(ValueError, match="num_images = 0"):
        bit_recipe(0, epochs=20)
    with pytest.raises(ValueError, match="epochs = 0"):
        bit_recipe(200, epochs=0)


def test_the_resolution_follows_from_the_images():
    assert bit_resolution(95, 96) == bit_resolution(32, 32) == (160, 128)
    assert bit_resolution(96, 96) == bit_resolution(48, 500) == (512, 480)
