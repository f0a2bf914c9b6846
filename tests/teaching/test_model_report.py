"""The report of a trained classifier: the result first, everything in one file, true to what was measured."""

import re
from dataclasses import replace

import pytest
import torch
from PIL import Image

from course_lib.analysis import accuracy_interval
from course_lib.analysis.concepts import score_concepts
from course_lib.teaching import model_report, write_model_report
from course_lib.training.tuning import train_classifier
from pictures import write_pngs


@pytest.fixture(scope="module")
def trained(make_images, tmp_path_factory):
    root, out = tmp_path_factory.mktemp("photos"), tmp_path_factory.mktemp("trained") / "my model.safetensors"
    write_pngs(make_images(per_class=15, size=48, seed=2), root)
    settings = {"start": "mini_resnet18", "epochs": 2}
    return train_classifier(f"folder:{root}", settings=settings, device="cpu", out=out)


@pytest.fixture
def page(trained):
    return write_model_report(trained).read_text(encoding="utf-8")


def test_one_file_beside_the_model_with_the_result_first(trained, page):
    assert trained.file.with_suffix(".html").is_file()
    assert not re.search(r'<script|<link|src="(?!data:)|https?://', page)
    right = round(trained.outcome()["test_accuracy"] * len(trained.test))
    interval = accuracy_interval(right, len(trained.test))
    text = " ".join(re.sub(r"<[^>]+>", " ", page.partition("<h1>")[2]).split())
    assert text.startswith(f"{right} of {len(trained.test)} new images named rightly")
    assert f"an accuracy from {100 * interval.low:.0f} to {100 * interval.high:.0f} % on more images" in text
    before, _, made = text.partition("How it was made")
    assert all(note in made and note not in before for note in trained.notes[-2:]), "settings are no news of the images"
    for words in ("macro F1", "calibration error", "Class by class", "What was taken for what", "stratified",
                  "course predict 'my model.safetensors' new_photos", "Classifier.load"):  # fmt: skip
        assert words.replace("'", "&#39;") in page.replace("'", "&#39;"), words
    assert all(re.search(r'alt="[^"]+"', tag) for tag in re.findall(r"<img[^>]*>", page))


def test_mistakes_are_shown_with_what_spoke_for_them(trained, page):
    wrong = int((trained.probabilities.argmax(dim=1) != trained.test.labels).sum())
    assert wrong, "two epochs leave some"
    assert page.count("under the heat map") == min(wrong, model_report.PICTURES)
    names = re.findall(r'<p class="file">(class\d/\d+\.png)</p>', page)
    rows = [trained.test.names.index(name) for name in names]
    sure = trained.probabilities.max(dim=1).values[rows].tolist()
    assert sure == sorted(sure, reverse=True)


def test_a_network_without_maps_says_so(trained, monkeypatch, tmp_path):
    def refuse(*_):
        raise ValueError("the stage 'stage4' of vit gives no maps")

    monkeypatch.setattr(model_report, "class_heat_maps", refuse)
    page = write_model_report(trained, tmp_path / "r.html").read_text(encoding="utf-8")
    assert "Heat maps are missing: the stage &#39;stage4&#39; of vit gives no maps." in page
    assert "under the heat map" not in page


def test_no_mistake_and_many_classes(trained, tmp_path, monkeypatch):
    perfect = torch.eye(3)[trained.test.labels]
    page = write_model_report(replace(trained, probabilities=perfect), tmp_path / "r.html").read_text(encoding="utf-8")
    assert page.count("every test image was named rightly") == 1
    monkeypatch.setattr(model_report, "MATRIX", 2)
    page = write_model_report(trained, tmp_path / "r.html").read_text(encoding="utf-8")
    assert "The most frequent confusions" in page
    assert "Confusion matrix" not in page


def test_near_duplicates_of_test_images_are_a_warning(make_images, tmp_path):
    files = write_pngs(make_images(per_class=15, size=48, seed=2), tmp_path / "photos")
    picture = Image.open(files[0]).resize((24, 24)).resize((48, 48))
    for file in files[1:14]:  # one scene, saved again and again
        picture.point(lambda value, n=file.stem: min(255, value + int(n))).save(file)
    settings = {"start": "mini_resnet18", "epochs": 1}
    out = tmp_path / "m.safetensors"
    twins = train_classifier(f"folder:{tmp_path / 'photos'}", settings=settings, device="cpu", out=out)
    page = write_model_report(twins).read_text(encoding="utf-8")
    assert re.search(r"\d of the 9 test images looks? nearly like", page)
    assert "perceptual hash" in page


def test_concepts_have_a_report_of_their_own(tmp_path):
    settings = {"start": "mini_resnet18", "epochs": 1}
    trained = train_classifier("mini:scenes", settings=settings, device="cpu", out=tmp_path / "m.safetensors")
    page = write_model_report(trained).read_text(encoding="utf-8")
    assert f"Mean average precision {trained.outcome()['test_score']:.3f}" in page
    assert "Concept by concept" in page
    mean, scores = score_concepts(trained.test.labels, trained.probabilities, trained.run.class_names)
    assert f"With a 95 % interval from {mean.low:.3f} to {mean.high:.3f}" in page
    for score in scores:
        assert f"<td>{score.num_positive}</td><td>{score.num_judged}</td><td>{score.precision:.3f}</td>" in page
    shown = [k for k, score in enumerate(scores) if f"<h3>{score.name} <small>" in page]
    order = sorted(range(len(scores)), key=lambda k: -scores[k].precision)
    assert set(shown) == set(order[:4] + order[-4:])
    right = trained.test.labels[:, order[0]][trained.probabilities[:, order[0]].argsort(descending=True)[:6]]
    block = page.partition(f"<h3>{scores[order[0]].name} <small>")[2].partition("<h3>")[0]
    assert [word == "right" for word in re.findall(r'<figure class="(right|wrong)">', block)] == (right == 1).tolist()
    assert "Confusion" not in page
