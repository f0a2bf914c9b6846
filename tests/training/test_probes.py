"""Probes are read-only questions, answered in one opening of the test set."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from course_lib.data.spec import DataSpec
from course_lib.data.splits import stratified_split
from course_lib.models.freezing import changed_names, snapshot
from course_lib.models.weights import start_model
from course_lib.training.fitting import fit
from course_lib.training.inputs import Pixels
from course_lib.training.prediction import stage_features
from course_lib.training.probes import Direct, Readout, probe_test, score_test
from course_lib.training.recipe import Recipe

AUX = Recipe.scratch(epochs=3, lr=3e-3, batch_size=8, aux_heads=("stage2",))


@pytest.fixture
def trained(make_images):
    splits = stratified_split(make_images(), val=0.2, test=0.2, seed=0)
    return fit(AUX, splits, seed=0, keep_last=True), splits


def test_all_probes_share_one_opening_and_change_nothing(trained):
    run, splits = trained
    before = snapshot(run.model)
    probes = [
        Direct(),
        Direct(head="head.aux1"),
        Direct(epoch="last"),
        Readout(),
        Readout(layers=("stage2", "pool"), fuse="mean"),
    ]
    probe_test(run, splits, probes)
    assert splits.test.times_opened == 1
    assert changed_names(run.model, before) == ()
    names = ["direct", "direct head.aux1", "direct last", "logistic pool", "logistic stage2+pool, mean"]
    assert list(run.scores) == names
    for score in run.scores.values():
        assert score.metric == "accuracy"
        assert score.value == score.units.mean() == score.outcomes.count("1") / len(splits.test)
    with pytest.raises(ValueError, match="scored already"):
        probe_test(run, splits, [Readout()])


def test_the_main_answer_keeps_its_keys_and_the_others_get_new_ones(trained):
    run, splits = trained
    plain = fit(AUX, splits, seed=0)
    value = score_test(plain, splits)
    probe_test(run, splits, [Direct(), Direct(head="head.aux1")])
    record = run.record()
    assert record["test_accuracy"] == value == plain.test_accuracy
    assert record["test_outcomes"] == plain.test_outcomes
    assert "scores" not in plain.record()
    (name, aux), *more = record["scores"].items()
    assert (name, aux["metric"], more) == ("direct head.aux1", "accuracy", [])
    assert set(aux["units"]) <= {"0", "1"}
    assert len(aux["units"]) == record["num_test"]


def test_the_last_epoch_is_another_model(splits):
    """A rate that ruins the weights after some epochs: the best epoch is not the last one."""
    recipe = Recipe.scratch(optimizer="sgd", epochs=8, lr=0.3, batch_size=8)
    run = fit(recipe, splits, seed=2, keep_last=True)
    assert run.best_epoch < 7
    last = {name: run.last_state[name] for name in run.last_state}
    assert any(not torch.equal(value, run.model.state_dict()[name]) for name, value in last.items())
    forgetful = fit(recipe, splits, seed=2)
    with pytest.raises(ValueError, match="keep_last=True"):
        probe_test(forgetful, splits, [Direct(epoch="last")])


def test_a_readout_is_scikit_learn_on_pooled_features(trained):
    run, splits = trained
    probe_test(run, splits, [Readout(layers=("stage3",))])
    sides = [Pixels(images, run.mean, run.std, torch.device("cpu")) for images in (splits.train, splits.test.open())]
    x, x_new = (stage_features(run.model, side, ["stage3"])["stage3"].numpy() for side in sides)
    with torch.no_grad():
        maps = run.model.features(sides[0].batch(torch.arange(4))[0], "stage3")
    np.testing.assert_allclose(x[:4], maps.mean(dim=(2, 3)).numpy(), rtol=1e-5, atol=1e-6)
    fitted = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000)).fit(x, splits.train.labels.numpy())
    right = fitted.predict(x_new) == sides[1].labels.numpy()
    assert run.scores["logistic stage3"].units.tolist() == right.astype(int).tolist()


@pytest.mark.parametrize("by", ["logistic", "svm", "knn"])
def test_each_reader_learns(trained, by):
    run, splits = trained
    probe_test(run, splits, [Readout(by=by, layers=("stage1", "pool"))])
    assert run.scores[f"{by} stage1+pool"].value > 0.5  # three classes


def test_another_domain(folder, trained):
    run, _ = trained
    spec = DataSpec(source=f"folder:{folder}", size=32, split="stratified")
    probe_test(run, trained[1], [Direct(data=spec)])
    assert len(run.scores[f"direct {spec.source}"].units) > 0


@pytest.mark.parametrize(
    ("probe", "message"),
    [(Direct(head="head.aux9"), "unknown head 'head.aux9': this model has head, head.aux1"),
     (Readout(layers=("stage9",)), "unknown stage 'stage9'")],
)  # fmt: skip
def test_a_probe_that_the_network_cannot_answer(trained, probe, message):
    run, splits = trained
    with pytest.raises(ValueError, match=message):
        probe_test(run, splits, [probe])


@pytest.mark.parametrize("weight", [0.0, 1.0])
def test_an_auxiliary_head_learns_as_much_as_its_weight_says(splits, weight):
    run = fit(AUX.replace(aux_weight=weight, epochs=5), splits, seed=0)
    start = start_model("mini_resnet18", None, 3, (), 0, aux_heads=("stage2",)).state_dict()
    head = {name: value for name, value in run.model.state_dict().items() if name.startswith("aux.")}
    assert all(torch.equal(value, start[name]) for name, value in head.items()) == (weight == 0)
    if weight:
        probe_test(run, splits, [Direct(head="head.aux1")])
        assert run.scores["direct head.aux1"].value > 0.6  # three classes
