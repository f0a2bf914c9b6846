"""Paths, folders and patterns as lists of image files."""

import pytest

from course_lib.data.patterns import find_files


@pytest.fixture
def photos(tmp_path):
    for name in ("b/2.JPG", "b/deep/1.png", "a.webp", "a.txt", ".hidden/x.jpg", "b/._2.jpg", "empty/readme.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def names(found, root):
    return [file.relative_to(root).as_posix() for file in found.files]


def test_folders_hold_images_at_any_depth(photos):
    found = find_files([photos])
    assert names(found, photos) == ["a.webp", "b/2.JPG", "b/deep/1.png"]
    assert found.left_out == {".txt": 1, ".md": 1}
    assert found.problems == ()


def test_files_and_patterns_in_the_order_of_the_arguments_each_once(photos):
    found = find_files([photos / "a.txt", f"{photos}/b/*", f"{photos}/**/*.png", photos / "a.webp"])
    assert names(found, photos) == ["a.txt", "b/2.JPG", "b/deep/1.png", "a.webp"], "a file named is taken as it is"
    assert found.problems == ()


def test_a_name_that_looks_like_a_pattern_is_a_name_first(photos):
    file = photos / "cat[1].png"
    file.touch()
    assert names(find_files([file]), photos) == ["cat[1].png"]


def test_what_names_no_image_is_said(photos):
    found = find_files([photos / "empty", f"{photos}/*.heic", photos / "gone.jpg"])
    assert names(found, photos) == ["gone.jpg"], "the reader says that it is not there"
    assert [problem.partition(" ")[0] for problem in found.problems] == [f"'{photos / 'empty'}'", "no"]
