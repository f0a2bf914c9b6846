"""Logistic regression and linear support vector machines for many concepts at once, on the same features.

All concepts share one matrix of features, standardised once over all images, whether a concept is judged on them or
not. So one singular value decomposition serves every concept and every C, and the products of Newton's method are
products of matrices for all concepts together (`newton`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from course_lib.training.average_precision import average_precision
from course_lib.training.newton import ManyObjectives
from course_lib.training.target import CONCEPTS

Kind = Literal["logistic", "svm"]
KINDS = ("logistic", "svm")
GRID = (1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0)  # values of C that `choose_c` tries
SVM_GRID = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1)  # the squared hinge loss of a wrong answer grows faster than the logistic


@dataclass(frozen=True, eq=False)
class LinearModels:
    """A fitted linear model for each of K concepts.

    Attributes:
        by: ``"logistic"`` or ``"svm"``.
        c: inverse strength of the penalty.
        weights: (D, K), of standardised features.
        bias: (K,).
        mean, scale: (D,) of the standardisation.
    """

    by: Kind
    c: float
    weights: np.ndarray
    bias: np.ndarray
    mean: np.ndarray
    scale: np.ndarray

    def decide(self, x: np.ndarray) -> np.ndarray:
        """Compute the decision values (N, K) of features (N, D): above 0 where the concept is the likelier answer."""
        return (np.asarray(x, dtype=np.float64) - self.mean) / self.scale @ self.weights + self.bias

    def scores(self, x: np.ndarray) -> np.ndarray:
        """Compute the scores (N, K): probabilities of logistic regression, decision values of a vector machine."""
        from scipy.special import expit

        return expit(self.decide(x)) if self.by == "logistic" else self.decide(x)


def fit_linear_models(x: np.ndarray, labels: np.ndarray, by: Kind = "logistic", c: float = 1.0) -> LinearModels:
    """Fit a linear model for each concept; see `fit_path`."""
    return fit_path(x, labels, [c], by)[0]


def fit_path(x: np.ndarray, labels: np.ndarray, cs: Sequence[float], by: Kind = "logistic") -> list[LinearModels]:
    """Fit a linear model for each concept and each C; each solution is the starting point for the next larger C.

    The objectives are scikit-learn's: ½‖w‖² + C · the sum of losses over the images on which the concept is judged.
    Logistic regression has the logistic loss and a bias without penalty (``LogisticRegression``); the support vector
    machine has the squared hinge loss and penalises its bias, as a weight of a feature that is always 1
    (``LinearSVC``). Decision values are within 1e-3 of scikit-learn's, solved to a small tolerance on the same
    standardised features. scikit-learn's own default tolerance may stop farther away.

    Features are standardised over all images (N), to mean 0 and standard deviation 1; constant ones become 0. A concept
    whose judged images are all positive, all negative or none has no model: its weights and its bias are 0.

    Args:
        x: features (N, D).
        labels: (N, K) of 0, 1 and NaN: the image is left out for this concept.
        cs: values of C, in any order.
        by: ``"logistic"`` or ``"svm"``.

    Returns:
        The models of each C, in the order of `cs`.

    Raises:
        ValueError: shapes that do not fit, features that are not finite, labels other than 0, 1 and NaN, a C that is
            not above 0, or an unknown kind.
        ArithmeticError: Newton's method did not reach the tolerance.
    """
    x, labels = _check(x, labels, cs, by)
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(x)
    reduced, rotation = _reduce(scaler.transform(x))
    judged = np.isfinite(labels)
    counts = judged.sum(axis=0), (labels == 1).sum(axis=0)
    solved = np.flatnonzero((counts[1] > 0) & (counts[1] < counts[0]))  # concepts with both kinds of labels
    problem = ManyObjectives(reduced, np.nan_to_num(labels[:, solved]), judged[:, solved].astype(float), by)
    found, w = {}, torch.zeros(reduced.shape[1], len(solved), dtype=reduced.dtype)
    for c in sorted(set(cs)):
        w = problem.solve(c, w) if solved.size else w
        weights, bias = np.zeros((x.shape[1], labels.shape[1])), np.zeros(labels.shape[1])
        weights[:, solved], bias[solved] = rotation.T @ w[:-1].numpy(), w[-1].numpy()
        found[c] = LinearModels(by, float(c), weights, bias, scaler.mean_, scaler.scale_)
    return [found[c] for c in cs]


@dataclass(frozen=True)
class ChosenC:
    """The C that validation has chosen.

    Attributes:
        c: one for all concepts.
        scores: mean average precision on the validation images of each C that was tried.
    """

    c: float
    scores: dict[float, float]

    @property
    def at_edge(self) -> bool:
        """Whether the best C is the smallest or the largest that was tried: then a better one may lie beyond."""
        return len(self.scores) > 1 and self.c in (min(self.scores), max(self.scores))


def choose_c(
    x: np.ndarray,
    labels: np.ndarray,
    x_val: np.ndarray,
    labels_val: np.ndarray,
    by: Kind = "logistic",
    cs: Sequence[float] | None = None,
) -> tuple[LinearModels, ChosenC]:
    """Choose C by the mean average precision on validation images; the models are those of the training images alone.

    One C serves all concepts. To choose one for each concept is usual, too, but a concept with a handful of positive
    validation images would be given the C that suits these few. Of equal scores the smallest C, the strongest penalty,
    wins.

    Args:
        x, labels: of the training images, as of `fit_path`.
        x_val, labels_val: of the validation images.
        cs: values of C; by default `GRID`, of a support vector machine `SVM_GRID`.

    Raises:
        ValueError: as `fit_path`, or no concept has a judged positive validation image.
    """
    if cs is None:
        cs = SVM_GRID if by == "svm" else GRID
    path = fit_path(x, labels, sorted(cs), by)
    found = {models.c: CONCEPTS.score(average_precision(labels_val, models.decide(x_val))) for models in path}
    if not any(np.isfinite(score) for score in found.values()):
        raise ValueError("no validation image shows any concept: C cannot be chosen, give a value")
    chosen = best_c(found)
    return next(models for models in path if models.c == chosen.c), chosen


def best_c(scores: dict[float, float]) -> ChosenC:
    """Choose the C of the highest validation score; of equal ones the smallest, which is the strongest penalty."""
    return ChosenC(max(sorted(scores), key=scores.get), scores)


def _check(x: np.ndarray, labels: np.ndarray, cs: Sequence[float], by: str) -> tuple[np.ndarray, np.ndarray]:
    x, labels = np.asarray(x, dtype=np.float64), np.asarray(labels, dtype=np.float64)
    if x.ndim != 2 or labels.ndim != 2 or len(x) != len(labels) or not x.size:
        raise ValueError(f"features {x.shape} and labels {labels.shape} do not fit: give (N, D) and (N, K), N ≥ 1")
    if not np.isfinite(x).all():
        raise ValueError("a feature is not finite: leave out networks whose training diverged")
    wrong = labels[~((labels == 0) | (labels == 1) | np.isnan(labels))]
    if wrong.size:
        raise ValueError(f"a label is {wrong[0]:g}: give 0, 1 or NaN (not judged)")
    if by not in KINDS:
        raise ValueError(f"unknown linear model '{by}': choose {' or '.join(KINDS)}")
    if not len(cs):
        raise ValueError("no value of C: give at least one")
    if bad := [c for c in cs if not 0 < c < np.inf]:
        raise ValueError(f"C = {bad[0]:g}: give the inverse strength of the penalty, above 0")
    return x, labels


def _reduce(x: np.ndarray) -> tuple[Tensor, np.ndarray]:
    """Rotate features (N, D) into their R ≤ min(N, D) singular vectors, and append a feature that is always 1.

    A solution under an L2 penalty lies in the span of the images, so it is the same in this basis, and there are never
    more unknowns than images.

    Returns:
        (N, R + 1), and the rotation (R, D) by which weights of the features are found again.
    """
    u, s, vt = np.linalg.svd(x, full_matrices=False)
    kept = s > s.max(initial=0) * max(x.shape) * np.finfo(float).eps
    return torch.from_numpy(np.hstack([u[:, kept] * s[kept], np.ones((len(x), 1))])), vt[kept]
