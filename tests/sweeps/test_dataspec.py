"""Images are prepared once for many trials, and again when their files or weights are others."""

import os
import shutil

import numpy as np
import pytest
from PIL import Image

from course_lib.data import sources
from course_lib.data import spec as dataspec
from course_lib.data.spec import DataSpec, prepare
from course_lib.models.weights import save_weights, start_model
from course_lib.sweeps import running as studies
from course_lib.sweeps.ledger import Ledger
from course_lib.sweeps.running import finished_runs, run_study
from course_lib.sweeps.studies.homework import PROFILES, STUDIES, Study
from course_lib.sweeps.trial import Trial
from course_lib.training.recipe import Recipe


@pytest.fixture
def photos(folder, tmp_path):
    """A folder of 60 images that may be changed."""
    return shutil.copytree(folder, tmp_path / "photos")


def spec_of(photos):
    return DataSpec(source=f"folder:{photos}", size=32, split="stratified")


def add_images(photos, count=6):
    for i in range(count):
        pixels = np.random.default_rng(i).integers(0, 256, (32, 32, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(photos / "class0" / f"new{i}.png")


def test_images_are_prepared_once_until_their_files_change(photos):
    spec = spec_of(photos)
    trial = Trial(Recipe.scratch(epochs=1), spec, 0)
    first, key = prepare(spec), trial.key()
    assert prepare(spec) is first
    add_images(photos)
    assert len(prepare(spec).train) > len(first.train)
    assert trial.key() != key
    os.utime(photos / "class1" / "0025.png", ns=(0, 1))
    assert trial.key() != key


def test_only_so_many_are_kept(photos):
    for seed in range(dataspec._KEPT + 3):
        prepare(spec_of(photos).model_copy(update={"seed": seed}))
    assert len(dataspec._kept) == dataspec._KEPT


def test_a_relative_folder_stays_the_same_folder(photos, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    spec = DataSpec(source="folder:photos", size=32, split="stratified")
    assert spec.source == f"folder:{photos}"
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert len(prepare(spec).train.root) == 60
    monkeypatch.setenv("HOME", str(tmp_path))
    assert DataSpec(source="folder:~/photos").source == spec.source
    assert DataSpec().source == "mini:cartoon"  # the others have no path


def test_a_study_looks_at_the_files_once_and_sees_that_they_changed(photos, tmp_path, monkeypatch):
    trials = [Trial(Recipe.scratch(epochs=1, lr=lr), spec_of(photos), s) for s in range(2) for lr in (0.01, 0.001)]
    monkeypatch.setitem(STUDIES, "tiny", Study("tiny", "", lambda *_: trials, PROFILES))
    looks, look = [], sources.source_state
    with Ledger(tmp_path / "l.sqlite") as ledger:
        before = run_study("tiny", ledger=ledger, workers=1, progress=False)
        monkeypatch.setattr(dataspec, "source_state", lambda source: looks.append(source) or look(source))
        monkeypatch.setattr(studies, "run_trials", lambda *_, **__: pytest.fail("finished runs are run again"))
        assert run_study("tiny", ledger=ledger, progress=False) == before
        assert len(looks) == 1
        assert finished_runs("tiny", ledger=ledger) == before
        assert len(looks) == 2
        add_images(photos)
        assert finished_runs("tiny", ledger=ledger) == []


def test_a_run_is_kept_under_the_images_that_it_trained_on(photos, monkeypatch):
    """Whatever becomes of the files while it trains."""
    trial = Trial(Recipe.scratch(epochs=1), spec_of(photos), 0)
    key, origin = trial.key(), trial.origin()
    monkeypatch.setattr("course_lib.sweeps.trial.score_test", lambda *_: add_images(photos))
    record = trial.run()
    assert record["key"] == key
    assert record["provenance"] | origin == record["provenance"]
    assert trial.key() != key


@pytest.mark.parametrize("name", ["shipped", "~/own.safetensors"])
def test_weights_that_were_trained_again_change_the_key(photos, tmp_path, monkeypatch, name):
    monkeypatch.setattr("course_lib.models.catalogue.shipped_dir", lambda kind: tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    trial = Trial(Recipe.full(start=name), spec_of(photos), 0)

    def key_with(seed):
        model = start_model("mini_resnet18", None, 2, seed=seed)
        meta = {"class_names": "ab", "mean": [0.5] * 3, "std": [0.5] * 3, "size": 32, "source": "a test"}
        save_weights(model, tmp_path / f"{name.removeprefix('~/').removesuffix('.safetensors')}.safetensors", meta)
        return trial.key()

    first = key_with(0)
    assert trial.key() == first
    assert key_with(1) != first
    assert key_with(0) == first
