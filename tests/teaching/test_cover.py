"""README's picture: it is there, described, small, and says what the finished runs say."""

import re
import shutil
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from course_lib.paths import shipped_dir
from course_lib.teaching.cover import (
    COVER,
    NARROW_COVER,
    PICTURES,
    cover_line,
    measure_strategies,
    update_cover,
    write_cover,
)

ROOT = shipped_dir("notebooks").parent
MAX_BYTES = 120_000
ANOTHER = 10  # letters may differ by a hair from machine to machine; see `greatest_change`


def pixels_of(path):
    return np.asarray(Image.open(path).convert("RGB"), int)


def greatest_change(new, old):
    """Of two pictures (H, W, 3): the mean change of the squares of 20 pixels where it is largest, in levels of 256."""
    assert new.shape == old.shape
    height, width, _ = new.shape
    squares = np.abs(new - old)[: height // 20 * 20, : width // 20 * 20].reshape(height // 20, 20, width // 20, 20, 3)
    return squares.mean(axis=(1, 3, 4)).max()


@pytest.fixture(scope="module")
def dots():
    """The accuracies that the picture shows."""
    return measure_strategies()


def test_the_picture_of_readme_is_there_small_and_described():
    found = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert [path for _, path in found] == [COVER]
    (alt, path) = found[0]
    assert all(name in alt for name in PICTURES)
    assert len(re.findall(r"\d+ %", alt)) == 6
    assert (ROOT / path).stat().st_size <= MAX_BYTES
    assert Image.open(ROOT / path).width >= 1000


def test_line_and_picture_are_those_of_the_finished_runs(dots, tmp_path):
    assert cover_line(dots) in (ROOT / "README.md").read_text(encoding="utf-8")
    assert write_cover(tmp_path / "new.webp", dots)
    new, old = (pixels_of(path) for path in (tmp_path / "new.webp", ROOT / COVER))
    assert greatest_change(new, old) < ANOTHER
    assert not write_cover(tmp_path / "new.webp", dots)  # the same again: the file is left alone


def test_the_narrow_picture_is_that_of_the_finished_runs_and_higher_than_wide(dots, tmp_path):
    assert write_cover(tmp_path / "new.webp", dots, narrow=True)
    new, old = (pixels_of(path) for path in (tmp_path / "new.webp", ROOT / NARROW_COVER))
    assert greatest_change(new, old) < ANOTHER
    assert new.shape[0] > new.shape[1]


def test_another_accuracy_gives_another_picture_and_line(dots, tmp_path):
    picture = tmp_path / "cover.webp"
    shutil.copy(ROOT / COVER, picture)
    moved = replace(dots[0].interval, estimate=dots[0].interval.estimate + 0.01)
    others = [replace(dots[0], interval=moved), *dots[1:]]
    assert write_cover(picture, others)
    assert greatest_change(pixels_of(picture), pixels_of(ROOT / COVER)) > 2 * ANOTHER, "a point more is not seen"
    assert cover_line(others) != cover_line(dots)


def test_check_finds_what_is_out_of_date_and_build_mends_it(tmp_path):
    (tmp_path / "data").mkdir()
    readme = tmp_path / "README.md"
    shutil.copyfile(ROOT / "README.md", readme)
    missing = [f"{name} is missing: run 'course build'" for name in (COVER, NARROW_COVER)]
    assert update_cover(readme, check=True) == missing
    readme.write_text(readme.read_text(encoding="utf-8").replace("Seven cartoons", "Cartoons"), encoding="utf-8")
    assert len(update_cover(readme, check=True)) == 3
    assert update_cover(readme) == []
    assert update_cover(readme, check=True) == []
    assert readme.read_bytes() == (ROOT / "README.md").read_bytes()
