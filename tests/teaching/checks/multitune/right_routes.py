"""Right answers of lesson 17 on the straight-through step, in many styles."""

import torch
from torch import autograd
from torch.nn import functional


def added_and_detached(logits, noise, temperature):
    noisy = logits + noise
    soft = (noisy / temperature).softmax(dim=-1)[..., 1]
    hard = (noisy[..., 1] > noisy[..., 0]).float()
    return hard + soft - soft.detach()


def exactly_zero_or_one(logits, noise, temperature):
    noisy = logits + noise
    soft = (noisy / temperature).softmax(dim=-1)[..., 1]
    hard = (noisy[..., 1] > noisy[..., 0]).float()
    return hard + (soft - soft.detach())


def difference_detached(logits, noise, temperature):
    soft = torch.softmax((logits + noise) / temperature, dim=2)
    hard = functional.one_hot(soft.argmax(dim=2), 2)
    return (soft + (hard - soft).detach())[:, :, 1]


def sigmoid_of_the_gap(logits, noise, temperature):
    gap = (logits + noise).diff(dim=-1).squeeze(-1)
    soft = torch.sigmoid(gap / temperature)
    return soft + ((gap > 0).float() - soft).detach()


def threshold(logits, noise, temperature):
    soft = functional.softmax((logits + noise) / temperature, dim=-1)[..., 1]
    return soft - soft.detach() + (soft > 0.5).to(soft.dtype)


def scattered(logits, noise, temperature):
    soft = ((logits + noise) / temperature).softmax(-1)
    index = soft.max(dim=-1, keepdim=True).indices
    hard = torch.zeros_like(logits).scatter_(-1, index, 1.0)
    return (hard - soft.detach() + soft).select(-1, 1)


class Straight(autograd.Function):
    """Round forward, nothing backward."""

    @staticmethod
    def forward(ctx, soft):
        return soft.round()

    @staticmethod
    def backward(ctx, gradient):
        return gradient


def own_function(logits, noise, temperature):
    return Straight.apply(((logits + noise) / temperature).softmax(-1)[..., 1])


def no_grad(logits, noise, temperature):
    soft = ((noise + logits) / temperature).softmax(dim=-1)
    with torch.no_grad():
        rest = soft.round() - soft
    return (soft + rest)[..., 1]


def logs(logits, noise, temperature):
    scores = (logits + noise) / temperature
    soft = (scores[..., 1] - scores.logsumexp(dim=-1)).exp()
    hard = scores.argmax(dim=-1).float()
    return hard + soft - soft.detach()


def unbound(logits, noise, temperature):
    frozen, tuned = ((logits + noise) / temperature).unbind(dim=-1)
    soft = tuned.exp() / (frozen.exp() + tuned.exp()) if temperature > 2 else torch.sigmoid(tuned - frozen)
    return torch.where(tuned > frozen, 1.0, 0.0) + soft - soft.detach()


def float64(logits, noise, temperature):
    soft = ((logits.double() + noise.double()) / temperature).softmax(-1)[..., 1]
    return soft.round().detach() + soft - soft.detach()


def both_sides_of_where(logits, noise, temperature):
    noisy = logits + noise
    soft = (noisy / temperature).softmax(-1)[..., 1]
    nothing = soft - soft.detach()
    return torch.where(noisy[..., 1] > noisy[..., 0], 1 + nothing, nothing)


def einsum(logits, noise, temperature):
    soft = ((logits + noise) / temperature).softmax(-1)
    hard = functional.one_hot(soft.argmax(-1), 2).float()
    return torch.einsum("ngc,c->ng", hard + soft - soft.detach(), torch.tensor([0.0, 1.0]))


def into_the_arguments(logits, noise, temperature):
    logits += noise
    logits /= temperature
    soft = logits.softmax(-1)[..., 1]
    return soft + (soft.detach() > 0.5).float() - soft.detach()


def data_written(logits, noise, temperature):
    decisions = ((logits + noise) / temperature).softmax(-1)[..., 1].clone()
    decisions.data.round_()
    return decisions


def listed(logits, noise, temperature):
    rows = []
    for own, other in zip(logits, noise, strict=True):
        soft = ((own + other) / temperature).softmax(-1)[:, 1]
        rows.append(torch.stack([(1.0 if chance > 0.5 else 0.0) + chance - chance.detach() for chance in soft]))
    return torch.stack(rows)


def tanh(logits, noise, temperature):
    gap = (logits + noise).diff(dim=-1)[..., 0]
    soft = 0.5 + 0.5 * (gap / (2 * temperature)).tanh()
    return soft + (gap.sign() * 0.5 + 0.5 - soft).detach()


def slope_by_hand(logits, noise, temperature):
    gap = (logits + noise)[..., 1] - (logits + noise)[..., 0]
    soft = (gap / temperature).sigmoid().detach()
    return (gap > 0).float() + soft * (1 - soft) / temperature * (gap - gap.detach())


def heaviside(logits, noise, temperature):
    scores = (logits + noise) / temperature
    gap = scores[..., 1] - scores[..., 0]
    return torch.heaviside(gap.detach(), torch.zeros(1)) + (gap.sigmoid() - gap.sigmoid().detach())


RIGHT = {
    "check_straight_through": [
        added_and_detached,
        exactly_zero_or_one,
        difference_detached,
        sigmoid_of_the_gap,
        threshold,
        scattered,
        own_function,
        no_grad,
        logs,
        unbound,
        float64,
        both_sides_of_where,
        einsum,
        into_the_arguments,
        data_written,
        listed,
        tanh,
        slope_by_hand,
        heaviside,
    ]
}
