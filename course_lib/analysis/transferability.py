"""Score a source network for a target without fine-tuning it, from its outputs on the target's training images.

Features (N, D) are the outputs of the frozen network before its head, probabilities (N, K) those of its own K classes,
labels (N,) are the target's classes. For each score but `CrossLearning.error` higher is better. Compare a score between
sources of one target only: it also depends on the target's number of classes and images.
"""

from dataclasses import dataclass

import numpy as np

from course_lib.analysis.metrics import neighbour_agreement

_LEAST_RATIO = 1e-10  # of α/β to the largest squared singular value; see `logme`
_STARTS = np.logspace(-10, 10, 41)
_STEPS = 1000


@dataclass(frozen=True)
class CrossLearning:
    """Errors of linear probes between two image sets A and B with the same classes, as fractions.

    Attributes:
        a_to_b: error on B of a probe fitted on A.
        b_to_a: error on A of a probe fitted on B.
        own_error: cross-validated error of a probe fitted and tested on B alone.
    """

    a_to_b: float
    b_to_a: float
    own_error: float

    @property
    def error(self) -> float:
        """The cross-learning score: mean of the errors in both directions, lower is closer."""
        return (self.a_to_b + self.b_to_a) / 2

    @property
    def excess(self) -> float:
        """The cross-learning score minus B's own error; the larger, the less of B can be learned from A."""
        return self.error - self.own_error


def source_scores(features, labels, probabilities=None, *, k: int = 5, folds: int = 5) -> dict[str, float]:
    """Compute all scores of a source for a target, by name, higher is better.

    Args:
        features: (N, D).
        labels: (N,).
        probabilities: (N, K) of the source's own classes; without them LEEP and NCE are left out.
        k: neighbours of the nearest-neighbour accuracy.
        folds: of the readout's cross-validation.

    Raises:
        ValueError: as the single scores.
    """
    found = {} if probabilities is None else {"LEEP": leep(probabilities, labels), "NCE": nce(probabilities, labels)}
    return found | {
        "LogME": logme(features, labels),
        "H-score": h_score(features, labels),
        "H-score, shrunk": h_score(features, labels, shrinkage=True),
        f"{k} nearest": neighbour_agreement(features, labels, k),
        "readout": readout_accuracy(features, labels, folds=folds),
    }


def leep(probabilities, labels) -> float:
    """Compute the log expected empirical prediction (LEEP), in nats, at most 0.

    ``(1/N) Σᵢ log Σ_z P̂(yᵢ|z) θ(xᵢ)_z``, where ``P̂(y, z) = (1/N) Σ_{i: yᵢ=y} θ(xᵢ)_z`` and ``P̂(y|z) = P̂(y, z)/P̂(z)``
    (Nguyen et al. 2020, arXiv 2002.12462, Section 3). Only the source's outputs count, not its features.

    Args:
        probabilities: θ(x), (N, K), rows sum to 1.
        labels: y, (N,).

    Raises:
        ValueError: shapes that do not fit, fewer than two images, or rows that are no probabilities.
    """
    probabilities, labels, member = _outputs(probabilities, labels)
    given = _given_source(member.T @ probabilities)  # (C, K)
    return float(np.log((probabilities * given[labels]).sum(axis=1)).mean())


def nce(probabilities, labels) -> float:
    """Compute the negative conditional entropy of the labels, given the source's most probable class; nats, at most 0.

    ``−H(Y|Z) = Σ_{y,z} P̂(y, z) log P̂(y|z)`` with counts of the labels y and the predicted source classes z (Tran et al.
    2019, arXiv 1908.08142; with predicted classes as in Nguyen et al. 2020).

    Args:
        probabilities: (N, K), rows sum to 1; of equal ones the first counts.
        labels: (N,).

    Raises:
        ValueError: as `leep`.
    """
    probabilities, _, member = _outputs(probabilities, labels)
    chosen = np.eye(probabilities.shape[1])[probabilities.argmax(axis=1)]  # (N, K)
    joint = member.T @ chosen / len(chosen)  # (C, K)
    given = _given_source(joint)
    return float((joint * np.log(np.where(joint > 0, given, 1))).sum())


