import json

import pytest
import safetensors.torch
import torch

from course_lib.models import weights as module
from course_lib.models.architectures import build
from course_lib.models.freezing import changed_names, snapshot
from course_lib.models.heads import new_head
from course_lib.models.loaded import weights_hash
from course_lib.models.starting import start_model
from course_lib.models.weights import load_model, load_weights, save_weights

META = {
    "class_names": ("dog", "Giraffe 2", "maison é"),
    "mean": (0.1, 0.2, 1 / 3),
    "std": (0.3, 0.25, 0.2),
    "size": 48,
    "source": "mini:source",
    "training": {"epochs": 3, "lr": 0.1},
}


@pytest.fixture
def model():
    torch.manual_seed(1)
    model = build("mini_squeezenet", 3)
    return model.eval()


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """An empty folder in place of data/weights."""
    monkeypatch.setattr("course_lib.models.shipped.shipped_dir", lambda kind: tmp_path)
    return tmp_path


@pytest.mark.parametrize(("architecture", "hidden"), [("mini_resnet18", ()), ("mini_squeezenet", (5, 4))])
def test_single_precision_round_trip_is_exact(tmp_path, architecture, hidden):
    torch.manual_seed(2)
    model = build(architecture, 3, hidden)
    model(torch.randn(4, 3, 48, 48))  # moves running statistics and the batch counter
    path = tmp_path / "deep" / "w.safetensors"
    saved_hash = save_weights(model, path, META)
    loaded = load_weights(path)
    assert loaded.hash == saved_hash == weights_hash(model.state_dict())
    assert changed_names(load_model(loaded), snapshot(model)) == ()
    described = {key: loaded.meta[key] for key in META}
    assert described == META
    assert loaded.meta["architecture"] == architecture
    assert loaded.meta["hidden"] == hidden
    assert loaded.meta["num_classes"] == 3
    assert not load_model(path).training
    assert [p.name for p in path.parent.iterdir()] == ["w.safetensors"]  # nothing unfinished is left


def test_half_precision_round_trip(tmp_path, model):
    path, single = tmp_path / "half.safetensors", tmp_path / "single.safetensors"
    saved_hash = save_weights(model, path, META, half=True)
    save_weights(model, single, META)
    assert path.stat().st_size < 0.6 * single.stat().st_size
    loaded = load_weights(path)
    assert loaded.meta["precision"] == "float16"
    for name, value in model.state_dict().items():
        assert loaded.state[name].dtype == value.dtype
        torch.testing.assert_close(loaded.state[name], value, rtol=2**-10, atol=1e-6)
    # half precision survives another round trip as it is, in either precision
    again = load_model(loaded)
    assert save_weights(again, path, META, half=True) == saved_hash
    assert save_weights(again, single, META) == saved_hash


def test_same_content_same_file(tmp_path, model):
    for name in "ab":
        save_weights(model, tmp_path / f"{name}.safetensors", META, half=True)
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()


def test_hash_is_of_names_and_bytes():
    state = {"b": torch.arange(3.0), "a": torch.zeros(2)}
    known = "9aa01706957681b780ad01141b6c8654bb478a47c2d4a77306fb4135f4c6eb6f"
    assert weights_hash(state) == weights_hash(dict(reversed(state.items()))) == known
    assert weights_hash(state | {"a": torch.tensor([0.0, -0.0])}) != known
    assert weights_hash({"b": state["b"], "c": state["a"]}) != known
    assert weights_hash(state | {"a": torch.zeros(1, 2)}) != known


def test_a_flipped_byte_anywhere_is_refused(tmp_path, model):
    path = tmp_path / "w.safetensors"
    save_weights(model, path, META, half=True)
    good = path.read_bytes()
    header = 8 + int.from_bytes(good[:8], "little")
    positions = [*range(0, header, 97), *range(header, len(good), len(good) // 20), len(good) - 1]
    mean = good.index(b"mean")
    for position in [*positions, mean + 12]:
        damaged = bytearray(good)
        damaged[position] ^= 1
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match=r"w\.safetensors"):
            load_weights(path)
    path.write_bytes(good)
    load_weights(path)


@pytest.mark.parametrize("length", [0, 4, 100, -1])
def test_a_truncated_file_is_refused(tmp_path, model, length):
    path = tmp_path / "w.safetensors"
    save_weights(model, path, META)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(ValueError, match="damaged"):
        load_weights(path)


def test_missing_metadata_is_said(tmp_path, model):
    path = tmp_path / "foreign.safetensors"
    safetensors.torch.save_file(model.state_dict(), path)
    with pytest.raises(ValueError, match="no metadata of the course"):
        load_weights(path)
    for broken in ("no json", "[]", json.dumps({"meta": {}})):
        safetensors.torch.save_file(model.state_dict(), path, {"course": broken})
        with pytest.raises(ValueError, match="metadata cannot be read"):
            load_weights(path)
    envelope = {"meta": {}, "checksum": ""}
    safetensors.torch.save_file(model.state_dict(), path, {"course": json.dumps(envelope)})
    with pytest.raises(ValueError, match="lack 'architecture'"):
        load_weights(path)


def test_weights_that_lack_a_tensor(tmp_path, model):
    save_weights(model, tmp_path / "w.safetensors", META)
    loaded = load_weights(tmp_path / "w.safetensors")
    del loaded.state["stages.stage2.fire4.squeeze.bias"]
    with pytest.raises(ValueError, match=r"do not fit mini_squeezenet: 'stage2\.fire4\.squeeze\.bias' is missing"):
        start_model("mini_squeezenet", loaded, 7)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"class_names": ("dog",)}, "1 class names for a head with 3 outputs"),
        ({"mean": (0.5,)}, "'mean' has 1 values"),
        ({"sise": 48}, "unknown metadata 'sise'"),
        ({"size": None}, "lack 'size'"),
    ],
)
def test_bad_metadata_is_not_saved(tmp_path, model, change, message):
    meta = {key: value for key, value in (META | change).items() if value is not None}
    with pytest.raises(ValueError, match=message):
        save_weights(model, tmp_path / "w.safetensors", meta)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("value", "half"), [(float("nan"), False), (1e6, True)])
