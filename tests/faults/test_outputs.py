"""Where nothing can be written, that is said before the work: before the images, which are not there, are missed."""

from pathlib import Path

import pytest

from course_lib.training.tuning import train_classifier


@pytest.mark.parametrize("out", [None, "sub/model.safetensors"])
def test_a_folder_that_may_not_be_written(open_place, as_nobody, monkeypatch, out):
    monkeypatch.chdir(open_place)
    open_place.chmod(0o555)
    with (
        as_nobody(),
        pytest.raises(PermissionError, match=r"nothing can be written into the folder .*: choose another"),
    ):
        train_classifier("folder:no_such_folder", "scratch", out=out and Path(out))
    assert not list(open_place.iterdir())


def test_a_file_where_the_folder_should_be(tmp_path):
    (tmp_path / "taken").write_text("x")
    with pytest.raises(OSError, match=r"nothing can be written into the folder '.*taken' \(.*\): choose another one"):
        train_classifier("folder:no_such_folder", "scratch", out=tmp_path / "taken" / "model.safetensors")


def test_the_library_names_its_argument_and_no_flag(tmp_path):
    with pytest.raises(ValueError, match=r"^out = '.*model.bin' is no name for a model file: end it in .safetensors"):
        train_classifier("folder:no_such_folder", "scratch", out=tmp_path / "model.bin")
