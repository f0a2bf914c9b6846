"""Readouts of concepts: features once for all probes, fits shared, C by validation, fusions, inferred precision."""

import json

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from course_lib.data.imageset import ImageSet
from course_lib.data.pools import Pool
from course_lib.data.splits import stratified_split
from course_lib.models.layers import last_layers, layer_names
from course_lib.training import readouts, score
from course_lib.training.average_precision import average_precision
from course_lib.training.fitting import fit
from course_lib.training.head2toe import SHARES
from course_lib.training.inferred_precision import xinfap
from course_lib.training.inputs import Pixels
from course_lib.training.linear_models import GRID, choose_c
from course_lib.training.prediction import compute_logits, layer_features
from course_lib.training.probes import Direct, Inferred, probe_test
from course_lib.training.readouts import Readout
from course_lib.training.recipe import Recipe

RECIPE = Recipe.scratch(epochs=2, lr=3e-3, batch_size=16, hidden=(12, 8), aux_heads=("stage2", "stage3"))
LAYERS = ("stage3", "pool", "hidden1")


def concept_set(n=180, seed=0):
    """Noisy images, whose channels tell of two concepts; the third is a matter of luck. Partly judged."""
    draw = np.random.default_rng(seed)
    labels = (draw.random((n, 3)) < (0.5, 0.3, 0.4)).astype(np.float32)
    pixels = draw.integers(0, 120, (n, 3, 32, 32)) + draw.integers(0, 60, (n, 3, 1, 1))
    pixels[:, :2] += (40 * labels[:, :2])[:, :, None, None].astype(int)
    labels[draw.random((n, 3)) < 0.15] = np.nan
    return ImageSet.from_arrays(pixels.astype(np.uint8), labels, ("a", "b", "c"), [f"{seed}/{i}" for i in range(n)])


@pytest.fixture(scope="module")
def concept_splits():
    return stratified_split(concept_set(), val=0.25, test=0.35, seed=0)


@pytest.fixture
def trained(concept_splits):
    splits = stratified_split(concept_set(), val=0.25, test=0.35, seed=0)
    return fit(RECIPE, splits, seed=0, keep=(RECIPE.epochs,)), splits


def features_of(run, images, layers=LAYERS):
    found = layer_features(run.model, Pixels(images, run.mean, run.std, torch.device("cpu")), layers)
    return [found[layer].numpy() for layer in layers]


