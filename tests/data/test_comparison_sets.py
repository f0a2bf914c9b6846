"""Look-alike beetles and very different categories: their parts, and that no source of weights shows them."""

import hashlib
import json
from dataclasses import asdict
from itertools import pairwise

import pytest
import torch

from course_lib.data import DataSpec, describe, load_images, prepare, set_facts
from course_lib.data.mini import COMPARISON_SETS, draw
from course_lib.data.mini.builders import build_set
from course_lib.data.mini.catalogue import CATEGORIES, SPECIES
from course_lib.data.mini.distinctions import TEXTURES

NAMES = tuple(COMPARISON_SETS)


def spec_of(name, **fields):
    return DataSpec(source=f"mini:{name}", size=16, split="official", **fields)


@pytest.mark.parametrize("name", NAMES)
def test_parts_are_as_large_as_declared(name):
    known, splits = COMPARISON_SETS[name], prepare(spec_of(name))
    for part, images in (("train", splits.train), ("val", splits.val), ("test", splits.test.open())):
        assert images.class_counts() == dict.fromkeys(sorted(known.classes), known.counts[part])
        assert {each.split("/")[0] for each in images.names} == {part}
    row = describe(f"mini:{name}")
    assert (row["images"], row["classes"]) == (known.num_images, len(known.classes))
    assert len(splits.test) >= 500
    assert torch.equal(build_set(name, 16)[0], load_images(f"mini:{name}", size=16).images)


@pytest.mark.parametrize("name", NAMES)
def test_rows_of_table_3_are_comparable(name):
    """5, 10, 15, 20 images per class and all: nested, and scored on the same images."""
    rows = [prepare(spec_of(name, per_class=n, seed=4)) for n in (5, 10, 15, 20, None)]
    for few, more in pairwise(rows):
        assert set(few.train.names) < set(more.train.names)
    assert len({row.val.names for row in rows}) == 1
    assert len({row.test_hash for row in rows}) == 1
    assert len({row.hash for row in rows}) == 5
    assert prepare(spec_of(name, per_class=5, seed=5)).test_hash == rows[0].test_hash


@pytest.mark.parametrize("name", NAMES)
def test_no_source_of_weights_shows_a_class(name):
    assert not set(COMPARISON_SETS[name].classes) & {*CATEGORIES, *SPECIES, *TEXTURES}
    assert COMPARISON_SETS[name].seed not in {0, 1, *range(100, 170)}  # of the worlds, the domains, the small tasks


def test_beetles_have_one_body_plan_that_nothing_else_has():
    assert {each.plan for each in COMPARISON_SETS["beetles"].classes.values()} == {"beetle"}
    others = [*CATEGORIES.values(), *SPECIES.values(), *COMPARISON_SETS["general"].classes.values()]
    assert "beetle" not in {each.plan for each in others}
    assert len({each.plan for each in COMPARISON_SETS["general"].classes.values()}) >= 8


@pytest.mark.parametrize("name", NAMES)
def test_classes_differ_in_both_styles(name):
    for style in ("photo", "cartoon"):
        known = COMPARISON_SETS[name]
        pictures = [draw(each, style, [1], size=32, dials=known.dials).float() for each in known.classes.values()]
        apart = [(a - b).abs().mean() for i, a in enumerate(pictures) for b in pictures[:i]]
        assert min(apart) > 1


@pytest.mark.parametrize("name", NAMES)
def test_they_are_always_the_same(name):
    content = json.dumps(asdict(COMPARISON_SETS[name]), sort_keys=True)
    assert hashlib.sha256(content.encode()).hexdigest()[:16] == DIGESTS[name], (
        "the set changed: compute the studies on it again, and store the new digest"
    )


@pytest.mark.parametrize("name", NAMES)
def test_pictures_have_not_changed(name):
    """Their plans, too: mean and standard deviation of the training part, which rounding moves less."""
    facts = set_facts(f"mini:{name}", size=16)
    assert (*facts.mean, *facts.std) == pytest.approx(COLOURS[name], abs=2e-4)


COLOURS = {
    "beetles": (0.6137, 0.6054, 0.5713, 0.2926, 0.2922, 0.3108),
    "general": (0.6172, 0.6121, 0.5815, 0.2790, 0.2788, 0.2938),
}
DIGESTS = {"beetles": "10c838cc5e19ba68", "general": "c0071a45532909b9"}
