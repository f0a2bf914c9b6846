"""`course train --recipe multitune|spottune`: what is said, saved, answered, exported and reported."""

import json
import re
import shutil

import numpy as np
import pytest

from course_lib.models import load_weights

QUICK = ["--set", "epochs=1", "--set", "start=mini_resnet26", "--size", "32"]
SAID = {
    "multitune": "multitune: two copies of the network as branches a and b with one head (MultiTune; η, the share of "
    "a, is 0.5); a.stage3, b.stage3 with new weights; Adam, rate 0.001; rates of the stages: a.stage3 0.001, b.stage3 "
    "0.0001, all other stages 0.001; 1 epochs of batches of 16; L2-SP (alpha 0.01, beta 0.01)",
    "spottune": "spottune: a frozen and a tuned copy of each block, and a policy network that chooses one for each "
    "image (SpotTune); Adam, rate 0.001; rates of the stages: frozen 0 (frozen), policy 0.0001, all other stages 0.001",
}


@pytest.mark.parametrize("recipe", SAID)
def test_the_way_of_a_user(recipe, typed, folder, tmp_path):
    file, source = tmp_path / "model.safetensors", f"folder:{folder}"
    code, out, err = typed("train", "--data", source, "--recipe", recipe, *QUICK, "--balance", "--out", file, "--json")
    assert code == 0, err
    assert SAID[recipe] in err
    found = json.loads(out)
    page = file.with_suffix(".html").read_text()
    assert load_weights(file).meta["training"]["recipe"]["class_weights"] == "balanced"
    assert "<h2>The network</h2>" in page
    assert "Made from mini_resnet26: " in page
    rates = re.findall(r'<th scope="row">([\d.e-]+)</th><td class="last" style', page)
    assert rates == ["0.001", "0.0001"], "as said before training, not those of the warm-up's first epoch"
    if recipe == "spottune":
        assert len(found["tuned_shares"]) == 12
        for block, share in found["tuned_shares"].items():
            row = f'<th scope="row">{block}</th><td>{round(share * found["num_test"])}</td><td>{100 * share:.0f} %</td>'
            assert row in page
        assert '<th scope="row">0 (frozen)</th>' in page
    else:
        assert "tuned_shares" not in found
        assert "b.stage3.block1, b.stage3.block2, b.stage3.block3, b.stage3.block4</td>" in page
    if found["test_score"] < 1:
        assert "Heat maps are missing: a network of two copies of mini_resnet26" in page

    images = list(folder.rglob("*.png"))[:2]
    code, out, err = typed("predict", file, *images)
    assert code == 0, err
    assert [json.loads(line)["file"] for line in out.splitlines()] == [str(image) for image in images]

    code, out, err = typed("features", source, "--model", file, "--out", tmp_path / "f.npz", "--json")
    assert code == 0, err
    width = {"multitune": 128, "spottune": 64}[recipe]
    assert json.loads(out)["layers"] == {"pool": width}
    assert np.load(tmp_path / "f.npz")["features.pool"].shape == (len(list(folder.rglob("*.png"))), width)
    code, _, err = typed("features", source, "--model", file, "--out", tmp_path / "g.npz", "--layers", "stage3")
    assert (code, err) == (2, "course: unknown layer 'stage3': this model has pool, head\n")

    code, _, err = typed("train", "--data", source, "--recipe", "full", "--set", f"start={file}", "--size", "32")
    assert code == 2
    assert "no training can start from them" in err


def test_routes_at_random_are_said(typed, folder, tmp_path):
    network = 'network={"kind": "routed", "routes": "sample", "gates": ["stage3"]}'
    file = tmp_path / "model.safetensors"
    options = ["--recipe", "spottune", *QUICK, "--set", network, "--out", file]
    code, out, err = typed("train", "--data", f"folder:{folder}", *options)
    assert code == 0, err
    assert "with a choice in stage3 only, routes drawn anew in each answer; " in err
    assert "test images that take the tuned copy of a block: stage3.block1 " in out
    code, _, err = typed("export", file, "--out", tmp_path / "m.onnx")
    assert code == 2
    assert "draws the routes of its images (routes = 'sample')" in err
    assert not (tmp_path / "m.onnx").exists()


def test_a_table_of_concepts(typed, folder, tmp_path):
    own = shutil.copytree(folder, tmp_path / "photos")  # the folder is shared with other tests
    rows = [
        f"{image.relative_to(own)},{int('class0' in str(image))},{int('class2' not in str(image))}"
        for image in sorted(own.rglob("*.png"))
    ]
    table = own / "labels.csv"
    table.write_text("file,zero,low\n" + "\n".join(rows) + "\n")
    for recipe in SAID:
        file = tmp_path / f"{recipe}.safetensors"
        options = ["--recipe", recipe, *QUICK, "--out", file, "--json"]
        code, out, err = typed("train", "--data", f"csv:{table}", *options)
        assert code == 0, err
        assert json.loads(out)["metric"] == "map"
        assert "<h2>The network</h2>" in file.with_suffix(".html").read_text()


@pytest.mark.parametrize("start", ["mini_squeezenet", "mini_googlenet"])
@pytest.mark.parametrize("recipe", SAID)
def test_networks_without_batch_norm_or_with_branches(recipe, start, typed, folder, tmp_path):
    file = tmp_path / "model.safetensors"
    options = ["--recipe", recipe, "--set", "epochs=1", "--set", f"start={start}", "--size", "48", "--out", file]
    code, _, err = typed("train", "--data", f"folder:{folder}", *options)
    assert code == 0, err
    code, out, err = typed("predict", file, next(folder.rglob("*.png")))
    assert code == 0, err
    assert json.loads(out)["probabilities"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--recipe", "multitune", "--set", 'aux_heads=["stage2"]'], "a network of two bodies has one head"),
        (["--recipe", "spottune", "--set", "start=null"], "name a start"),
        (
            ["--recipe", "spottune", "--set", 'network={"kind": "routed", "gates": ["stage9"]}'],
            "unknown block 'stage9'",
        ),
        (["--recipe", "multitune", "--rates", "0,1,2,4,8"], "both say which stages train"),
        (["--recipe", "multitune", "--set", 'network={"eta": 0.3}'], "network = {'eta': 0.3} does not say its 'kind'"),
        (["--recipe", "spottune", "--set", "penalty=delta"], "which a network of two copies of mini_resnet18 is not"),
    ],
)
def test_what_does_not_go_together_is_told_in_one_sentence(options, words, typed, folder):
    code, out, err = typed("train", "--data", f"folder:{folder}", "--set", "start=mini_resnet18", *options)
    assert (code, out) == (2, "")
    assert words in err.splitlines()[-1]