def test_weights_that_are_not_finite_are_not_saved(tmp_path, model, value, half):
    model.head.bias.data[0] = value
    with pytest.raises(ValueError, match=r"head\.bias.*not finite"):
        save_weights(model, tmp_path / "w.safetensors", META, half=half)


def test_shipped_names(shipped, model):
    with pytest.raises(FileNotFoundError, match=r"no weights 'mini_squeezenet': give a shipped name \(none\)"):
        load_weights("mini_squeezenet")
    save_weights(model, shipped / "mini_squeezenet.safetensors", META, half=True)
    assert load_weights("mini_squeezenet").meta["size"] == 48
    with pytest.raises(FileNotFoundError, match="no weights 'mini_squeezenett'.*mini_squeezenet"):
        load_weights("mini_squeezenett")
    with pytest.raises(FileNotFoundError, match="check the path"):
        load_weights(shipped / "other.safetensors")
    with pytest.raises(ValueError, match=r"\.safetensors"):
        save_weights(model, shipped / "weights.pth", META)


@pytest.mark.parametrize("hidden", [(), (16,)])
def test_start_model(tmp_path, model, hidden):
    path = tmp_path / "w.safetensors"
    save_weights(model, path, META)
    rng = torch.get_rng_state()
    loaded = start_model("mini_squeezenet", path, 7, hidden, seed=5)
    drawn = start_model("mini_squeezenet", None, 7, hidden, seed=5)
    again = start_model("mini_squeezenet", None, 7, hidden, seed=5)
    other = start_model("mini_squeezenet", load_weights(path), 7, hidden, seed=6)
    load_model(path)
    assert torch.equal(torch.get_rng_state(), rng), "the caller's random generator was disturbed"
    assert changed_names(loaded.stages, snapshot(model.stages)) == ()
    assert changed_names(loaded.head, snapshot(drawn.head)) == ()  # same head, whatever the body
    assert changed_names(drawn, snapshot(again)) == ()
    assert len(changed_names(other.head, snapshot(loaded.head))) == 2 + 2 * len(hidden)
    assert changed_names(drawn.stages, snapshot(loaded.stages))
    assert loaded(torch.randn(2, 3, 48, 48)).shape == (2, 7)
    assert type(drawn.head) is type(new_head(256, 7, hidden))


def test_what_the_seed_decides():
    """The head does not depend on what was drawn before it; the body does depend on the seed."""
    one, two = (start_model(name, None, 7, seed=5) for name in ("squeezenet1_0", "squeezenet1_1"))
    assert changed_names(one.head, snapshot(two.head)) == ()
    other = start_model("squeezenet1_1", None, 7, seed=6)
    assert "stem.conv.weight" in changed_names(two.stages, snapshot(other.stages))


def test_start_model_refuses_another_architecture(tmp_path, model):
    save_weights(model, tmp_path / "w.safetensors", META)
    with pytest.raises(ValueError, match="weights are of mini_squeezenet, the model is mini_resnet18"):
        start_model("mini_resnet18", tmp_path / "w.safetensors", 7)
    with pytest.raises(ValueError, match="unknown architecture 'resnet'"):
        start_model("resnet", None, 7)


def test_a_write_that_fails_leaves_the_old_file(tmp_path, model, monkeypatch):
    path = tmp_path / "w.safetensors"
    saved_hash = save_weights(model, path, META)
    model.head.bias.data.add_(1)
    monkeypatch.setattr(module.Path, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        save_weights(model, path, META)
    assert load_weights(path).hash == saved_hash
