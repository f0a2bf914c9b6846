"""The former task is scored with the old head; its own statistics leave what the weights have lost."""

import pytest
import torch

from course_lib.data.sources import load_images
from course_lib.data.spec import DataSpec, prepare
from course_lib.models.starting import start_model
from course_lib.models.weights import load_model, load_weights
from course_lib.sweeps.trial import Trial, record_key
from course_lib.training.fitting import fit
from course_lib.training.former import Former, recompute_statistics, score_former
from course_lib.training.inputs import Pixels
from course_lib.training.prediction import compute_logits
from course_lib.training.probes import Direct, probe_test
from course_lib.training.recipe import Recipe, make_recipe

SIZE, CPU = 48, torch.device("cpu")
DATA = DataSpec(source="mini:cartoon", size=SIZE, few_shot=True)
FORMER = Former(source="mini:unseen", epoch="last")
COMMON = {"architecture": "mini_resnet18", "start": "mini_resnet18", "optimizer": "adam", "epochs": 1}


@pytest.fixture(scope="module")
def weights():
    return load_weights("mini_resnet18")


def borrowed_score(weights, mean, std):
    model, images = load_model(weights), load_images("mini:unseen", size=SIZE, progress=False)
    inputs = Pixels(images, mean, std, CPU)
    return (compute_logits(model, inputs).argmax(dim=1) == inputs.labels).float().mean().item()


def test_a_body_that_did_not_move_has_forgotten_nothing(weights):
    """The classifier alone was trained: with the old head the network is the borrowed one, bit for bit."""
    splits = prepare(DATA)
    run = fit(make_recipe("last_layer", **COMMON, lr=0.01), splits, keep=(1,))
    probe_test(run, splits, [Direct(), FORMER])
    assert run.scores[FORMER.name].value == pytest.approx(borrowed_score(weights, run.mean, run.std), abs=1e-6)
    assert run.scores[FORMER.name].num_images == 1680
    assert run.model.head.out_features == 7  # the run keeps its own head


def test_statistics_and_weights_are_told_apart(weights):
    """At a rate near 0 only running statistics move: those of the former task bring all of it back."""
    splits = prepare(DATA)
    own = FORMER.replace(statistics="former")
    score = {}
    for lr in (1e-6, 0.03):
        run = fit(make_recipe("full", **COMMON, lr=lr), splits, keep=(1,))
        probe_test(run, splits, [Direct(), FORMER, own])
        score[lr] = {probe.statistics: run.scores[probe.name].value for probe in (FORMER, own)}
    untouched = score_former(own, start_model("mini_resnet18", weights, 7), "mini_resnet18", SIZE, None, None, CPU)
    assert score[1e-6]["former"] == pytest.approx(untouched.value, abs=0.01)
    assert score[1e-6]["run"] < score[1e-6]["former"] - 0.05
    assert score[0.03]["former"] < untouched.value - 0.2


def test_running_statistics_are_the_mean_over_batches(weights):
    model = load_model(weights)
    images = load_images("mini:unseen", size=SIZE, progress=False).take(range(0, 1680, 10))  # one batch
    inputs = Pixels(images, torch.zeros(3), torch.ones(3), CPU)
    first = next(module for module in model.modules() if isinstance(module, torch.nn.BatchNorm2d))
    seen = []
    first.register_forward_hook(lambda _module, given, _output: seen.append(given[0]))
    recompute_statistics(model, inputs)
    (batch,) = seen
    assert torch.allclose(first.running_mean, batch.mean(dim=(0, 2, 3)), rtol=1e-3)
    assert torch.allclose(first.running_var, batch.var(dim=(0, 2, 3)), rtol=1e-3)
    assert not model.training
    assert first.momentum == 0.1


def test_a_former_task_must_be_there(make_images):
    splits = prepare(DATA)
    scratch = fit(Recipe.scratch(architecture="mini_resnet18", lr=0.01, epochs=1), splits, keep=(1,))
    with pytest.raises(ValueError, match="began with random ones"):
        probe_test(scratch, splits, [FORMER])
    with pytest.raises(ValueError, match="'mini:photo' has other classes than the weights"):
        score_former(Former(source="mini:photo"), scratch.model, "mini_resnet18", SIZE, scratch.mean, scratch.std, CPU)


def test_the_key_of_a_trial_says_which_images_it_is_asked_about():
    trial = Trial(make_recipe("full", **COMMON, lr=0.01), DATA, 0, (FORMER,))
    origin = trial.origin()
    assert origin["probed_on"] == [load_images("mini:unseen", size=SIZE, progress=False).fingerprint]
    record = {"recipe": trial.recipe.model_dump(mode="json"), "seed": 0, "probes": [FORMER.model_dump(mode="json")]}
    record["provenance"] = origin | {"training_version": 2}
    assert record_key(record) == trial.key(origin) != Trial(trial.recipe, DATA, 0).key()
