"""`course advise` looks at a folder as `course train` does, and its commands are commands of `course train`."""

import json
import shlex
import shutil

import pytest

from course_lib.cli.models import train
from pictures import write_pngs


@pytest.fixture
def advise(make_images, tmp_path, typed):
    """`advise(name)`: exit code, output and errors; `tmp_path/photos` has 3 classes of 20 images."""
    write_pngs(make_images(per_class=20), tmp_path / "photos")
    return lambda name, *options: typed("advise", tmp_path / name, *options)


def test_a_folder_gets_commands_that_train_takes(advise, tmp_path):
    code, out, _ = advise("photos")
    assert code == 0
    assert out.startswith("3 classes, 36 training images, 12 of each class\n")
    assert "How the advice is made:" in out
    commands = [line.strip() for line in out.splitlines() if line.startswith("  course train")]
    assert len(commands) == 2
    for command in commands:
        train.make_context("train", shlex.split(command)[2:])
    assert "--rates" in commands[1] or "--rates" in commands[0]


def test_json_holds_the_evidence(advise):
    code, out, _ = advise("photos", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["facts"] == {"num_classes": 3, "images_per_class": 12.0}
    assert len(found["rule"]) == 3
    assert set(found["commands"]) == {"last_layer", "rates"}


def test_a_split_folder_counts_its_own_training_images(advise, tmp_path):
    shutil.copytree(tmp_path / "photos", tmp_path / "split" / "train")
    for folder in sorted((tmp_path / "split" / "train").iterdir()):
        (tmp_path / "split" / "test" / folder.name).mkdir(parents=True)
        for file in sorted(folder.iterdir())[:5]:
            shutil.move(file, tmp_path / "split" / "test" / folder.name)
    code, out, _ = advise("split")
    assert code == 0
    assert out.startswith("3 classes, 36 training images, 12 of each class\n"), "of 15 each a fifth validates"


def test_what_cannot_be_used_is_said_in_one_sentence(advise, tmp_path):
    shutil.copytree(tmp_path / "photos" / "class0", tmp_path / "one" / "class0")
    (tmp_path / "empty").mkdir()
    shutil.copytree(tmp_path / "photos", tmp_path / "broken")
    next((tmp_path / "broken" / "class0").iterdir()).write_bytes(b"no image")
    told = {"one": "a single class folder", "empty": "no class folders", "missing": "no folder", "broken": "cannot be"}
    for name, words in told.items():
        code, out, err = advise(name)
        said = [line for line in err.splitlines() if line.startswith("course: ")]
        assert (code, out, len(said)) == (2, "", 1), name
        assert words in said[0], said[0]


def test_images_with_several_concepts_get_no_advice(typed):
    code, out, err = typed("advise", "mini:scenes")
    assert (code, out) == (2, "")
    assert "course: advice needs one class per image" in err
