"""Stage paths: the longest prefix wins, auxiliary heads have paths, a network that is no chain trains like one."""

import pytest
import torch
from torch import nn

from course_lib.models.freezing import set_trainable, snapshot, train_mode
from course_lib.models.network import HEAD, Network, check_names, value_at
from course_lib.models.starting import start_model
from course_lib.models.weights import load_weights
from course_lib.training.fitting import Trainer
from course_lib.training.inputs import Pixels
from course_lib.training.optimizers import effective_rates
from course_lib.training.recipe import Recipe

CPU = torch.device("cpu")


class TwoBranches(Network):
    """Two small branches side by side on the same image, and one head over both."""

    architecture = "two branches"

    def __init__(self):
        super().__init__()
        self.branches = nn.ModuleDict({name: self._branch() for name in "ab"})
        self.classifier = nn.Linear(16, 3)

    @staticmethod
    def _branch():
        conv = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU())
        return nn.ModuleDict({"stem": conv, "stage1": nn.Sequential(nn.Conv2d(4, 8, 3), nn.BatchNorm2d(8), nn.ReLU())})

    @property
    def paths(self):
        return (*(f"{branch}.{stage}" for branch in "ab" for stage in ("stem", "stage1")), HEAD)

    def stage_module(self, path):
        if path == HEAD:
            return self.classifier
        branch, stage = path.split(".")
        return self.branches[branch][stage]

    def logits(self, x, after=None):
        pooled = [branch["stage1"](branch["stem"](x)).mean(dim=(2, 3)) for branch in self.branches.values()]
        return {HEAD: self.classifier(torch.cat(pooled, dim=1))}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("b.stage3", 0.1),  # itself
        ("b.stage3.block1", 0.1),  # the longest prefix
        ("b.stage2", 2.0),  # its branch
        ("a.stage2", 0.5),  # inner
        ("head", 7.0),  # inner is for no head
        ("head.aux1", 7.0),
        ("head.aux2", 3.0),
    ],
)
def test_the_longest_prefix_wins(path, expected):
    assert value_at({"b": 2.0, "b.stage3": 0.1, "inner": 0.5, "head": 7.0, "head.aux2": 3.0}, path, 1.0) == expected
    assert value_at({"bb": 2.0}, path, 1.0) == 1.0  # a prefix ends at a dot


def test_names_that_fit_no_stage_are_refused():
    paths = ("a.stem", "b.stem", "head")
    check_names("fresh names", ("a", "b.stem", "inner", "head"), paths)
    with pytest.raises(ValueError, match="fresh names the unknown stage 'c': this model has a.stem, b.stem, head"):
        check_names("fresh names", ("a", "c"), paths)


def test_a_network_that_is_no_chain_trains_by_the_same_loop(splits):
    """Rates and decays by path, the frozen branch bit for bit as it was, statistics included; no prefix is kept."""
    torch.manual_seed(0)
    model = TwoBranches()
    recipe = Recipe(lr=0.01, optimizer="sgd", weight_decay=1e-4, decays={"head": 0.1},
                    multipliers={"a": 0, "b.stage1": 0.1}, epochs=2)  # fmt: skip
    mean, std = torch.full((3,), 0.5), torch.full((3,), 0.25)
    trainer = Trainer(recipe, model, Pixels(splits.train, mean, std, CPU), seed=0)
    before = snapshot(model)
    record = trainer.run_epoch(0, Pixels(splits.val, mean, std, CPU))
    expected = {"a.stem": 0.0, "a.stage1": 0.0, "b.stem": 0.01, "b.stage1": 0.001, "head": 0.01}
    assert record.rates == pytest.approx(expected)
    assert effective_rates(trainer.optimizer, model.trained_stages) == record.rates
    decays = {group["stage"]: group["weight_decay"] for group in trainer.optimizer.param_groups}
    assert decays == {"b.stem": 1e-4, "b.stage1": 1e-4, "head": 0.1}
    moved = {model.stage_of(name) for name, value in model.state_dict().items() if not torch.equal(value, before[name])}
    assert moved == {"b.stem", "b.stage1", "head"}
    assert model.chain() is None


