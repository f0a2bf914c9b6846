"""Check of lesson 01 on the most probable classes of a row of logits."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from course_lib.teaching.checks.cases import case_generator, draw_until
from course_lib.teaching.checks.common import attempt, fault_of, find_hidden_fault, find_mistake, verdict

_NO_PAIRS = "it should return a list of k pairs (class index, probability)."
_HUGE = 1000.0
_COARSE = 1e-3  # of a probability: float32 keeps four digits behind the point of 1000


def check_top_k(top_k: Callable) -> bool:
    """Check a function that finds the most probable classes.

    Args:
        top_k: ``top_k(logits, k) -> [(class index, probability), …]`` for logits (C,), most probable first.

    Returns:
        whether it is right; the message names the likely mistake. Source: homework, Table I.
    """
    praise = "the right classes, the right probabilities, also for huge logits."
    return verdict("top_k", fault_of(_top_k_fault, top_k), praise)


def _top_k_fault(top_k: Callable) -> str | None:
    """What is wrong with a top_k, or None."""
    draw = case_generator()
    cases = [(_draw_logits(draw, num_classes), k) for num_classes, k in ((5, 2), (7, 3), (6, 4))]
    for logits, k in cases:
        if fault := _pairs_fault(top_k, logits, k):
            return fault
    logits, k = cases[0]
    if _pairs_fault(top_k, logits + _HUGE, k, _COARSE):
        return "right, but logits around 1000 break it (e^1000 is infinite): subtract the largest logit first."
    count = int(draw.integers(20, 60))
    hidden = {
        "logits around −1000": [(logits - _HUGE, k, _COARSE)],
        "k = 1": [(logits, 1)],
        "k = the number of classes": [(logits, len(logits)), (_draw_logits(draw, 2), 2)],
        "other numbers of classes": [(_draw_logits(draw, count), int(draw.integers(2, 12))) for _ in range(4)],
    }
    return find_hidden_fault(lambda *case: _pairs_fault(top_k, *case), hidden)


def _draw_logits(draw: np.random.Generator, num_classes: int) -> Tensor:
    """Logits (C,) with clear gaps; the best classes are neither the first ones nor in the order of their index."""
    values = np.linspace(1, -1, num_classes) * draw.uniform(1.5, 2.5) + draw.uniform(0.3, 1)
    values += draw.uniform(-0.1, 0.1, num_classes) / num_classes

    def is_mixed(classes: np.ndarray) -> bool:
        best, worst = classes[:3].tolist(), classes[::-1][:2].tolist()
        is_sorted = best in (sorted(best), sorted(best, reverse=True))
        return num_classes < 3 or not (is_sorted or {0, 1} in ({*best[:2]}, {*worst}))

    classes = draw_until(lambda: draw.permutation(num_classes), is_mixed)  # the most probable first
    logits = np.empty(num_classes)
    logits[classes] = values
    return torch.as_tensor(logits, dtype=torch.float32)


def _pairs_fault(top_k: Callable, logits: Tensor, k: int, tolerance: float = 1e-5) -> str | None:
    """What is wrong with the k most probable classes, or None."""
    pairs, fault = _call_top_k(top_k, logits, k)
    if fault:
        return fault
    best, order = logits.double().softmax(0).sort(descending=True)
    classes, wanted = order[:k].tolist(), best[:k].tolist()
    if [index for index, _ in pairs] != classes:
        return _order_fault(pairs, classes, wanted, order.tolist())
    share = [p for _, p in pairs]
    if _near(share, wanted, tolerance):
        return None
    mistakes = [(message, [wrong]) for message, wrong in _wrong_shares(logits.double(), classes)]
    if named := find_mistake([share], mistakes, _near):
        return named
    return f"for logits {_text(logits)} and k = {k} the probabilities are {_text(wanted)}, yours {_text(share)}."


def _call_top_k(top_k: Callable, logits: Tensor, k: int) -> tuple[list[tuple[float, float]], str | None]:
    """Pairs from the student's function, or the reason there are none."""
    given = logits.clone()
    answer, fault = attempt(top_k, given, k)
    if fault:
        return [], fault
    try:
        pairs = [(float(index), float(p)) for index, p in answer]
    except Exception:
        return [], _NO_PAIRS
    if len(pairs) != k:
        return [], f"it returns {len(pairs)} pairs for k = {k}: keep the first k."
    if not torch.equal(given, logits):
        return [], "it changes the logits it was given (-=, or a name that ends in _): compute new ones instead."
    return pairs, None


def _wrong_shares(logits: Tensor, classes: list[int]) -> list[tuple[str, list[float]]]:
    """(message, its probabilities) of the usual mistakes."""
    z = logits[classes]
    odds, total = z.exp(), logits.exp().sum()
    mistakes = [
        ("these are the logits themselves: take exp, then divide by the sum.", z),
        ("these are no probabilities: divide by the sum of all e^z.", odds),
        ("the best class has 1: divide by the sum of all e^z, not by the largest.", odds / odds.max()),
        ("you divide by the sum of the k best: the sum runs over all classes.", odds / odds.sum()),
        ("these are per cent: a probability lies between 0 and 1.", 100 * odds / total),
        ("these are logarithms of probabilities: take exp.", (odds / total).log()),
    ]
    return [(message, wrong.tolist()) for message, wrong in mistakes]


def _order_fault(pairs: list, classes: list[int], wanted: list[float], order: list[int]) -> str:
    """Why the classes are not the k most probable ones."""
    given, others = (list(column) for column in zip(*pairs, strict=True))
    k = len(classes)
    if others == classes:
        return "the order in a pair is (class index, probability), yours is (probability, class index)."
    if not all(map(float.is_integer, given)):
        return _NO_PAIRS
    if given == order[::-1][:k]:
        return "these are the least probable classes: sort from large to small."
    if sorted(given) == sorted(classes):
        return "the right classes in the wrong order: the most probable comes first."
    if given == list(range(k)):
        return (
            f"{_text(given)} are positions in the sorted list, not classes: sort also returns where each value came "
            "from."
        )
    return f"the {k} best classes are {_text(classes)}, yours are {_text(given)}."


def _near(numbers: Sequence[float], others: Sequence[float], tolerance: float = 1e-5) -> bool:
    return bool(np.allclose(numbers, others, rtol=1e-5, atol=tolerance))


def _text(values: Sequence[float]) -> str:
    return ", ".join(f"{float(value):.3g}" for value in values)
