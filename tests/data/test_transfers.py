"""The pairs of target and source: eight, five of them close, from 5 to 200 images per label."""

from course_lib.data import TRANSFERS, DataSpec, prepare, target_data
from course_lib.data.mini.domains import DOMAINS


def test_five_pairs_are_close_and_three_far():
    assert [pair.close for pair in TRANSFERS].count(True) == 5
    assert len(TRANSFERS) == 8
    assert len({pair.target for pair in TRANSFERS}) == 8
    assert {pair.source for pair in TRANSFERS} <= set(DOMAINS)
    assert all(pair.target != pair.source for pair in TRANSFERS)


def test_images_per_label():
    counts = {
        pair.target: 10 if pair.target == "flowers" else DOMAINS[pair.target].per_category // 40 for pair in TRANSFERS
    }
    assert sorted(counts.values()) == [5, 10, 10, 20, 30, 50, 100, 200]
    small = prepare(TRANSFERS[0].target_data(size=16, seed=4))
    assert set(small.train.labels.bincount().tolist()) == {counts["tools"]}
    flowers = prepare(target_data("flowers", size=16, seed=4))
    assert set(flowers.train.labels.bincount().tolist()) == {counts["flowers"]}


def test_both_sides_are_specs():
    pair = TRANSFERS[0]
    assert pair.source_data(seed=1) == DataSpec(source="mini:household", split="source", seed=1)
    assert pair.target_data() == DataSpec(source="mini:tools", split="target", seed=0)
