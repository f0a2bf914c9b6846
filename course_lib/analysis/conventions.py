"""What L2-SP is in different systems: with ½ or without, on which tensors, with which weight decay beside it."""

from dataclasses import dataclass

import pandas as pd
import torch
from torch import nn

from course_lib.models.staged import StagedModel
from course_lib.training.penalties.making import make_penalty
from course_lib.training.penalties.settings import L2SP
from course_lib.training.recipe import Recipe

START, MOVED = (1.0, 2.0), (2.0, 4.0)  # w⁰ and w of the example
BIAS = (5.0, 7.0)  # the bias of the same layer, then and now
ALPHA = 0.1


@dataclass(frozen=True)
class Convention:
    """L2-SP as one system computes it.

    Attributes:
        system: its name.
        penalty: what it computes; α and β have no meaning here.
        alpha, beta: its defaults; NaN where it has none.
        decay: weight decay of the optimiser on top, in words.
        source: where it was read.
    """

    system: str
    penalty: L2SP
    alpha: float
    beta: float
    decay: str
    source: str


_NONE = float("nan")
CONVENTIONS = (
    Convention("Li et al. (authors' code)", L2SP(), 0.01, 0.01, "none", "holyseven/TransferLearningClassification"),
    Convention("tllib", L2SP(tensors="all"), 0.01, 0.01, "0.0005", "thuml/Transfer-Learning-Library"),
    Convention(
        "SpotTUnet", L2SP(half=False, tensors="all"), _NONE, _NONE, "not known", "neuro-ml/domain_shift_anatomy"
    ),
    Convention("Quick-Tune", L2SP(half=False, tensors="all"), _NONE, _NONE, "searched", "releaunifreiburg/QuickTune"),
    Convention("MultiTune, printed", L2SP(), 0.01, 0.01, "not stated", "Wang et al. (ICONIP 2020), eq. 2"),
    Convention(
        "MultiTune, released", L2SP(start="aliased"), 0.01, 0.01, "0.0005 (Aircraft), 0 (CIFAR-100)",
        "YuWang24/MultiTune",
    ),
    Convention("this course", L2SP(), L2SP().alpha, L2SP().beta, "Recipe.weight_decay", "course_lib"),
)  # fmt: skip


def convention_table() -> pd.DataFrame:
    """Tabulate `CONVENTIONS`, with what each makes of one example: w⁰ = (1, 2), w = (2, 4), α = 0.1.

    Returns:
        A row for each system: ``half``, ``tensors``, ``start``, ``alpha``, ``beta``, ``weight_decay``, ``penalty`` and
        ``gradient`` of the example, ``penalty_with_bias`` where the layer has a bias that moved from 5 to 7, and
        ``source``. The printed MultiTune does not say which tensors count; its row has those of the method's authors.
        The penalties are computed by the training's own code.
    """
    return pd.DataFrame([_row(convention) for convention in CONVENTIONS]).set_index("system")


def _row(convention: Convention) -> dict:
    penalty = convention.penalty
    value, gradient = _example(penalty, bias=False)
    return {
        "system": convention.system,
        "half": penalty.half,
        "tensors": penalty.tensors,
        "start": penalty.start,
        "alpha": convention.alpha,
        "beta": convention.beta,
        "weight_decay": convention.decay,
        "penalty": value,
        "gradient": gradient,
        "penalty_with_bias": _example(penalty, bias=True)[0],
        "source": convention.source,
    }


def _example(penalty: L2SP, *, bias: bool) -> tuple[float, tuple[float, ...]]:
    """Compute penalty and gradient of a layer that moved from w⁰ to w."""
    layer = nn.Linear(2, 1, bias=bias)
    model = StagedModel("one layer", {"layer": layer}, nn.Linear(1, 1), num_features=1)
    _set(layer, START, BIAS[0])
    recipe = Recipe(start="one_layer.safetensors", penalty=penalty.replace(alpha=ALPHA, beta=0.0))
    method = make_penalty(model, recipe, None)
    _set(layer, MOVED, BIAS[1])
    term = method.term()
    term.backward()
    return round(term.item(), 6), tuple(round(value, 6) for value in layer.weight.grad[0].tolist())


@torch.no_grad()
def _set(layer: nn.Linear, weight: tuple[float, float], bias: float) -> None:
    layer.weight.copy_(torch.tensor([weight]))
    if layer.bias is not None:
        layer.bias.fill_(bias)
