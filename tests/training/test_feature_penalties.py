"""DELTA and BSS against a few lines of reference."""

from copy import deepcopy

import pytest
import torch
from torch import nn

from course_lib.models.freezing import set_trainable, train_mode
from course_lib.models.network import HEAD, Network
from course_lib.models.staged import StagedModel
from course_lib.models.starting import start_model
from course_lib.training.inputs import Pixels, StageOutputs
from course_lib.training.penalties.attention import NUM_IMAGES, channel_attention, weights_of
from course_lib.training.penalties.making import make_penalty
from course_lib.training.penalties.maps import map_distance
from course_lib.training.penalties.settings import BSS, Delta
from course_lib.training.recipe import Recipe

CPU = torch.device("cpu")
MOMENTS = (torch.full((3,), 0.5), torch.full((3,), 0.2))
STAGES = ["stem", "stage1", "stage2", "stage3", "stage4"]


@pytest.fixture
def model(weights):
    return start_model("mini_resnet18", weights, 3, (), 0)


@pytest.fixture
def train(splits):
    return Pixels(splits.train, *MOMENTS, CPU)


def method_of(model, train, penalty, **settings):
    recipe = Recipe(**{"start": "weights.safetensors", "penalty": penalty, **settings})
    rates = recipe.rates(model.trained_stages)
    set_trainable(model, rates)
    train_mode(model, rates)
    return make_penalty(model, recipe, train)


def term_on(method, model, train, rows=(0, 7, 20)):
    x = train.batch(torch.tensor(rows))[0]
    with method.watching(x, train.after):
        model.logits(x, after=train.after)
    return method.term()


def shake(model, stages):
    torch.manual_seed(5)
    with torch.no_grad():
        for stage in stages:
            for p in model.stage_parameters(stage):
                p.add_(0.05 * torch.randn_like(p))


def test_the_distance_of_maps_by_hand():
    """Two images, two channels of 1 × 2: the distances of the channels are 1 and 4 + 4, and 0 and 16."""
    start = torch.zeros(2, 2, 1, 2)
    found = torch.tensor([[[[1.0, 0.0]], [[2.0, 2.0]]], [[[0.0, 0.0]], [[4.0, 0.0]]]])
    assert map_distance(found, start).item() == pytest.approx((0.5 * (1 + 8) / 2 + 0.5 * 16 / 2) / 2)
    weighted = map_distance(found, start, torch.tensor([1.5, 0.5])).item()
    assert weighted == pytest.approx((0.5 * (1.5 * 1 + 0.5 * 8) / 2 + 0.5 * 0.5 * 16 / 2) / 2)


def test_channel_weights_by_hand():
    """Increases 0 and 2 have z = −1 and 1: weights 2·e^(±1/5)/(e^(1/5) + e^(−1/5)); equal increases count alike."""
    a, b = torch.tensor([-0.2, 0.2]).exp()
    torch.testing.assert_close(weights_of(torch.tensor([0.0, 2.0])), torch.stack([2 * a, 2 * b]) / (a + b))
    assert weights_of(torch.full((4,), 0.3)).tolist() == [1, 1, 1, 1]


def test_delta_without_attention(model, train):
    """The starting network in evaluation mode against the present one in training mode, stage by stage."""
    start = deepcopy(model).eval()
    method = method_of(model, train, Delta(alpha=0.3, beta=0.2, attention=False))
    shake(model, [*STAGES, HEAD])
    now, x = deepcopy(model), train.batch(torch.tensor([0, 7, 20]))[0]
    expected = 0.1 * now.head.weight.square().sum()
    for stage in STAGES:
        gap = now.features(x, until=stage) - start.features(x, until=stage)
        expected = expected + 0.3 * sum(0.5 * image.square().sum() / image[0].numel() for image in gap) / 3
        now = deepcopy(model)  # training mode moves the running statistics
    term = term_on(method, model, train)
    assert method.stages == STAGES
    torch.testing.assert_close(term, expected)
    term.backward()
    assert all(p.grad is not None for p in model.stages["stage4"].parameters())


def test_an_unchanged_network_in_evaluation_mode_has_no_distance(model, train):
    method = method_of(model, train, Delta(beta=0))
    model.eval()
    assert term_on(method, model, train).item() == 0
    shake(model, ["stage2"])
    moved = term_on(method, model, train)
    assert moved > 0
    assert term_on(method, model, train).item() == moved.item(), "nothing of one batch is left for the next"
    assert not any(module._forward_hooks for module in model.modules()), "hooks are removed"


def test_attention_is_the_rise_of_the_loss_without_a_channel(model, train):
    """On two stages; without a channel that no later weight reads the loss is the same."""
    with torch.no_grad():
        block = model.stages["stage4"][0]
        for conv in (block.conv1, block.downsample[0]):
            conv.weight[:, 3] = 0
    model.eval()
    found = channel_attention(model, train, ["stage3", "stage4"])
    assert [len(w) for w in found.values()] == [64, 128]
    for w in found.values():
        assert w.mean().item() == pytest.approx(1, abs=1e-5)
        assert w.std() > 0.05
    assert (found["stage3"] > found["stage3"][3]).sum() > 32, "most channels are of use"


def test_attention_weighs_the_distance(model, train):
    start = deepcopy(model).eval()
    method = method_of(model, train, Delta(alpha=1, beta=0, stages=("stage4",)))
    shake(model, ["stage4"])
    model.eval()
    x = train.batch(torch.tensor([0, 7, 20]))[0]
    gap = (model.features(x, "stage4") - start.features(x, "stage4")).square().mean(dim=(2, 3))
    expected = 0.5 * (gap * method.weights["stage4"]).sum() / 3
    torch.testing.assert_close(term_on(method, model, train), expected)
    assert method.weights["stage4"].max() > 1.2 * method.weights["stage4"].min()


