"""Domains and flowers of the mini world: their sizes, that they are new pictures, and that they stay as they are."""

import hashlib
import json
from dataclasses import asdict, replace

import pytest
import torch

from course_lib.data import DataSpec, describe, prepare
from course_lib.data.mini import SOURCE_DOMAINS, SPECIES, draw
from course_lib.data.mini import builders as builders_module
from course_lib.data.mini.builders import build_domain, build_flowers, find_builder
from course_lib.data.mini.domains import DOMAIN_SEED, DOMAINS
from course_lib.data.mini.tables_flowers import FLOWERS


def test_every_domain_of_the_catalogue_is_a_source():
    assert set(DOMAINS) == set(SOURCE_DOMAINS)
    for name, domain in DOMAINS.items():
        about = describe(f"mini:{name}")
        assert about["images"] == domain.num_images == domain.per_category * len(SOURCE_DOMAINS[name])
        assert about["classes"] == len(domain.categories)
        assert domain.per_category % 40 == 0


def test_targets_have_from_5_to_200_images_per_label():
    per_label = sorted(domain.per_category // 40 for domain in DOMAINS.values())
    assert per_label[0] == 5
    assert per_label[-1] == 200
    assert len(set(per_label)) >= 7


def test_domain_is_drawn_as_declared(monkeypatch):
    small = replace(DOMAINS["tools"], per_category=40)
    monkeypatch.setitem(builders_module.DOMAINS, "tools", small)
    steps = []
    pixels, labels, class_names, names = build_domain("tools", 16, progress=lambda *step: steps.append(step))
    assert class_names == SOURCE_DOMAINS["tools"]
    assert labels.bincount().tolist() == [40] * 10
    assert len(set(names)) == 400
    assert names[0] == "axe/pic_001"
    assert steps[-1] == (10, 10)
    styles = [draw("axe", s, range(1, 41), size=16, seed=DOMAIN_SEED, dials=small.dials) for s in ("cartoon", "photo")]
    cartoon, photo = ((pixels[:40] == drawn).flatten(1).all(1) for drawn in styles)
    assert bool((cartoon ^ photo).all())
    assert abs(cartoon.double().mean() - small.illustrated) < 0.2


def test_target_of_the_smallest_domain():
    splits = prepare(DataSpec(source="mini:tools", size=16, split="target", seed=1))
    assert splits.train.labels.bincount().tolist() == [5] * 10
    assert splits.val.labels.bincount().tolist() == [5] * 10
    assert len(splits.test) == 500
    home = prepare(DataSpec(source="mini:tools", size=16, split="source", seed=0))
    assert (len(home.train), len(home.val), len(home.test)) == (500, 50, 450)
    assert not set(home.train.names) & {*splits.train.names, *splits.val.names, *splits.test.names}


def test_flowers_have_ten_training_images_of_each_species():
    assert len(SPECIES) >= 17
    splits = prepare(DataSpec(source="mini:flowers", size=16, split="official", val=0.5, seed=2))
    assert splits.train.labels.bincount().tolist() == [10] * len(SPECIES)
    assert splits.val.labels.bincount().tolist() == [10] * len(SPECIES)
    assert len(splits.test) == 60 * len(SPECIES)
    assert describe("mini:flowers")["images"] == 80 * len(SPECIES)
    assert splits.class_names == tuple(sorted(SPECIES))


def test_no_source_shows_a_species():
    from course_lib.data.mini.catalogue import CATEGORIES

    assert not set(SPECIES) & set(CATEGORIES)
    assert set(FLOWERS) == set(SPECIES)


def test_every_species_differs_from_the_others():
    for style in ("photo", "cartoon"):
        assert len({draw(name, style, [1], size=16).numpy().tobytes() for name in SPECIES}) == len(SPECIES)


def test_every_kind_of_blossom_is_drawn_on_the_device_that_is_asked_for():
    kinds = {table.get("kind", "open"): name for name, (_, table) in FLOWERS.items()}
    for name in {*kinds.values(), "daffodil", "pansy", "tiger lily"}:
        draw(name, "photo", range(1), size=16, device="meta")  # fails if anything is made on another device


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="domain 'fabric' is unknown.*animals"):
        build_domain("fabric")
    build, unit = find_builder("cartoon")
    assert unit == "class"
    assert build.args == ("cartoon",)
    assert find_builder("flowers") == (build_flowers, "class")


def test_domains_are_left_alone():
    """The shipped networks of the domains were trained on these pictures."""
    declared = json.dumps([asdict(domain) for domain in DOMAINS.values()] + [DOMAIN_SEED], sort_keys=True)
    drawn = draw("axe", "cartoon", range(1, 4), size=16, seed=DOMAIN_SEED, dials=DOMAINS["tools"].dials)
    assert torch.equal(drawn, draw("axe", "cartoon", range(1, 4), size=16, seed=1, dials=DOMAINS["tools"].dials))
    assert (
        hashlib.sha256(declared.encode()).hexdigest()
        == "7c3579b47c455256c7a79bf5b5a0febe4bbde53761bdbfb7f98e9659d69dff9c"
    ), "a domain changed: train its network (course pretrain) and the runs that use it again, and store the digest"
