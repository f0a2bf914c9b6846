import warnings

import numpy as np
import pytest
from scipy import optimize, stats
from sklearn.cross_decomposition import CCA
from sklearn.metrics import mutual_info_score
from sklearn.model_selection import LeaveOneOut, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from course_lib.analysis.metrics import neighbour_agreement
from course_lib.analysis.transferability import (
    CrossLearning,
    cross_learning,
    h_score,
    leep,
    logme,
    nce,
    readout_accuracy,
    source_scores,
)

LABELS = np.arange(60) % 3


def make_features(labels=LABELS, size=5, apart=1.0, seed=0):
    """Gaussian clouds (N, size), one for each class, whose means lie `apart` along axes of their own."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(len(labels), size)) + apart * np.eye(labels.max() + 1, size)[labels]


def make_probabilities(num_images=60, classes=4, seed=0):
    return np.random.default_rng(seed).dirichlet(np.full(classes, 0.3), size=num_images)


def logme_by_search(features, labels):
    """Maximum of the dense normal density of each class's indicator, by Nelder–Mead over log α and log β."""
    found = []
    for name in np.unique(labels):
        y = (labels == name).astype(float)

        def negative(logs, y=y):
            covariance = np.eye(len(y)) * np.exp(-logs[1]) + features @ features.T * np.exp(-logs[0])
            return -stats.multivariate_normal.logpdf(y, np.zeros(len(y)), covariance)

        starts = [(a, b) for a in (-2, 2, 6) for b in (0, 4)]
        found.append(-min(optimize.minimize(negative, at, method="Nelder-Mead", tol=1e-9).fun for at in starts))
    return np.mean(found) / len(labels)


def logme_by_alternation(features, labels, steps=500):
    """The published fixed point, α and β in turns, with dense matrices."""
    found = []
    for name in np.unique(labels):
        y, alpha, beta = (labels == name).astype(float), 1.0, 1.0
        num_images, size = features.shape
        for _ in range(steps):
            precision = alpha * np.eye(size) + beta * features.T @ features
            weights = beta * np.linalg.solve(precision, features.T @ y)
            gamma = size - alpha * np.trace(np.linalg.inv(precision))
            alpha, beta = gamma / (weights @ weights), (num_images - gamma) / np.sum((y - features @ weights) ** 2)
        precision = alpha * np.eye(size) + beta * features.T @ features
        weights = beta * np.linalg.solve(precision, features.T @ y)
        evidence = num_images * np.log(beta / (2 * np.pi)) + size * np.log(alpha) - np.linalg.slogdet(precision)[1]
        evidence -= beta * np.sum((y - features @ weights) ** 2) + alpha * weights @ weights
        found.append(evidence / 2)
    return np.mean(found) / len(labels)


def leep_by_loop(probabilities, labels):
    joint = {}
    for theta, y in zip(probabilities, labels.tolist(), strict=True):
        for z, value in enumerate(theta):
            joint[y, z] = joint.get((y, z), 0) + value / len(labels)
    marginal = [sum(joint[y, z] for y in set(labels.tolist())) for z in range(probabilities.shape[1])]
    logs = []
    for theta, y in zip(probabilities, labels.tolist(), strict=True):
        logs.append(np.log(sum(joint[y, z] / marginal[z] * theta[z] for z in range(len(theta)))))
    return np.mean(logs)


def test_leep_is_the_loop():
    for seed in range(5):
        probabilities = make_probabilities(seed=seed)
        assert leep(probabilities, LABELS) == pytest.approx(leep_by_loop(probabilities, LABELS))


def test_leep_closed_forms():
    """A source that tells the classes apart: 0. One that says the same of every image: −H(labels)."""
    sure = np.eye(5)[LABELS]  # two source classes are never predicted
    assert leep(sure, LABELS) == pytest.approx(0)
    same = np.tile([0.2, 0.3, 0.5], (60, 1))
    assert leep(same, LABELS) == pytest.approx(-np.log(3))
    rare = np.array([0] * 45 + [1] * 15)
    assert leep(same, rare) == pytest.approx(-stats.entropy([0.75, 0.25]))


def test_nce_is_minus_conditional_entropy():
    probabilities = make_probabilities()
    chosen = probabilities.argmax(axis=1)
    entropy = stats.entropy(np.bincount(LABELS))
    assert nce(probabilities, LABELS) == pytest.approx(mutual_info_score(LABELS, chosen) - entropy)
    assert nce(np.eye(3)[LABELS], LABELS) == pytest.approx(0)
    assert nce(np.tile([0.2, 0.8], (60, 1)), LABELS) == pytest.approx(-np.log(3))


def test_leep_and_nce_agree_for_a_source_that_is_always_sure():
    sure = np.eye(4)[np.random.default_rng(0).integers(0, 4, 60)]
    assert leep(sure, LABELS) == pytest.approx(nce(sure, LABELS))


