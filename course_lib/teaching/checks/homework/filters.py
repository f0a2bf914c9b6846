"""Checks of lesson 01: preparation of images, one number of a map, the most probable classes."""

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from course_lib.teaching.checks.common import as_numbers, attempt, fault_of, find_mistake, verdict

_NUM_BEST = 2
_NO_PAIRS = "it should return a list of k pairs (class index, probability)."
_PLACES = ((9, 14), (6, 3), (0, 0), (0, 5))  # of a map: two inside, two at the edge


def check_top_k(top_k: Callable) -> bool:
    """Check a function that finds the most probable classes.

    Args:
        top_k: ``top_k(logits, k) -> [(class index, probability), …]`` for logits (C,), most probable first.

    Returns:
        whether it is right; the message names the likely mistake. Source: homework, Table I.
    """
    return verdict(
        "top_k", fault_of(_top_k_fault, top_k), "the right classes, the right probabilities, also for huge logits."
    )


def _top_k_fault(top_k: Callable) -> str | None:
    """What is wrong with a top_k, or None; the probabilities are ⅛, ½, ¼, ⅛."""
    logits = torch.tensor([0.125, 0.5, 0.25, 0.125]).log() + 1
    pairs, fault = _call_top_k(top_k, logits)
    if fault:
        return fault
    if [index for index, _ in pairs] != [1, 2]:
        return _order_fault(pairs)
    share = [p for _, p in pairs]
    if not _near(share, [0.5, 0.25]):
        mistakes = [
            ("these are the logits themselves: take exp, then divide by the sum.", logits[1:3].tolist()),
            ("these are no probabilities: divide by the sum of all e^z.", logits[1:3].exp().tolist()),
            ("the best class has 1: divide by the sum of all e^z, not by the largest.", [1.0, 0.5]),
            ("you divide by the sum of the k best: the sum runs over all classes.", [2 / 3, 1 / 3]),
            ("these are per cent: a probability lies between 0 and 1.", [50.0, 25.0]),
            ("these are logarithms of probabilities: take exp.", [math.log(0.5), math.log(0.25)]),
        ]
        named = find_mistake([share], [(message, [wrong]) for message, wrong in mistakes], _near)
        return named or f"the probabilities are 0.5 and 0.25, yours {share[0]:.3f} and {share[1]:.3f}."
    pairs, fault = _call_top_k(top_k, logits + 1000)
    if fault or not _near([p for _, p in pairs], [0.5, 0.25], tolerance=1e-3):
        return "right, but logits around 1000 break it (e^1000 is infinite): subtract the largest logit first."
    return None


def _call_top_k(top_k: Callable, logits: Tensor) -> tuple[list[tuple[int, float]], str | None]:
    """Pairs from the student's function, or the reason there are none."""
    answer, fault = attempt(top_k, logits.clone(), _NUM_BEST)
    if fault:
        return [], fault
    try:
        pairs = [(float(index), float(p)) for index, p in answer]
    except Exception:
        return [], _NO_PAIRS
    if len(pairs) != _NUM_BEST:
        return [], f"it returns {len(pairs)} pairs for k = {_NUM_BEST}: keep the first k."
    return pairs, None


def _order_fault(pairs: list[tuple[float, float]]) -> str:
    """Why the classes are not 1 and 2."""
    (first, p_first), (second, p_second) = pairs
    if [p_first, p_second] == [1, 2]:
        return "the order in a pair is (class index, probability), yours is (probability, class index)."
    if not (first.is_integer() and second.is_integer()):
        return _NO_PAIRS
    if {first, second} <= {0, 3}:
        return "these are the least probable classes: sort from large to small."
    if (first, second) == (2, 1):
        return "the right classes in the wrong order: the most probable comes first."
    if (first, second) == (0, 1):
        return "0 and 1 are positions in the sorted list, not classes: sort also returns where each value came from."
    return f"the two best classes are 1 and 2, yours are {first:g} and {second:g}."


def check_respond(respond: Callable, layer: nn.Conv2d, image: Tensor) -> bool:
    """Check a function that computes one number of a map, against the layer itself.

    Args:
        respond: ``respond(x, weight, bias, i, j)``, the answer of one filter at row i, column j of its map.
        layer: the network's first convolution, 7 × 7, stride 2, padding 3, with a bias.
        image: (3, H, W), normalised, H and W at least 35.

    Returns:
        whether it is right inside the image and at its edge; the message names the likely mistake.
    """
    praise = "this is what the first layer computes, at every place."
    return verdict("respond", fault_of(_respond_fault, respond, layer, image), praise)


def _respond_fault(respond: Callable, layer: nn.Conv2d, image: Tensor) -> str | None:
    """What is wrong with a respond, or None."""
    image, weight, bias = (tensor.detach().clone() for tensor in (image, layer.weight, layer.bias))
    with torch.no_grad():
        maps = layer(image[None])[0]  # (F, h, w)
    cases = [(f, i, j) for i, j in _PLACES for f in (0, 3)]
    given = []
    for f, i, j in cases:
        answer, fault = attempt(respond, image.clone(), weight[f].clone(), bias[f].clone(), i, j)
        if fault:
            small = " (the patch has not the filter's size: pad first, then begin at row 2·i)"
            return fault + (small if "must match" in fault else "")
        number = as_numbers(answer, 1)
        if number is None:
            shape = f" of shape {tuple(answer.shape)}" if isinstance(answer, Tensor) else ""
            return f"it should return one number, not a {type(answer).__name__}{shape}: multiply and add everything up."
        given.append(number[0])
    wanted = [float(maps[case]) for case in cases]
    if _near(given, wanted, tolerance=1e-4):
        return None
    mistakes = [(text, [wrong]) for text, wrong in _wrong_responds(image, weight, bias, cases)]
    if named := find_mistake([given], mistakes, lambda a, b: _near(a, b, tolerance=1e-4)):
        return named
    inside = len(cases) // 2
    if _near(given[:inside], wanted[:inside], tolerance=1e-4):
        return "right inside the image, wrong at its edge: there the padding, three rows of zeros, is under the filter."
    return f"at row 9, column 14 the layer answers {wanted[0]:.4f}, yours {given[0]:.4f}: where does the patch begin?"


