"""Logistic regression and linear support vector machines for many concepts at once, on the same features.

All concepts share one matrix of features, standardised once over all images, whether a concept is judged on them or
not. So one singular value decomposition serves every concept and every C, and the products of Newton's method are
products of matrices for all concepts together.

A solution under an L2 penalty lies in the span of the images, so features are first rotated into their singular vectors
and there are never more unknowns than images. In this basis the diagonal of the Hessian matrix is a good
preconditioner of conjugate gradients, with which each Newton step is computed (Newton-CG).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import softplus

Kind = Literal["logistic", "svm"]
KINDS = ("logistic", "svm")
# Norm of the gradient at which a concept is solved. The objective's curvature is at least 1 in each weight, so that the
# weights are within as much of the solution.
TOLERANCE = 1e-5
MAX_NEWTON_STEPS, MAX_CG_STEPS, MAX_HALVINGS = 100, 400, 30


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
    problem = _Problem(reduced, np.nan_to_num(labels[:, solved]), judged[:, solved].astype(float), by)
    found, w = {}, torch.zeros(reduced.shape[1], len(solved), dtype=reduced.dtype)
    for c in sorted(set(cs)):
        w = problem.solve(c, w) if solved.size else w
        weights, bias = np.zeros((x.shape[1], labels.shape[1])), np.zeros(labels.shape[1])
        weights[:, solved], bias[solved] = rotation.T @ w[:-1].numpy(), w[-1].numpy()
        found[c] = LinearModels(by, float(c), weights, bias, scaler.mean_, scaler.scale_)
    return [found[c] for c in cs]


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
    if bad := [c for c in cs if not 0 < c < np.inf]:
        raise ValueError(f"C = {bad[0]:g}: give the inverse strength of the penalty, above 0")
    return x, labels


def _reduce(x: np.ndarray) -> tuple[Tensor, np.ndarray]:
    """Rotate features (N, D) into their R ≤ min(N, D) singular vectors, and append a feature that is always 1.

    Returns:
        (N, R + 1), and the rotation (R, D) by which weights of the features are found again.
    """
    u, s, vt = np.linalg.svd(x, full_matrices=False)
    kept = s > s.max(initial=0) * max(x.shape) * np.finfo(float).eps
    return torch.from_numpy(np.hstack([u[:, kept] * s[kept], np.ones((len(x), 1))])), vt[kept]


class _Problem:
    """The objectives of K concepts over the same features, in double precision.

    Only the steps of Newton's method are computed in single precision: they need not be exact.
    """

    def __init__(self, x: Tensor, labels: np.ndarray, judged: np.ndarray, by: Kind):
        self.x, self.single = x, x.float()  # (N, R)
        self.squares = self.single.square()
        self.signs, self.judged = torch.from_numpy(2 * labels - 1), torch.from_numpy(judged)  # (N, K)
        self.by = by
        self.penalty = torch.ones(x.shape[1], 1, dtype=x.dtype)
        self.penalty[-1] = float(by == "svm")

    def solve(self, c: float, w: Tensor) -> Tensor:
        """Minimise from weights w (R, K) on; concepts that are solved drop out of the computation."""
        w, live, first = w.clone(), torch.arange(w.shape[1]), None
        for _ in range(MAX_NEWTON_STEPS):
            own, signs, weights = w[:, live], self.signs[:, live], c * self.judged[:, live]
            margins = signs * (self.x @ own)  # (N, K)
            slopes, curvatures = self._derivatives(margins, weights)
            gradient = self.x.T @ (signs * slopes) + self.penalty * own
            norms = gradient.norm(dim=0)
            first = norms if first is None else first
            open_ = norms > TOLERANCE
            if not open_.any():
                return w
            live, first, norms = live[open_], first[open_], norms[open_]
            arrays = (own, margins, gradient, curvatures, weights, signs)
            own, margins, gradient, curvatures, weights, signs = (array[:, open_] for array in arrays)
            step = self._newton_step(gradient, curvatures, (norms / first).sqrt().clamp(1e-3, 0.2)).double()
            moves = self._line_search(own, margins, step, gradient, weights, signs)
            w[:, live] += moves * step
            stuck = moves == 0  # rounding leaves nothing to gain
            if (norms[stuck] > 1e3 * TOLERANCE).any():
                break
            live, first = live[~stuck], first[~stuck]
        raise ArithmeticError(
            f"the linear models of {len(live)} concepts with C = {c:g} were not solved: give a smaller C"
        )

    def _losses(self, margins: Tensor, weights: Tensor) -> Tensor:
        """Sum of losses of each concept, (K,)."""
        losses = softplus(-margins) if self.by == "logistic" else (1 - margins).clamp_min(0).square()
        return (weights * losses).sum(dim=0)

    def _derivatives(self, margins: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
        """First and second derivative of the weighted losses by the margins, (N, K) each."""
        if self.by == "logistic":
            wrong = (-margins).sigmoid()
            return -weights * wrong, weights * wrong * (1 - wrong)
        return -2 * weights * (1 - margins).clamp_min(0), 2 * weights * (margins < 1)

    def _newton_step(self, gradient: Tensor, curvatures: Tensor, shares: Tensor) -> Tensor:
        """Solve H · step = −gradient for each concept by conjugate gradients, down to `shares` of the residual."""
        sizes = gradient.norm(dim=0)  # so that the smallest gradient is no small number
        residual, curvatures, penalty = (-gradient / sizes).float(), curvatures.float(), self.penalty.float()
        diagonal = penalty + self.squares.T @ curvatures
        scaled = residual / diagonal
        direction, power = scaled, (residual * scaled).sum(dim=0)
        step, result, live = torch.zeros_like(residual), torch.zeros_like(residual), torch.arange(len(sizes))
        for _ in range(MAX_CG_STEPS):
            product = self.single.T @ (curvatures * (self.single @ direction)) + penalty * direction
            bend = (direction * product).sum(dim=0)
            length = torch.where(bend > 0, power / bend, 0)
            step = step + length * direction
            residual = residual - length * product
            open_ = (residual.norm(dim=0) > shares) & (bend > 0)
            if open_.sum() <= 0.8 * len(live):  # go on with fewer concepts
                result[:, live] = step
                live, power, shares = live[open_], power[open_], shares[open_]
                arrays = (step, residual, direction, diagonal, curvatures)
                step, residual, direction, diagonal, curvatures = (array[:, open_] for array in arrays)
            if not len(live):
                break
            scaled = residual / diagonal
            before, power = power, (residual * scaled).sum(dim=0)
            direction = scaled + torch.where(before > 0, power / before, 0) * direction
        result[:, live] = step
        return result * sizes

    def _line_search(self, w: Tensor, margins: Tensor, step: Tensor, gradient: Tensor, weights, signs) -> Tensor:
        """Halve each concept's step until its objective falls enough; 0 where no step helps. (K,)"""
        changes, sizes = signs * (self.x @ step), torch.ones(w.shape[1], dtype=w.dtype)
        slope, now = (gradient * step).sum(dim=0), self._objective(w, margins, weights)
        open_ = torch.arange(len(sizes))
        for _ in range(MAX_HALVINGS):
            size = sizes[open_]
            tried = margins[:, open_] + size * changes[:, open_]
            value = self._objective(w[:, open_] + size * step[:, open_], tried, weights[:, open_])
            room = 1e-14 * now[open_]  # rounding
            open_ = open_[~(value <= now[open_] + 1e-4 * size * slope[open_] + room)]
            if not len(open_):
                return sizes
            sizes[open_] /= 2
        sizes[open_] = 0
        return sizes

    def _objective(self, w: Tensor, margins: Tensor, weights: Tensor) -> Tensor:
        return self._losses(margins, weights) + 0.5 * (self.penalty * w * w).sum(dim=0)
