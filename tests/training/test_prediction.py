"""Looking at a model changes nothing about it; the device is picked as README says."""

import pytest
import torch

from course_lib.models.starting import start_model
from course_lib.training.device import pick_device
from course_lib.training.prediction import predict_probabilities

MEAN, STD = torch.tensor([0.5, 0.5, 0.5]), torch.tensor([0.25, 0.25, 0.25])


def test_a_prediction_leaves_the_model_as_it_was(splits):
    model = start_model("mini_resnet18", None, 3).train()
    model.stages["stem"].eval()  # as where a stage is frozen
    modes = [module.training for module in model.modules()]
    strides = [value.stride() for value in model.parameters()]
    probabilities = predict_probabilities(model, splits.val, MEAN, STD)
    assert probabilities.sum(dim=1).tolist() == pytest.approx([1] * len(splits.val))
    assert [module.training for module in model.modules()] == modes
    assert [value.stride() for value in model.parameters()] == strides
    assert torch.equal(predict_probabilities(model.eval(), splits.val, MEAN, STD), probabilities)


def test_an_empty_variable_names_no_device(monkeypatch):
    monkeypatch.delenv("COURSE_DEVICE", raising=False)
    usual = pick_device()
    monkeypatch.setenv("COURSE_DEVICE", "")
    assert pick_device() == usual
