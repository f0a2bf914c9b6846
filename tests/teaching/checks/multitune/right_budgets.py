"""Right answers of lesson 17 on the terms of global-k, in many styles."""

import math

import torch


def plain(decisions, k, budget, determinism):
    n = decisions.mean(dim=0)
    return budget * (n.sum() - k) ** 2 + determinism * -(n * (n + 1e-9).log()).sum()


def xlogy(decisions, k, budget, determinism):
    n = decisions.mean(0)
    return budget * (n.sum() - k).square() - determinism * torch.special.xlogy(n, n.clamp(min=1e-12)).sum()


def entr(decisions, k, budget, determinism):
    n = decisions.sum(dim=0) / decisions.shape[0]
    entropy = torch.special.entr(n.clamp(min=1e-30))
    return budget * torch.pow(n.sum() - k, 2) + determinism * entropy.sum()


def by_image(decisions, k, budget, determinism):
    tuned = decisions.sum(dim=1).mean()
    n = decisions.mean(dim=0).clamp_min(1e-12)
    return budget * (tuned - k) * (tuned - k) + determinism * (-n * torch.log(n)).sum()


def loop(decisions, k, budget, determinism):
    total, entropy = -k, 0.0
    for column in decisions.unbind(dim=1):
        n = column.mean()
        total = total + n
        entropy = entropy - n * torch.log(n + 1e-10)
    return budget * total**2 + determinism * entropy


def einsum(decisions, k, budget, determinism):
    n = torch.einsum("ng->g", decisions) / len(decisions)
    return budget * (n.sum() - k) ** 2 - determinism * torch.dot(n, torch.log(n + 1e-9))


def where(decisions, k, budget, determinism):
    n = decisions.mean(dim=0)
    safe = torch.where(n > 0, n, torch.ones_like(n))
    small = torch.where(n > 0, n, n + 1e-9)
    return budget * (n.sum() - k) ** 2 + determinism * -(n * torch.log(torch.where(n > 0, safe, small))).sum()


def mse(decisions, k, budget, determinism):
    n = decisions.mean(dim=0)
    first = torch.nn.functional.mse_loss(n.sum(), torch.tensor(float(k)))
    return torch.stack([budget * first, determinism * (-n * (n + 1e-9).log()).sum()]).sum()


def matrix(decisions, k, budget, determinism):
    n = torch.ones(1, len(decisions)) @ decisions / len(decisions)
    return (budget * (n.sum() - k) ** 2 + determinism * (-n * (n + 1e-8).log()).sum()).squeeze()


def float64(decisions, k, budget, determinism):
    n = decisions.double().mean(0)
    return budget * (n.sum() - k) ** 2 - determinism * (n * (n + 1e-9).log()).sum()


def larger_number_in_the_logarithm(decisions, k, budget, determinism):
    n = decisions.mean(0)
    return budget * (n.sum() - k) ** 2 - determinism * (n * (n + 1e-5).log()).sum()


def smallest_number_in_the_logarithm(decisions, k, budget, determinism):
    n = decisions.mean(0)
    return budget * (n.sum() - k) ** 2 - determinism * (n * (n + torch.finfo(n.dtype).eps).log()).sum()


def used_blocks_alone(decisions, k, budget, determinism):
    n = decisions.mean(0)
    used = n[n > 0]
    return budget * (n.sum() - k) ** 2 - determinism * (used * used.log()).sum()


def in_place(decisions, k, budget, determinism):
    n = decisions.sum(0)
    n /= len(decisions)
    rest = n.sum()
    rest -= k
    return rest.square() * budget - (n * torch.log(n + 1e-9)).sum() * determinism


def list_comprehension(decisions, k, budget, determinism):
    n = [sum(decisions[:, gate]) / len(decisions) for gate in range(decisions.shape[1])]
    return budget * (sum(n) - k) ** 2 + determinism * sum(-share * torch.log(share + 1e-12) for share in n)


def one_row(decisions, k, budget, determinism):
    n = decisions.mean(dim=0, keepdim=True)
    return budget * (n.sum(dim=1) - k) ** 2 + determinism * -(n * (n + 1e-9).log()).sum(dim=1)


def other_base(decisions, k, budget, determinism):
    n = decisions.mean(dim=0)
    return budget * (n.sum() - k) ** 2 - determinism * (n * torch.log2(n + 1e-9) * math.log(2)).sum()


def small_added_to_n(decisions, k, budget, determinism):
    n = decisions.mean(dim=0) + 1e-9
    return budget * (n.sum() - k) ** 2 - determinism * (n * n.log()).sum()


RIGHT = {
    "check_global_k_loss": [
        plain,
        xlogy,
        by_image,
        loop,
        einsum,
        mse,
        matrix,
        where,
        entr,
        float64,
        larger_number_in_the_logarithm,
        smallest_number_in_the_logarithm,
        used_blocks_alone,
        in_place,
        list_comprehension,
        one_row,
        other_base,
        small_added_to_n,
    ]
}
