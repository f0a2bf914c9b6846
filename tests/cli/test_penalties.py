"""`course train --recipe l2sp` and `--set penalty=…`, and the saved model answers about new images."""

import json

import pytest

from course_lib.models import load_weights

QUICK = ["--set", "epochs=1", "--set", "start=mini_resnet18", "--size", "32"]


@pytest.mark.parametrize(
    ("options", "penalty", "said"),
    [
        (["--recipe", "l2sp"], {"alpha": 0.01, "beta": 0.01}, "l2sp: Adam, rate 0.001; "),
        (
            ["--recipe", "l2sp", "--set", 'penalty={"alpha": 0.1}'],
            {"alpha": 0.1, "beta": 0.01},
            "; L2-SP (alpha 0.1, beta 0.01); ",
        ),
        (
            ["--recipe", "full", "--set", "penalty=bss", "--set", "normalisation=stochastic"],
            {"kind": "bss", "weight": 0.001, "k": 1},
            "; BSS (weight 0.001); ",
        ),
    ],
    ids=["l2sp", "l2sp with another alpha", "bss with stochastic normalisation"],
)
def test_the_penalty_reaches_the_saved_model(options, penalty, said, typed, folder, tmp_path):
    file = tmp_path / "model.safetensors"
    code, out, err = typed("train", "--data", f"folder:{folder}", *options, *QUICK, "--out", file, "--json")
    assert code == 0, err
    assert json.loads(out)["num_test"] > 0
    assert load_weights(file).meta["training"]["recipe"]["penalty"] == penalty
    assert said in err
    images = list(folder.rglob("*.png"))[:2]
    code, out, err = typed("predict", file, *images, "--json")
    assert code == 0, err
    assert [json.loads(line)["file"] for line in out.splitlines()] == [str(image) for image in images]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("l3", "'l3' found using 'kind' does not match any of the expected tags: 'l2', 'l2sp', 'delta', 'bss'"),
        ("mars", "penalty.mars: 'gamma' is missing"),
        ('{"alpha": -1}', "penalty.l2sp: alpha = -1: input should be greater than or equal to 0"),
    ],
)
def test_a_wrong_penalty_is_told_in_one_sentence(value, words, typed, folder):
    code, out, err = typed("train", "--data", f"folder:{folder}", "--recipe", "full", "--set", f"penalty={value}")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert words in err


def test_from_scratch_there_is_nothing_to_pull_towards(typed, folder):
    options = ["--recipe", "scratch", "--set", "penalty=l2sp", "--size", "32"]
    code, _, err = typed("train", "--data", f"folder:{folder}", *options)
    assert code == 2
    assert "the penalty L2-SP pulls towards borrowed weights: this recipe starts at random" in err
