"""Newton's method for the linear models of many concepts together, its steps by conjugate gradients (Newton-CG).

In the basis of the features' singular vectors the diagonal of the Hessian matrix is a good preconditioner; the
directions of largest variance get the exact inverse.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import softplus

# The objective's curvature is at least 1 in each weight: where the gradient is small, the weights are within as much of
# the solution. It is followed until the decision values of all images are within so much of the solution's.
ACCURACY = 3e-4
MAX_NEWTON_STEPS, MAX_CG_STEPS, MAX_HALVINGS = 100, 400, 30
BLOCK = 32  # unknowns among which the preconditioner is exact: the directions of largest variance


class ManyObjectives:
    """The objectives of K concepts over the same features, in double precision.

    The steps of Newton's method need not be exact: they are computed in single precision, and in double precision for
    concepts that get no further so.

    Args:
        x: (N, R), features in the basis of their singular vectors, those of largest variance first; the last column,
            all 1, belongs to the bias.
        labels: (N, K) of 0 and 1.
        judged: (N, K), 1 for images that count for a concept, else 0.
        by: ``"logistic"``: the bias has no penalty; ``"svm"``: it has.
    """

    def __init__(self, x: Tensor, labels: np.ndarray, judged: np.ndarray, by: str):
        self.x = x  # (N, R)
        self.strongest = torch.cat([torch.arange(min(BLOCK, x.shape[1] - 1)), torch.tensor([x.shape[1] - 1])])
        self._use(torch.float32)
        self.signs, self.judged = torch.from_numpy(2 * labels - 1), torch.from_numpy(judged)  # (N, K)
        self.by, self.tolerance = by, ACCURACY / float(x.norm(dim=1).max())  # of the gradient's norm
        self.penalty = torch.ones(x.shape[1], 1, dtype=x.dtype)
        self.penalty[-1] = float(by == "svm")

    def _use(self, precision: torch.dtype) -> None:
        """Compute the steps in this precision from now on."""
        self.rough = self.x.to(precision)
        self.squares = self.rough.square()
        rows, columns = torch.tril_indices(len(self.strongest), len(self.strongest))
        strongest = self.rough[:, self.strongest]
        self.pairs = strongest[:, rows] * strongest[:, columns]

    def solve(self, c: float, w: Tensor) -> Tensor:
        """Minimise from weights w (R, K) on.

        Raises:
            ArithmeticError: the tolerance was not reached.
        """
        w, open_ = self._minimise(c, w, torch.arange(w.shape[1]))
        if len(open_):
            self._use(torch.float64)
            w, open_ = self._minimise(c, w, open_)
            self._use(torch.float32)
        if len(open_):
            raise ArithmeticError(
                f"the linear models of {len(open_)} concepts with C = {c:g} were not solved: give a smaller C"
            )
        return w

    def _minimise(self, c: float, w: Tensor, live: Tensor) -> tuple[Tensor, Tensor]:
        """Follow Newton's steps for some concepts; those that are solved drop out. Returns w and those left over."""
        w, left, first = w.clone(), live[:0], None
        for _ in range(MAX_NEWTON_STEPS):
            own, signs, weights = w[:, live], self.signs[:, live], c * self.judged[:, live]
            margins = signs * (self.x @ own)  # (N, K)
            slopes, curvatures = self._derivatives(margins, weights)
            gradient = self.x.T @ (signs * slopes) + self.penalty * own
            norms = gradient.norm(dim=0)
            first = norms if first is None else first
            open_ = norms > self.tolerance
            if not open_.any():
                return w, left
            live, first, norms = live[open_], first[open_], norms[open_]
            arrays = (own, margins, gradient, curvatures, weights, signs)
            own, margins, gradient, curvatures, weights, signs = (array[:, open_] for array in arrays)
            shares = torch.maximum((norms / first).pow(0.35).clamp(1e-2, 0.2), 0.5 * self.tolerance / norms)
            step = self._newton_step(gradient, curvatures, shares)
            moves = self._line_search(own, margins, step, gradient, weights, signs)
            w[:, live] += moves * step
            stuck = moves == 0  # rounding leaves nothing to gain
            left = torch.cat([left, live[stuck & (norms > 1e3 * self.tolerance)]])
            live, first = live[~stuck], first[~stuck]
        return w, torch.cat([left, live])

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
        rough = (own.to(self.rough.dtype) for own in (-gradient / sizes, curvatures, self.penalty))
        residual, curvatures, penalty = rough
        solve = self._preconditioner(curvatures)
        scaled = solve(residual)
        direction, power = scaled, (residual * scaled).sum(dim=0)
        step, result, live = torch.zeros_like(residual), torch.zeros_like(residual), torch.arange(len(sizes))
        for _ in range(MAX_CG_STEPS):
            product = self.rough.T @ (curvatures * (self.rough @ direction)) + penalty * direction
            bend = (direction * product).sum(dim=0)
            length = torch.where(bend > 0, power / bend, 0)
            step = step + length * direction
            residual = residual - length * product
            open_ = (residual.norm(dim=0) > shares) & (bend > 0)
            if open_.sum() <= 0.8 * len(live):  # go on with fewer concepts
                result[:, live] = step
                live, power, shares = live[open_], power[open_], shares[open_]
                step, residual, direction, curvatures = (a[:, open_] for a in (step, residual, direction, curvatures))
                solve = solve.of(open_)
            if not len(live):
                break
            scaled = solve(residual)
            before, power = power, (residual * scaled).sum(dim=0)
            direction = scaled + torch.where(before > 0, power / before, 0) * direction
        result[:, live] = step
        return (result * sizes).double()

    def _preconditioner(self, curvatures: Tensor) -> "_Preconditioner":
        """Invert the Hessian matrices (K, R, R) within the strongest directions, and their diagonals elsewhere."""
        penalty = self.penalty.to(curvatures.dtype)
        diagonal = penalty + self.squares.T @ curvatures
        size = len(self.strongest)
        blocks = torch.zeros(curvatures.shape[1], size, size, dtype=curvatures.dtype)
        rows, columns = torch.tril_indices(size, size)
        blocks[:, rows, columns] = (self.pairs.T @ curvatures).T
        own = blocks.diagonal(dim1=1, dim2=2)
        own.add_(penalty[self.strongest, 0] + 1e-5 * own)  # safely positive in single precision
        factors, _ = torch.linalg.cholesky_ex(blocks)
        return _Preconditioner(diagonal, self.strongest, torch.cholesky_inverse(factors))

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


@dataclass(frozen=True, eq=False)
class _Preconditioner:
    """Approximate inverses of K Hessian matrices: exact among some unknowns, diagonal for the others."""

    diagonal: Tensor  # (R, K)
    block: Tensor  # (B,) places of the unknowns
    inverses: Tensor  # (K, B, B)

    def __call__(self, residual: Tensor) -> Tensor:
        result = residual / self.diagonal
        result[self.block] = torch.bmm(self.inverses, residual[self.block].T[:, :, None])[:, :, 0].T
        return result

    def of(self, concepts: Tensor) -> "_Preconditioner":
        """Keep some of the concepts."""
        return _Preconditioner(self.diagonal[:, concepts], self.block, self.inverses[concepts])
