"""Contract 1: frozen is frozen, buffers included; each normalisation mode moves exactly what its table says."""

import pytest
import torch
from torch import nn

from course_lib.models.architectures import build
from course_lib.models.catalogue import NORMALISATION_MODES
from course_lib.models.freezing import changed_names, set_trainable, snapshot, train_mode
from course_lib.models.staged import StagedModel
from extras import LITE0, needs_timm, with_marks

INNER = ("stem", "stage1", "stage2", "stage3", "stage4")
RATES = {
    "all": dict.fromkeys((*INNER, "head"), 0.05),
    "last layer": dict.fromkeys(INNER, 0.0) | {"head": 0.05},
    "prefix frozen": dict.fromkeys(("stem", "stage1", "stage2"), 0.0)
    | dict.fromkeys(("stage3", "stage4", "head"), 0.05),
    "suffix frozen": {"stem": 0.05, "stage1": 0.05} | dict.fromkeys(("stage2", "stage3", "stage4", "head"), 0.0),
}


def make_model(architecture: str = "mini_resnet18") -> StagedModel:
    torch.manual_seed(3)
    return build(architecture, 7)


def take_steps(model: StagedModel, rates: dict[str, float], steps: int = 3) -> None:
    """SGD with momentum and weight decay over *all* parameters: freezing must not rest on what the optimiser holds."""
    groups = [{"params": list(model.stage_parameters(stage)), "lr": rate} for stage, rate in rates.items()]
    optimizer = torch.optim.SGD([g for g in groups if g["params"]], lr=1.0, momentum=0.9, weight_decay=0.1)
    for _ in range(steps):
        optimizer.zero_grad()
        x, y = 2 + torch.randn(8, 3, 48, 48), torch.randint(7, (8,))
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()


def kind_of(model: StagedModel, name: str) -> str:
    """What the table of the modes calls this tensor."""
    owner, _, leaf = name.rpartition(".")
    if not isinstance(model.get_submodule(owner), nn.BatchNorm2d):
        return "other"
    return "affine" if leaf in ("weight", "bias") else "running"


MOVES = {
    "batch": {"running", "affine", "other"},
    "running": {"affine", "other"},
    "frozen": {"other"},
    "affine_only": {"affine"},
    "stochastic": {"running", "affine", "other"},
}


def should_move(model: StagedModel, name: str, rates: dict[str, float], mode: str) -> bool:
    stage = model.stage_of(name)
    return rates[stage] > 0 and (stage == "head" or kind_of(model, name) in MOVES[mode])


@pytest.mark.parametrize("architecture", with_marks(["mini_resnet18", LITE0]))
@pytest.mark.parametrize("mode", NORMALISATION_MODES)
@pytest.mark.parametrize("rates", RATES.values(), ids=RATES)
def test_moves_exactly_what_the_table_says(mode, rates, architecture):
    model = make_model(architecture)
    before = snapshot(model)
    set_trainable(model, rates, mode)
    train_mode(model, rates, mode)
    take_steps(model, rates)
    moved = set(changed_names(model, before))
    expected = {name for name in before if should_move(model, name, rates, mode)}
    assert moved == expected, f"moved although kept: {moved - expected}; kept although trained: {expected - moved}"


@pytest.mark.parametrize("architecture", with_marks(["mini_resnet18", LITE0]))
@pytest.mark.parametrize("mode", NORMALISATION_MODES)
def test_a_frozen_stage_computes_the_same_features(mode, architecture):
    """The cached prefix relies on it: same output before, during and after training."""
    rates = RATES["prefix frozen"]
    model, x = make_model(architecture), torch.randn(4, 3, 48, 48)
    set_trainable(model, rates, mode)
    features = train_mode(model, rates, mode).features(x, "stage2")
    take_steps(model, rates)
    assert torch.equal(model.features(x, "stage2"), features)
    assert torch.equal(model.eval().features(x, "stage2"), features)


@pytest.mark.parametrize("mode", NORMALISATION_MODES)
def test_normalises_with_the_batch_in_two_modes_only(mode):
    model, rates = make_model(), RATES["all"]
    set_trainable(model, rates, mode)
    train_mode(model, rates, mode)
    x = 2 + torch.randn(4, 3, 48, 48)
    in_training = model(x)
    assert torch.equal(in_training, model.eval()(x)) == (mode not in ("batch", "stochastic"))