@pytest.mark.parametrize(
    ("num_images", "size", "classes", "apart"),
    [(30, 5, 3, 2), (30, 5, 3, 0), (40, 3, 2, 0), (20, 40, 2, 1), (24, 24, 4, 1)],
)
def test_logme_is_the_highest_evidence(num_images, size, classes, apart):
    """Also with more features than images, and where features say nothing, so that α goes to infinity."""
    labels = np.arange(num_images) % classes
    features = make_features(labels, size, apart)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the search tries huge variances
        assert logme(features, labels) == pytest.approx(logme_by_search(features, labels), abs=1e-6)


def test_logme_is_the_published_fixed_point():
    for seed in range(4):
        features = make_features(seed=seed, apart=2)
        assert logme(features, LABELS) == pytest.approx(logme_by_alternation(features, LABELS), abs=1e-9)


def test_logme_without_relation_is_the_evidence_of_noise_alone():
    """Features orthogonal to every indicator: y ~ N(0, σ²) with the best σ²."""
    features = np.zeros((60, 2))
    features[:3, 0], features[3:6, 1] = 1, -1
    features -= np.stack([features[c == LABELS].mean(axis=0) for c in range(3)])[LABELS]
    assert np.abs(features.T @ np.eye(3)[LABELS]).max() < 1e-12
    assert logme(features, LABELS) == pytest.approx(-0.5 * np.log(2 * np.pi * np.e / 3))


def test_logme_does_not_depend_on_unit_rotation_or_empty_features():
    features = make_features(size=8)
    expected = logme(features, LABELS)
    turn = stats.ortho_group.rvs(8, random_state=0)
    for changed in (1e-6 * features, 1e6 * features, features @ turn, np.hstack([features, np.zeros((60, 9))])):
        assert logme(changed, LABELS) == pytest.approx(expected, abs=1e-9)
    order = np.random.default_rng(0).permutation(60)
    assert logme(features[order], LABELS[order]) == pytest.approx(expected, abs=1e-9)
    assert logme(features, 10 - 3 * LABELS) == pytest.approx(expected, abs=1e-9)
    assert logme(np.float32(features), LABELS) == pytest.approx(expected, abs=1e-5)


def test_logme_stays_finite_where_features_explain_everything():
    exact = np.eye(3)[LABELS]
    found = logme(exact, LABELS)
    assert np.isfinite(found)
    assert found > 5
    assert logme(1e4 * exact, LABELS) == pytest.approx(found)
    assert np.isfinite(logme(np.hstack([exact, exact, 1e-9 * make_features()]), LABELS))


def test_h_score_is_the_sum_of_squared_canonical_correlations():
    features = make_features(size=6)
    indicators = np.eye(3)[LABELS][:, :2]
    x, y = CCA(n_components=2, max_iter=5000, tol=1e-12).fit_transform(features, indicators)
    correlations = [np.corrcoef(x[:, i], y[:, i])[0, 1] for i in range(2)]
    assert h_score(features, LABELS) == pytest.approx(np.square(correlations).sum(), abs=1e-6)


def test_h_score_of_one_feature_is_the_explained_share():
    feature = np.array([0.0, 2, 4, 6])  # means 1 and 5, variance 5, between classes 4
    assert h_score(feature[:, None], [0, 0, 1, 1]) == pytest.approx(4 / 5)


def test_h_score_bounds_and_invariance():
    features = make_features(size=6)
    expected = h_score(features, LABELS)
    assert 0 < expected < 2
    mix = np.random.default_rng(0).normal(size=(6, 6))
    assert h_score(features @ mix + 100, LABELS) == pytest.approx(expected)
    assert h_score(np.hstack([features, features]), LABELS) == pytest.approx(expected)  # singular covariance
    assert h_score(np.eye(3)[LABELS], LABELS) == pytest.approx(2)
    assert h_score(np.ones((60, 4)), LABELS) == 0
    assert h_score(np.ones((60, 4)), LABELS, shrinkage=True) == 0


def test_plain_h_score_is_full_with_as_many_features_as_images_and_the_shrunk_one_is_not():
    noise = make_features(size=80, apart=0)
    assert h_score(noise, LABELS) == pytest.approx(2)
    near, far = (h_score(make_features(size=80, apart=apart), LABELS, shrinkage=True) for apart in (0, 3))
    assert 0 <= near < 0.3 < far < 2


def test_shrunk_h_score_by_its_formula_and_limit():
    features = make_features(size=6)
    centred = features - features.mean(axis=0)
    sample = centred.T @ centred / 60
    # Ledoit and Wolf's shrinkage, written out (their lemmas 3.2–3.4)
    scale = np.trace(sample) / 6
    spread = np.mean([np.sum((np.outer(x, x) - sample) ** 2) for x in centred]) / 60
    shrunk = min(spread / np.sum((sample - scale * np.eye(6)) ** 2), 1)
    covariance = (1 - shrunk) * sample + shrunk * scale * np.eye(6)
    means = np.stack([centred[c == LABELS].mean(axis=0) for c in range(3)])
    between = means.T @ means / 3  # classes of equal size
    expected = (1 - shrunk) * np.trace(np.linalg.inv(covariance) @ between)
    assert h_score(features, LABELS, shrinkage=True) == pytest.approx(expected)
    many = np.tile(np.arange(3), 5000)
    features = make_features(many)
    assert h_score(features, many, shrinkage=True) == pytest.approx(h_score(features, many), rel=0.03)


