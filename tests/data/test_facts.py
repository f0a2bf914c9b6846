"""Facts of a source as papers list them."""

import numpy as np
import pytest
from PIL import Image

from course_lib.data import channel_statistics, load_images, set_facts
from course_lib.data.mini import COMPARISON_SETS


@pytest.mark.parametrize("name", COMPARISON_SETS)
def test_facts_of_a_set_with_parts(name):
    known, facts = COMPARISON_SETS[name], set_facts(f"mini:{name}", size=16)
    classes, each = len(known.classes), sum(known.counts.values())
    assert (facts.images, facts.classes, facts.per_class) == (known.num_images, classes, (each, each))
    assert facts.parts == {part: count * classes for part, count in known.counts.items()}
    images = load_images(f"mini:{name}", size=16)
    train = images.take([i for i, image in enumerate(images.names) if image.startswith("train/")])
    mean, std = channel_statistics(train)  # another way to compute them
    np.testing.assert_allclose(facts.mean, mean, rtol=1e-9)
    np.testing.assert_allclose(facts.std, std, rtol=1e-9)
    assert facts.size == 16


def test_a_set_without_parts_is_described_as_a_whole(image_folder):
    root = image_folder([f"{name}/{i}.png" for name, count in (("a", 3), ("b", 5)) for i in range(count)], size=(8, 8))
    facts = set_facts(f"folder:{root}", size=8)
    assert (facts.images, facts.classes, facts.per_class, facts.parts) == (8, 2, (3, 5), {})
    pixels = np.stack([np.asarray(Image.open(file)) for file in root.rglob("*.png")]) / 255
    np.testing.assert_allclose(facts.mean, pixels.mean((0, 1, 2)), rtol=1e-9)
    np.testing.assert_allclose(facts.std, pixels.std((0, 1, 2)), rtol=1e-9)


def test_parts_of_a_folder_are_its_own(image_folder):
    names = [
        f"{part}/{name}/{i}.png" for part, count in (("Train", 4), ("test", 2)) for name in "ab" for i in range(count)
    ]
    assert set_facts(f"folder:{image_folder(names)}", size=8).parts == {"train": 8, "test": 4}
