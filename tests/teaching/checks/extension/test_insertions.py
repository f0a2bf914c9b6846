"""Check of lesson 14 on an extension layer."""

import copy

import pytest
import torch
from torch import nn

from course_lib.teaching.checks.cases import fixed_cases
from course_lib.teaching.checks.extension import activations, insertions


def with_layers(between=nn.ReLU, *last, bias=True):
    """The right widths with another activation, and layers after the last."""

    def insert(head, width):
        first = nn.Linear(head.in_features, width, bias=bias)
        return nn.Sequential(first, between(), nn.Linear(width, head.out_features), *last)

    return insert


right = with_layers()


def changed(change):
    """The right layers, on which `change` has its say."""

    def insert(head, width):
        new = right(head, width)
        change(new, head)
        return new

    return insert


def zeros(new, head):
    for parameter in new.parameters():
        nn.init.zeros_(parameter)


def frozen(new, head):
    new.requires_grad_(False)


def rows_of_the_head(new, head):
    rows, columns = min(len(new[0].weight), len(head.weight)), head.in_features
    new[0].weight.data[:rows, :columns] = head.weight.data[:rows]


def bias_of_the_head(new, head):
    new[2].bias = nn.Parameter(head.bias.detach().clone())


def head_of_zeros(new, head):
    nn.init.zeros_(head.weight)


def narrower_head(head, width):
    new = right(head, width)
    head.in_features, head.weight = width, nn.Parameter(torch.randn(head.out_features, width))
    return new


def linear(*pairs):
    """Layers of other widths, named D, W and K, with ReLUs between them."""

    def insert(head, width):
        sizes = {"D": head.in_features, "W": width, "K": head.out_features, "8": 512}
        layers = []
        for inputs, outputs in pairs:
            layers += [nn.Linear(sizes[inputs], sizes[outputs]), nn.ReLU()]
        return nn.Sequential(*layers[:-1])

    return insert


class Wrapped(nn.Module):
    """Layers, and what else is done in `forward`."""

    def __init__(self, layers, forward):
        super().__init__()
        self.layers, self.change = layers, forward

    def forward(self, x):
        return self.change(self.layers, x)


WRONG = {
    "check_insert_extension": [
        (with_layers(nn.Identity), "the ReLU is missing"),
        (with_layers(nn.Identity, nn.ReLU()), "the ReLU is after the last layer"),
        (with_layers(nn.ReLU, nn.ReLU()), "a ReLU follows the last layer, too"),
        (lambda h, w: nn.Sequential(nn.ReLU(), *with_layers(nn.Identity)(h, w)), "the ReLU is before the extension"),
        (lambda h, w: nn.Sequential(nn.ReLU(), *right(h, w)), "a ReLU is before the extension layer, too"),
        (with_layers(nn.ReLU, nn.Softmax(dim=1)), "the head ends with a softmax"),
        (with_layers(nn.ReLU, nn.LogSoftmax(dim=-1)), "the head ends with a softmax"),
        (with_layers(nn.ReLU, nn.Sigmoid()), "the head ends with a sigmoid"),
        (with_layers(nn.Sigmoid), "the activation between the layers is Sigmoid"),
        (with_layers(nn.Tanh), "the activation between the layers is Tanh"),
        (with_layers(nn.GELU), "the activation between the layers is GELU"),
        (with_layers(nn.LeakyReLU), "the activation between the layers is LeakyReLU"),
        (with_layers(lambda: nn.LeakyReLU(0.2)), "something else than linear, ReLU, linear"),
        (with_layers(nn.PReLU), "two linear layers with bias, and nothing else"),
        (with_layers(lambda: nn.Sequential(nn.ReLU(), nn.Dropout())), "leave the dropout out"),
        (with_layers(bias=False), "the bias is missing"),
        (changed(zeros), "all weights of a layer are equal"),
        (changed(lambda new, head: nn.init.ones_(new[0].weight)), "all weights of a layer are equal"),
        (changed(frozen), "the new layers cannot learn"),
        (changed(rows_of_the_head), "weights of the old layer are in the new head"),
        (changed(bias_of_the_head), "weights of the old layer are in the new head"),
        (lambda h, w: nn.Sequential(nn.Linear(h.in_features, w), nn.ReLU(), h), "weights of the old layer"),
        (lambda h, w: nn.Sequential(h, nn.ReLU(), nn.Linear(h.out_features, w)), "weights of the old layer"),
        (lambda h, w: nn.Sequential(*right(h, w)[:2], copy.deepcopy(h)), "weights of the old layer"),
        (lambda h, w: h, "it returns the given head"),
        (changed(head_of_zeros), "it changes the given head"),
        (narrower_head, "it changes the given head"),
        (linear("WK", "DW"), "in the wrong order"),
        (linear("WD", "KW"), "inputs and outputs are exchanged"),
        (linear("DK", "KK"), "the extension layer has"),
        (linear("DK", "KW"), "the extension layer has"),
        (linear("KW", "WK"), "the extension layer takes"),
        (linear("DW", "DK"), "the last layer takes"),
        (linear("DW", "WW"), "the last layer has"),
        (linear("D8", "8K"), "the extension layer has 512 outputs"),
        (linear("DK"), "1 nn.Linear: two are wanted"),
        (linear("DW", "WW", "WK"), "3 nn.Linear: two are wanted"),
        (lambda h, w: [*right(h, w)], "it should return an nn.Sequential, not list"),
        (lambda h, w: Wrapped(right(h, w), lambda layers, x: layers(x).sum(1)), "the new head returns the shape"),
        (lambda h, w: Wrapped(right(h, w), lambda layers, x: (layers(x), x)), "the new head returns tuple"),
        (lambda h, w: right(h, w) if w != h.in_features else nn.Sequential(*right(h, w)[:2], h), "as wide as the feat"),
        (lambda h, w: right(h, min(w, 100)), "but not for a wide extension"),
    ]
}


@pytest.mark.parametrize("seed", range(5))
def test_each_activation_is_told_from_the_others_whatever_is_drawn(seed, capsys):
    for message, mistake in activations.MISTAKES:

        class Own(nn.Module):
            """What the mistake computes, with layers of the right widths."""

            def __init__(self, head, width):
                super().__init__()
                self.layers = right(head, width)

            def forward(self, x, mistake=mistake):
                return mistake(x, *self.layers.parameters())

        with fixed_cases(seed):
            assert insertions.check_insert_extension(Own) is False
        assert message in capsys.readouterr().out
