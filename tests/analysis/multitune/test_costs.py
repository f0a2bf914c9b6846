"""Costs of MultiTune, SpotTune and their opponents: counts that follow from the networks, and ratios of times."""

import pytest

from course_lib.analysis.multitune.costs import RELEASED, cost_table, route_costs, time_reductions
from course_lib.analysis.multitune.printed import printed_accuracies
from course_lib.analysis.multitune.rows import ENSEMBLE
from course_lib.data.spec import DataSpec, prepare
from course_lib.models import build
from course_lib.models.network_work import network_work
from course_lib.sweeps.studies.multitune.methods import FULL, MULTITUNE, SP, SPOTTUNE, WIDE


@pytest.fixture(scope="module")
def costs():
    data = DataSpec(source="mini:beetles", split="official", per_class=2, seed=0, size=36, crop=32)
    return cost_table(prepare(data), rounds=1)


def test_every_method_is_there(costs):
    assert set(costs["method"]) == {FULL, SP, MULTITUNE, RELEASED, SPOTTUNE, ENSEMBLE, WIDE}
    assert not costs.isna().any().any()


def test_counts_follow_from_the_networks(costs):
    rows = costs.set_index("method")
    one = rows.loc[FULL]
    assert (
        one["parameters"] == one["trained"] == sum(value.numel() for value in build("mini_resnet26", 12).parameters())
    )
    for same in (SP,):
        assert rows.loc[same, ["parameters", "step", "answer", "memory"]].equals(
            one[["parameters", "step", "answer", "memory"]]
        )
    pair = rows.loc[ENSEMBLE]
    assert (pair[["parameters", "step", "answer"]] == 2 * one[["parameters", "step", "answer"]]).all()
    assert pair["memory"] == one["memory"], "trained one by one"
    joined = rows.loc[MULTITUNE]
    assert pair["parameters"] - joined["parameters"] == 12, "one bias of the head in place of two"
    assert joined["step"] == pair["step"]
    assert joined["memory"] > 1.9 * one["memory"]
    shared = rows.loc[RELEASED]
    assert one["step"] < shared["step"] < joined["step"]
    assert shared["trained"] < 1.5 * one["trained"]
    routed = rows.loc[SPOTTUNE]
    assert routed["trained"] < 0.6 * routed["parameters"]
    assert one["step"] < routed["step"] < joined["step"] < rows.loc[WIDE, "step"]
    assert one["answer"] < routed["answer"] < 1.3 * one["answer"], "one copy of each block, and the policy"


def test_the_released_code_computes_two_networks_but_for_the_stem(costs):
    """An answer takes all blocks of both branches; eleven blocks of branch b take no part in a step's backward pass."""
    rows = costs.set_index("method")
    stem = 9 * 3 * 8 * 36**2  # multiply-adds: from 3 to 8 channels at 36 × 36 positions
    assert rows.loc[RELEASED, "answer"] == 2 * rows.loc[FULL, "answer"] - stem
    forward = network_work(build("mini_resnet26", 12), 32, ()).answer
    added = rows.loc[RELEASED, "step"] - rows.loc[FULL, "step"]
    assert 0.9 * forward < added < 1.3 * forward, "the last block is trained, the others are computed"


def test_times_are_reported_as_ratios(costs):
    rows = costs.set_index("method")
    assert rows.loc[FULL, "ratio"] == 1
    assert (rows["ratio"] == rows["seconds"] / rows.loc[FULL, "seconds"]).all()
    assert (rows["seconds"] > 0).all()


def test_printed_times_stand_beside_the_measured(costs):
    found = time_reductions(costs)
    assert list(found["set"][:10]) == [row.name for row in printed_accuracies()]
    assert found["reduction"].round(1).tolist()[:6:5] == [19.6, 29.3]
    assert found["measured"].tolist() == [False] * 10 + [True] * 2
    rows = costs.set_index("method")["seconds"]
    for place, method in ((10, MULTITUNE), (11, RELEASED)):
        assert found["reduction"][place] == pytest.approx(100 * (1 - rows[method] / rows[SPOTTUNE]))


@pytest.mark.parametrize("batch", [1, 3])
def test_routes_compute_one_copy(batch):
    found = route_costs(size=32, batch=batch, rounds=1)
    names = ["both copies", "all frozen", "all tuned", "mixed"]
    assert found["route"].tolist() == (names if batch > 1 else names[:3])
    assert found["macs"].nunique() == 2
    assert 0.5 < found["macs"][1] / found["macs"][0] < 0.6
    assert found["ratio"][0] == 1
    assert (found["ms"] > 0).all()


def test_what_cannot_be_measured():
    with pytest.raises(ValueError, match="rounds = 0: measure one round"):
        cost_table(None, rounds=0)
    with pytest.raises(ValueError, match="unknown profile 'huge': choose one of smoke, mini"):
        cost_table(None, "huge")
    with pytest.raises(ValueError, match="batch = 0 and rounds = 20"):
        route_costs(batch=0)
