"""What is told about a folder that was read."""

import pytest

from course_lib.data import FolderNotes, load_images
from course_lib.data.folder import list_folder


def test_files_of_other_kinds_are_counted_and_told(image_folder):
    root = image_folder(["cat/1.png", "cat/deep/2.jpg", "dog/1.png", "loose.png"])
    for name in ("cat/a.MP4", "cat/deep/b.mp4", "dog/c.mp4", "dog/notes.txt", "dog/LICENSE", "readme.txt"):
        (root / name).write_bytes(b"")
    notes = load_images(f"folder:{root}", size=8, progress=False).notes
    assert notes == FolderNotes(3, {".mp4": 3, ".txt": 2, "": 1}, ("loose.png",))
    assert list(notes.left_out) == [".mp4", ".txt", ""]  # most frequent first
    assert notes.sentences() == [
        "6 files are of kinds that are not read and were left out: 3 .mp4, 2 .txt, 1 without a suffix",
        "1 image lies beside the class folders and was left out: 'loose.png'",
    ]


@pytest.mark.parametrize(
    "name",
    [
        "__MACOSX/cat/1.png",
        "cat/._1.png",
        "cat/.DS_Store",
        "cat/Thumbs.db",
        "dog/desktop.ini",
        "Desktop.ini",
        ".ipynb_checkpoints/1.png",
        "cat/.ipynb_checkpoints/1-checkpoint.png",
        "cat/@eaDir/1.png",
        ".git/config",
    ],
)
def test_what_operating_systems_leave_behind_is_ignored(image_folder, name):
    root = image_folder(["cat/1.png", "dog/1.png"])
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_bytes(b"")
    listing = list_folder(root)
    assert listing.names == ("cat/1.png", "dog/1.png")
    assert listing.class_names == ("cat", "dog")
    assert listing.notes() == FolderNotes(2)
    assert listing.notes().sentences() == []


def test_drawn_images_have_no_notes(random_images):
    assert random_images({"a": 1, "b": 1}).notes is None


def test_sentences_of_one_and_of_many():
    assert FolderNotes(9, {".gif2": 1}).sentences() == [
        "1 file is of a kind that is not read and was left out: 1 .gif2"
    ]
    names = tuple(f"{i}.png" for i in range(7))
    shown = "'0.png', '1.png', '2.png', '3.png', '4.png' and 2 more"
    assert FolderNotes(9, beside=names).sentences() == [
        f"7 images lie beside the class folders and were left out: {shown}"
    ]
    pairs = [("a", "b"), ("a", "c")]
    assert FolderNotes(9, dropped_duplicates=pairs[:1]).sentences() == ["1 exact copy was dropped: 'b' (of 'a')"]
    assert FolderNotes(9, dropped_duplicates=pairs).sentences() == [
        "2 exact copies were dropped: 'b' (of 'a'), 'c' (of 'a')"
    ]
    assert FolderNotes(9).sentences(pairs) == ["2 images are exact copies of others: 'b' (of 'a'), 'c' (of 'a')"]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (("train", "val", "test"), "train/, val/ and test/ are used as such"),
        (("train", "test"), "train/ and test/ are used as such; val is split off train/"),
        (("train",), "train/ is used as such; val and test are split off train/"),
    ],
)
def test_given_parts_are_told(given, sentence):
    assert FolderNotes(9, given_parts=given).sentences() == [f"the folder is split already: {sentence}"]
