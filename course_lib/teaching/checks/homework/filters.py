"""Checks of lesson 01: preparation of images, one number of a map; the most probable classes have their own module."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from course_lib.teaching.checks.cases import case_generator, torch_generator
from course_lib.teaching.checks.common import (
    as_numbers,
    attempt,
    fault_of,
    find_hidden_fault,
    find_mistake,
    verdict,
)

_SIZE, _PAD = 7, 3  # of the first layer's filters


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
    draw = case_generator()
    image, weight, bias = (tensor.detach().clone() for tensor in (image, layer.weight, layer.bias))
    strong = weight.flatten(1).norm(dim=1).argsort(descending=True)[: max(2, len(weight) // 2)]
    filters = draw.choice(strong.numpy(), 2, replace=False).tolist()
    cases = [(f, *place) for place in _draw_places(draw, image) for f in filters]
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
    wanted = [_answer_of(image, weight[f], bias[f], i, j) for f, i, j in cases]
    if _near(given, wanted):
        return find_hidden_fault(lambda *case: _is_wrong(respond, *case), _hidden_responds(draw))
    mistakes = [(text, [wrong]) for text, wrong in _wrong_responds(image, weight, bias, cases)]
    if named := find_mistake([given], mistakes, _near):
        return named
    inside = len(cases) // 2
    if _near(given[:inside], wanted[:inside]):
        return "right inside the image, wrong at its edge: there the padding, three rows of zeros, is under the filter."
    _, i, j = cases[0]
    return (
        f"at row {i}, column {j} the layer answers {wanted[0]:.4f}, yours {given[0]:.4f}: where does the patch begin?"
    )


def _draw_places(draw: np.random.Generator, image: Tensor) -> list[tuple[int, int]]:
    """Four places of a map: two inside, row and column different, and two at its upper edge."""
    height, width = ((n - 1) // 2 for n in image.shape[1:])
    (i, k), (j, m) = (draw.choice(np.arange(3, n // 2), 2, replace=False).tolist() for n in (height, width))
    return [(i, j + (i == j)), (k, m + (k == m)), (0, 0), (0, int(draw.integers(2, width // 2)))]


def _answer_of(image: Tensor, weight: Tensor, bias: Tensor, i: int, j: int) -> float:
    """What a convolution of stride 2 and padding 3 answers at a place of its map."""
    padded = nn.functional.pad(image, (_PAD,) * 4)[:, 2 * i : 2 * i + _SIZE, 2 * j : 2 * j + _SIZE]
    return float((padded * weight).double().sum() + bias)


def _hidden_responds(draw: np.random.Generator) -> dict[str, list[tuple]]:
    """Arguments of calls with other images and filters."""

    def case(i: int, j: int) -> tuple:
        generator = torch_generator(draw)
        image, weight = torch.randn(3, 31, 25, generator=generator), torch.randn(3, 7, 7, generator=generator)
        return image, weight, torch.randn((), generator=generator), i, j

    return {
        "the last row and column of a map": [case(15, 12), case(15, 2), case(4, 12)],
        "other images and filters": [case(*draw.integers(3, 9, 2).tolist()) for _ in range(4)],
    }


def _is_wrong(respond: Callable, image: Tensor, weight: Tensor, bias: Tensor, i: int, j: int) -> bool:
    answer, _ = attempt(respond, image.clone(), weight.clone(), bias.clone(), i, j)
    number = as_numbers(answer, 1)
    return number is None or not _near(number, [_answer_of(image, weight, bias, i, j)])


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
    draw = case_generator()
    # 3 × 3 pixels: here a mean that is not shaped raises no error, it is taken for one of each column
    for num_images in (2, 3):
        if fault := _images_fault(prepare, *_draw_images(draw, num_images, 3, 3)):
            return fault
    hidden = {
        "a single image": [_draw_images(draw, 1, 5, 5)],
        "images that are not square": [_draw_images(draw, 3, 4, 7), _draw_images(draw, 4, 3, 2)],
        "other images": [_draw_images(draw, *draw.integers(2, 7, 3).tolist()) for _ in range(3)],
    }
    return find_hidden_fault(lambda *case: _images_fault(prepare, *case), hidden)


def _draw_images(draw: np.random.Generator, *sizes: int) -> tuple[Tensor, Tensor, Tensor]:
    """uint8 images (N, 3, H, W) for sizes (N, H, W), a mean (3,) and a deviation (3,), each with three values."""
    images = torch.as_tensor(draw.integers(0, 256, (sizes[0], 3, *sizes[1:])), dtype=torch.uint8)
    mean, std = draw.permutation([0.35, 0.55, 0.75]), draw.permutation([0.15, 0.22, 0.31])
    mean, std = (values + draw.uniform(-0.03, 0.03, 3) for values in (mean, std))
    return images, *(torch.as_tensor(values, dtype=torch.float32) for values in (mean, std))


def _images_fault(prepare: Callable, images: Tensor, mean: Tensor, std: Tensor) -> str | None:
    """What is wrong with some prepared images, or None."""
    given = images.clone()
    answer, fault = attempt(prepare, given, mean.clone(), std.clone())
    if fault:
        return fault
    if not isinstance(answer, Tensor) or answer.shape != images.shape:
        shape = tuple(answer.shape) if isinstance(answer, Tensor) else type(answer).__name__
        return f"it should return images of the same shape {tuple(images.shape)}, not {shape}."
    if not answer.is_floating_point():
        return f"the result has the type {answer.dtype}: whole numbers cannot be normalised, divide by 255 first."
    right = (images / 255 - mean.view(3, 1, 1)) / std.view(3, 1, 1)
    if _close_tensors(answer, right):
        return None if torch.equal(given, images) else "right, but it changes the images it was given."
    mistakes = [(text, [wrong]) for text, wrong in _wrong_images(images, mean, std)]
    named = find_mistake([answer], mistakes, _close_tensors)
    return named or f"a first pixel of {int(images[0, 0, 0, 0])} becomes {right[0, 0, 0, 0]:.3f}, yours is another."


def _wrong_images(images: Tensor, mean: Tensor, std: Tensor) -> Iterator[tuple[str, Tensor]]:
    """(message, its images) of the usual mistakes."""
    m, s, x = mean.view(3, 1, 1), std.view(3, 1, 1), images / 255
    right = (x - m) / s
    yield "the images are not scaled: divide by 255 before you subtract the mean.", (images - m) / s
    yield "scaled to [0, 1], but not normalised: subtract the mean, divide by the deviation.", x
    yield "the images are only converted to floats: scale to [0, 1], then normalise.", images.float()
    yield "the division by the deviation is missing.", x - m
    yield "the mean is not subtracted.", x / s
    yield "you divide by the variance, the deviation squared.", (x - m) / s**2
    yield "the images are normalised twice.", (right - m) / s
    if images.shape[-1] == 3:
        message = "mean and std have one value for each column here: give them the shape (3, 1, 1)."
        yield message, (x - mean) / std
    if len(images) == 3:
        message = "mean and std have one value for each image here: give them the shape (3, 1, 1)."
        yield message, (x - m[..., None]) / s[..., None]
    yield "the channels are in the order BGR: keep RGB.", right.flip(1)
    yield "the mean is added, it has to be subtracted.", (x + m) / s
    yield "the division comes first, then the mean is subtracted: it is the other way round.", x / s - m
    yield "you use these images' own mean and deviation: take those of the training.", _by_own(x)
    yield "you multiply by the deviation instead of dividing.", (x - m) * s


def _by_own(x: Tensor) -> Tensor:
    return (x - x.mean(dim=(0, 2, 3), keepdim=True)) / x.std(dim=(0, 2, 3), keepdim=True, correction=0)


def _close_tensors(a: Tensor, b: Tensor) -> bool:
    return torch.allclose(a.detach().double(), b.double(), atol=1e-4)


def _near(numbers: Sequence[float], others: Sequence[float]) -> bool:
    return bool(np.allclose(numbers, others, rtol=1e-4, atol=1e-4))
