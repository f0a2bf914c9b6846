"""Exported classifiers compute what the original does, say their classes, and are written only then."""

import json
import sys

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from course_lib.errors import MissingExtraError
from course_lib.training import export
from course_lib.training.classifier import Classifier
from course_lib.training.export import export_classifier, find_test_images
from course_lib.training.tuning import train_classifier

NETS = {"mini_resnet18": "last_layer", "mini_squeezenet": "full", "mini_googlenet": "full"}


@pytest.fixture(scope="module", params=NETS)
def trained(request, folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("trained") / "m.safetensors"
    settings = {"start": request.param, "epochs": 3}
    return train_classifier(f"folder:{folder}", NETS[request.param], settings, device="cpu", out=out)


def test_onnx_gives_the_class_of_every_test_image(trained, folder, tmp_path, capsys):
    done = export_classifier(trained.file, tmp_path / "m.onnx", data=f"folder:{folder}")
    assert done["largest_difference"] <= 1e-4
    assert (done["num_random"], done["num_test"]) == (3, len(trained.test))
    assert capsys.readouterr().out == "", "stdout is for the command's answer"
    session = onnxruntime.InferenceSession(tmp_path / "m.onnx", providers=["CPUExecutionProvider"])
    images = trained.test.images.numpy().astype(np.float32) / 255
    for part in (images, images[:1]):  # any number of images at once
        probabilities, logits = session.run(["probabilities", "logits"], {"images": part})
        assert probabilities.argmax(1).tolist() == trained.probabilities[: len(part)].argmax(1).tolist()
        np.testing.assert_allclose(probabilities, trained.probabilities[: len(part)], atol=1e-4)
        assert logits.shape == probabilities.shape
    assert [axis.name for axis in session.get_inputs()] == ["images"]
    about = {entry.key: entry.value for entry in onnx.load(tmp_path / "m.onnx").metadata_props}
    assert json.loads(about["class_names"]) == list(trained.run.class_names)
    assert about["size"] == "48"
    assert [file.name for file in tmp_path.iterdir()] == ["m.onnx"], "weights are inside"


def test_torchscript_needs_no_course(trained, folder, tmp_path):
    done = export_classifier(trained.file, tmp_path / "m.pt", "torchscript", f"folder:{folder}")
    assert done["num_test"] == len(trained.test)
    names = {"class_names.json": ""}
    model = torch.jit.load(tmp_path / "m.pt", _extra_files=names)
    probabilities, _ = model(trained.test.images / 255)
    torch.testing.assert_close(probabilities, trained.probabilities, atol=1e-4, rtol=0)
    assert json.loads(names["class_names.json"]) == list(trained.run.class_names)


def test_a_file_that_computes_something_else_is_not_written(trained, tmp_path, monkeypatch):
    def wrong(model, example, file, classifier):
        file.write_bytes(b"")
        return lambda images: [output.numpy() + 2e-4 for output in model(images)]

    monkeypatch.setitem(export._EXPORTERS, "torchscript", wrong)
    with torch.no_grad(), pytest.raises(ValueError, match="computes something else .difference 0.0002"):
        export_classifier(trained.file, tmp_path / "m.pt", "torchscript")
    assert list(tmp_path.iterdir()) == []


def test_test_images_are_looked_for_where_they_may_be(trained, folder, tmp_path, monkeypatch):
    classifier = Classifier.load(trained.file)
    assert find_test_images(classifier) is None, "they are neither here nor beside the model"
    for found in (
        find_test_images(classifier, f"folder:{folder}"),
        find_test_images(classifier, beside=folder.parent),
    ):
        assert torch.equal(found, trained.test.images)
    monkeypatch.chdir(folder.parent)
    assert torch.equal(find_test_images(classifier), trained.test.images)
    assert find_test_images(classifier, f"folder:{tmp_path}") is None


def test_images_that_changed_are_not_compared(trained, folder):
    classifier = Classifier.load(trained.file)
    classifier.meta["training"]["split_hash"] = "another"
    assert find_test_images(classifier, f"folder:{folder}") is None


@pytest.mark.parametrize("missing", ["onnx", "onnxscript", "onnxruntime"])
def test_a_missing_package_is_named_with_its_remedy(trained, tmp_path, monkeypatch, missing):
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(MissingExtraError, match=rf"^{missing} is not installed: pip install 'course-lib\[export\]'$"):
        export_classifier(trained.file, tmp_path / "m.onnx")


def test_refusals(trained, tmp_path):
    with pytest.raises(ValueError, match="unknown format 'tflite': choose one of onnx, torchscript"):
        export_classifier(trained.file, tmp_path / "m", "tflite")
    with pytest.raises(FileNotFoundError, match=r"there is no model 'no.safetensors'"):
        export_classifier("no.safetensors", tmp_path / "m.onnx")
    with pytest.raises(OSError, match="no_folder"):
        export_classifier(trained.file, tmp_path / "no_folder" / "m.onnx")


@pytest.mark.parametrize("kind", ["onnx", "torchscript"])
@pytest.mark.parametrize("strategy", ["multitune", "spottune"])
def test_networks_of_two_copies(strategy, kind, folder, tmp_path):
    """A graph is one for all images: of routes it computes both copies, and the answers are those of the routes."""
    settings = {"start": "mini_resnet26", "epochs": 1}
    trained = train_classifier(f"folder:{folder}", strategy, settings, device="cpu", out=tmp_path / "m.safetensors")
    done = export_classifier(trained.file, tmp_path / f"m.{kind}", kind, f"folder:{folder}")
    assert done["largest_difference"] <= 1e-4
    assert done["num_test"] == len(trained.test)
    images = trained.test.images[:1] / 255  # another number of images than it was traced with
    if kind == "torchscript":
        probabilities = torch.jit.load(tmp_path / "m.torchscript")(images)[0]
    else:
        session = onnxruntime.InferenceSession(tmp_path / "m.onnx", providers=["CPUExecutionProvider"])
        probabilities = torch.as_tensor(session.run(["probabilities"], {"images": images.numpy()})[0])
    torch.testing.assert_close(probabilities, trained.probabilities[:1], atol=1e-4, rtol=0)
    if strategy == "spottune":
        assert len(set(trained.tuned_shares.values())) > 1, "some blocks are tuned and some are not"
        model = trained.classifier.model
        assert model.skips, "what is used in Python skips"


def test_routes_that_are_drawn_are_not_exported(folder, tmp_path):
    network = {"kind": "routed", "routes": "sample"}
    settings = {"start": "mini_resnet26", "epochs": 1, "network": network}
    trained = train_classifier(f"folder:{folder}", "spottune", settings, device="cpu", out=tmp_path / "m.safetensors")
    with pytest.raises(ValueError, match="draws the routes of its images .routes = 'sample'.*routes = 'argmax'"):
        export_classifier(trained.file, tmp_path / "m.onnx")
    assert not (tmp_path / "m.onnx").exists()