def test_layers_are_what_their_names_say(trained):
    run, splits = trained
    names = layer_names(run.model)
    assert names[-6:] == ("pool", "hidden1", "hidden2", "head", "head.aux1", "head.aux2")
    inputs = Pixels(splits.train, run.mean, run.std, torch.device("cpu"))
    found = layer_features(run.model, inputs, names)
    x = inputs.batch(torch.arange(len(inputs)))[0]
    with torch.no_grad():
        pooled = run.model.features(x, "pool")
        logits = run.model.logits(x)
        first = run.model.head[:2](pooled)
    for name in ("head", "head.aux1", "head.aux2"):
        torch.testing.assert_close(found[name], logits[name], rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(found["hidden1"], first, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(found["stage4"], found["pool"], rtol=1e-4, atol=1e-4)
    assert [found[name].shape[1] for name in ("hidden1", "hidden2", "head")] == [12, 8, 3]


def test_the_last_layers_leave_out_what_the_pool_repeats(trained):
    model = trained[0].model
    assert last_layers(model, 1) == ("head",)
    assert last_layers(model, 3) == ("hidden1", "hidden2", "head")
    assert last_layers(model, 5) == ("stage3", "pool", "hidden1", "hidden2", "head")[-5:]
    assert readouts.last_layers(RECIPE, 4) == last_layers(model, 4) == ("pool", "hidden1", "hidden2", "head")
    assert readouts.last_layers(Recipe.scratch(), 3) == ("stage3", "pool", "head")
    assert readouts.last_layers(model, 2) == last_layers(model, 2)
    for n in (0, 99):
        with pytest.raises(ValueError, match=f"the last {n} layers"):
            last_layers(model, n)


def test_the_network_sees_each_part_once_and_each_classifier_is_fitted_once(trained, monkeypatch):
    run, splits = trained
    seen, fits = [], []
    extract, fit_concepts = readouts.layer_features, readouts._fit_concepts
    monkeypatch.setattr(readouts, "layer_features", lambda m, i, layers: seen.append(layers) or extract(m, i, layers))
    monkeypatch.setattr(readouts, "_fit_concepts", lambda *a: fits.append(a[0]["train"].shape[1]) or fit_concepts(*a))
    probes = [
        Readout(layers=("pool",)),
        Readout(layers=LAYERS, fuse="mean"),
        Readout(layers=("pool", "stage3"), fuse="mean"),
        Readout(layers=LAYERS),
        Inferred(of=Direct()),
    ]
    monkeypatch.setattr(score, "pool_of", fake_pool)
    probe_test(run, splits, probes)
    assert len(seen) == 2  # train and test: nothing was chosen by validation
    assert all(set(layers) == set(LAYERS) for layers in seen)
    assert len(fits) == 4  # three layers, and all of them side by side
    assert splits.test.times_opened == 1


def test_late_fusion_is_the_mean_of_the_probabilities_of_each_layer(trained):
    run, splits = trained
    probe_test(run, splits, [Readout(layers=LAYERS, fuse="mean")])
    train, test = (features_of(run, images) for images in (splits.train, splits.test.open()))
    labels, scores = splits.train.labels.numpy(), []
    for x, x_new in zip(train, test, strict=True):
        scaler = StandardScaler().fit(x)
        columns = []
        for own in labels.T:
            judged = np.isfinite(own)
            peer = LogisticRegression(tol=1e-9, max_iter=9999).fit(scaler.transform(x[judged]), own[judged])
            columns.append(peer.predict_proba(scaler.transform(x_new))[:, 1])
        scores.append(np.stack(columns, axis=1))
    expected = average_precision(splits.test.open().labels.numpy(), np.mean(scores, axis=0))
    np.testing.assert_allclose(run.scores["logistic stage3+pool+hidden1, mean"].units, expected, atol=1e-4)


def test_validation_chooses_c_and_nothing_else(trained):
    run, splits = trained
    probes = [Readout(layers=("pool",), c="validation"), Readout(layers=LAYERS[:2], fuse="mean", c="validation")]
    probe_test(run, splits, probes)
    x, x_val, x_new = (
        features_of(run, images, ("pool",))[0] for images in (splits.train, splits.val, splits.test.open())
    )
    models, chosen = choose_c(x, splits.train.labels.numpy(), x_val, splits.val.labels.numpy())
    score = run.scores["logistic pool, c=validation"]
    assert score.texts == {"c": f"{chosen.c:g}", "c_at_edge": "yes" if chosen.at_edge else "no"}
    expected = average_precision(splits.test.open().labels.numpy(), models.scores(x_new))
    np.testing.assert_allclose(score.units, expected)
    own = run.scores["logistic stage3+pool, mean, c=validation"].texts
    assert own["c"].split()[1] == score.texts["c"]
    assert all(float(c) in GRID for c in own["c"].split())
    record = json.loads(json.dumps(run.record(), allow_nan=False))
    assert record["scores"]["logistic pool, c=validation"]["c"] == score.texts["c"]


@pytest.mark.parametrize("by", ["logistic", "svm"])
def test_c_of_classes_is_chosen_too(splits, by):
    run = fit(Recipe.scratch(epochs=1, batch_size=8), splits, seed=0)
    probe_test(run, splits, [Readout(by=by, c="validation"), Readout(by=by, c=0.01)])
    chosen = run.scores[f"{by} pool, c=validation"]
    assert float(chosen.texts["c"]) in GRID
    assert chosen.texts["c_at_edge"] in ("yes", "no")
    assert chosen.metric == "accuracy"


def test_head2toe_keeps_a_share(trained):
    run, splits = trained
    probe = Readout(layers=("stem", "stage2", "stage3", "pool"), fuse="head2toe")
    assert probe.name == "logistic stem+stage2+stage3+pool, head2toe"
    probe_test(run, splits, [probe])
    score = run.scores[probe.name]
    assert float(score.texts["share"]) in SHARES
    assert np.isfinite(score.units).all()


def test_nearest_neighbours_of_concepts(trained):
    run, splits = trained
    probe_test(run, splits, [Readout(by="knn")])
    assert run.scores["knn pool"].value > 0.3


def test_heads_are_fused_by_the_mean_of_their_probabilities(trained):
    run, splits = trained
    probe = Direct(head="head+head.aux1+head.aux2")
    probe_test(run, splits, [Direct(), probe, Direct(head="head.aux2")])
    assert list(run.scores) == ["direct", "direct head+head.aux1+head.aux2", "direct head.aux2"]
    test = splits.test.open()
    inputs = Pixels(test, run.mean, run.std, torch.device("cpu"))
    mean = sum(compute_logits(run.model, inputs, head).sigmoid() for head in run.model.head_paths) / 3
    expected = average_precision(test.labels.numpy(), mean.numpy())
    np.testing.assert_allclose(run.scores[probe.name].units, expected, atol=1e-6)


def fake_pool(images):
    """A pool like that of `pool_of`: two strata, the first judged, the second by half; the rest is outside."""
    place = np.arange(len(images))[:, None] % 5 + np.zeros((1, images.num_classes), dtype=int)
    strata = np.array([0, 1, 1, -1, 0])[place]
    judged = (strata == 0) | ((strata == 1) & (place == 1))
    return Pool(strata, np.where(judged, images.labels.numpy(), np.nan), (1.0, 0.5))


def test_inferred_precision_sees_what_the_pool_has_judged(trained, monkeypatch):
    run, splits = trained
    monkeypatch.setattr(score, "pool_of", fake_pool)
    probes = [Direct(), Inferred(), Inferred(of=Readout(c="validation")), Inferred(of=Direct(epoch="last"))]
    probe_test(run, splits, probes)
    names = ["direct", "inferred direct", "inferred logistic pool, c=validation", "inferred direct last"]
    assert list(run.scores) == names
    test = splits.test.open()
    scores = compute_logits(run.model, Pixels(test, run.mean, run.std, torch.device("cpu"))).numpy()
    pool = fake_pool(test)
    expected = xinfap(pool.judgements, scores, pool.strata)
    found = run.scores["inferred direct"]
    np.testing.assert_allclose(found.units, expected, atol=1e-6)
    assert found.metric == "mxinfap"
    assert found.value == pytest.approx(np.nanmean(expected))
    assert run.record()["scores"]["inferred direct"]["metric"] == "mxinfap"
    assert "c" in run.scores["inferred logistic pool, c=validation"].texts


def test_classes_have_no_inferred_precision(splits):
    run = fit(Recipe.scratch(epochs=1, batch_size=8), splits, seed=0)
    with pytest.raises(ValueError, match="a measure of concepts"):
        probe_test(run, splits, [Inferred()])


def test_a_later_setting_changes_no_key():
    assert Readout().model_dump() == {"layers": ("pool",), "by": "logistic", "fuse": "concatenate"}
    assert Readout(c=1).model_dump_json() == '{"layers":["pool"],"by":"logistic","fuse":"concatenate"}'
    for probe in (Readout(c=0.1), Readout(c="validation"), Inferred(of=Readout(c="validation"))):
        assert type(probe).model_validate_json(probe.model_dump_json()) == probe
    names = {Readout(c=c).name for c in (1, 0.1, "validation")}
    assert len(names) == 3


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"by": "knn", "c": "validation"}, "c = validation has no effect with knn"),
        ({"fuse": "head2toe", "c": 0.1}, "c = 0.1 has no effect with head2toe"),
        ({"fuse": "head2toe", "by": "svm"}, "its head is always a logistic regression"),
        ({"layers": ("pool", "pool")}, "the layer 'pool' is named twice"),
        ({"layers": ()}, "layers"),
        ({"c": 0}, "c"),
        ({"c": "best"}, "c"),
        ({"c": float("inf")}, "c"),
    ],
)
def test_settings_that_make_no_sense(settings, message):
    with pytest.raises(ValueError, match=message):
        Readout(**settings)


def test_probes_that_make_no_sense(trained):
    run, splits = trained
    with pytest.raises(ValueError, match="a head is named twice"):
        Direct(head="head+head")
    with pytest.raises(ValueError, match="unknown head 'head.aux9'"):
        probe_test(run, splits, [Direct(head="head+head.aux9")])
    with pytest.raises(ValueError, match="unknown layer 'hidden3'"):
        probe_test(run, splits, [Inferred(of=Readout(layers=("hidden3",)))])
    with pytest.raises(ValueError, match="only the run's own test images have a pool"):
        Inferred(of={"data": {"source": "mini:scenes"}})
    assert splits.test.times_opened == 0
