"""Folders of one's own for every test, small image sets, and the real cartoons where there are some."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

CARTOON_COUNTS = {
    "dog": 389,
    "elephant": 457,
    "giraffe": 346,
    "guitar": 135,
    "horse": 324,
    "house": 288,
    "person": 405,
}


@pytest.fixture(autouse=True)
def course_home(tmp_path, monkeypatch):
    """A fresh home, so that nothing is read from, or left in, the user's own."""
    home = tmp_path / "home"
    monkeypatch.setenv("COURSE_HOME", str(home))
    return home


@pytest.fixture
def no_real_data(monkeypatch):
    """As on a machine without real images."""
    monkeypatch.delenv("COURSE_REAL_DATA", raising=False)


@pytest.fixture
def real_cartoons(request):
    """The name of the real cartoons' source."""
    from course_lib.data.pacs import find_domain

    if find_domain("cartoon") is None:
        pytest.skip("no real images: set COURSE_REAL_DATA to a folder that has pacs/cartoon")
    return "pacs:cartoon"


@pytest.fixture
def random_images():
    """`make(counts, size=4)`: an image set of random, all different images, with `counts` of each class."""
    from course_lib.data import ImageSet

    def make(counts: dict[str, int], size: int = 4, seed: int = 0):
        total = sum(counts.values())
        pixels = np.random.default_rng(seed).integers(0, 256, (total, 3, size, size), dtype=np.uint8)
        labels = np.repeat(np.arange(len(counts)), list(counts.values()))
        names = [f"{name}/pic_{i:03d}.jpg" for name, count in counts.items() for i in range(1, count + 1)]
        return ImageSet.from_arrays(pixels, labels, tuple(counts), names, "test")

    return make


@pytest.fixture
def cartoon_like(random_images):
    """As many images of each class as the PACS cartoons have, but tiny and random."""
    return random_images(CARTOON_COUNTS)


@pytest.fixture
def image_folder(tmp_path):
    """`make(files, size=(8, 6))`: a folder with a random image at each of the paths `files`."""

    def make(files, size=(8, 6), root: Path = tmp_path / "images", seed: int = 0) -> Path:
        random = np.random.default_rng(seed)
        for name in files:
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(random.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)).save(file)
        return root

    return make
