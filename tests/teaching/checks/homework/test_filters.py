"""Lesson 01: five best classes, one number of a map, a photo prepared as in training."""

import torch
from torch import nn

from course_lib.teaching.checks import homework as checks


def top_k_by(values_of, largest=True, swap=False, keep=slice(None)):
    """A top_k with a mistake."""

    def top_k(logits, k):
        values, order = values_of(logits).sort(descending=largest)
        pairs = [(int(i), float(v)) for i, v in zip(order[:k], values[:k], strict=True)]
        return [pair[::-1] if swap else pair for pair in pairs][keep]

    return top_k


def softmax_by_hand(z):
    return z.exp() / z.exp().sum()


def positions(logits, k):
    values = logits.softmax(0).sort(descending=True).values
    return [(place, float(values[place])) for place in range(k)]


def from_one(logits, k):
    return [(int(c) + 1, float(logits.softmax(0)[c])) for c in logits.argsort(descending=True)[:k]]


def softmax_of_the_best(logits, k):
    values, order = logits.topk(k)
    return list(zip(order.tolist(), values.softmax(0).tolist(), strict=True))


def patch_of(image, i, j, pad=3, step=2):
    padded = nn.functional.pad(image, (pad,) * 4)
    return padded[:, step * i : step * i + 7, step * j : step * j + 7]


def at_places_within(size):
    """A respond that gives up far from the corner."""

    def respond(x, w, b, i, j):
        return (patch_of(x, i, j) * w).sum() + b if x.shape[1] > 31 or i < size else 0.0

    return respond


def scaled(images, mean, std):
    return (images / 255 - mean.view(3, 1, 1)) / std.view(3, 1, 1)


def in_place(images, mean, std):
    answer = scaled(images, mean, std)
    images //= 2
    return answer


WRONG = {
    "check_top_k": [
        (top_k_by(lambda z: z), "the logits themselves"),
        (top_k_by(torch.exp), "divide by the sum of all e^z"),
        (top_k_by(lambda z: (z - z.max()).exp()), "not by the largest"),
        (softmax_of_the_best, "sum of the k best"),
        (top_k_by(lambda z: z.log_softmax(0)), "logarithms"),
        (top_k_by(lambda z: 100 * z.softmax(0)), "per cent"),
        (top_k_by(softmax_by_hand), "subtract the largest logit first"),
        (top_k_by(lambda z: z.softmax(0), largest=False), "sort from large to small"),
        (top_k_by(lambda z: z.softmax(0), swap=True), "(probability, class index)"),
        (positions, "positions in the sorted list"),
        (top_k_by(lambda z: z.softmax(0), keep=slice(None, None, -1)), "most probable comes first"),
        (lambda logits, k: top_k_by(lambda z: z.softmax(0))(logits, 4), "4 pairs for k = 2"),
        (lambda logits, k: logits.topk(k), "list of k pairs"),
        (lambda logits, k: top_k_by(lambda z: z.softmax(0))(logits, 2), "2 pairs for k = 3"),
        (lambda logits, k: top_k_by(lambda z: z.softmax(0))(logits, 5), "5 pairs for k = 2"),
        (lambda logits, k: top_k_by(lambda z: z.sub_(z.max()).softmax(0))(logits, k), "changes the logits"),
        (lambda logits, k: top_k_by(lambda z: z.softmax(0))(logits, min(k, 4)), "not for k = the number of classes"),
        (
            top_k_by(lambda z: (z - z.clamp(min=-60).max()).exp() / (z - z.clamp(min=-60).max()).exp().sum()),
            "around −1000",
        ),
        (lambda logits: [], "stops with TypeError"),
        (from_one, "classes"),
    ],
    "check_respond": [
        (lambda x, w, b, i, j: (patch_of(x, i, j) * w).sum(), "bias is missing"),
        (lambda x, w, b, i, j: (patch_of(x, i, j, step=1) * w).sum() + b, "stride is missing"),
        (lambda x, w, b, i, j: (patch_of(x, i, j, pad=0) * w).sum() + b, "padding is missing"),
        (lambda x, w, b, i, j: (patch_of(x, j, i) * w).sum() + b, "swapped"),
        (lambda x, w, b, i, j: (patch_of(x, i, j) * w.flip(-1, -2)).sum() + b, "mirror the filter"),
        (lambda x, w, b, i, j: (patch_of(x, i, j) * w).sum() - b, "bias is subtracted"),
        (at_places_within(12), "right for what was tried first, but not for"),
        (lambda x, w, b, i, j: 0.5, "where does the patch begin"),
        (lambda x, w, b, i, j: patch_of(x, i, j) * w + b, "one number, not a Tensor of shape (3, 7, 7)"),
        (lambda x, w, b, i, j: (patch_of(x, i, j, pad=1) * w).sum() + b, "where does the patch begin"),
        (lambda x, w, b, i, j: (x[:, 2 * i - 3 : 2 * i + 4, 2 * j - 3 : 2 * j + 4] * w).sum() + b, "pad first"),
    ],
    "check_prepare": [
        (lambda x, m, s: (x - m.view(3, 1, 1)) / s.view(3, 1, 1), "not scaled: divide by 255"),
        (lambda x, m, s: x / 255, "not normalised"),
        (lambda x, m, s: x.float(), "only converted to floats"),
        (lambda x, m, s: (x / 255 - m) / s, "shape (3, 1, 1)"),
        (lambda x, m, s: scaled(x, m, s).flip(1), "BGR"),
        (lambda x, m, s: x / 255 - m.view(3, 1, 1), "division by the deviation is missing"),
        (lambda x, m, s: scaled(x, m, s**2), "variance"),
        (lambda x, m, s: (scaled(x, m, s) - m.view(3, 1, 1)) / s.view(3, 1, 1), "normalised twice"),
        (lambda x, m, s: (x / 255 - x.float().mean() / 255) / s.view(3, 1, 1), "yours is another"),
        (in_place, "changes the images it was given"),
        (lambda x, m, s: (x / 255 - m.view(-1, 1, 1, 1)) / s.view(-1, 1, 1, 1), "stops with RuntimeError"),
        (lambda x, m, s: x.flip(0).sub(m.view(3, 1, 1)), "yours is another"),
        (lambda x, m, s: scaled(x, m, s).numpy(), "not ndarray"),
        (lambda x, m, s: scaled(x, m, s)[:, :, :, :3], "but not for a single image"),
        (lambda x, m, s: x, "whole numbers cannot be normalised"),
        (lambda x, m, s: scaled(x, m, s).mean(0), "the same shape"),
    ],
}


def convolution_and_image(fixture=None):
    """A convolution like the network's first one, and an image under it."""
    torch.manual_seed(0)
    return nn.Conv2d(3, 4, 7, stride=2, padding=3), torch.randn(3, 48, 48)


NEEDS = {"check_respond": convolution_and_image}


def test_the_padding_alone_can_be_wrong(capsys):
    """Right inside the image, ones instead of zeros around it."""

    def respond(x, weight, bias, i, j):
        padded = nn.functional.pad(x, (3, 3, 3, 3), value=1.0)
        return (padded[:, 2 * i : 2 * i + 7, 2 * j : 2 * j + 7] * weight).sum() + bias

    assert checks.check_respond(respond, *convolution_and_image()) is False
    assert "wrong at its edge" in capsys.readouterr().out
