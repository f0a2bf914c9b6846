"""Weights for other classes, damaged, not readable, or with no room to write them."""

import errno
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from course_lib.models.architectures import build
from course_lib.models.starting import start_model
from course_lib.models.weights import load_model, load_weights, save_weights

META = {"class_names": ("x", "y", "z"), "mean": (0.5,) * 3, "std": (0.2,) * 3, "size": 32, "source": "test"}


@pytest.fixture
def model():
    torch.manual_seed(0)
    return build("mini_squeezenet", 3)


def test_a_new_head_takes_the_place_of_one_for_other_classes(tmp_path, model):
    save_weights(model, tmp_path / "w.safetensors", META)
    started = start_model("mini_squeezenet", tmp_path / "w.safetensors", 7)
    assert started.eval()(torch.zeros(1, 3, 32, 32)).shape == (1, 7)
    for name, value in model.stages.state_dict().items():
        assert torch.equal(value, started.stages.state_dict()[name]), name


def test_a_whole_model_for_other_classes_is_refused(tmp_path, model, promised):
    save_weights(model, tmp_path / "w.safetensors", META)
    loaded = load_weights(tmp_path / "w.safetensors")
    others = replace(loaded, meta=loaded.meta | {"num_classes": 7})
    with pytest.raises(ValueError, match=promised("weights for other classes: loaded whole")):
        load_model(others)


def test_unreadable_weights_are_not_called_damaged(open_place, model, as_nobody, promised):
    """'Damaged: delete it' would cost a good file."""
    save_weights(model, open_place / "w.safetensors", META)
    (open_place / "w.safetensors").chmod(0)
    with as_nobody(), pytest.raises(PermissionError, match=promised("unreadable file: weights")):
        load_weights(open_place / "w.safetensors")


def test_a_full_disk_leaves_no_weights_behind(tmp_path, model, promised, monkeypatch):
    save_weights(model, tmp_path / "w.safetensors", META)
    before, write = (tmp_path / "w.safetensors").read_bytes(), Path.write_bytes

    def write_half(file, content):
        write(file, content[: len(content) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", write_half)
    with pytest.raises(OSError, match=promised("disk full while the ledger writes: weights")):
        save_weights(model, tmp_path / "w.safetensors", META)
    assert [file.name for file in tmp_path.iterdir()] == ["w.safetensors"]
    assert (tmp_path / "w.safetensors").read_bytes() == before
