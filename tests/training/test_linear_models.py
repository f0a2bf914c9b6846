"""The linear models of all concepts together are scikit-learn's, concept by concept."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from course_lib.training.average_precision import average_precision
from course_lib.training.linear_models import GRID, KINDS, choose_c, fit_linear_models, fit_path

NAN = np.nan
PEERS = {
    "logistic": lambda c: LogisticRegression(C=c, tol=1e-9, max_iter=50_000),
    "svm": lambda c: LinearSVC(C=c, tol=1e-9, max_iter=1_000_000, dual=False),
}


def make(n=150, d=20, k=6, *, noise=0.7, shares=(0.5,), unjudged=0.0, seed=0):
    """Features (n, d), labels (n, k), and n new images of the same kind."""
    rng = np.random.default_rng(seed)
    mixing, weights = rng.normal(size=(d, d)) * np.exp(-np.arange(d) / d * 3), rng.normal(size=(d, k))
    x = np.maximum(rng.normal(size=(2 * n, d)) @ mixing.T, -0.5) * rng.uniform(0.1, 30, d)
    f = StandardScaler().fit_transform(x) @ weights
    f += noise * f.std(axis=0) * rng.normal(size=f.shape)
    shares = np.resize(shares, k)
    labels = (f > [np.quantile(f[:, j], 1 - shares[j]) for j in range(k)]).astype(float)
    labels[rng.random(labels.shape) < unjudged] = NAN
    return x[:n], labels[:n], x[n:], labels[n:]


CASES = {
    "random": make(noise=20),
    "separable": make(noise=0),
    "unbalanced": make(n=400, shares=(0.02, 0.05, 0.98), noise=0.3),
    "partly judged": make(n=300, unjudged=0.6),
    "few images": make(n=25, d=60, noise=0.2),
    "more features than images": make(n=60, d=200, unjudged=0.3),
}


def peer(by, c, x, labels, x_new):
    """scikit-learn's decision values of new images, on the same standardised features."""
    scaler = StandardScaler().fit(x)
    found = np.zeros((len(x_new), labels.shape[1]))
    for k, own in enumerate(labels.T):
        judged = np.isfinite(own)
        if len(set(own[judged])) == 2:
            fitted = PEERS[by](c).fit(scaler.transform(x[judged]), own[judged])
            found[:, k] = fitted.decision_function(scaler.transform(x_new))
    return found


@pytest.mark.parametrize("by", KINDS)
@pytest.mark.parametrize("case", CASES)
def test_decision_values_and_map_are_those_of_scikit_learn(by, case):
    x, labels, x_new, labels_new = CASES[case]
    for models in fit_path(x, labels, (0.01, 1.0), by):
        expected = peer(by, models.c, x, labels, x_new)
        np.testing.assert_allclose(models.decide(x), peer(by, models.c, x, labels, x), atol=1e-3)
        np.testing.assert_allclose(models.decide(x_new), expected, atol=2e-3)  # new images lie farther out
        precisions = [np.nanmean(average_precision(labels_new, s)) for s in (models.decide(x_new), expected)]
        assert precisions[0] == pytest.approx(precisions[1], abs=1e-4)


def test_scores_are_probabilities_of_logistic_regression():
    x, labels, x_new, _ = CASES["random"]
    models = fit_linear_models(x, labels)
    own = LogisticRegression(tol=1e-9, max_iter=9999).fit(StandardScaler().fit_transform(x), labels[:, 0])
    expected = own.predict_proba(StandardScaler().fit(x).transform(x_new))[:, 1]
    np.testing.assert_allclose(models.scores(x_new)[:, 0], expected, atol=1e-3)
    svm = fit_linear_models(x, labels, "svm")
    np.testing.assert_array_equal(svm.scores(x_new), svm.decide(x_new))


@pytest.mark.parametrize("by", KINDS)
def test_a_concept_does_not_depend_on_the_others(by):
    x, labels, x_new, _ = CASES["partly judged"]
    together = fit_linear_models(x, labels, by).decide(x_new)
    for k in (0, 5):
        np.testing.assert_allclose(
            fit_linear_models(x, labels[:, [k]], by).decide(x_new)[:, 0], together[:, k], atol=1e-3
        )


@pytest.mark.parametrize("by", KINDS)
def test_a_path_is_its_single_fits_in_the_order_that_was_asked(by):
    x, labels, x_new, _ = CASES["unbalanced"]
    path = fit_path(x, labels, (1.0, 0.001, 0.1), by)
    assert [models.c for models in path] == [1.0, 0.001, 0.1]
    for models in path:
        np.testing.assert_allclose(
            models.decide(x_new), fit_linear_models(x, labels, by, models.c).decide(x_new), atol=2e-3
        )