def test_stage_of_every_parameter():
    model = TwoBranches()
    assert model.stage_of("branches.a.stem.0.weight") == "a.stem"
    assert model.stage_of("branches.b.stage1.1.running_mean") == "b.stage1"
    assert {model.stage_of(name) for name in model.state_dict()} == set(model.paths)
    with pytest.raises(ValueError, match="'nothing' is no parameter"):
        model.stage_of("nothing")


@pytest.fixture
def auxiliary():
    return start_model("mini_resnet18", None, 3, (), 0, aux_heads=("stage2", "stage4"))


def test_auxiliary_heads_have_paths(auxiliary):
    plain = start_model("mini_resnet18", None, 3, (), 0)
    assert auxiliary.head_paths == ("head", "head.aux1", "head.aux2")
    assert auxiliary.stage_of("aux.aux2.1.weight") == "head.aux2"
    x = torch.randn(4, 3, 48, 48)
    with torch.no_grad():
        logits = auxiliary.eval().logits(x)
        assert {path: tuple(value.shape) for path, value in logits.items()} == dict.fromkeys(
            auxiliary.head_paths, (4, 3)
        )
        assert torch.equal(logits["head"], plain.eval()(x))  # they change nothing of the main head
        kept = auxiliary.features(x, "stage2")
        later = auxiliary.logits(kept, after="stage2")
        assert all(torch.equal(later[path], logits[path]) for path in logits)
        with pytest.raises(ValueError, match="too late for the auxiliary head 'head.aux1'"):
            auxiliary.logits(auxiliary.features(x, "stage3"), after="stage3")


@pytest.mark.parametrize(("architecture", "weights"), [("mini_googlenet", "mini_googlenet"), ("googlenet", None)])
def test_extension_layers_stand_before_each_classification_layer(architecture, weights):
    """FT2-re and FT3-ex of a GoogLeNet: the last stage begins anew, two layers of 6 before main and auxiliary heads."""
    after, settings = ("stage2", "stage3"), {"hidden": (6, 6), "seed": 2}
    model = start_model(architecture, weights, 3, **settings, aux_heads=after, fresh=("stage4",) if weights else ())
    assert model.aux_after == dict(zip(("aux1", "aux2"), after, strict=True))
    for path in model.head_paths:
        widths = [layer.out_features for layer in model.stage_module(path).modules() if isinstance(layer, nn.Linear)]
        assert widths == [6, 6, 3]
    with torch.no_grad():
        logits = model.eval().logits(torch.randn(2, 3, 64, 64))
    assert {path: tuple(value.shape) for path, value in logits.items()} == dict.fromkeys(model.head_paths, (2, 3))
    if weights:  # of torchvision's network there are none here
        loaded, drawn = load_weights(weights).state, start_model(architecture, None, 3, **settings).state_dict()
        for name, value in model.state_dict().items():
            if name.startswith("stages."):
                expected = drawn if model.stage_of(name) == "stage4" else loaded
                assert torch.equal(value, expected[name])


def test_an_auxiliary_head_is_frozen_by_its_path(auxiliary):
    rates = Recipe(multipliers={"inner": 0, "head.aux2": 0}).rates(auxiliary.trained_stages)
    set_trainable(auxiliary, rates)
    train_mode(auxiliary, rates)
    moving = {auxiliary.stage_of(name) for name, p in auxiliary.named_parameters() if p.requires_grad}
    assert moving == {"head", "head.aux1"}


def test_an_auxiliary_head_needs_a_stage():
    with pytest.raises(ValueError, match="unknown stage 'stage9': an auxiliary head can follow stem, stage1"):
        start_model("mini_resnet18", None, 3, aux_heads=("stage9",))


def test_fresh_stages_begin_as_without_weights(weights):
    """The others begin with the weights; the same random numbers are drawn in both cases."""
    scratch, tuned = (start_model("mini_resnet18", start, 3, (), 5) for start in (None, weights))
    model = start_model("mini_resnet18", weights, 3, (), 5, fresh=("stage4",))
    for name, value in model.stages.state_dict().items():
        source = scratch if name.startswith("stage4.") else tuned
        assert torch.equal(value, source.stages.state_dict()[name]), name
    assert not torch.equal(scratch.stages["stage4"][0].conv1.weight, tuned.stages["stage4"][0].conv1.weight)
    with pytest.raises(ValueError, match="fresh names the unknown stage 'layer4'"):
        start_model("mini_resnet18", weights, 3, fresh=("layer4",))
