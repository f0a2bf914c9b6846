"""Answers by drawn routes: those of the network, repeatable, and shares as the probabilities say."""

import numpy as np
import pytest
import torch

from course_lib.models.forms import Routed
from course_lib.models.starting import start_model
from course_lib.training.drawn_answers import draw_answers
from course_lib.training.inputs import Pixels
from course_lib.training.prediction import compute_logits


@pytest.fixture(scope="module")
def model(splits):
    torch.manual_seed(0)
    model = start_model("mini_resnet18", "mini_resnet18", splits.num_classes, network=Routed())
    for parameter in model.tuned.parameters():
        parameter.data.add_(torch.randn_like(parameter), alpha=0.05)
    return model


@pytest.fixture(scope="module")
def inputs(splits):
    return Pixels(splits.test.open(), torch.zeros(3), torch.ones(3), torch.device("cpu"))


def test_likelier_answers_are_those_of_the_network(model, inputs):
    found = draw_answers(model, inputs, passes=3)
    assert np.array_equal(found.likelier, compute_logits(model, inputs).argmax(dim=1).numpy())
    assert found.chances.shape == (len(inputs), 4)
    assert found.routes.shape == (3, len(inputs), 4)
    assert found.answers.shape == (3, len(inputs))


def test_a_drawn_route_gives_its_answer(model, inputs):
    found = draw_answers(model, inputs, passes=2, seed=1)
    images = inputs.batch(torch.arange(len(inputs)))[0]
    with torch.no_grad():
        logits = model.eval().head(model.features(images, torch.from_numpy(found.routes[1])))
    assert np.array_equal(logits.argmax(dim=1).numpy(), found.answers[1])


def test_routes_are_drawn_with_their_probabilities_and_from_the_seed(model, inputs):
    found = draw_answers(model, inputs, passes=150)
    assert np.abs(found.routes.mean(axis=(0, 1)) - found.chances.mean(axis=0)).max() < 0.03
    state = torch.get_rng_state()
    again = draw_answers(model, inputs, passes=150)
    assert np.array_equal(found.routes, again.routes)
    assert torch.equal(state, torch.get_rng_state())
    assert not np.array_equal(found.routes, draw_answers(model, inputs, passes=150, seed=1).routes)


def test_what_cannot_be_drawn_is_refused(model, inputs):
    with pytest.raises(ValueError, match="0 passes of RoutedNetwork"):
        draw_answers(model, inputs, passes=0)
    with pytest.raises(ValueError, match="StagedModel: give a routed network"):
        draw_answers(start_model("mini_resnet18", None, 3), inputs, passes=2)
