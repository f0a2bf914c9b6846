"""MultiTune's network: equation 1, what the branches share in each mode, and which stage a tensor belongs to."""

import pytest
import torch

from course_lib.models.forms import Joined
from course_lib.models.joined import last_block
from course_lib.models.network import HEAD
from course_lib.models.starting import start_model

CLASSES = 5


def start(form=None, weights="mini_resnet18", architecture="mini_resnet18", **options):
    return start_model(architecture, weights, CLASSES, network=form or Joined(), **options).eval()


def branch(model, name, x):
    """The features of a branch, stage by stage; what it lacks, it has from branch a."""
    own, all_stages = model.branches[name], model.branches["a"]
    for path in all_stages:
        x = (own if path in own else all_stages)[path](x)
    return x


@pytest.fixture
def images():
    return torch.randn(4, 3, 48, 48, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("eta", [0.0, 0.3, 0.5, 1.0])
def test_equation_1(images, eta):
    model = start(Joined(eta=eta), fresh=("a.stage4", "b.stage4"))
    with torch.no_grad():
        x1, x2 = branch(model, "a", images), branch(model, "b", images)
        w = model.branch_weights()
        expected = eta * x1 @ w["a"].T + (1 - eta) * x2 @ w["b"].T + model.head.bias
        assert torch.allclose(model(images), expected, atol=1e-5)
    assert w["a"].shape == w["b"].shape == (CLASSES, 128)
    assert not torch.allclose(x1, x2)


def test_both_branches_begin_with_the_weights_and_anew_with_different_ones():
    model = start(fresh=("a.stage4", "b.stage4"))
    single = start_model("mini_resnet18", "mini_resnet18", CLASSES, fresh=("stage4",))
    a, b = (model.branches[name].state_dict() for name in "ab")
    for name, value in single.stages.state_dict().items():
        assert torch.equal(a[name], value), name
        if name.startswith("stage4") and name.endswith("conv1.weight"):
            assert not torch.equal(b[name], value), name
        elif not name.startswith("stage4"):
            assert torch.equal(b[name], value), name


def test_the_last_block_alone_is_a_second_branch(images):
    """As released: the second branch is one residual block, after the first branch's first eleven."""
    form = Joined(own="last_block", norm="shared")
    model = start(form, None, "mini_resnet26", seed=1)
    assert [path for path in model.paths if path.startswith("b.")] == ["b.stage3.block4"]
    paper = start(Joined(), None, "mini_resnet26", seed=1)
    assert sum(path.startswith("b.") for path in paper.paths) == 14
    with torch.no_grad():
        expected = torch.cat([0.5 * branch(model, name, images) for name in "ab"], dim=1)
        assert torch.allclose(model.features(images), expected, atol=1e-5)
    own_norm = start(Joined(own="last_block"), None, "mini_resnet26", seed=1)
    assert [path for path in own_norm.paths if path.startswith("b.")] == ["b.stage3.block4", "b.norm"]


def test_a_shared_norm_sees_both_branches(images):
    model = start(Joined(norm="shared"), None, "mini_resnet26").train()
    model(images)
    assert model.branches["a"]["norm"].bn.num_batches_tracked == 2
    assert "norm" not in model.branches["b"]


def test_every_tensor_belongs_to_a_stage():
    model = start(None, None, "mini_resnet26")
    found = {model.stage_of(name) for name in model.state_dict()}
    assert found == set(model.trained_stages) == {p for p in model.paths if not p.endswith("pool")}
    assert model.stage_of("branches.b.stage3.block4.bn1.running_var") == "b.stage3.block4"
    assert model.stage_of("head.bias") == HEAD
    for wrong in ("stages.stem.conv.weight", "branches.c.stem.conv.weight"):
        with pytest.raises(ValueError, match="no parameter of this model"):
            model.stage_of(wrong)
    with pytest.raises(ValueError, match=r"unknown stage 'a\.stage9'"):
        model.stage_module("a.stage9")


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="mini_resnet18 has no stage 'norm'"):
        start(Joined(norm="shared"))
    with pytest.raises(ValueError, match="eta = 1.5"):
        Joined(eta=1.5)
    with pytest.raises(ValueError, match=r"fresh names the unknown stage 'c\.stage4'"):
        start(fresh=("c.stage4",))
    with pytest.raises(ValueError, match="has one head"):
        start(aux_heads=("stage2",))
    assert last_block(start_model("mini_squeezenet", None, 2)) == "stage4"
