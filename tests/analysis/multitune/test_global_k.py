"""The k-curve: global-k, its control, and the opponents of the study `two_networks`."""

import pytest

from course_lib.analysis.multitune import global_k
from course_lib.analysis.records import setting, values_of
from fake_routes import PROFILE, SEEDS, compared_records, global_k_records


def value(kind, k):
    return 0.6 + 0.01 * k + (0.05 if kind == "last" and k == 3 else 0)


RECORDS, OTHERS = global_k_records(value), compared_records(lambda source, method: 0.6 + 0.1 * (method == "full"))


def test_runs_are_found_by_k():
    assert list(global_k.by_k(RECORDS, global_k.GLOBAL)) == [0, 2, 3, 4, 6, 8, 10, 12]
    assert list(global_k.by_k(RECORDS, global_k.LAST)) == [0, 2, 3, 4, 6, 8, 10, 12]
    assert len(global_k.by_k(RECORDS, global_k.LAST)[3]) == len(SEEDS) * len(PROFILE.k_rates)
    with pytest.raises(ValueError, match="unknown kind 'first'"):
        global_k.by_k(RECORDS, "first")
    with pytest.raises(ValueError, match="no run of global-k"):
        global_k.by_k(OTHERS, global_k.GLOBAL)


def test_the_curve_has_both_kinds_with_intervals():
    curve = global_k.k_curve(RECORDS)
    assert [(point.kind, point.k) for point in curve[7:9]] == [("global-k", 12), ("last k blocks", 0)]
    found = {(point.kind, point.k): point for point in curve}
    three = found["last k blocks", 3].accuracy
    assert three.estimate == pytest.approx(0.68, abs=0.015)
    assert three.low < three.estimate < three.high
    assert not any(point.edge for point in curve)
    edge = {point.k: point.edge for point in global_k.k_curve(global_k_records(value, best=max(PROFILE.k_rates)))}
    assert all(edge.values())


def test_the_control_minus_global_k():
    assert global_k.policy_gap(RECORDS, [3]).interval().estimate == pytest.approx(0.05, abs=0.01)
    assert len(global_k.policy_gap(RECORDS).pairs) == 6 * len(SEEDS), "not none and not all blocks"
    assert global_k.policy_gap(RECORDS).interval().estimate == pytest.approx(0.05 / 6, abs=0.01)
    few = [run for run in RECORDS if not run["recipe"]["name"].endswith(("-0", " 0", "-12", " 12"))]
    assert len(global_k.policy_gap(few).pairs) == 6 * len(SEEDS), "a grid without both ends keeps all its k"
    with pytest.raises(ValueError, match="no k to compare"):
        global_k.policy_gap(RECORDS, [5])


def test_opponents_have_the_same_rates_and_images():
    own = global_k.by_k(RECORDS, global_k.GLOBAL)[3]
    same = global_k.same_row(OTHERS, own, "full")
    assert values_of(same, "lr") == list(PROFILE.k_rates), "two_networks also has 0.001"
    assert min(values_of(OTHERS, "lr")) < min(PROFILE.k_rates)
    assert {setting(run, "source") for run in same} == {"mini:beetles"}
    assert global_k.gap_to(own, OTHERS, "SpotTune").interval().estimate == pytest.approx(0.03, abs=0.01)
    found = global_k.opponents(RECORDS, OTHERS)
    assert (found.full.estimate, found.spottune.estimate) == pytest.approx((0.7, 0.6), abs=0.015)
    assert (found.full.edge, found.spottune.edge) == ("", "")
    at_end = global_k.opponents(RECORDS, compared_records(best=max(PROFILE.k_rates)))
    assert all("the highest rate tried" in own.edge for own in (at_end.full, at_end.spottune))
    with pytest.raises(ValueError, match="no run of 'MultiTune' on the same images"):
        global_k.same_row(OTHERS, own, "MultiTune")


def test_blocks_that_are_tuned():
    table = global_k.tuned_blocks(RECORDS)
    assert table["evaluation"].tolist() == [0, 2, 3, 4, 6, 8, 10, 12]
    assert table["likelier routes"].tolist() == [0, 2, 3, 4, 6, 8, 10, 12]
    assert table["apart"].tolist() == [0] * 8
    free = global_k.tuned_blocks(global_k_records(value, blind=False))
    assert free.loc[3, "evaluation"] == 3
    assert free.loc[3, "likelier routes"] > 4
    assert free.loc[3, "apart"] > 0.2
    blocks = global_k.block_table(RECORDS)
    assert blocks.loc[3].tolist() == [len(SEEDS)] * 3 + [0] * 9