@pytest.mark.parametrize("by", KINDS)
def test_one_kind_of_label_gives_a_constant(by):
    x, labels, x_new, _ = make()
    labels[:, 0], labels[:, 1], labels[:, 2] = 1, 0, NAN
    labels[1:, 3], labels[0, 3] = NAN, 1
    found = fit_linear_models(x, labels, by).scores(x_new)
    assert (np.ptp(found[:, :4], axis=0) == 0).all()
    assert (np.ptp(found[:, 4:], axis=0) > 0).all()
    everything = fit_linear_models(x, labels[:, :4], by).scores(x_new)
    assert np.ptp(everything) == 0


def test_features_without_contrast_and_copies_do_no_harm():
    x, labels, x_new, _ = make()
    plain = fit_linear_models(x, labels).decide(x_new)
    padded = [np.hstack([a, np.full((len(a), 3), 7.0)]) for a in (x, x_new)]
    np.testing.assert_allclose(fit_linear_models(padded[0], labels).decide(padded[1]), plain, atol=1e-3)
    twice = [np.hstack([a, a]) for a in (x, x_new)]
    np.testing.assert_allclose(fit_linear_models(twice[0], labels, c=0.5).decide(twice[1]), plain, atol=2e-3)
    constant = np.ones_like(x)
    assert np.ptp(fit_linear_models(constant, labels).decide(constant), axis=0).max() == 0


def test_two_images_and_one_feature():
    models = fit_linear_models(np.array([[0.0], [1.0]]), np.array([[0.0], [1.0]]))
    low, high = models.decide(np.array([[0.0], [1.0]]))[:, 0]
    assert low == pytest.approx(-high, abs=1e-3)
    assert high > 0


@pytest.mark.parametrize("by", KINDS)
def test_large_c_on_separable_images_ends(by):
    x, labels, _, _ = CASES["separable"]
    found = fit_linear_models(x, labels, by, 1e4).decide(x)
    assert ((found > 0) == (labels == 1)).all()


def test_c_is_chosen_by_validation_and_its_edge_is_told():
    x, labels, x_val, labels_val = make(n=80, d=60, noise=1.0, unjudged=0.2)
    models, chosen = choose_c(x, labels, x_val, labels_val)
    assert set(chosen.scores) == set(GRID)
    by_hand = {
        c: np.nanmean(average_precision(labels_val, fit_linear_models(x, labels, c=c).decide(x_val))) for c in GRID
    }
    assert chosen.scores == pytest.approx(by_hand, abs=1e-6)
    assert by_hand[chosen.c] == pytest.approx(max(by_hand.values()), abs=1e-6)
    assert models.c == chosen.c
    for cs in ((chosen.c, 1e3 * chosen.c), (1e-3 * chosen.c, chosen.c)):
        assert choose_c(x, labels, x_val, labels_val, cs=cs)[1].at_edge
    assert not choose_c(x, labels, x_val, labels_val, cs=(1.0,))[1].at_edge
    assert chosen.at_edge == (chosen.c in (GRID[0], GRID[-1]))


def test_validation_labels_do_not_train():
    x, labels, x_val, labels_val = make(n=80)
    models, chosen = choose_c(x, labels, x_val, labels_val, cs=(0.1,))
    np.testing.assert_allclose(models.weights, fit_linear_models(x, labels, c=0.1).weights)
    assert chosen.c == 0.1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x, y: (x[1:], y), "do not fit"),
        (lambda x, y: (x, y[:, 0]), "do not fit"),
        (lambda x, y: (x[:0], y[:0]), "do not fit"),
        (lambda x, y: (np.where(x == x[3, 2], NAN, x), y), "a feature is not finite"),
        (lambda x, y: (x, y + 1), "a label is 2"),
    ],
)
def test_bad_input_gets_one_sentence(change, message):
    with pytest.raises(ValueError, match=message):
        fit_linear_models(*change(*make()[:2]))


def test_bad_settings_get_one_sentence():
    x, labels, x_val, labels_val = make()
    for c in (0, -1.0, np.inf, NAN):
        with pytest.raises(ValueError, match="above 0"):
            fit_linear_models(x, labels, c=c)
    with pytest.raises(ValueError, match="unknown linear model 'ridge': choose logistic or svm"):
        fit_linear_models(x, labels, "ridge")
    with pytest.raises(ValueError, match="no validation image shows any concept"):
        choose_c(x, labels, x_val, np.zeros_like(labels_val))
    with pytest.raises(ValueError, match="no value of C"):
        fit_path(x, labels, [])
