"""`course data check` tells what it found in a folder."""

import json
import shutil

import pytest

from pictures import write_pngs


@pytest.fixture
def check(make_images, tmp_path, typed):
    """`check(root)`: exit code, lines and errors of `course data check`; `tmp_path/photos` has 18 images."""
    write_pngs(make_images(per_class=6), tmp_path / "photos")

    def run(root, *options):
        code, out, err = typed("data", "check", f"folder:{root}", *options)
        return code, out.splitlines(), err

    return run


def test_a_tidy_folder_needs_no_words(check, tmp_path):
    code, lines, _ = check(tmp_path / "photos")
    assert code == 0
    assert lines[:3] == [f"     6  class{k}" for k in range(3)]
    assert lines[3].startswith("    18  in all; fingerprint ")
    assert len(lines) == 4


def test_everything_remarkable_is_told(check, tmp_path):
    photos = tmp_path / "photos"
    shutil.copytree(photos, tmp_path / "split" / "train")
    first = sorted((photos / "class0").iterdir())[0]
    (tmp_path / "split" / "test" / "class0").mkdir(parents=True)
    shutil.copy(first, tmp_path / "split" / "test" / "class0" / "again.png")
    for name in ("train/class1/clip.mov", "train/class1/._clip.png", "test/Thumbs.db", "readme.txt"):
        (tmp_path / "split" / name).write_bytes(b"")
    code, lines, _ = check(tmp_path / "split")
    assert code == 0
    assert lines[:3] == [
        "the folder is split already: train/ and test/ are used as such; val is split off train/",
        "2 files are of kinds that are not read and were left out: 1 .mov, 1 .txt",
        f"1 image is an exact copy of another: 'train/class0/{first.name}' (of 'test/class0/again.png')",
    ]
    assert lines[3] == "     7  class0"
    assert lines[-1].startswith("    19  in all; fingerprint ")


def test_json_says_the_same(check, tmp_path):
    (tmp_path / "photos" / "clip.mov").write_bytes(b"")
    _, lines, _ = check(tmp_path / "photos")
    code, out, _ = check(tmp_path / "photos", "--json")
    found = json.loads("\n".join(out))
    assert code == 0
    assert found["notes"] == lines[:1] == ["1 file is of a kind that is not read and was left out: 1 .mov"]
    assert found["classes"] == {f"class{k}": 6 for k in range(3)}
    assert lines[-1] == f"{found['num_images']:6d}  in all; fingerprint {found['fingerprint']}"