@pytest.mark.parametrize("k", [1, 3, 5])
def test_neighbours_are_sklearns_left_out_one_by_one(k):
    """Two classes and odd k: no ties, which the two break differently."""
    labels = LABELS % 2
    features = make_features(labels)
    scaled = StandardScaler().fit_transform(features)
    expected = cross_val_score(KNeighborsClassifier(k), scaled, labels, cv=LeaveOneOut()).mean()
    assert neighbour_agreement(features, labels, k) == pytest.approx(expected)


def test_of_equally_many_neighbours_the_nearer_count():
    line = np.array([[0.0], [1], [3], [3.1]])
    # nearest two: of 0: b, a; of 1: a, a; of 3: a, b; of 3.1: a, b
    assert neighbour_agreement(line, ["a", "b", "a", "a"], 2) == 0.5
    with pytest.raises(ValueError, match="do not fit k = 4"):
        neighbour_agreement(line, [0, 1, 0, 1], 4)


def test_readout_of_separable_and_of_random_features():
    assert readout_accuracy(make_features(apart=20), LABELS) == 1
    many = np.arange(600) % 3
    assert readout_accuracy(make_features(many, apart=0), many) == pytest.approx(1 / 3, abs=0.08)
    features = make_features()
    assert readout_accuracy(features, LABELS, seed=1) == readout_accuracy(features * 1e3 - 5, LABELS, seed=1)


def test_readout_never_sees_the_image_it_answers():
    """With 100 random features for 60 images, a probe is right on all images it was fitted on."""
    assert readout_accuracy(make_features(size=100, apart=0), LABELS) < 0.6


def test_cross_learning_by_its_parts():
    labels = np.arange(120) % 3
    a, b = make_features(labels, apart=6, seed=1), make_features(labels, apart=6, seed=2)
    same = cross_learning(a, labels, b, labels)
    assert same.error < 0.05
    assert same.own_error == pytest.approx(1 - readout_accuracy(b, labels))
    assert same.excess == pytest.approx(same.error - same.own_error)
    permuted = cross_learning(a, labels, b, (labels + 1) % 3)  # the same images, other names for them
    assert permuted.a_to_b > 0.95
    assert permuted.b_to_a > 0.95
    assert permuted.own_error == pytest.approx(same.own_error, abs=0.03)
    there, back = cross_learning(a, labels, b, labels), cross_learning(b, labels, a, labels)
    assert (there.a_to_b, there.b_to_a, there.error) == (back.b_to_a, back.a_to_b, back.error)
    assert CrossLearning(0.2, 0.4, 0.1).error == pytest.approx(0.3)
    assert CrossLearning(0.2, 0.4, 0.1).excess == pytest.approx(0.2)


def test_all_scores_prefer_the_source_that_tells_the_classes_apart():
    good, bad = make_features(apart=3), make_features(apart=0.3)
    sure, unsure = 0.8 * np.eye(3)[LABELS] + 0.2 / 3, make_probabilities(classes=3)
    a, b = source_scores(good, LABELS, sure), source_scores(bad, LABELS, unsure)
    assert list(a) == ["LEEP", "NCE", "LogME", "H-score", "H-score, shrunk", "5 nearest", "readout"]
    assert all(a[name] > b[name] for name in a)
    assert a["LEEP"] == leep(sure, LABELS)
    assert a["5 nearest"] == neighbour_agreement(good, LABELS, 5)
    assert list(source_scores(good, LABELS, k=3)) == ["LogME", "H-score", "H-score, shrunk", "3 nearest", "readout"]


@pytest.mark.parametrize("score", [logme, h_score, readout_accuracy, leep, nce])
def test_bad_input_says_what_is_wrong(score):
    rows = make_probabilities()
    with pytest.raises(ValueError, match=r"\(60, 4\) and labels \(59,\) do not fit"):
        score(rows, LABELS[:59])
    with pytest.raises(ValueError, match="do not fit: need"):
        score(rows[0], LABELS)
    broken = rows.copy()
    broken[3, 1] = np.nan
    with pytest.raises(ValueError, match="not finite: has the network diverged"):
        score(broken, LABELS)
    with pytest.raises(ValueError, match="all of one class"):
        score(rows, np.zeros(60, int))


def test_bad_input_of_single_scores():
    with pytest.raises(ValueError, match="apply softmax to the logits"):
        leep(make_features(), LABELS)
    with pytest.raises(ValueError, match="features are all zero"):
        logme(np.zeros((60, 4)), LABELS)
    with pytest.raises(ValueError, match="5 folds do not fit a class with 2 image"):
        readout_accuracy(make_features(), [0] * 58 + [1] * 2)
    with pytest.raises(ValueError, match="need the same classes"):
        cross_learning(make_features(), LABELS, make_features(), LABELS + 1)
    with pytest.raises(ValueError, match="5 and 6 features: take both from one network"):
        cross_learning(make_features(), LABELS, make_features(size=6), LABELS)
