"""Facts of the shipped weights, read without torch: the same as in the verified files."""

import json

import pytest

from course_lib.models import describe_shipped, list_weights, load_weights
from course_lib.models import shipped as shipped_module
from course_lib.models.catalogue import ARCHITECTURES, architecture_of_weights


@pytest.mark.parametrize("name", list_weights())
def test_facts_are_those_of_the_file(name):
    meta, facts = load_weights(name).meta, describe_shipped(name)
    assert (facts.name, facts.architecture, facts.source) == (name, meta["architecture"], meta["source"])
    assert facts.num_classes == len(meta["class_names"])
    assert facts.test_accuracy == meta["training"]["test_accuracy"]
    assert facts.num_test == meta["training"]["num_test"] > 0
    assert architecture_of_weights(name) == facts.architecture
    assert facts.architecture in ARCHITECTURES


def test_names_that_are_not_shipped():
    assert architecture_of_weights("some/file.safetensors") is None
    with pytest.raises(FileNotFoundError):
        describe_shipped("nope")


@pytest.mark.parametrize("content", [b"", b"short", (2).to_bytes(8, "little") + b"{}"])
def test_a_damaged_file_is_named(content, tmp_path, monkeypatch):
    (tmp_path / "broken.safetensors").write_bytes(content)
    monkeypatch.setattr(shipped_module, "shipped_dir", lambda kind: tmp_path)
    assert list_weights() == ("broken",)
    with pytest.raises(ValueError, match="broken.safetensors is damaged"):
        describe_shipped("broken")


def test_damaged_metadata(tmp_path, monkeypatch):
    header = json.dumps({"__metadata__": {"course": json.dumps({"meta": {"training": {}}})}}).encode()
    (tmp_path / "broken.safetensors").write_bytes(len(header).to_bytes(8, "little") + header)
    monkeypatch.setattr(shipped_module, "shipped_dir", lambda kind: tmp_path)
    with pytest.raises(ValueError, match="damaged"):
        describe_shipped("broken")