def _wrong_responds(image: Tensor, weight: Tensor, bias: Tensor, cases: list) -> Iterator[tuple[str, list[float]]]:
    """(message, its answers) of the usual mistakes."""
    padded = nn.functional.pad(image, (3, 3, 3, 3))

    def answers(where, source=padded, times=lambda w: w, plus=bias):
        found = []
        for f, i, j in cases:
            row, column = where(i, j)
            patch = source[:, row : row + 7, column : column + 7]
            found.append(float((patch * times(weight[f])).sum() + plus[f]))
        return found

    def right(i, j):
        return 2 * i, 2 * j

    yield "the bias is missing: add it to the sum.", answers(right, plus=0 * bias)
    yield "the stride is missing: the patch begins at row 2·i, not at row i.", answers(lambda i, j: (i, j))
    yield "the padding is missing: pad the image by 3 on each side first.", answers(right, source=image)
    yield "i is the row and j the column, yours are swapped.", answers(lambda i, j: (2 * j, 2 * i))
    mirrored = answers(right, times=lambda w: w.flip(-1, -2))
    yield "you mirror the filter, as in mathematics; a network's convolution does not.", mirrored
    yield "the bias is subtracted, it has to be added.", answers(right, plus=-bias)
    repeated = nn.functional.pad(image, (3, 3, 3, 3), mode="replicate")
    yield "the padding repeats the edge: it has to be zeros.", answers(right, source=repeated)


def check_prepare(prepare: Callable) -> bool:
    """Check a function that prepares photos for a trained network.

    Args:
        prepare: ``prepare(images, mean, std)``, uint8 (N, 3, H, W) and two (3,) to float (N, 3, H, W).

    Returns:
        whether it scales to [0, 1] and then normalises each channel; the message names the likely mistake.
    """
    return verdict(
        "prepare", fault_of(_prepare_fault, prepare), "scaled to [0, 1], then normalised channel by channel."
    )


def _prepare_fault(prepare: Callable) -> str | None:
    """What is wrong with the preparation, or None."""
    # 3 × 3 pixels: here a mean that is not shaped raises no error, it is taken for one of each column
    images = torch.randint(0, 256, (2, 3, 3, 3), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    mean, std = torch.tensor([0.8, 0.6, 0.4]), torch.tensor([0.3, 0.2, 0.1])
    given = images.clone()
    answer, fault = attempt(prepare, given, mean.clone(), std.clone())
    if fault:
        return fault
    if not isinstance(answer, Tensor) or answer.shape != images.shape:
        shape = tuple(answer.shape) if isinstance(answer, Tensor) else type(answer).__name__
        return f"it should return images of the same shape {tuple(images.shape)}, not {shape}."
    if not answer.is_floating_point():
        return f"the result has the type {answer.dtype}: whole numbers cannot be normalised, divide by 255 first."
    m, s = mean.view(3, 1, 1), std.view(3, 1, 1)
    x = images / 255
    right = (x - m) / s
    if _close_tensors(answer, right):
        return None if torch.equal(given, images) else "right, but it changes the images it was given."
    mistakes = {
        "the images are not scaled: divide by 255 before you subtract the mean.": (images - m) / s,
        "scaled to [0, 1], but not normalised: subtract the mean, divide by the deviation.": x,
        "the images are only converted to floats: scale to [0, 1], then normalise.": images.float(),
        "the division by the deviation is missing.": x - m,
        "the mean is not subtracted.": x / s,
        "you divide by the variance, the deviation squared.": (x - m) / s**2,
        "the images are normalised twice.": (right - m) / s,
        "mean and std have one value for each column here: give them the shape (3, 1, 1).": (x - mean) / std,
        "the channels are in the order BGR: keep RGB.": right.flip(1),
        "the mean is added, it has to be subtracted.": (x + m) / s,
        "the division comes first, then the mean is subtracted: it is the other way round.": x / s - m,
        "you use these images' own mean and deviation: take those of the training.": _by_own(x),
        "you multiply by the deviation instead of dividing.": (x - m) * s,
    }
    named = find_mistake([answer], [(text, [wrong]) for text, wrong in mistakes.items()], _close_tensors)
    return named or f"a first pixel of {int(images[0, 0, 0, 0])} becomes {right[0, 0, 0, 0]:.3f}, yours is another."


def _by_own(x: Tensor) -> Tensor:
    return (x - x.mean(dim=(0, 2, 3), keepdim=True)) / x.std(dim=(0, 2, 3), keepdim=True, correction=0)


def _close_tensors(a: Tensor, b: Tensor) -> bool:
    return torch.allclose(a.detach().double(), b.double(), atol=1e-4)


def _near(numbers: list[float], others: list[float], tolerance: float = 1e-5) -> bool:
    return all(abs(a - b) <= tolerance for a, b in zip(numbers, others, strict=True))
