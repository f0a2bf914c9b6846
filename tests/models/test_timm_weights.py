"""Weights of timm, without a network: files with made-up content stand in for the real ones."""

from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import save_file

from course_lib.models import timm_weights
from course_lib.models.starting import start_model
from course_lib.models.timm_weights import load_timm
from course_lib.models.weights import load_model, load_weights
from extras import needs_timm

NAME = "test_efficientnet.r160_in1k"  # timm's smallest, made for tests

pytestmark = needs_timm


@pytest.fixture(scope="module")
def net():
    """timm's own network, its tensors random."""
    import timm

    torch.manual_seed(0)
    return timm.create_model(NAME).eval()


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty folder of the course and an empty cache of the hub, which nobody may leave."""
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))

    def refuse(*args, **options):
        raise OSError("Network is unreachable")

    monkeypatch.setattr("urllib.request.urlopen", refuse)
    return tmp_path


def own_file(home, name=NAME):
    (home / "weights").mkdir(exist_ok=True)
    return home / "weights" / f"{name}.safetensors"


@pytest.mark.parametrize("name", [NAME, "test_efficientnet"])  # without a tag: timm's default, which is this one
@torch.no_grad()
def test_the_users_own_file(home, net, name):
    save_file(net.state_dict(), own_file(home))
    rng = torch.get_rng_state()
    loaded = load_weights(f"timm:{name}")
    assert torch.equal(torch.get_rng_state(), rng), "the caller's random generator was disturbed"
    entry = net.pretrained_cfg
    assert loaded.meta["source"] == f"timm:{NAME}"
    assert loaded.meta["architecture"] == "timm:test_efficientnet"
    assert (loaded.meta["mean"], loaded.meta["std"]) == (entry["mean"], entry["std"])
    assert loaded.meta["size"] == entry["input_size"][-1]
    assert loaded.meta["class_names"][258] == "Samoyed"
    x = torch.randn(2, 3, 160, 160)
    assert torch.equal(load_model(loaded)(x), net(x))
    assert start_model("timm:test_efficientnet.r160_in1k", loaded, 7)(x).shape == (2, 7)


def test_the_hubs_cache(home, net):
    repository = home / "hub" / "models--timm--test_efficientnet.r160_in1k"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text("abc")
    (repository / "snapshots" / "abc").mkdir(parents=True)
    save_file(net.state_dict(), repository / "snapshots" / "abc" / "model.safetensors")
    assert torch.equal(load_timm(NAME).state["head.weight"], net.classifier.weight)


def test_offline_says_file_and_folder(home):
    with pytest.raises(FileNotFoundError) as caught:
        load_weights(f"timm:{NAME}")
    message = str(caught.value)
    assert "\n" not in message
    for part in (f"timm/{NAME}", "Network is unreachable", "/resolve/main/model.safetensors", str(own_file(home))):
        assert part in message


def test_offline_by_the_hubs_own_switch(home, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(FileNotFoundError, match=f"the weights of timm/{NAME} are not here and could not be downloaded"):
        load_weights(f"timm:{NAME}")


def test_a_damaged_file_is_refused(home, net):
    save_file(net.state_dict(), own_file(home))
    content = own_file(home).read_bytes()
    own_file(home).write_bytes(content[: len(content) // 2])
    with pytest.raises(ValueError, match=rf"{NAME}\.safetensors is damaged .*: delete it"):
        load_weights(f"timm:{NAME}")


def test_a_file_of_another_network_is_refused(home, net):
    save_file({"conv.weight": torch.zeros(1)}, own_file(home))
    with pytest.raises(ValueError, match=f"the weights 'timm:{NAME}' is of another network"):
        load_weights(f"timm:{NAME}")


def test_no_weights_at_all(home):
    with pytest.raises(ValueError, match="timm has no weights for 'timm:botnet50ts_256': start = None"):
        load_weights("timm:botnet50ts_256")


def test_weights_without_a_repository_come_by_their_url(home, monkeypatch, net):
    state = net.state_dict()
    monkeypatch.setattr(timm_weights, "fetch_official", {"https://server/net-12345678.pth": state}.get)
    entry = SimpleNamespace(architecture="a", tag="b", hf_hub_id=None, url="https://server/net-12345678.pth")
    assert timm_weights.fetch_timm(entry) is state


def test_other_classes_have_names():
    import timm

    names = {tag: timm_weights._class_names(timm.get_pretrained_cfg(tag)) for tag in ("convnext_tiny.in12k", NAME)}
    assert len(names["convnext_tiny.in12k"]) == 11821
    assert len(set(names[NAME])) == 1000
