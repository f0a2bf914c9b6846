"""Right answers to the exercises of lesson 08 in many styles."""

import math
from functools import partial

import numpy as np
import torch
from scipy import stats
from scipy.stats import binom, binomtest


def only_one(a, b):
    return int(np.sum(a > b)), int(np.sum(b > a))


def p_by_counting(a, b):
    heads, tails = only_one(a, b)
    tosses = heads + tails
    if not tosses:
        return 1.0
    return binomtest(heads, tosses, 0.5, alternative="two-sided").pvalue


def p_by_cdf(a, b):
    heads, tails = only_one(a, b)
    return min(1, 2 * binom.cdf(min(heads, tails), heads + tails, 0.5))


def p_by_sum(a, b):
    heads, tails = only_one(a, b)
    n = heads + tails
    return min(1.0, 2 * sum(math.comb(n, i) for i in range(min(heads, tails) + 1)) / 2**n)


def p_by_loop(a, b):
    heads = tosses = 0
    for x, y in zip(a.tolist(), b.tolist(), strict=True):
        if x != y:
            tosses += 1
            heads += x
    return binomtest(heads, tosses).pvalue if tosses > 0 else 1


def p_by_mask(a, b):
    coins = a[a != b]
    return np.float64(1) if coins.size == 0 else binomtest(int(coins.sum()), coins.size).pvalue


def p_by_torch(a, b):
    a, b = torch.from_numpy(a), torch.from_numpy(b)
    heads, tosses = ((a == 1) & (b == 0)).sum().item(), (a != b).sum().item()
    return torch.tensor(binomtest(heads, max(tosses, 1)).pvalue if tosses else 1.0, dtype=torch.float64)


def p_by_table(a, b):
    table = np.histogram2d(a, b, bins=2)[0]
    low, high = sorted((table[0, 1], table[1, 0]))
    return min(1, binom.cdf(low, low + high, 0.5) + binom.sf(high - 1, low + high, 0.5))


class McNemar:
    """A callable object."""

    def __call__(self, a, b):
        heads, tails = only_one(a, b)
        return binomtest([heads, tails]).pvalue if heads + tails else 1.0


def p_by_weights(a, b):
    heads, tails = only_one(a, b)
    chances = stats.binom(heads + tails, 0.5).pmf(np.arange(heads + tails + 1))
    return chances[chances <= chances[heads] * (1 + 1e-9)].sum()


def adam_by_formula(weight, gradient, mean, square, count, lr, b1=0.9, b2=0.999, eps=1e-8):
    mean = b1 * mean + (1 - b1) * gradient
    square = b2 * square + (1 - b2) * gradient * gradient
    up, down = mean / (1 - b1**count), square / (1 - b2**count)
    return weight - lr * up / (torch.sqrt(down) + eps), mean, square


def adam_by_lerp(weight, gradient, mean, square, count, lr):
    mean, square = torch.lerp(mean, gradient, 0.1), torch.lerp(square, gradient.square(), 0.001)
    step = (mean / (1 - 0.9**count)) / ((square / (1 - 0.999**count)) ** 0.5 + 1e-8)
    return [weight - lr * step, mean, square]


def adam_in_place(weight, gradient, mean, square, count, lr):
    mean.mul_(0.9).add_(gradient, alpha=0.1)
    square.mul_(0.999).addcmul_(gradient, gradient, value=0.001)
    weight.addcdiv_(mean / (1 - 0.9**count), (square / (1 - 0.999**count)).sqrt_().add_(1e-8), value=-lr)
    return weight, mean, square


def adam_by_library(weight, gradient, mean, square, count, lr):
    weight = weight.detach().clone().requires_grad_()
    optimizer = torch.optim.Adam([weight], lr=lr)
    optimizer.state[weight] = {"step": torch.tensor(float(count - 1)), "exp_avg": mean, "exp_avg_sq": square}
    weight.grad = gradient
    optimizer.step()
    return weight.detach(), *(optimizer.state[weight][name] for name in ("exp_avg", "exp_avg_sq"))


