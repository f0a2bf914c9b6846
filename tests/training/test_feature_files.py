"""`course features`: what is written, what is kept, what is refused."""

import json
import sys

import numpy as np
import pytest
import torch

from course_lib.data.sources import load_images
from course_lib.models.weights import load_model, load_weights
from course_lib.training import feature_files
from course_lib.training.feature_files import extract_features
from course_lib.training.inputs import normalise
from pictures import write_pngs


@pytest.fixture
def photos(make_images, tmp_path):
    write_pngs(make_images(per_class=4), tmp_path / "photos")
    return f"folder:{tmp_path / 'photos'}"


@pytest.fixture
def table(photos, tmp_path):
    files = sorted((tmp_path / "photos").rglob("*.png"))
    rows = [f"{file.relative_to(tmp_path)},{i % 2},{'' if i % 3 else i % 2}" for i, file in enumerate(files)]
    (tmp_path / "labels.csv").write_text("image,warm,old\n" + "\n".join(rows) + "\n")
    return f"csv:{tmp_path / 'labels.csv'}"


def test_the_file_has_what_other_programs_need(photos, weights, typed, tmp_path):
    layers = "stage3,pool,head"
    code, out, _ = typed("features", photos, "--layers", layers, "--out", "f.npz", "--model", weights, "--size", 32)
    assert code == 0
    assert out.splitlines()[-1] == "features saved: f.npz"
    with np.load(tmp_path / "f.npz", allow_pickle=False) as file:
        found = dict(file)
    assert list(found["class_names"]) == ["class0", "class1", "class2"]
    assert found["labels"].tolist() == [k for k in range(3) for _ in range(4)]
    assert found["names"][0].startswith("class0/")
    model, images = load_model(weights), load_images(photos, size=32, progress=False)
    loaded = load_weights(weights)
    with torch.no_grad():
        x = normalise(images.images, *loaded.normalisation)
        maps, logits = model.features(x, "stage3"), model(x)
    np.testing.assert_allclose(found["features.stage3"], maps.mean(dim=(2, 3)), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(found["features.head"], logits, rtol=1e-4, atol=1e-4)
    assert found["features.pool"].dtype == np.float32
    meta = json.loads(str(found["meta"]))
    assert meta["weights_hash"] == loaded.hash
    assert meta["architecture"] == "mini_resnet18"
    assert meta["fingerprint"] == images.fingerprint


def test_concepts_keep_what_nobody_judged(table, weights):
    found = extract_features(table, ("pool",), str(weights), size=32, device="cpu")
    assert found.class_names == ("warm", "old")
    assert found.labels.shape == (12, 2)
    assert np.isnan(found.labels[:, 1]).sum() == 8


def test_the_network_runs_once(photos, weights, monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))  # with an empty cache
    calls, run = [], feature_files.layer_features
    monkeypatch.setattr(feature_files, "layer_features", lambda m, i, layers: calls.append(layers) or run(m, i, layers))
    options = {"size": 32, "device": "cpu"}
    first = extract_features(photos, ("stage3", "pool"), str(weights), **options)
    again = extract_features(photos, ("pool", "stage3"), str(weights), **options)
    assert len(calls) == 1
    for layer in ("stage3", "pool"):
        np.testing.assert_array_equal(first.layers[layer], again.layers[layer])
    assert list(again.layers) == ["pool", "stage3"]
    extract_features(photos, ("stage2",), str(weights), **options)
    extract_features(photos, ("pool",), "mini_resnet18", **options)  # other weights
    assert len(calls) == 3


def test_a_file_is_not_overwritten_unasked(photos, weights, typed, tmp_path):
    arguments = ("features", photos, "--out", "f.npz", "--weights", weights, "--size", 32)
    (tmp_path / "f.npz").write_bytes(b"mine")
    code, _, err = typed(*arguments)
    assert code == 2
    assert err == "course: there is a file 'f.npz' already: give another name, or add --overwrite\n"
    assert (tmp_path / "f.npz").read_bytes() == b"mine"
    assert typed(*arguments, "--overwrite")[0] == 0
    assert len(np.load(tmp_path / "f.npz")["names"]) == 12
    assert {path.name for path in tmp_path.iterdir()} == {"photos", "f.npz"}


def test_json_says_what_was_written(photos, weights, typed):
    code, out, _ = typed("features", photos, "--out", "f.npz", "--weights", weights, "--size", 32, "--json")
    assert code == 0
    assert json.loads(out)["layers"] == {"pool": 128}
    assert json.loads(out)["num_images"] == 12


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--out", "f.txt"), "'f.txt' is no name for a file of features: end it in .npz or .parquet"),
        (("--out", "nowhere/f.npz"), "nothing can be written into the folder 'nowhere'"),
        (("--out", "f.npz", "--layers", "stage9"), "unknown layer 'stage9': this model has stem, stage1"),
        (("--out", "f.npz", "--layers", "pool,pool"), "name one layer or more, each once"),
        (("--out", "f.npz", "--layers", ","), "name one layer or more, each once"),
        (("--out", "f.npz", "--model", "no_such"), "no_such"),
    ],
)
def test_bad_input_gets_one_sentence(photos, typed, tmp_path, options, message):
    weights = () if "--model" in options else ("--weights", "mini_resnet18")
    code, out, err = typed("features", photos, *options, *weights)
    assert code == 2
    assert message in err
    assert err.startswith("course: ")
    assert err.count("\n") == 1
    assert not out
    assert not (tmp_path / "f.npz").exists()


def test_parquet_needs_pyarrow(photos, typed, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    code, _, err = typed("features", photos, "--out", "f.parquet", "--weights", "mini_resnet18")
    assert code == 2
    assert err == "course: 'f.parquet' needs the package pyarrow: pip install pyarrow, or end the name in .npz\n"


def test_parquet_has_a_row_for_each_image(table, weights, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    found = extract_features(table, ("stage3", "pool"), str(weights), size=32, device="cpu")
    found.write(tmp_path / "f.parquet")
    read = parquet.read_table(tmp_path / "f.parquet")
    assert read.column_names == ["name", "label.warm", "label.old", "features.stage3", "features.pool"]
    np.testing.assert_array_equal(np.stack(read["features.pool"].to_pylist()), found.layers["pool"])
    assert read["label.old"].null_count == 8
    assert json.loads(read.schema.metadata[b"course"])["weights_hash"] == found.meta["weights_hash"]
