"""Check of lesson 17 on the straight-through step."""

import torch
from torch.nn import functional


def step(scores, hard=None, soft=None, column=1):
    """A straight-through step whose noisy logits, decisions and softmax may each be others."""

    def straight_through(logits, noise, temperature):
        noisy = scores(logits, noise)
        own = (soft or (lambda x, t: x / t))(noisy, temperature).softmax(dim=-1)[..., column]
        decided = (hard or (lambda x, t: (x[..., column] > x[..., 1 - column]).float()))(noisy, temperature)
        return decided + own - own.detach()

    return straight_through


def add(logits, noise):
    return logits + noise


right = step(add)


def both_columns(logits, noise, temperature):
    soft = ((logits + noise) / temperature).softmax(-1)
    return soft + (soft.round() - soft).detach()


def mixed_gradient(other):
    """Right decisions with the gradient of something else."""

    def straight_through(logits, noise, temperature):
        hard = right(logits, noise, temperature).detach()
        soft = other(logits, noise, temperature)
        return hard + soft - soft.detach()

    return straight_through


def soft(logits, noise, temperature):
    return ((logits + noise) / temperature).softmax(-1)[..., 1]


def written_into_the_softmax(logits, noise, temperature):
    own = soft(logits, noise, temperature)
    own[own > 0.5], own[own <= 0.5] = 1.0, 0.0
    return own


def own_noise_backward(logits, noise, temperature):
    own = functional.gumbel_softmax(logits, tau=temperature)[..., 1]
    return (logits + noise).argmax(-1) + own - own.detach()


def one_sigmoid(logits, noise, temperature):
    own = ((logits + noise)[..., 1] / temperature).sigmoid()
    return (logits + noise).argmax(-1) + own - own.detach()


def cancelled(logits, noise, temperature):
    soft = ((logits + noise) / temperature).softmax(-1)[..., 1]
    return (logits + noise).argmax(-1).float() + soft - soft


WRONG = {
    "check_straight_through": [
        (lambda a, n, t: (a + n).argmax(dim=-1).float(), "gradient is zero: argmax"),
        (lambda a, n, t: ((a + n)[..., 1] > (a + n)[..., 0]).float(), "gradient is zero: argmax"),
        (lambda a, n, t: ((a + n) / t).softmax(-1)[..., 1].round(), "gradient is zero: argmax"),
        (lambda a, n, t: right(a, n, t).detach(), "gradient is zero: argmax"),
        (cancelled, "the softmax cancels itself"),
        (lambda a, n, t: ((a + n) / t).softmax(-1)[..., 1], "forward is soft"),
        (lambda a, n, t: a.softmax(-1)[..., 1], "forward is soft"),
        (step(lambda a, n: a), "the noise is missing"),
        (lambda a, n, t: (a[..., 1] > a[..., 0]).float(), "the noise is missing"),
        (lambda a, n, t: functional.gumbel_softmax(a, tau=t, hard=True)[..., 1], "% of the decisions differ"),
        (step(add, column=0), "those of the frozen copy"),
        (lambda a, n, t: 1 - right(a, n, t), "those of the frozen copy"),
        (lambda a, n, t: right(a / t, n, 1.0), "divides only one of logits and noise"),
        (lambda a, n, t: right(a, n / t, 1.0), "divides only one of logits and noise"),
        (lambda a, n, t: right(a.detach(), n, t), "gradient is zero: argmax, comparing, rounding and detach()"),
        (lambda a, n, t: right(a, n, t) + float("nan"), "the decisions are not all 0 or 1"),
        (lambda a, n, t: 2 * right(a, n, t) - 1, "the decisions are not all 0 or 1"),
        (written_into_the_softmax, "write the decisions into a new tensor"),
        (own_noise_backward, "their gradient is not that of"),
        (one_sigmoid, "their gradient is not that of"),
        (lambda a, n, t: right(a, n, 5.0), "their gradient is not that of"),
        (lambda a, n, t: functional.gumbel_softmax(a + n, tau=t, hard=True)[..., 1], "% of the decisions differ"),
        (lambda a, n, t: torch.bernoulli(soft(a, n, t)) + soft(a, n, t) - soft(a, n, t).detach(), "% of the decisions"),
        (mixed_gradient(lambda a, n, t: ((a + n) / t).softmax(1)[..., 1]), "taken over the gates"),
        (mixed_gradient(lambda a, n, t: ((a + n) / t).softmax(0)[..., 1]), "taken over the images"),
        (mixed_gradient(lambda a, n, t: (a / t + n).softmax(-1)[..., 1]), "divides only the logits in the gradient"),
        (mixed_gradient(lambda a, n, t: soft(a, n, t * t)), "divides twice"),
        (mixed_gradient(lambda a, n, t: soft(a, n, t).log()), "their gradient is not that of"),
        (lambda a, n, t: right(a, n, t).T, "it returns the shape (5, 64)"),
        (lambda a, n, t: right(a, n, t).detach().numpy(), "it should return a tensor of decisions (N, G), not ndarray"),
        (step(lambda a, n: a - n), "the noise is subtracted"),
        (step(lambda a, n: a * n), "the noise is multiplied"),
        (step(add, soft=lambda x, t: x), "the temperature is missing in the gradient"),
        (step(add, soft=lambda x, t: x * t), "the temperature multiplies"),
        (mixed_gradient(lambda a, n, t: (a / t).softmax(-1)[..., 1]), "of the logits without noise"),
        (mixed_gradient(lambda a, n, t: ((a + n) / t).softmax(-1)[..., 0]), "the wrong sign"),
        (mixed_gradient(lambda a, n, t: (a + n)[..., 1]), "their gradient is not that of"),
        (both_columns, "it returns both columns"),
        (lambda a, n, t: right(a, n, t).mean(), "it returns the shape ()"),
        (lambda a, n, t: right(a, n, t).sum(dim=1), "a decision for each image and gate"),
        (lambda a, n, t: right(a, n, t).tolist(), "it should return a tensor of decisions (N, G), not list"),
        (lambda a, n, t: 2 * right(a, n, t), "the decisions are not all 0 or 1"),
        (lambda a, n, t: 0.9 * right(a, n, t), "the decisions are not all 0 or 1"),
        (lambda a, n, t: right(a, n, max(t, 1.0)), "a temperature below 1"),
        (lambda a, n, t: right(a.clamp(-9, 9), n, t), "large logits"),
        (lambda a, n, t: right(a, n, t).squeeze(), "but not for a single"),
    ]
}


def test_the_library_s_own_step_has_the_same_values_and_gradient():
    """`gumbel_softmax` with this noise is the exercise's right answer."""
    torch.manual_seed(0)
    logits = torch.randn(50, 3, 2, requires_grad=True)
    torch.manual_seed(1)
    noise = -torch.empty_like(logits).exponential_().log()
    torch.manual_seed(1)
    theirs = functional.gumbel_softmax(logits, tau=5.0, hard=True)[..., 1]
    mine = right(logits, noise, 5.0)
    assert torch.allclose(mine, theirs, atol=1e-6)
    gradients = [torch.autograd.grad(one.square().sum(), logits)[0] for one in (mine, theirs)]
    assert torch.allclose(*gradients, atol=1e-6)
