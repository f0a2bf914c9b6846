"""`course train --crop` trains on random windows and saves a model of the whole size."""

import json

from course_lib.models import load_weights

QUICK = ["--set", "epochs=1", "--set", "start=mini_resnet18", "--size", "32"]


def test_windows_reach_training_and_not_the_model(typed, folder, tmp_path):
    file = tmp_path / "m.safetensors"
    call = ("train", "--data", f"folder:{folder}", "--recipe", "full", "--crop", "24", *QUICK, "--out", file, "--json")
    code, out, err = typed(*call)
    assert code == 0, err
    assert json.loads(out)["num_test"] > 0
    assert load_weights(file).meta["size"] == 32
    assert "trains on random windows of 24 pixels" in file.with_suffix(".html").read_text(encoding="utf-8")
    code, _, err = typed("predict", file, next(folder.rglob("*.png")))
    assert code == 0, err


def test_a_window_larger_than_the_image_is_told_in_one_sentence(typed, folder):
    code, out, err = typed("train", "--data", f"folder:{folder}", "--crop", "40", *QUICK)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "crop = 40 is larger than size = 32: choose a smaller window" in err
