"""Costs of an answer: skipping saves one of two copies of each block, and the policy comes on top."""

import pytest
import torch

from course_lib.analysis.multitune import skipping as rc
from course_lib.models.forms import Routed
from course_lib.models.freezing import changed_names, snapshot
from course_lib.models.starting import start_model


def test_skipping_saves_one_copy_of_each_block():
    torch.manual_seed(0)
    model = start_model("mini_resnet26", None, 5, network=Routed())
    before, images = snapshot(model), torch.randn(8, 3, 24, 24)
    costs = rc.route_costs(model, images, rounds=1)
    work = costs["M multiply-adds"]
    assert work[rc.SKIPPING] == pytest.approx(work[rc.SINGLE] + work[rc.POLICY])
    stem = (8 * 3 * 9 * 24 * 24) / 1e6  # multiply-adds of its convolution, with 8 channels
    head = 64 * 5 / 1e6
    blocks = work[rc.SINGLE] - stem - head
    assert work[rc.MIXING] == pytest.approx(work[rc.SKIPPING] + blocks)
    assert costs.loc[rc.MIXING, "share"] == 1
    assert 0.5 < costs.loc[rc.SKIPPING, "share"] < 0.65
    assert changed_names(model, before) == (), "a measurement leaves the network as it is"


def test_ungated_blocks_save_nothing():
    torch.manual_seed(0)
    model = start_model("mini_resnet26", None, 5, network=Routed(gates=("stage3",)))
    few = rc.route_costs(model, torch.randn(4, 3, 24, 24), rounds=1)
    all_gates = start_model("mini_resnet26", None, 5, network=Routed())
    many = rc.route_costs(all_gates, torch.randn(4, 3, 24, 24), rounds=1)
    assert few.loc[rc.SKIPPING, "share"] > many.loc[rc.SKIPPING, "share"]
