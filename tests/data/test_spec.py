"""Specs of images: their fields, and images that are loaded once for many trials until their files change."""

import gc
import json
import os
import pickle
import shutil
import weakref

import numpy as np
import pytest
import torch
from PIL import Image

from course_lib.data import ImageSet, partition, sources, stratified_split
from course_lib.data import spec as dataspec
from course_lib.data.spec import DataSpec, prepare
from course_lib.models.starting import start_model
from course_lib.models.weights import save_weights
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


def test_specs_of_one_source_share_its_pixels(photos):
    """However many: a source is read once."""
    parts = [
        DataSpec(source=f"folder:{photos}", size=32, split="per_class", per_class=n, seed=s, partition=(i, 2))
        for n in range(1, 6)
        for s in range(7)
        for i in range(2)
    ]
    first = prepare(parts[0]).train
    assert len({id(prepare(spec).train.pixels) for spec in parts}) == 1
    assert all(prepare(spec).train.root is first.root for spec in parts)
    assert prepare(parts[0]).train is first  # the splits are kept, too
    other_size = prepare(parts[0].replace(size=16)).train
    assert other_size.size == (16, 16)
    assert prepare(parts[1]).train.root is first.root
    add_images(photos)
    assert prepare(parts[1]).train.root is not first.root


def test_images_of_long_ago_are_let_go(photos):
    first = weakref.ref(prepare(spec_of(photos)).train.root)
    last = [prepare(spec_of(photos).replace(size=size)).train for size in range(16, 21)]
    gc.collect()
    assert first() is None
    assert prepare(spec_of(photos).replace(size=20)).train is last[-1]


def test_splits_of_long_ago_are_let_go(photos):
    first = weakref.ref(prepare(spec_of(photos).replace(seed=1)))
    for seed in range(1000, 1200):
        prepare(spec_of(photos).replace(seed=seed))
    gc.collect()
    assert first() is None


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
    monkeypatch.setattr("course_lib.sweeps.trial.probe_test", lambda *_: add_images(photos))
    record = trial.run()
    assert record["key"] == key
    assert record["provenance"] | origin == record["provenance"]
    assert trial.key() != key


@pytest.mark.parametrize("name", ["shipped", "~/own.safetensors"])
def test_weights_that_were_trained_again_change_the_key(photos, tmp_path, monkeypatch, name):
    monkeypatch.setattr("course_lib.models.shipped.shipped_dir", lambda kind: tmp_path)
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


# Hashes of the splits of 60 fixed images, as finished runs have them.
@pytest.mark.parametrize(
    ("fields", "split_hash"),
    [
        ({"split": "stratified", "seed": 0}, "5a355b6492d5b240"),
        ({}, "0dff120b04c8e8ce"),
        ({"few_shot": True}, "bda23cef1aa5ede7"),
    ],
)
def test_hashes_of_finished_runs_stay(photos, fields, split_hash):
    spec = DataSpec(source=f"folder:{photos}", size=32, **fields)
    assert prepare(spec).hash.startswith(split_hash)
    assert list(spec.model_dump(mode="json")) == ["source", "size", "split", "few_shot", "seed"]
    assert prepare(spec).train.source_fingerprint.startswith("66d82c546eadc010")


def test_a_dump_has_later_fields_only_where_they_are_set():
    spec = DataSpec(split="per_class", per_class=5, classes=["dog", "cat"], partition=[0, 3])
    dump = json.loads(spec.model_dump_json())
    assert dump["classes"] == ["dog", "cat"]
    assert set(dump) == {"source", "size", "split", "few_shot", "seed", "classes", "per_class", "partition"}
    assert DataSpec(**dump) == spec == pickle.loads(pickle.dumps(spec))
    assert hash(DataSpec(**dump)) == hash(spec)
    assert spec.changed() == {"split", "per_class", "classes", "partition"}
    assert spec.replace(per_class=6).per_class == 6


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"val": 0.1},
            "val = 0.1 does not go with split = 'homework': leave it out, or choose split = 'stratified' or",
        ),
        ({"split": "stratified", "few_shot": True}, "few_shot = True does not go with split = 'stratified'"),
        (
            {"split": "official", "test": 0.1},
            "test = 0.1 does not go with split = 'official'.*split = 'stratified' or 'given' or 'target'$",
        ),
        ({"split": "stratified", "per_class": 3}, "per_class = 3 does not go with"),
        ({"split": "per_class"}, "needs per_class"),
        ({"split": "per_class", "per_class": 0}, "per_class = 0: input should be greater than 0"),
        ({"split": "stratified", "val": 1.0}, "val = 1.0: input should be less than 1"),
        ({"partition": (3, 3)}, r"partition = \(3, 3\): the parts are numbered from 0 to 2"),
        ({"classes": ()}, "at least one class"),
        ({"classes": ("a", "a")}, "each class once"),
        ({"split": "random"}, "split = 'random'"),
        ({"sizes": 3}, "unknown setting 'sizes'"),
    ],
)
def test_fields_that_do_not_go_together_are_refused(fields, message):
    with pytest.raises(ValueError, match=f"DataSpec refused: .*{message}"):
        DataSpec(**fields)