def adam_efficient(weight, gradient, mean, square, count, lr):
    mean, square = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2
    rate = lr * math.sqrt(1 - 0.999**count) / (1 - 0.9**count)
    return weight - rate * mean / (square.sqrt() + 1e-8), mean, square


def adam_by_numpy(weight, gradient, mean, square, count, lr):
    weight, gradient, mean, square = (np.asarray(part) for part in (weight, gradient, mean, square))
    mean, square = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2
    step = lr * (mean / (1 - 0.9**count)) / (np.sqrt(square / (1 - 0.999**count)) + 1e-8)
    return weight - step, mean, square


def adam_eps_in_root(weight, gradient, mean, square, count, lr):
    mean, square = mean + 0.1 * (gradient - mean), square + 0.001 * (gradient**2 - square)
    return weight - lr * mean / (1 - 0.9**count) / (square / (1 - 0.999**count) + 1e-12) ** 0.5, mean, square


def adam_by_elements(weight, gradient, mean, square, count, lr):
    rows = [adam_by_formula(*parts, count, lr) for parts in zip(weight, gradient, mean, square, strict=True)]
    return tuple(torch.stack(column) for column in zip(*rows, strict=True))


class Adam:
    """A callable object."""

    betas = 0.9, 0.999

    def __call__(self, weight, gradient, mean, square, count, lr):
        return adam_by_formula(weight, gradient, mean, square, count, lr, *self.betas)


def start_by_ratio(first_loss, num_classes):
    return first_loss / math.log(num_classes) < 1.5


def start_by_numpy(first_loss, num_classes):
    return np.less(first_loss, 1.5 * np.log(num_classes))


def start_by_torch(first_loss, num_classes):
    guess = nn_loss_of_a_guess(num_classes)
    return torch.tensor(first_loss) < 1.5 * guess


def nn_loss_of_a_guess(num_classes):
    return torch.nn.functional.cross_entropy(torch.zeros(1, num_classes), torch.zeros(1, dtype=torch.int64))


def start_in_steps(first_loss, num_classes):
    if math.isnan(first_loss) or math.isinf(first_loss):
        return False
    limit = 1.5 * math.log(num_classes)
    return first_loss < limit


class Start:
    """A callable object."""

    def __call__(self, first_loss, num_classes):
        return bool(math.exp(first_loss / 1.5) < num_classes) if first_loss < 100 else False


RIGHT = {
    "check_mcnemar": [
        p_by_counting,
        p_by_cdf,
        p_by_sum,
        p_by_loop,
        p_by_mask,
        p_by_torch,
        p_by_table,
        p_by_weights,
        lambda a, b: binomtest(only_one(a, b)[0], max(sum(only_one(a, b)), 1)).pvalue if (a != b).any() else 1.0,
        partial(
            lambda p, a, b: (
                1.0 if np.array_equal(a, b) else binomtest(only_one(a, b)[1], sum(only_one(a, b)), p).pvalue
            ),
            0.5,
        ),
    ],
    "check_adam": [
        adam_by_formula,
        adam_by_lerp,
        adam_in_place,
        adam_by_library,
        adam_efficient,
        adam_by_numpy,
        adam_eps_in_root,
        adam_by_elements,
        Adam(),
        partial(adam_by_formula, eps=1e-9),
    ],
    "check_start": [
        start_by_ratio,
        start_by_numpy,
        start_by_torch,
        start_in_steps,
        Start(),
        lambda loss, n: abs(loss - math.log(n)) < 0.5 * math.log(n),
        lambda loss, n: np.all([loss > 0, loss <= 1.5 * np.log(n)]),
        lambda loss, n: 0.5 < loss / math.log(n) < 1.5,
        lambda loss, n: 1 if loss < 1.5 * math.log(n) else 0,
        partial(lambda factor, loss, n: loss < factor * -math.log(1 / n), 1.5),
    ],
}