def logme(features, labels) -> float:
    """Compute the logarithm of the maximum evidence of a linear model (LogME), per image, mean over classes; in nats.

    Each class's indicator y (1 for its images, else 0) is ``y = Fw + noise`` with ``w ~ N(0, I/α)`` and
    ``noise ~ N(0, I/β)``; the score is ``max_{α,β} log p(y|F, α, β)/N`` (You et al. 2021, arXiv 2102.11005, Section 4).
    There is no constant term and no centring, as there. The maximum is found by their fixed point, here of the ratio
    ``t = α/β``: with the singular value decomposition of F, the residual and γ need only squared singular values, and
    the best β for each t is known, so no product of tiny and huge α and β is formed.

    Features that explain a class without any error have unbounded evidence if they are fewer than the images; t is held
    above 10⁻¹⁰ of the largest squared singular value, so that the score is finite, and it stays the same for features
    in another unit.

    Args:
        features: F, (N, D).
        labels: (N,).

    Raises:
        ValueError: shapes that do not fit, fewer than two images, one class only, or features not finite or all zero.
    """
    features, labels, member = _inputs(features, labels)
    left, singular, _ = np.linalg.svd(features, full_matrices=False)  # (N, R), (R,)
    if not singular[0]:
        raise ValueError("the features are all zero: take the network's outputs before its head")
    squares = (singular[singular > singular[0] * 1e-12] / singular[0]) ** 2  # (R,), in units of the largest
    along = (left[:, : len(squares)].T @ member) ** 2  # (R, C)
    total = (member**2).sum(axis=0)
    outside = np.maximum(total - along.sum(axis=0), 0)  # (C,): what no weights can explain
    parts = (squares, along, outside, len(labels))
    tried = [_evidence(np.full(member.shape[1], ratio), *parts) for ratio in _STARTS]
    ratio = _STARTS[np.argmax(tried, axis=0)]  # (C,): the fixed point starts near the highest of several maxima
    for _ in range(_STEPS):
        former, ratio = ratio, _next_ratio(ratio, *parts)
        if np.allclose(ratio, former, rtol=1e-9, atol=0):
            break
    return float((_evidence(ratio, *parts) / len(labels)).mean())


def h_score(features, labels, *, shrinkage: bool = False) -> float:
    """Compute the H-score, ``tr(cov(f)⁻¹ cov(E[f|y]))``, between 0 and C − 1 for C classes.

    cov(E[f|y]) is the covariance of the features after each image's were replaced by the mean of its class (Bao et al.
    2019, An information-theoretic approach to transferability in task transfer learning). The pseudoinverse is taken.
    With as many features as images the plain score is C − 1 for any labels. With `shrinkage` cov(f) is Ledoit and
    Wolf's estimate, which is invertible, and cov(E[f|y]) is multiplied by 1 minus its shrinkage (Ibrahim et al. 2021,
    arXiv 2110.06893).

    Args:
        features: (N, D).
        labels: (N,).

    Raises:
        ValueError: as `logme`, but for features that are zero: constant features score 0.
    """
    features, labels, member = _inputs(features, labels)
    centred = features - features.mean(axis=0)
    means = member @ (member.T @ centred / member.sum(axis=0)[:, None])  # (N, D)
    if not shrinkage:
        # tr((XᵀX)⁺ MᵀM) is the squared length of M in the space that X spans: no D × D matrix, no squared condition
        _, singular, right = np.linalg.svd(centred, full_matrices=False)
        kept = singular > singular[0] * max(centred.shape) * np.finfo(float).eps
        return float(((means @ right[kept].T / singular[kept]) ** 2).sum())
    from sklearn.covariance import ledoit_wolf

    covariance, shrunk = ledoit_wolf(centred, assume_centered=True)
    between = means.T @ means / len(means)
    return float((1 - shrunk) * np.trace(np.linalg.pinv(covariance, hermitian=True) @ between))


def readout_accuracy(features, labels, *, folds: int = 5, seed: int = 0) -> float:
    """Compute the cross-validated accuracy of a logistic regression on the frozen features, as a fraction.

    Every feature is brought to mean 0 and variance 1 on the fold's own training images. The folds are stratified.

    Args:
        features: (N, D).
        labels: (N,).
        folds: at least 2 and at most the number of images of the rarest class.
        seed: of the division into folds.

    Raises:
        ValueError: as `logme`, or a class with fewer images than folds.
    """
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    features, labels, member = _inputs(features, labels)
    rarest = int(member.sum(axis=0).min())
    if not 2 <= folds <= rarest:
        raise ValueError(
            f"{folds} folds do not fit a class with {rarest} image(s): use 2 to {rarest} folds, or more images"
        )
    split = StratifiedKFold(folds, shuffle=True, random_state=seed)
    return float((cross_val_predict(_probe(), features, labels, cv=split) == labels).mean())


