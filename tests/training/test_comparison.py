"""A training step on two devices: the same device agrees with itself, and every kind of wrong step is found."""

import math

import pytest
import torch

from course_lib.training import comparison
from course_lib.training.comparison import CPU, compare_step


def test_a_device_agrees_with_itself():
    before = torch.random.get_rng_state()
    (found,) = compare_step(CPU)
    assert found.agrees
    assert found.difference < 1e-5
    assert (found.device, found.dtype) == (CPU, torch.float32)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert "cpu, float32: largest relative difference" in str(found)


def test_another_order_of_additions_is_explained_by_rounding(monkeypatch):
    """Channels first on one side, channels last on the other: other kernels, other last bits."""
    formats = iter([torch.channels_last] * 6 + [torch.contiguous_format] * 6)
    monkeypatch.setattr(comparison, "memory_format", lambda _: next(formats))
    (found,) = compare_step(CPU)
    assert 0 < found.difference < 1e-3
    assert found.agrees


@pytest.fixture
def fake(monkeypatch):
    """Make the device in question compute a wrong step: `spoil` changes its results in place."""

    def install(spoil):
        right = comparison.take_step

        def take_step(device, dtype, seed, given=None):
            results = right(device, dtype, seed, given)
            if given is not None:  # the device in question
                spoil(results, seed)
            return results

        monkeypatch.setattr(comparison, "take_step", take_step)

    return install


@pytest.mark.parametrize(
    "name",
    ["loss", "logits", "gradient of stages.stage3.0.bn1.bias", "change of head.weight",
     "stages.stem.bn.running_mean"],
)  # fmt: skip
def test_a_tensor_that_is_half_a_percent_wrong_is_found(fake, name):
    (clean,) = compare_step(CPU)
    assert clean.agrees
    fake(lambda results, _: results[name].mul_(1.005))
    (found,) = compare_step(CPU)
    assert not found.agrees
    assert found.where == name
    assert found.difference == pytest.approx(0.005, rel=0.01)


def test_nan_is_found(fake):
    fake(lambda results, _: results["logits"][0, 0].fill_(math.nan))
    (found,) = compare_step(CPU)
    assert (found.agrees, found.difference) == (False, math.inf)


def test_a_unit_that_rounding_switched_off_in_one_step_is_no_fault(fake):
    def spoil(results, seed):
        if seed == 0:
            results["gradient of head.weight"].mul_(1.04)

    fake(spoil)
    assert compare_step(CPU)[0].agrees


def test_an_optimiser_that_leaves_out_what_is_not_contiguous_is_found(monkeypatch):
    """A real fault of MPS: Adam in place did nothing to weights in another memory order."""
    right, calls = comparison.make_optimizer, []

    def make_optimizer(recipe, model):
        calls.append(model)
        optimizer = right(recipe, model)
        if len(calls) > 3:  # after the steps of the reference
            for group in optimizer.param_groups:
                group["params"] = [p for p in group["params"] if p.is_contiguous()]
        return optimizer

    monkeypatch.setattr(comparison, "make_optimizer", make_optimizer)
    (found,) = compare_step(CPU)
    assert not found.agrees
    assert found.where.startswith("change of ")
    assert found.difference == pytest.approx(1)


def test_an_operation_that_the_device_lacks_is_a_difference():
    (found, *_) = compare_step(torch.device("meta"))
    assert not found.agrees
    assert found.difference == math.inf
    assert "Error: " in found.where


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_agrees_with_the_cpu():
    found = compare_step(torch.device("cuda"))
    assert all(one.agrees for one in found), found
