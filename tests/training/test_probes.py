"""Probes are read-only questions, answered in one opening of the test set."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from course_lib.data.spec import DataSpec, prepare
from course_lib.data.splits import stratified_split
from course_lib.models.freezing import changed_names, snapshot
from course_lib.models.starting import start_model
from course_lib.training.fitting import fit
from course_lib.training.inputs import Pixels
from course_lib.training.prediction import layer_features
from course_lib.training.probes import Direct, probe_test, score_test
from course_lib.training.readouts import Readout
from course_lib.training.recipe import Recipe
from pictures import write_pngs

AUX = Recipe.scratch(epochs=3, lr=3e-3, batch_size=8, aux_heads=("stage2",))


@pytest.fixture
def trained(make_images):
    splits = stratified_split(make_images(), val=0.2, test=0.2, seed=0)
    return fit(AUX, splits, seed=0, keep=(3,)), splits


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
    run = fit(recipe, splits, seed=2, keep=(8,))
    assert run.best_epoch < 7
    assert any(not torch.equal(value, run.model.state_dict()[name]) for name, value in run.kept[8].items())
    forgetful = fit(recipe, splits, seed=2)
    with pytest.raises(ValueError, match=r"no weights after 8 epochs: fit\(…, keep=\(8,\)\) keeps them"):
        probe_test(forgetful, splits, [Direct(epoch="last")])


def test_a_readout_is_scikit_learn_on_pooled_features(trained):
    run, splits = trained
    probe_test(run, splits, [Readout(layers=("stage3",))])
    sides = [Pixels(images, run.mean, run.std, torch.device("cpu")) for images in (splits.train, splits.test.open())]
    x, x_new = (layer_features(run.model, side, ["stage3"])["stage3"].numpy() for side in sides)
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


@pytest.fixture
def elsewhere(make_images, tmp_path):
    """Other images of the same classes, in a folder."""
    write_pngs(make_images(seed=7), tmp_path / "other")
    return DataSpec(source=f"folder:{tmp_path / 'other'}", size=32, split="stratified")


def test_another_domain(elsewhere, trained):
    run, splits = trained
    few = elsewhere.replace(seed=1)
    probe_test(run, splits, [Direct(data=elsewhere), Direct(data=few)])
    assert list(run.scores) == [Direct(data=elsewhere).name, Direct(data=few).name]
    first, second = run.scores.values()
    assert first.tested_on != second.tested_on
    assert run.record()["scores"][Direct(data=few).name]["tested_on"] == second.tested_on


def test_a_probe_sees_no_image_that_trained_the_run(elsewhere, trained):
    """Another split of the run's own images would score it on what it was trained on."""
    run, splits = fit(AUX, prepare(elsewhere), seed=0), prepare(elsewhere)
    with pytest.raises(ValueError, match="trained this run or chose its epoch"):
        probe_test(run, splits, [Direct(data=elsewhere.replace(seed=5))])
    with pytest.raises(ValueError, match="48 px, those of the run 32 px"):
        probe_test(run, splits, [Direct(data=elsewhere.replace(size=48))])
    assert run.scores == {}


def test_a_probe_that_fails_costs_nothing(trained):
    """The test set stays sealed, and the run can still be scored."""
    run, splits = trained
    for probes in ([Direct(), Direct(head="head.aux9")], [Readout(), Readout()]):
        with pytest.raises(ValueError, match=r"head.aux9|two probes are named 'logistic pool'"):
            probe_test(run, splits, probes)
    assert splits.test.times_opened == 0
    assert score_test(run, splits) == run.scores["direct"].value


def test_weights_that_a_diverged_run_did_not_reach_have_no_score(splits):
    """The second epoch has a rate that no weights survive."""
    steps = {"schedule": "steps", "milestones": (1,), "step_factor": 1e30}
    recipe = Recipe.scratch(optimizer="sgd", lr=0.05, epochs=2, batch_size=8, **steps)
    run = fit(recipe, splits, seed=0, keep=(0.5, 1.25, 2))
    assert (run.status, len(run.history)) == ("diverged", 2)
    probe_test(run, splits, [Direct(), *(Direct(epoch=epoch) for epoch in (0.5, 1.25, "last"))])
    scores = run.record()["scores"]
    assert scores["direct after 0.5"]["value"] > 0
    for name in ("direct after 1.25", "direct last"):
        assert scores[name] == {"metric": "accuracy", "value": None, "units": ""}


@pytest.mark.parametrize(
    ("probe", "message"),
    [(Direct(head="head.aux9"), "unknown head 'head.aux9': this model has head, head.aux1"),
     (Readout(layers=("stage9",)), "unknown layer 'stage9'")],
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