def test_attention_leaves_the_augmentation_and_the_global_generator_alone(model, splits):
    flips = Recipe(augmentation=[{"name": "RandomHorizontalFlip"}]).augmentation
    augmented = Pixels(splits.train, *MOMENTS, CPU, transforms=flips, seed=3)
    states = augmented.generator.get_state(), torch.get_rng_state()
    method_of(model, augmented, Delta(stages=("stage4",)))
    assert torch.equal(augmented.generator.get_state(), states[0])
    assert torch.equal(torch.get_rng_state(), states[1])
    assert len(splits.train) < NUM_IMAGES


def test_delta_on_kept_outputs_is_delta_on_pixels(model, splits, train):
    frozen = {"inner": 1.0, **dict.fromkeys(["stem", "stage1", "stage2"], 0.0)}
    with torch.no_grad():
        values = model.eval().features(train.batch(torch.arange(len(train)))[0], "stage2")
    kept, terms = StageOutputs(values, train.labels, "stage2"), []
    for inputs in (train, kept):
        own = deepcopy(model)
        method = method_of(own, inputs, Delta(), multipliers=frozen)
        assert method.stages == ["stage3", "stage4"]
        shake(own, ["stage3", "stage4"])
        terms.append(term_on(method, own, inputs))
    torch.testing.assert_close(*terms)


def test_attention_of_concepts_looks_at_what_is_judged(model, train):
    values = model.eval().features(train.batch(torch.arange(len(train)))[0], "stage2").detach()
    labels = torch.stack([train.labels == 0, train.labels > 0, train.labels == 2], dim=1).float()
    labels[::3] = torch.nan
    found = channel_attention(model, StageOutputs(values, labels, "stage2"), ["stage3"])["stage3"]
    assert found.isfinite().all()
    assert found.mean().item() == pytest.approx(1, abs=1e-5)
    assert found.std() > 0.05
    kept = labels.isfinite().all(dim=1)
    judged = channel_attention(model, StageOutputs(values[kept], labels[kept], "stage2"), ["stage3"])["stage3"]
    assert torch.corrcoef(torch.stack([found, judged]))[0, 1] > 0.9


def test_delta_of_the_last_layer_is_its_decay(model, train):
    method = method_of(model, train, Delta(beta=0.5), multipliers={"inner": 0.0})
    assert method.stages == []
    torch.testing.assert_close(term_on(method, model, train), 0.25 * model.head.weight.square().sum())


class Pair(Network):
    """No chain: two linear layers side by side."""

    architecture = "pair"

    def __init__(self):
        super().__init__()
        self.a, self.b, self.head = nn.Linear(2, 3), nn.Linear(2, 3), nn.Linear(6, 2)

    @property
    def paths(self):
        return ("a", "b", "head")

    def stage_module(self, path):
        return getattr(self, path)

    def logits(self, x, after=None):
        return {HEAD: self.head(torch.cat([self.a(x), self.b(x)], dim=1))}


def test_delta_refuses_what_it_cannot_compare(model, train):
    with pytest.raises(ValueError, match="DELTA compares the outputs of a chain of stages, which pair is not"):
        make_penalty(Pair(), Recipe(start="x.safetensors", penalty=Delta()), train)
    flat = StagedModel("flat", {"first": nn.Flatten(), "second": nn.Linear(3072, 4)}, nn.Linear(4, 3), 4)
    with pytest.raises(ValueError, match="DELTA compares maps .N, C, h, w., and no stage of flat gives any"):
        method_of(flat, train, Delta())
    with pytest.raises(ValueError, match="penalty.stages name the unknown stage 'layer4'"):
        method_of(model, train, Delta(stages=("layer4",)))
    with pytest.raises(ValueError, match="penalty.stages name 'pool', which gives no maps .* use stem, stage1"):
        method_of(model, train, Delta(stages=("pool",)))


@pytest.mark.parametrize(("k", "count"), [(1, 3), (2, 3), (5, 3), (3, 200)])
def test_bss_sums_the_smallest_squared_singular_values(model, splits, make_images, k, count):
    """Squared singular values are the eigenvalues of F·Fᵀ, or Fᵀ·F where that is smaller."""
    images = Pixels(make_images(per_class=70), *MOMENTS, CPU)
    method = method_of(model, images, BSS(weight=0.5, k=k))
    model.eval()
    rows = torch.arange(count)
    features = model.features(images.batch(rows)[0]).double()
    gram = features @ features.T if count < features.shape[1] else features.T @ features
    expected = 0.5 * torch.linalg.eigvalsh(gram)[:k].sum()  # rising
    assert term_on(method, model, images, rows.tolist()).item() == pytest.approx(expected.item(), rel=1e-3, abs=1e-6)


def test_the_gradient_of_bss_shrinks_the_smallest_direction():
    """Features diag(3, 2, 1): only σ = 1 has a gradient, 2·σ·weight."""
    pair = Pair()
    method = make_penalty(pair, Recipe(start=None, penalty=BSS(weight=0.1)), None)
    features = torch.diag(torch.tensor([3.0, 2.0, 1.0, 0.0, 0.0, 0.0]))[:3].requires_grad_()
    with method.watching(features, None):
        pair.head(features)
    term = method.term()
    term.backward()
    assert term.item() == pytest.approx(0.1)
    expected = torch.zeros(3, 6)
    expected[2, 2] = 0.2
    torch.testing.assert_close(features.grad, expected)
    assert not pair.head._forward_pre_hooks


def test_bss_where_nothing_but_the_head_trains(model, train):
    with pytest.raises(ValueError, match="BSS has no effect where only heads train"):
        method_of(model, train, BSS(), multipliers={"inner": 0.0})
