"""The probe of routes: bits of each image, and the spread of accuracies when routes are drawn."""

import numpy as np
import pytest
import torch

from course_lib.models.forms import Routed
from course_lib.training.direct import Direct
from course_lib.training.fitting import fit
from course_lib.training.inputs import Pixels
from course_lib.training.prediction import compute_logits
from course_lib.training.probes import probe_test
from course_lib.training.recipe import Recipe, make_recipe
from course_lib.training.routes import Routes, decode_routes

SETTINGS = {"optimizer": "sgd", "momentum": 0.9, "lr": 0.01, "epochs": 1, "batch_size": 16}


@pytest.fixture(scope="module")
def run(splits):
    run = fit(make_recipe("spottune", **SETTINGS, network=Routed(routes="sample")), splits)
    return probe_test(run, splits, (Direct(), Routes(passes=6)))


def test_routes_are_those_of_the_network(run, splits):
    score, test = run.scores["routes"], splits.test.open()
    inputs = Pixels(test, run.mean, run.std, torch.device("cpu"))
    with torch.no_grad():
        logits = run.model.policy(inputs.batch(torch.arange(len(test)))[0])
    found = decode_routes(score.texts["routes"], 4)
    assert np.array_equal(found, (logits[..., 1] > logits[..., 0]).numpy())
    run.model.form = run.model.form.replace(routes="argmax")
    likelier = (compute_logits(run.model, inputs).argmax(dim=1) == test.labels).float()
    run.model.form = run.model.form.replace(routes="sample")
    assert score.value == pytest.approx(likelier.mean().item())
    assert score.units.tolist() == likelier.tolist()


def test_drawn_passes_are_counted_twice(run, splits):
    texts = run.scores["routes"].texts
    by_image, by_pass = (np.array([ord(sign) - 48 for sign in texts[name]]) for name in ("right_in", "pass_right"))
    assert len(by_pass) == 6
    assert len(by_image) == len(splits.test)
    assert by_image.sum() == by_pass.sum()
    assert by_image.max() <= 6


def test_scores_are_the_same_again(run, splits):
    again = fit(run.recipe, splits)
    probe_test(again, splits, (Direct(), Routes(passes=6)))
    assert again.scores["direct"].outcomes == run.scores["direct"].outcomes
    assert again.scores["routes"].texts == run.scores["routes"].texts
    assert run.model.form.routes == "sample"


def test_only_a_routed_network_has_routes(splits):
    with pytest.raises(ValueError, match="is for a routed network"):
        probe_test(fit(Recipe.full(**SETTINGS), splits), splits, (Routes(),))
