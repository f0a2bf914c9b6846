"""Check of lesson 02 on merging mean and variance of two parts."""

import math
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch

from course_lib.teaching.checks.cases import case_generator
from course_lib.teaching.checks.common import as_numbers, attempt, fault_of, find_hidden_fault, verdict


def check_merge(merge: Callable) -> bool:
    """Check a function that merges the mean and variance of two parts.

    Args:
        merge: ``merge(n, mu_n, var_n, m, mu_m, var_m) -> (mu, var)`` with counts n, m and population variances.

    Returns:
        whether it is right; the message names the likely mistake. Source: homework, Eq. (1).
    """
    return verdict("merge", fault_of(_merge_fault, merge), "mean and variance are those of both parts together.")


def _merge_fault(merge: Callable) -> str | None:
    """What is wrong with the merge, or None."""
    draw = case_generator()
    if fault := _number_fault(merge, [_draw_parts(draw) for _ in range(3)]):
        return fault
    n, mu, var, m, other_mu, other_var = _draw_parts(draw)
    if _is_wrong(merge, 0, 0.0, 0.0, m, other_mu, other_var):
        return "right, except at the start of a stream: with n=0 the result is the other part, unchanged."
    hidden = {
        "an empty second part": [(n, mu, var, 0, 0.0, 0.0)],
        "two single pixels": [(1, mu, 0.0, 1, other_mu, 0.0)],
        "two parts with the same mean": [(n, mu, var, m, mu, other_var)],
        "thousands of pixels": [(1000 * n, mu, var, 1000 * m, other_mu, other_var)],
        "other parts": [_draw_parts(draw) for _ in range(3)],
    }
    return find_hidden_fault(partial(_is_wrong, merge), hidden) or _channel_fault(merge, draw)


def _draw_parts(draw: np.random.Generator) -> tuple[int, float, float, int, float, float]:
    """n, μ_n, σ²_n, m, μ_m, σ²_m: all different, so that every mix-up shows."""
    small, large = int(draw.integers(2, 9)), int(draw.integers(11, 40))
    mu, gap = draw.uniform(-1, 2), draw.uniform(0.3, 2) * draw.choice([-1, 1])
    var, other_var = round(draw.uniform(0.01, 0.2), 3), round(draw.uniform(0.4, 2), 2)
    n, m = (small, large) if draw.random() < 0.5 else (large, small)
    return n, round(mu, 2), var, m, round(mu + gap, 2), other_var


def _number_fault(merge: Callable, cases: Sequence[tuple]) -> str | None:
    """What is wrong with the merge of numbers, or None."""
    suspects = None
    for case in cases:
        pair, fault = _call_merge(merge, case)
        if fault:
            return fault
        right = _merged(*case)
        if _close(pair, right):
            continue
        matching = [text for text, wrong in _wrong_merges(*case) if _close(pair, wrong)]
        # the mistake is named only if it explains every case
        suspects = matching if suspects is None else [text for text in suspects if text in matching]
        seen = (case, pair, right)
    if suspects is None:
        return None
    if suspects:
        return suspects[0]
    (n, mu_n, var_n, m, mu_m, var_m), (mu, var), (true_mu, true_var) = seen
    which = "the variance" if _same(mu, true_mu) else "the mean" if _same(var, true_var) else "mean and variance"
    return (
        f"{which} is not right: n={n}, μ={mu_n}, σ²={var_n} and m={m}, μ={mu_m}, σ²={var_m} give "
        f"μ={true_mu:.4f}, σ²={true_var:.4f}, yours are {mu:.4f} and {var:.4f}."
    )


def _call_merge(merge: Callable, case: tuple) -> tuple[tuple[float, float] | None, str | None]:
    """(mean, variance) from the student's function, or the reason there is none."""
    answer, fault = attempt(merge, *case)
    if fault:
        return None, fault
    if (pair := as_numbers(answer, 2)) is None:
        return None, f"it should return two numbers (mu, var), not {type(answer).__name__}."
    mu, var = pair
    if not (math.isfinite(mu) and math.isfinite(var)):
        return None, f"mu={mu}, var={var} are not finite: look at what you divide by."
    return (mu, var), None


def _is_wrong(merge: Callable, *case) -> bool:
    pair, fault = _call_merge(merge, case)
    return fault is not None or not _close(pair, _merged(*case))


