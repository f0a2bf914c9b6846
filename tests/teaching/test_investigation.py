import numpy as np
import pytest

from course_lib.data.imageset import ImageSet
from course_lib.data.splits import stratified_split
from course_lib.teaching import compare_recipes
from course_lib.training import Recipe

GOOD = Recipe.scratch(lr=0.01, epochs=2, optimizer="adam", batch_size=8)


def test_two_recipes_are_compared_on_the_shared_test_images(splits):
    opened = splits.test.times_opened
    table = compare_recipes({"fast": GOOD, "slow": Recipe.scratch(lr=1e-9, epochs=2, batch_size=8)}, splits, seeds=2)
    assert list(table.columns) == ["fast − slow"]
    found = table["fast − slow"]
    assert set(found.index) >= {"test accuracy, fast", "difference, other test images", "difference, training again"}
    fast, slow = (float(found[f"test accuracy, {name}"].split()[0]) for name in ("fast", "slow"))
    assert float(found["difference, training again"].split()[0]) == pytest.approx(fast - slow, abs=0.11)
    assert float(found["difference, other test images"].split()[0]) == pytest.approx(fast - slow, abs=0.11)
    assert splits.test.times_opened == opened + 4  # once for each run


def test_equal_recipes_do_not_differ(splits):
    found = compare_recipes({"one": GOOD, "other": GOOD}, splits, seeds=2)["one − other"]
    assert found["difference, training again"] == "0.0 points [0.0, 0.0]"


def test_concepts_are_compared_by_their_average_precision():
    draw = np.random.default_rng(1)
    labels = draw.integers(0, 2, (60, 3)).astype(np.float32)
    pixels = (draw.integers(0, 90, (60, 3, 32, 32)) + 120 * labels[:, :, None, None]).astype(np.uint8)
    images = ImageSet.from_arrays(pixels, labels, ("a", "b", "c"))
    recipes = {"fast": GOOD, "slow": Recipe.scratch(lr=1e-9, epochs=2, batch_size=8)}
    found = compare_recipes(recipes, stratified_split(images, val=0.2, test=0.2), seeds=2)["fast − slow"]
    fast, slow = (float(found[f"test MAP, {name}"].split()[0]) for name in ("fast", "slow"))
    assert float(found["difference, other concepts"].split()[0]) == pytest.approx(fast - slow, abs=0.11)


@pytest.mark.parametrize(
    ("recipes", "seeds", "message"),
    [
        ({"one": GOOD}, 3, "1 recipes and 3 seeds"),
        ({"one": GOOD, "other": GOOD}, 1, "2 recipes and 1 seeds"),
        ({"one": GOOD, "lost": Recipe.scratch(lr=1e30, optimizer="sgd", epochs=2)}, 2, "'lost' diverged with seed 0"),
    ],
)
def test_what_decides_nothing_is_refused(splits, recipes, seeds, message):
    with pytest.raises(ValueError, match=message):
        compare_recipes(recipes, splits, seeds)
