"""Training on one's own images: defaults by number of images, class weights, notes, what is saved."""

import json
import shutil

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.utils.class_weight import compute_class_weight
from torch.nn.functional import cross_entropy

from course_lib.data.splits import stratified_split
from course_lib.models.weights import load_weights
from course_lib.training import tuning
from course_lib.training.classifier import BATCH, Classifier
from course_lib.training.defaults import default_recipe
from course_lib.training.fitting import fit
from course_lib.training.recipe import Recipe
from course_lib.training.target import CLASSES, balanced_weights
from course_lib.training.tuning import train_classifier
from pictures import write_pngs

SHORT = {"start": "mini_resnet18", "epochs": 2}


def test_balanced_weights_are_scikit_learns():
    labels = np.repeat([0, 1, 3], [7, 2, 1])
    weights = balanced_weights(torch.from_numpy(labels))
    expected = compute_class_weight("balanced", classes=np.array([0, 1, 3]), y=labels)
    assert weights[[0, 1, 3]].tolist() == pytest.approx(expected)
    assert weights[labels].mean() == pytest.approx(1)
    logits = torch.randn(10, 5, generator=torch.Generator().manual_seed(0))
    each = cross_entropy(logits, torch.from_numpy(labels), reduction="none")
    shares = [each[labels == k].mean() for k in (0, 1, 3)]
    assert CLASSES.loss(logits, torch.from_numpy(labels), weights) == pytest.approx(float(sum(shares) / 3))
    with pytest.raises(ValueError, match="one class per image"):
        balanced_weights(torch.zeros(4, 2))


def test_balance_helps_a_small_class(make_images):
    images = make_images(per_class=40, seed=3)
    few = np.flatnonzero(images.labels.numpy() == 2)[9:]
    unequal = images.take(np.setdiff1d(np.arange(len(images)), few))
    splits = stratified_split(unequal, val=0.2, test=0.2)
    recipe = Recipe(start="mini_resnet18", multipliers={"inner": 0}, lr=1e-3, epochs=1, batch_size=8)
    runs = [fit(recipe.replace(class_weights=how), splits, seed=0) for how in ("none", "balanced")]
    plain = fit(recipe.replace(class_weights="balanced"), splits, seed=0, shortcuts=False)
    assert runs[1].history[0].train_loss == pytest.approx(plain.history[0].train_loss, rel=1e-4), "prefix kept"
    sure = []
    for run in runs:
        pixels = (unequal.images.float() / 255 - run.mean.view(3, 1, 1)) / run.std.view(3, 1, 1)
        sure.append(run.model(pixels).softmax(1)[unequal.labels == 2, 2].mean().item())
    assert sure[1] > sure[0]
    with pytest.raises(ValueError, match="class_weights = 'heavy'"):
        recipe.replace(class_weights="heavy")


@pytest.fixture(scope="module")
def trained(folder, tmp_path_factory):
    said, out = [], tmp_path_factory.mktemp("trained") / "m.safetensors"
    (folder / "class0" / "notes.txt").write_text("no image")
    settings = {**SHORT, "epochs": 40}
    trained = train_classifier(f"folder:{folder}", settings=settings, device="cpu", out=out, say=said.append)
    (folder / "class0" / "notes.txt").unlink()
    return trained, said


def test_training_says_what_it_does_before_it_trains(trained):
    trained, said = trained
    assert said == list(trained.notes)
    assert [note.partition(":")[0] for note in said] == [
        "1 file is of a kind that is not read and was left out", "start", "last_layer",
    ]  # fmt: skip
    assert "1 .txt" in said[0]


def test_the_outcome_and_the_probabilities_are_of_the_test_images(trained):
    trained, _ = trained
    outcome = json.loads(json.dumps(trained.outcome()))
    assert outcome["num_test"] == len(trained.test) == len(trained.probabilities)
    right = (trained.probabilities.argmax(dim=1) == trained.test.labels).float().mean()
    assert outcome["test_accuracy"] == pytest.approx(right.item())
    assert outcome["test_accuracy"] > 0.5
    from_file = trained.classifier.probabilities(trained.test.images)
    torch.testing.assert_close(from_file, trained.probabilities, rtol=1e-3, atol=1e-4)


def test_files_in_batches_are_classified_as_one_by_one(trained, make_images, tmp_path):
    trained, _ = trained
    files = write_pngs(make_images(per_class=BATCH // 3 + 3, seed=5), tmp_path)
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no image")
    files[1:1] = [bad]
    answers = list(trained.classifier.predict_files(files))
    assert [answer.file for answer in answers] == files
    assert len(files) > BATCH
    assert answers[1].found is None
    assert "bad.png" in answers[1].error
    for answer in (answers[0], answers[2], answers[-1]):
        alone = trained.classifier.predict(answer.file)
        assert answer.found["class"] == alone["class"]
        assert answer.found["probabilities"] == pytest.approx(alone["probabilities"], abs=1e-5)
    assert list(trained.classifier.predict_files([])) == []


def test_the_model_says_how_its_images_were_split_and_names_no_path(trained, folder):
    trained, _ = trained
    meta = Classifier.load(trained.file).meta
    data = meta["training"]["data"]
    assert data["source"] == meta["source"] == f"folder:{folder.name}"
    assert type(trained.spec)(**data | {"source": f"folder:{folder}"}) == trained.spec
    assert str(folder.parent).encode() not in trained.file.read_bytes()


def test_images_of_different_parts_that_look_the_same_are_told_before_training(folder, tmp_path):
    for k, file in enumerate(sorted((folder / "class0").glob("*.png"))[:6]):  # saved again, one bit brighter
        target = tmp_path / "photos" / "class0" / f"again{k}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.asarray(Image.open(file).convert("RGB"))
        Image.fromarray(pixels ^ 1).save(target)
    shutil.copytree(folder, tmp_path / "photos", dirs_exist_ok=True)
    said, out = [], tmp_path / "m.safetensors"
    trained = train_classifier(f"folder:{tmp_path / 'photos'}", settings=SHORT, device="cpu", out=out, say=said.append)
    assert trained.near
    (note,) = [note for note in said if "look nearly the same" in note or "looks nearly the same" in note]
    first = trained.near[0]
    assert note.startswith(f"{len(trained.near)} pair")
    assert f"'{first.first}' ({first.first_part}) and '{first.second}' ({first.second_part})" in note
    assert "--groups" in note


def test_weights_whose_size_is_known_are_not_read_for_it(monkeypatch):
    for start in ("mini_resnet18", "mini_squeezenet"):
        recipe = default_recipe("last_layer", 9, start=start)
        assert tuning._default_size(recipe) == int(load_weights(start).meta["size"])
    monkeypatch.setattr(tuning, "load_weights", lambda _: pytest.fail("the file was read"))
    assert tuning._default_size(recipe) == 48
    assert tuning._default_size(Recipe(architecture="resnet18")) == 224


def test_a_wrong_setting_is_refused_before_images_are_read(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(tuning, "prepare", lambda *_, **__: pytest.fail("images were read"))
    with pytest.raises(ValueError, match="lr"):
        train_classifier(f"folder:{folder}", settings={**SHORT, "lr": -1}, out=tmp_path / "m.safetensors")