def _channel_fault(merge: Callable, draw: np.random.Generator) -> str | None:
    """What is wrong with a merge of tensors with one value per channel, or None."""
    n, m = draw.integers(2, 40, 2).tolist()
    parts = torch.as_tensor(draw.uniform(0.05, 0.95, (4, 3)), dtype=torch.float32)
    given = parts.clone()
    answer, fault = attempt(merge, n, given[0], given[1], m, given[2], given[3])
    if fault:
        return f"right for numbers, but with tensors of three channels {fault}"
    if not torch.equal(given, parts):
        return "right, but it changes mu_n or var_n in place (+=): compute new values instead."
    mu_n, var_n, mu_m, var_m = parts.double()
    right = _merged(n, mu_n, var_n, m, mu_m, var_m)
    pair = [torch.as_tensor(part).double() for part in answer]
    if all(
        part.shape == (3,) and torch.allclose(part, true, rtol=1e-3) for part, true in zip(pair, right, strict=True)
    ):
        return None
    return "right for numbers, but not for tensors of three channels."


def _merged(n: int, mu_n: float, var_n: float, m: int, mu_m: float, var_m: float) -> tuple[float, float]:
    total = n + m
    mu = (n * mu_n + m * mu_m) / total
    return mu, (n * var_n + m * var_m) / total + n * m / total**2 * (mu_n - mu_m) ** 2


def _wrong_merges(n: int, mu_n: float, var_n: float, m: int, mu_m: float, var_m: float):
    """(message, its result) of the usual mistakes."""
    total, gap = n + m, mu_n - mu_m
    mu, var = _merged(n, mu_n, var_n, m, mu_m, var_m)
    inside, cross = (n * var_n + m * var_m) / total, n * m / total**2 * gap**2
    swapped_mu = (m * mu_n + n * mu_m) / total
    swapped_var = (m * var_n + n * var_m) / total + cross
    plain_mu, plain_inside = (mu_n + mu_m) / 2, (var_n + var_m) / 2
    yield "the cross term is missing: two parts with different means spread further than each of them.", (mu, inside)
    yield "the difference of the means in the cross term is not squared.", (mu, inside + n * m / total**2 * gap)
    yield "the difference of the means in the cross term is not squared.", (mu, inside + n * m / total**2 * abs(gap))
    yield (
        "the cross term's weight is mn/(m+n)², the square in its denominator is missing.",
        (mu, inside + cross * total),
    )
    yield "the cross term is subtracted, it has to be added.", (mu, inside - cross)
    yield "the cross term's weight lacks the product: mn/(m+n)².", (mu, inside + gap**2)
    yield "you return the standard deviation, merge works with variances.", (mu, math.sqrt(var))
    squared = (n * var_n**2 + m * var_m**2) / total + cross
    message = "var_n and var_m are variances already, you square them as if they were standard deviations."
    yield message, (mu, squared)
    yield message, (mu, math.sqrt(squared))
    if var_n >= 0 and var_m >= 0:
        roots = (n * math.sqrt(var_n) + m * math.sqrt(var_m)) / total
        message = "you average standard deviations (square roots), average the variances."
        yield message, (mu, roots)
        yield message, (mu, roots + cross)
        yield message, (mu, roots**2)
    bessel = "you divide by the count minus 1: these are population variances, divide by the count."
    yield bessel, (mu, (inside + cross) * total / (total - 1))
    yield bessel, (mu, ((n - 1) * var_n + (m - 1) * var_m + n * m / total * gap**2) / (total - 1))
    yield bessel, (mu, (n * var_n + m * var_m) / (total - 1) + cross)
    yield "the weights of the means are swapped: n belongs to mu_n.", (swapped_mu, var)
    yield "the weights of the variances are swapped: n belongs to var_n.", (mu, swapped_var)
    yield "the weights are swapped: n belongs to mu_n and var_n.", (swapped_mu, swapped_var)
    yield "the means are averaged without their counts: a large part must weigh more.", (plain_mu, var)
    yield "the variances are averaged without their counts: a large part must weigh more.", (mu, plain_inside + cross)
    yield "the counts are ignored: a large part must weigh more than a small one.", (plain_mu, plain_inside)
    yield (
        "the counts are ignored: a large part must weigh more than a small one.",
        (plain_mu, plain_inside + gap**2 / 4),
    )
    yield "the order is (mu, var), yours is (var, mu).", (var, mu)


def _same(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=1e-5, abs_tol=1e-9)


def _close(pair: tuple[float, float], other: tuple[float, float]) -> bool:
    return _same(pair[0], other[0]) and _same(pair[1], other[1])
