"""`course train --head` puts extension layers before the last layer; bad widths are told in one sentence."""

import json

import pytest

from course_lib.cli.models import _parse_head
from course_lib.models import load_weights


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--head", "5"], ("last_layer", (5,), ())),
        (["--recipe", "ft3"], ("ft3", (512,), ())),
        (["--recipe", "ft3", "--head", "6, 5"], ("ft3", (6, 5), ())),
        (["--recipe", "ft2", "--head", "4"], ("ft2", (4,), ("stage4",))),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_widths_reach_the_saved_model(options, expected, typed, folder, tmp_path):
    """From the option to the file, and back to answers about new images."""
    file, quick = tmp_path / "model.safetensors", ["--set", "epochs=1", "--set", "start=mini_resnet18", "--size", "32"]
    code, out, err = typed("train", "--data", f"folder:{folder}", *options, *quick, "--out", file, "--json")
    assert code == 0, err
    assert json.loads(out)["num_test"] > 0
    meta = load_weights(file).meta
    recipe = meta["training"]["recipe"]
    assert (meta["hidden"], tuple(recipe["hidden"]), tuple(recipe.get("fresh", ()))) == (expected[1], *expected[1:])
    assert f"{expected[0]}: " in err
    assert f"extension layers of {', '.join(map(str, expected[1]))}" in err
    image = next(folder.rglob("*.png"))
    code, out, _ = typed("predict", file, image)
    assert code == 0


@pytest.mark.parametrize("text", ["", "0", "-5", "512,", "1e3", "2.5", "wide", "512;512", "70000", "²"])
def test_bad_widths_are_told_in_one_sentence(text, typed):
    code, out, err = typed("train", "--data", "folder:nothing", "--head", text)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert f"--head '{text}' are no widths: give whole numbers from 1 to 65536 with commas between" in err


def test_the_option_and_the_setting_exclude_each_other():
    assert _parse_head(None, {"hidden": [4]}) == {}
    assert _parse_head("64,32", {}) == {"hidden": [64, 32]}
    with pytest.raises(ValueError, match="--head and --set hidden"):
        _parse_head("64", {"hidden": [4]})