def cross_learning(features_a, labels_a, features_b, labels_b, *, folds: int = 5, seed: int = 0) -> CrossLearning:
    """Compute the cross-learning score of two image sets: fit a probe on one, test it on the other, both ways.

    The probe is a logistic regression on frozen features of one network. Both sets need the same classes, since a
    probe's answers are classes (Sun, Zhang and Watkins 2025, arXiv 2510.10866).

    Args:
        features_a, labels_a: (N, D) and (N,) of the source's images.
        features_b, labels_b: (M, D) and (M,) of the target's images.
        folds, seed: of the cross-validation on B, see `readout_accuracy`.

    Raises:
        ValueError: as `readout_accuracy`, other classes, or other numbers of features.
    """
    (a, own_a, _), (b, own_b, _) = _inputs(features_a, labels_a), _inputs(features_b, labels_b)
    labels_a, labels_b = np.asarray(labels_a), np.asarray(labels_b)
    if a.shape[1] != b.shape[1]:
        raise ValueError(f"{a.shape[1]} and {b.shape[1]} features: take both from one network")
    if set(labels_a.tolist()) != set(labels_b.tolist()):
        raise ValueError("both image sets need the same classes: leave out images of the others, or use another score")
    a_to_b = float((_probe().fit(a, own_a).predict(b) != own_b).mean())
    b_to_a = float((_probe().fit(b, own_b).predict(a) != own_a).mean())
    return CrossLearning(a_to_b, b_to_a, 1 - readout_accuracy(b, own_b, folds=folds, seed=seed))


def _next_ratio(ratio, squares, along, outside, num_images: int) -> np.ndarray:
    """One step of the fixed point α = γ/‖m‖², β = (N − γ)/‖y − Fm‖², as a step of t = α/β; (C,)."""
    squares = squares[:, None]
    gamma = (squares / (squares + ratio)).sum(axis=0)
    rest = num_images - len(squares) + (ratio / (squares + ratio)).sum(axis=0)  # N − γ, without cancellation
    residual = outside + (along * (ratio / (squares + ratio)) ** 2).sum(axis=0)
    weights = (along * squares / (squares + ratio) ** 2).sum(axis=0)  # ‖m‖²
    found = np.divide(gamma * residual, rest * weights, out=np.full_like(ratio, np.inf), where=weights > 0)
    return np.clip(found, _LEAST_RATIO, 1 / _LEAST_RATIO)


def _evidence(ratio, squares, along, outside, num_images: int) -> np.ndarray:
    """Logarithm of the evidence at t = α/β and the best β for it, (C,): y ~ N(0, (I + FFᵀ/t)/β)."""
    scaled = 1 + squares[:, None] / ratio  # (R, C)
    noise = (outside + (along / scaled).sum(axis=0)) / num_images  # 1/β
    return -0.5 * (num_images * np.log(2 * np.pi * np.e * noise) + np.log(scaled).sum(axis=0))


def _given_source(joint: np.ndarray) -> np.ndarray:
    """P̂(y|z) from P̂(y, z), both (C, K); 0 for source classes without any probability."""
    total = joint.sum(axis=0)
    return np.divide(joint, total, out=np.zeros_like(joint), where=total > 0)


def _probe():
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))


def _inputs(rows, labels, what: str = "features") -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows (N, D) as floats, labels (N,) counted from 0, and their indicators (N, C)."""
    rows, labels = np.asarray(rows, dtype=np.float64), np.asarray(labels)
    if rows.ndim != 2 or labels.shape != rows.shape[:1] or len(labels) < 2 or not rows.shape[1]:
        raise ValueError(f"{what} {rows.shape} and labels {labels.shape} do not fit: need (N, D) and (N,), N ≥ 2")
    if not np.isfinite(rows).all():
        raise ValueError(f"some {what} are not finite: has the network diverged?")
    names, labels = np.unique(labels, return_inverse=True)
    if len(names) < 2:
        raise ValueError("the images are all of one class: a score needs at least two")
    return rows, labels, np.eye(len(names))[labels]


def _outputs(probabilities, labels) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    probabilities, labels, member = _inputs(probabilities, labels, "probabilities")
    if probabilities.min() < 0 or not np.allclose(probabilities.sum(axis=1), 1, atol=1e-3):
        raise ValueError("each row of the probabilities must be at least 0 and sum to 1: apply softmax to the logits")
    return probabilities, labels, member
