"""torchvision's official weights, without a network: files with made-up content stand in for the real ones."""

import hashlib

import pytest
import torch

from course_lib.models import official
from course_lib.models.official import fetch_official, find_official, rename_official
from course_lib.models.starting import start_model
from course_lib.models.torchvision_nets import torchvision_net
from course_lib.models.weights import load_model, load_weights


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty torch home."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torch.hub, "_hub_dir", None)
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def offline(monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError("Network is unreachable")

    monkeypatch.setattr("torch.hub.urlopen", refuse)


@pytest.mark.parametrize(
    ("name", "architecture", "entry"),
    [
        ("resnet18", "resnet18", "ResNet18_Weights.IMAGENET1K_V1"),
        ("resnet50", "resnet50", "ResNet50_Weights.IMAGENET1K_V1"),
        ("ResNet50_Weights.IMAGENET1K_V2", "resnet50", "ResNet50_Weights.IMAGENET1K_V2"),
        ("squeezenet1_0", "squeezenet1_0", "SqueezeNet1_0_Weights.IMAGENET1K_V1"),
        ("GoogLeNet_Weights.IMAGENET1K_V1", "googlenet", "GoogLeNet_Weights.IMAGENET1K_V1"),
    ],
)
def test_names(name, architecture, entry):
    found, official_entry = find_official(name)
    assert (found, str(official_entry)) == (architecture, entry)


@pytest.mark.parametrize("name", ["resnet", "mini_resnet18", "ResNet18_Weights", "ResNet18_Weights.V9", "ViT_B_16"])
def test_unknown_names_list_the_known_ones(name):
    with pytest.raises(ValueError, match=f"'torchvision:{name}'.*resnet18.*googlenet"):
        load_weights(f"torchvision:{name}")


@pytest.mark.usefixtures("offline")
def test_offline_says_file_and_folder(cache):
    with pytest.raises(FileNotFoundError) as caught:
        load_weights("torchvision:resnet18")
    message = str(caught.value)
    assert "\n" not in message
    for part in ("resnet18-f37072fd.pth", "https://download.pytorch.org/models/resnet18-f37072fd.pth", str(cache)):
        assert part in message
    assert not list(cache.iterdir())


@pytest.mark.usefixtures("offline")
def test_a_damaged_file_in_the_cache_is_refused(cache):
    (cache / "resnet18-f37072fd.pth").write_bytes(b"half a download")
    with pytest.raises(ValueError, match=r"resnet18-f37072fd\.pth is damaged.*delete it"):
        load_weights("torchvision:resnet18")


def write_checkpoint(folder, net, name, **options):
    """A state in a file that carries its hash in its name, as torchvision's do."""
    plain = folder / "plain"
    torch.save(net, plain, **options)
    path = folder / f"{name}-{hashlib.sha256(plain.read_bytes()).hexdigest()[:8]}.pth"
    plain.rename(path)
    return path


@pytest.mark.parametrize("zipped", [True, False])
def test_download_is_checked_and_kept(tmp_path, cache, zipped):
    source = tmp_path / "server"
    source.mkdir()
    path = write_checkpoint(source, {"a": torch.ones(3)}, "net", _use_new_zipfile_serialization=zipped)
    assert torch.equal(fetch_official(path.as_uri())["a"], torch.ones(3))
    assert (cache / path.name).is_file()
    path.unlink()
    assert torch.equal(fetch_official(path.as_uri())["a"], torch.ones(3))  # now from the cache


def test_a_damaged_download_is_not_kept(tmp_path, cache):
    path = tmp_path / "net-00000000.pth"
    torch.save({"a": torch.ones(3)}, path)
    with pytest.raises(ValueError, match="download of .* is damaged"):
        fetch_official(path.as_uri())
    assert not list(cache.iterdir())


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize("architecture", ["resnet18", "squeezenet1_0"])
def test_load_official(tmp_path, monkeypatch, architecture):
    torch.manual_seed(0)
    net = torchvision_net(architecture).eval()
    monkeypatch.setattr(official, "fetch_official", lambda url: net.state_dict())
    loaded = load_weights(f"torchvision:{architecture}")
    assert loaded.meta["architecture"] == architecture
    assert loaded.meta["num_classes"] == len(loaded.meta["class_names"]) == 1000
    assert loaded.meta["mean"] == (0.485, 0.456, 0.406)
    assert loaded.meta["size"] == 224
    assert loaded.meta["source"].endswith("_Weights.IMAGENET1K_V1")
    x = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        assert torch.equal(load_model(loaded)(x), net(x))  # the original top five
        assert start_model(architecture, loaded, 7)(x.expand(2, -1, -1, -1)).shape == (2, 7)


def test_rename_drops_auxiliary_classifiers_and_adds_old_counters():
    state = torchvision_net("googlenet").state_dict()
    old = {name: value for name, value in state.items() if not name.endswith("num_batches_tracked")}
    renamed = rename_official("googlenet", old | {"aux1.fc1.weight": torch.zeros(1), "aux2.fc2.bias": torch.zeros(1)})
    assert len(renamed) == len(state)


def test_rename_refuses_another_network():
    state = torchvision_net("resnet18").state_dict()
    with pytest.raises(ValueError, match="not weights of resnet34.*missing"):
        rename_official("resnet34", state)
    with pytest.raises(ValueError, match="no parameter 'extra'"):
        rename_official("resnet18", state | {"extra": torch.zeros(1)})