def test_chosen_classes_are_renumbered(photos):
    spec = spec_of(photos).replace(classes=("class2", "class0"))
    splits = prepare(spec)
    assert splits.class_names == ("class2", "class0")
    assert splits.train.class_counts() == {"class2": 14, "class0": 14}
    for part in (splits.train, splits.val, splits.test.open()):
        assert [part.class_names[label] for label in part.labels.tolist()] == [n.split("/")[0] for n in part.names]
    assert splits.hash != prepare(spec.replace(classes=("class0", "class2"))).hash
    assert splits.train.source_fingerprint == prepare(spec_of(photos)).train.source_fingerprint
    with pytest.raises(ValueError, match="has no class 'cat': choose among its classes class0, class1, class2"):
        prepare(spec.replace(classes=("class0", "cat")))


def test_rules_with_their_shares(photos):
    spec = spec_of(photos).replace(val=0.3, test=0.25, seed=3)
    assert prepare(spec).hash == stratified_split(prepare(spec).train.root, val=0.3, test=0.25, seed=3).hash
    few = DataSpec(source=spec.source, size=32, split="per_class", per_class=4, seed=3)
    assert prepare(few).train.class_counts() == {"class0": 4, "class1": 4, "class2": 4}
    assert (len(prepare(few).val), len(prepare(few.replace(val=0.25)).val)) == (24, 12)
    with pytest.raises(ValueError, match="has no official parts"):
        prepare(DataSpec(source=spec.source, size=32, split="official"))


def test_parts_of_a_source_are_disjoint_and_stratified(photos):
    spec = spec_of(photos)
    names = []
    for i in range(3):
        splits = prepare(spec.replace(partition=(i, 3)))
        parts = (splits.train, splits.val, splits.test.open())
        assert sum(map(len, parts)) == 20
        assert all(6 <= sum(p.class_counts()[name] for p in parts) <= 7 for name in splits.class_names)
        assert splits.rule.endswith(f"; part {i} of 3")
        names += [name for part in parts for name in part.names]
    assert len(set(names)) == len(names) == 60
    again = prepare(spec.replace(partition=(1, 3), seed=spec.seed + 1))
    assert set(again.train.names) != set(prepare(spec.replace(partition=(1, 3))).train.names)


def test_concepts_are_chosen_and_dealt_out():
    labels = torch.from_numpy(np.random.default_rng(0).integers(0, 2, (50, 3)))
    pixels = np.random.default_rng(1).integers(0, 256, (50, 3, 4, 4), dtype=np.uint8)
    images = ImageSet.from_arrays(pixels, labels, ("a", "b", "c"))
    chosen = images.of_classes(("c", "a"))
    torch.testing.assert_close(chosen.labels, images.labels[:, [2, 0]])
    assert (len(chosen), chosen.class_names, chosen.root) == (50, ("c", "a"), images)
    parts = partition(images, 3, seed=0)
    assert [len(part) for part in parts] == [17, 17, 16]
    assert {name for part in parts for name in part.names} == set(images.names)
    with pytest.raises(ValueError, match="50 images make no 51 parts"):
        partition(images, 51)
    with pytest.raises(ValueError, match="are not the same"):
        chosen.take([0]).joined_with(images.take([1]))


def test_parts_are_disjoint_whichever_classes_each_keeps(photos):
    """Two tasks cut from one source must not share an image, also if they share a class."""
    spec = spec_of(photos)
    names = list(prepare(spec).class_names)
    first = prepare(spec.replace(partition=(0, 2), classes=names[:2]))
    second = prepare(spec.replace(partition=(1, 2), classes=names[1::-1]))

    def all_of(splits):
        return {*splits.train.names, *splits.val.names, *splits.test.names}

    assert all_of(first).isdisjoint(all_of(second))
    assert first.class_names == tuple(names[:2])
