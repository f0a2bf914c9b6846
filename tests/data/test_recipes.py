"""Recipes of data/README.md that make a table of other people's data: run word for word on small files of that form."""

import re
from pathlib import Path

import numpy as np
import pytest

from course_lib.data import DataSpec, load_images, prepare

README = Path(__file__).resolve().parents[2] / "data" / "README.md"


@pytest.fixture
def recipe():
    """The only block of Python in data/README.md."""
    (block,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    return block


def test_chestmnist_becomes_a_table(recipe, tmp_path, monkeypatch):
    random, parts, arrays = np.random.default_rng(0), {"train": 30, "val": 10, "test": 12}, {}
    for part, count in parts.items():
        arrays[f"{part}_images"] = random.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        arrays[f"{part}_labels"] = random.integers(0, 2, (count, 14), dtype=np.uint8)
    np.savez(tmp_path / "chestmnist.npz", **arrays)
    monkeypatch.chdir(tmp_path)
    exec(compile(recipe, str(README), "exec"), {})
    images = load_images("csv:chest.csv", size=28, progress=False)
    assert (images.num_classes, len(set(images.class_names)), len(images)) == (14, 14, 52)
    splits = prepare(DataSpec(source="csv:chest.csv", size=28))
    found = {"train": splits.train, "val": splits.val, "test": splits.test.open()}
    assert {part: len(own) for part, own in found.items()} == parts
    for part, own in found.items():
        for i, name in enumerate(own.names):
            number = int(Path(name).stem)
            assert own.labels[i].tolist() == arrays[f"{part}_labels"][number].tolist()
            np.testing.assert_array_equal(own.batch(i)[0][0], arrays[f"{part}_images"][number])