@pytest.mark.parametrize("rate", [0.0, 0.05])
def test_plain_train_is_what_goes_wrong(rate):
    """Negative control: the same steps after ``model.train()`` move a backbone without one trainable parameter."""
    model, rates = make_model(), dict.fromkeys(INNER, 0.0) | {"head": rate}
    before = snapshot(model)
    set_trainable(model, rates, "batch")
    model.train()
    for _ in range(2):
        model(torch.randn(8, 3, 48, 48))
    moved = changed_names(model, before)
    assert moved
    assert {kind_of(model, name) for name in moved} == {"running"}
    assert {model.stage_of(name) for name in moved} == set(INNER)


@pytest.mark.parametrize("mode", NORMALISATION_MODES)
def test_without_batchnorm(mode):
    model, rates = make_model("mini_squeezenet"), RATES["prefix frozen"]
    before = snapshot(model)
    set_trainable(model, rates, mode)
    train_mode(model, rates, mode)
    take_steps(model, rates)
    moved = {model.stage_of(name) for name in changed_names(model, before)}
    assert moved == ({"head"} if mode == "affine_only" else {"stage3", "stage4", "head"})


@needs_timm
@pytest.mark.parametrize(("mode", "moves"), [("running", True), ("frozen", False), ("affine_only", True)])
def test_layernorm_has_the_affine_pair_only(mode, moves):
    """ConvNeXt: γ, β train as those of BatchNorm do; of running statistics there are none."""
    torch.manual_seed(0)
    model, rates = build("timm:convnext_atto", 7), dict.fromkeys((*INNER, "neck", "head"), 0.05)
    norms = {name for name, module in model.named_modules() if isinstance(module, nn.LayerNorm)}
    before = snapshot(model)
    set_trainable(model, rates, mode)
    train_mode(model, rates, mode)
    take_steps(model, rates, steps=1)
    moved = {name.rpartition(".")[0] for name in changed_names(model, before)}
    assert norms & moved == (norms if moves else set())
    assert (moved - norms == {"head"}) == (mode == "affine_only")


def test_dropout_of_a_frozen_head_is_off():
    model = build("squeezenet1_1")
    rates = RATES["all"] | {"head": 0.0}
    set_trainable(model, rates)
    train_mode(model, rates)
    assert not model.head.dropout.training
    assert model.stages["stage1"].training


def test_a_gradient_from_before_cannot_move_a_frozen_stage():
    model = make_model()
    nn.functional.cross_entropy(model(torch.randn(4, 3, 48, 48)), torch.arange(4)).backward()
    before = snapshot(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    set_trainable(model, RATES["last layer"])
    optimizer.step()
    assert {model.stage_of(name) for name in changed_names(model, before)} == {"head"}


def test_rates_can_thaw_again():
    model = make_model()
    set_trainable(model, RATES["last layer"])
    set_trainable(model, RATES["all"], "running")
    train_mode(model, RATES["last layer"])
    train_mode(model, RATES["all"])
    assert all(p.requires_grad for p in model.parameters())
    assert all(module.training for module in model.modules())


@pytest.mark.parametrize("function", [set_trainable, train_mode])
def test_bad_arguments(function):
    model = make_model()
    with pytest.raises(ValueError, match="'evaluation'.*affine_only"):
        function(model, RATES["all"], "evaluation")
    with pytest.raises(ValueError, match="'layer4'.*stage4"):
        function(model, RATES["all"] | {"layer4": 1.0}, "batch")
    with pytest.raises(ValueError, match="'stage2' has no rate"):
        function(model, {stage: rate for stage, rate in RATES["all"].items() if stage != "stage2"}, "batch")
    for rate in (-0.1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="the rate of stage 'stem'"):
            function(model, RATES["all"] | {"stem": rate}, "batch")


def test_changed_names_compares_bits():
    layer = nn.Linear(2, 2)
    layer.weight.data.zero_()
    before = snapshot(layer)
    assert changed_names(layer, before) == ()
    layer.weight.data.neg_()  # -0 equals 0 as a value
    assert changed_names(layer, before) == ("weight",)
    with pytest.raises(ValueError, match="another model"):
        changed_names(nn.Linear(2, 2, bias=False), before)
