"""Check of lesson 17 on the terms of global-k."""

import math

import torch

from course_lib.models.gates import global_k_loss


def entropy(n):
    return -(n * (n + 1e-9).log()).sum()


def terms(first, second=lambda d: entropy(d.mean(dim=0))):
    """A loss whose two terms may each be others."""
    return lambda d, k, budget, determinism: budget * first(d, k) + determinism * second(d)


def square(d, k):
    return (d.mean(dim=0).sum() - k) ** 2


def nan(d, k, budget, determinism):
    n = d.mean(dim=0)
    return budget * (n.sum() - k) ** 2 + determinism * -(n * n.log()).sum()


def nansum(d, k, budget, determinism):
    n = d.mean(dim=0)
    return budget * (n.sum() - k) ** 2 + determinism * -(n * n.log()).nansum()


def number(d, k, budget, determinism):
    return global_k_loss(d, k, budget, determinism).item()


def half_detached(d, k, budget, determinism):
    n = d.mean(dim=0)
    return budget * (n.sum() - k) ** 2 + determinism * entropy(n.detach())


WRONG = {
    "check_global_k_loss": [
        (terms(lambda d, k: ((d.sum(dim=1) - k) ** 2).mean()), "the budget is asked of each image"),
        (terms(lambda d, k: (d.mean() - k) ** 2), "the mean over gates stands in the place of the sum"),
        (terms(lambda d, k: d.mean(dim=0).sum() - k), "the square is missing"),
        (terms(lambda d, k: (d.mean(dim=0).sum() - k).abs()), "the absolute value"),
        (terms(lambda d, k: ((d.mean(dim=0) - k) ** 2).sum()), "the budget is asked of each block"),
        (terms(lambda d, k: (d.sum() - k) ** 2, lambda d: entropy(d.sum(dim=0))), "n is a number of images"),
        (terms(square, lambda d: -entropy(d.mean(dim=0))), "the wrong sign"),
        (terms(square, lambda d: entropy(d.mean(dim=0)) + entropy(1 - d.mean(dim=0))), "the entropy of both copies"),
        (terms(square, lambda d: entropy(d.mean(dim=0)) / math.log(2)), "the logarithm has base 2"),
        (terms(square, lambda d: entropy(d.mean(dim=0)) / d.shape[1]), "a mean over the gates"),
        (terms(square, lambda d: 0.0), "the first term alone"),
        (terms(lambda d, k: 0.0), "the second term alone"),
        (lambda d, k, budget, determinism: global_k_loss(d, k, determinism, budget), "the weights are exchanged"),
        (terms(lambda d, k: (d.mean(dim=1).sum() - k) ** 2, lambda d: entropy(d.mean(dim=1))), "not over the gates"),
        (terms(square, lambda d: entropy(d.mean(dim=1))), "the answer is"),
        (terms(square, lambda d: entropy(d)), "the second needs n, the mean over images"),
        (terms(square, lambda d: -(d.mean(dim=0) + 1e-9).log().sum()), "the factor n is missing"),
        (terms(square, lambda d: -(d.mean(dim=0) * d.mean(dim=0).log1p()).sum()), "the logarithm of 1 + n"),
        (terms(square, lambda d: -(d.mean(dim=0) * (d.mean(dim=0) + 0.1).log()).sum()), "the answer is"),
        (terms(square, lambda d: -(d.mean(dim=0) * d.mean(dim=0).clamp(min=0.1).log()).sum()), "one of 200 images"),
        (terms(square, lambda d: entropy(d.mean(dim=0) / d.mean(dim=0).sum())), "the answer is"),
        (terms(square, lambda d: (d.mean(dim=0) * (1 - d.mean(dim=0))).sum()), "the answer is"),
        (lambda d, k, budget, determinism: global_k_loss(d, k, 1.0, 1.0), "a weight is missing"),
        (lambda d, k, budget, determinism: global_k_loss(d, k, budget, 1.0), "a weight is missing"),
        (lambda d, k, budget, determinism: global_k_loss(d, k, 1.0, determinism), "a weight is missing"),
        (lambda d, k, budget, determinism: global_k_loss(d, k, budget, -determinism), "the wrong sign"),
        (lambda d, k, budget, determinism: global_k_loss(d, round(k), budget, determinism), "the answer is"),
        (terms(lambda d, k: 0.5 * square(d, k)), "the answer is"),
        (terms(lambda d, k: d.mean(dim=0).sum() ** 2 - k**2), "the answer is"),
        (nansum, "its gradient is NaN or infinite where no image tunes a block"),
        (terms(square, lambda d: torch.special.entr(d.mean(dim=0)).sum()), "its gradient is NaN or infinite"),
        (lambda *given: torch.tensor(number(*given), requires_grad=True), "no gradient reaches the decisions"),
        (lambda d, *others: global_k_loss(d.detach(), *others) + 0 * d.sum(), "its gradient is not"),
        (lambda d, k, b, s: (b * square(d, k), s * entropy(d.mean(dim=0))), "it should return one number, not tuple"),
        (nan, "it is NaN where no image tunes a block"),
        (number, "no gradient reaches the decisions"),
        (lambda *given: torch.tensor(number(*given)), "no gradient reaches the decisions"),
        (half_detached, "but its gradient is not"),
        (lambda d, k, budget, determinism: d.mean(dim=0), "it should return one number, not Tensor of shape ("),
        (lambda *given: 2 * global_k_loss(*given), "the answer is"),
    ]
}
