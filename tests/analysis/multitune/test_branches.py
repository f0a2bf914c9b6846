"""Branches of a joined network, and Tables 1 and 2 from recipes and images."""

import numpy as np
import pytest
import torch

from course_lib.analysis.multitune.branches import read_branches
from course_lib.analysis.multitune.recipe_tables import table1
from course_lib.data.imageset import ImageSet
from course_lib.models import start_model
from course_lib.models.forms import Joined
from course_lib.sweeps.studies.multitune import PROFILES
from course_lib.sweeps.studies.multitune.methods import LAST_BLOCK, full, multitune
from course_lib.sweeps.studies.multitune.switches import SWITCHES, switched
from course_lib.training.inputs import Pixels

PAPER = PROFILES["paper"]


@pytest.fixture(scope="module")
def joined():
    """(network at η = 0.3, images) of small random things."""
    torch.manual_seed(0)
    model = start_model("mini_resnet26", None, 3, network=Joined(eta=0.3)).eval()
    images = ImageSet.from_arrays(
        np.random.default_rng(0).integers(0, 256, (9, 3, 16, 16), dtype=np.uint8), np.arange(9) % 3, ("a", "b", "c")
    )
    return model, Pixels(images, torch.full((3,), 0.5), torch.full((3,), 0.3), torch.device("cpu"))


def test_the_parts_of_both_branches_are_the_networks_logits(joined):
    model, inputs = joined
    found = read_branches(model, inputs)
    with torch.no_grad():
        wanted = model(inputs.batch(torch.arange(9))[0]).numpy()
    assert found.eta == 0.3
    assert model.form.eta == 0.3, "the network is as before"
    np.testing.assert_allclose(found.logits(0.3), wanted, atol=1e-5)
    assert found.right(0.3).tolist() == (wanted.argmax(1) == np.arange(9) % 3).astype(float).tolist()
    assert not np.allclose(found.logits(1.0), wanted, atol=1e-3)
    assert found.weights["a"].shape == (3,)


def test_shares_of_the_branches_sum_to_one(joined):
    found = read_branches(*joined)
    for eta in (0.2, 0.5, 0.9):
        assert sum(found.shares(eta).values()) == pytest.approx(1)
    assert found.shares(1.0) == pytest.approx({"a": 1.0, "b": 0.0})
    assert found.shares(0.0) == pytest.approx({"a": 0.0, "b": 1.0})
    with pytest.raises(ValueError, match="η = 2: choose between 0 and 1"):
        found.logits(2)


def test_a_network_without_branches_is_refused(joined):
    with pytest.raises(ValueError, match="only a joined network"):
        read_branches(start_model("mini_resnet26", None, 3), joined[1])


def test_table_1_is_read_from_the_recipes():
    released = switched(PAPER, 0.1, "released", tuple(SWITCHES))
    table = table1(
        {"MultiTune": multitune(PAPER, 0.1), "block": multitune(PAPER, 0.1, LAST_BLOCK), "released": released}
    )
    assert list(table["falls after epoch"].unique()) == ["20, 50, 80"], "as printed"
    assert table.loc[("B", "MultiTune"), "learning rate"] == "0.01 in stage3, 0.1 in others"
    assert table.loc[("A", "MultiTune"), "learning rate"] == "0.1 in stage3, 0.1 in others"
    assert table.loc[("B", "printed"), "learning rate"] == "0.01 in the last block, 0.1 in others"
    assert table.loc[("B", "released"), "learning rate"] == "0.1 in stage3, 0.1 in others"
    assert table.loc[("B", "released"), "begun anew"] == "stage3.block4; only the last block is its own"
    assert table.loc[("A", "block"), "begun anew"] == "stage3.block4"
    with pytest.raises(ValueError, match="the recipe 'full' has no branches"):
        table1({"full": full(PAPER, 0.1)})
