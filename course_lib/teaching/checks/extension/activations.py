"""What two linear layers compute with a ReLU between them, and with the usual mistakes."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional


def _network(between: Callable, last: Callable = lambda x: x, first: Callable = lambda x: x) -> Callable:
    """The function of features and of weight, bias, weight, bias with these activations."""

    def outputs(features: Tensor, weight: Tensor, bias: Tensor, last_weight: Tensor, last_bias: Tensor) -> Tensor:
        hidden = between(functional.linear(first(features), weight, bias))
        return last(functional.linear(hidden, last_weight, last_bias))

    return outputs


def _none(x: Tensor) -> Tensor:
    return x


def _softmax(x: Tensor) -> Tensor:
    return x.softmax(dim=1)


def _log_softmax(x: Tensor) -> Tensor:
    return x.log_softmax(dim=1)


right = _network(torch.relu)

_END = "the ReLU is after the last layer: put it between the two linear layers."
_BOTH = "a ReLU follows the last layer, too: logits may be negative, leave it out."
_FIRST = "the ReLU is before the extension layer: put it between the two linear layers."
_SOFTMAX = "the head ends with a softmax: return logits, concepts do not exclude each other."
_SIGMOID = "the head ends with a sigmoid: return logits, the loss takes the sigmoid itself."
_OTHER = {
    "Sigmoid": torch.sigmoid,
    "Tanh": torch.tanh,
    "GELU": functional.gelu,
    "GELU (tanh)": lambda x: functional.gelu(x, approximate="tanh"),
    "SiLU": functional.silu,
    "ELU": functional.elu,
    "SELU": functional.selu,
    "LeakyReLU": functional.leaky_relu,
    "ReLU6": functional.relu6,
    "Softplus": functional.softplus,
    "Mish": functional.mish,
    "Hardswish": functional.hardswish,
    "Softmax": _softmax,
}
MISTAKES = (
    ("the ReLU is missing: two linear layers in a row are one linear layer.", _network(_none)),
    (_END, _network(_none, torch.relu)),
    (_BOTH, _network(torch.relu, torch.relu)),
    (_FIRST, _network(_none, first=torch.relu)),
    (
        "a ReLU is before the extension layer, too: one between the layers is enough.",
        _network(torch.relu, first=torch.relu),
    ),
    (_SOFTMAX, _network(torch.relu, _softmax)),
    (_SOFTMAX, _network(_none, _softmax)),
    (_SOFTMAX, _network(torch.relu, _log_softmax)),
    (_SIGMOID, _network(torch.relu, torch.sigmoid)),
    (_SIGMOID, _network(_none, torch.sigmoid)),
    ("the head ends with a tanh: return logits.", _network(torch.relu, torch.tanh)),
    *((f"the activation between the layers is {name}: nn.ReLU is wanted.", _network(f)) for name, f in _OTHER.items()),
)
