"""Checks of lesson 02: mean and deviation from a histogram, and of the training images only."""

import math
from collections.abc import Callable, Sequence
from functools import partial, reduce
from types import SimpleNamespace

import numpy as np
import torch
from torch import Tensor

from course_lib.data import PixelHistogram
from course_lib.teaching.checks.cases import case_generator, torch_generator
from course_lib.teaching.checks.common import (
    answers_to,
    as_numbers,
    attempt,
    fault_of,
    find_hidden_fault,
    find_mistake,
    verdict,
)

_MAX_COUNT = 20_000  # of one value: an array of all pixels stays within megabytes


def check_mean_and_std(mean_and_std: Callable) -> bool:
    """Check a function that finds mean and deviation of pixels from a histogram.

    Args:
        mean_and_std: ``mean_and_std(counts) -> (mean, std)`` on the scale [0, 1], for int64 counts (256,).

    Returns:
        whether it agrees with whole-number arithmetic; the message names the likely mistake.
    """
    fault = fault_of(_mean_and_std_fault, mean_and_std)
    return verdict("mean_and_std", fault, "the same as the library's, which computes in whole numbers.")


def _mean_and_std_fault(mean_and_std: Callable) -> str | None:
    """What is wrong with the function, or None; a few pixels first, then many."""
    draw = case_generator()
    few = [_draw_counts(draw, (20, 120, 250), 6), _draw_counts(draw, (5, 90, 91, 230), 12)]
    few.append(_draw_counts(draw, (3, 120, 160, 255), _MAX_COUNT))
    given, fault = answers_to(partial(_call_mean_and_std, mean_and_std), few)
    if fault:
        return fault
    wanted = [_exact(counts) for counts in few]
    if all(_same(a, b, 1e-9) for a, b in zip(given, wanted, strict=True)):
        return find_hidden_fault(lambda counts: _is_wrong(mean_and_std, counts), _hidden_counts(draw))
    if all(_same(a, b, 1e-3) for a, b in zip(given, wanted, strict=True)):
        return "almost right, but it loses digits: compute in float64, counts.double()."
    mistakes = _wrong_mean_and_std(few, wanted)
    named = find_mistake(given, mistakes, lambda a, b: _same(a, b, 1e-4))
    (mu, sigma), (true_mu, true_sigma) = given[0], wanted[0]
    pixels = ", ".join(f"{int(few[0][value])} of {int(value)}" for value in few[0].nonzero())
    return named or (
        f"pixels {pixels} have mean {true_mu:.4f} and deviation {true_sigma:.4f}, yours are {mu:.4f} and {sigma:.4f}."
    )


def _draw_counts(draw: np.random.Generator, values: Sequence[int], most: int) -> Tensor:
    """Counts (256,) int64 of pixels near these values, no two counts equal."""
    counts = torch.zeros(256, dtype=torch.int64)
    places = [min(value + int(draw.integers(0, 5)), 255) if value not in (90, 91) else value for value in values]
    counts[places] = torch.as_tensor(draw.choice(np.arange(1, most + 1), len(values), replace=False))
    return counts


def _hidden_counts(draw: np.random.Generator) -> dict[str, list[tuple[Tensor]]]:
    return {
        "pixels that are black or white": [(_draw_counts(draw, (0, 255), 50),)],
        "a dark image": [(_draw_counts(draw, (0, 8, 17, 33), 900),)],
        "an image with all 256 values": [(torch.as_tensor(draw.integers(1, 999, 256)),)],
        "other images": [(_draw_counts(draw, (10, 50, 100, 200), 5000),) for _ in range(3)],
    }


def _call_mean_and_std(mean_and_std: Callable, counts: Tensor) -> tuple[tuple[float, ...] | None, str | None]:
    """((mean, std), None) from the student's function, or (None, fault)."""
    answer, fault = attempt(mean_and_std, counts.clone())
    if fault:
        return None, fault
    if (pair := as_numbers(answer, 2)) is None:
        return None, f"it should return two numbers (mean, std), not {type(answer).__name__}."
    if not all(map(math.isfinite, pair)):
        return None, f"mean {pair[0]} and std {pair[1]} are not finite: look at what you divide by."
    return pair, None


def _is_wrong(mean_and_std: Callable, counts: Tensor) -> bool:
    pair, fault = _call_mean_and_std(mean_and_std, counts)
    return fault is not None or not _same(pair, _exact(counts), 1e-9)


def _exact(counts: Tensor) -> tuple[float, float]:
    histogram = PixelHistogram(counts.expand(3, 256))
    return float(histogram.mean[0]), float(histogram.std[0])


def _wrong_mean_and_std(histograms: Sequence[Tensor], wanted: Sequence) -> list[tuple[str, list]]:
    """(message, its answers) of the usual mistakes."""
    values = torch.arange(256, dtype=torch.float64) / 255
    present = [values[counts > 0] for counts in histograms]
    totals = [int(counts.sum()) for counts in histograms]
    return [
        ("right on the scale from 0 to 255, divide the values by 255.", [(255 * m, 255 * s) for m, s in wanted]),
        (
            "the largest value is 255, not 256: divide the values by 255.",
            [(m * 255 / 256, s * 255 / 256) for m, s in wanted],
        ),
        ("the second number is the variance, take its square root.", [(m, s**2) for m, s in wanted]),
        ("the order is (mean, std), yours is (std, mean).", [(s, m) for m, s in wanted]),
        (
            "the counts are ignored: a value that occurs often must weigh more.",
            [(float(v.mean()), float(v.std(correction=0))) for v in present],
        ),
        (
            "the counts are ignored: a value that occurs often must weigh more.",
            [(0.5, float(values.std(correction=0)))] * len(totals),
        ),
        (
            "you average the counts themselves; they are the weights, the values are v/255.",
            [(float(c.double().mean()), float(c.double().std(correction=0))) for c in histograms],
        ),
        (
            "you return the root of the mean square: subtract the mean before you square.",
            [(m, math.hypot(m, s)) for m, s in wanted],
        ),
        (
            "you divide by the count minus 1: divide by the count.",
            [(m, s * math.sqrt(n / (n - 1))) for (m, s), n in zip(wanted, totals, strict=True)],
        ),
    ]


def _same(pair: Sequence[float], other: Sequence[float], tolerance: float) -> bool:
    return all(math.isclose(a, b, rel_tol=tolerance) for a, b in zip(pair, other, strict=True))


def check_training_statistics(training_statistics: Callable) -> bool:
    """Check a function that computes mean and deviation of the training images.

    Args:
        training_statistics: ``training_statistics(splits, histograms) -> (mean, std)``, both (3,), in [0, 1];
            `histograms` has a `PixelHistogram` for each name in `splits.train.names`, `.val.names`, `.test.names`.

    Returns:
        whether they are those of the training images alone, pixel by pixel; the message names the likely mistake.
    """
    fault = fault_of(_training_statistics_fault, training_statistics)
    return verdict("training_statistics", fault, "of the training images only, each pixel counted once.")


def _training_statistics_fault(training_statistics: Callable) -> str | None:
    """What is wrong with the function, or None."""
    draw = case_generator()
    if fault := _split_fault(training_statistics, *_draw_split(draw, (3, 2, 2))):
        return fault
    hidden = {
        "a single training image": [_draw_split(draw, (1, 2, 3))],
        "many images": [_draw_split(draw, (12, 4, 5))],
        "other images": [_draw_split(draw, tuple(draw.integers(2, 5, 3))) for _ in range(2)],
    }
    return find_hidden_fault(lambda *case: _split_fault(training_statistics, *case), hidden)


def _split_fault(training_statistics: Callable, parts: dict, histograms: dict) -> str | None:
    """What is wrong with the statistics of one split, or None."""
    splits = SimpleNamespace(**{part: SimpleNamespace(names=names) for part, names in parts.items()})
    given = {name: PixelHistogram(histogram.counts.clone()) for name, histogram in histograms.items()}
    answer, fault = attempt(training_statistics, splits, given)
    if fault:
        return fault
    try:
        pair = [torch.as_tensor(part).double().flatten() for part in answer]
    except Exception:
        return "it should return two tensors (mean, std), one value for each channel."
    if [len(part) for part in pair] != [3, 3]:
        return "it should return two tensors (mean, std), one value for each channel: .mean and .std of a histogram."
    if given.keys() != histograms.keys() or any(
        not torch.equal(given[name].counts, histograms[name].counts) for name in histograms
    ):
        return "it changes a histogram it was given: merge them with merge, which makes a new one."
    if _match(pair, _of(histograms, parts["train"])):
        return None
    named = find_mistake([pair], _wrong_training_statistics(histograms, parts), _match)
    return named or "these are not mean and std of the training images: merge their histograms, nothing else."


def _draw_split(draw: np.random.Generator, sizes: Sequence[int]) -> tuple[dict, dict]:
    """({part: names of its images}, {name: histogram}); sizes and brightness of the images differ."""
    names = iter([f"image{number}.png" for number in draw.permutation(100)])
    parts = {
        part: tuple(next(names) for _ in range(n)) for part, n in zip(("train", "val", "test"), sizes, strict=True)
    }
    all_names = [name for part in parts.values() for name in part]
    places = draw.permutation(len(all_names))
    return parts, {all_names[place]: _draw_histogram(draw, int(place), len(all_names)) for place in places}


def _draw_histogram(draw: np.random.Generator, place: int, num_images: int) -> PixelHistogram:
    """Histogram of a random image; its size and brightness depend on its place among the images."""
    darkest = int(130 * (place * 5 % num_images) / num_images + draw.integers(0, 10))
    size = (3, 2 + int(draw.integers(0, 3)) + 3 * place % 11, 5)
    pixels = torch.randint(darkest, darkest + 110, size, generator=torch_generator(draw))
    return PixelHistogram().update(pixels.to(torch.uint8))


def _of(histograms: dict, names: Sequence[str]) -> list[Tensor]:
    total = reduce(PixelHistogram.merge, [histograms[name] for name in names])
    return [total.mean, total.std]


def _wrong_training_statistics(histograms: dict, parts: dict) -> list[tuple[str, list]]:
    """(message, its answers) of the usual mistakes."""
    train, val, test = parts.values()
    right = _of(histograms, train)
    own = [_of(histograms, [name]) for name in train]
    averaged = [torch.stack(column).mean(dim=0) for column in zip(*own, strict=True)]
    peek = "the test images are among them: nothing may be learned from what will test the network."
    return [
        (peek, [_of(histograms, train + val + test)]),
        (peek, [_of(histograms, train + test)]),
        (peek, [_of(histograms, test)]),
        (
            "the validation images are among them (the homework's choice): they stand for images nobody has seen yet.",
            [_of(histograms, train + val)],
        ),
        ("these are the validation images: take those of splits.train.", [_of(histograms, val)]),
        ("you average over images, but a large image has more pixels: merge the histograms first.", [averaged]),
        ("only one training image is in it: merge the histograms of all.", [own[0]]),
        ("only one training image is in it: merge the histograms of all.", [own[-1]]),
        ("the order is (mean, std), yours is (std, mean).", [right[::-1]]),
        ("the second is the variance: take .std.", [[right[0], right[1] ** 2]]),
        ("the scale is from 0 to 255: it has to be 0 to 1.", [[255 * part for part in right]]),
    ]


def _match(pair: Sequence[Tensor], other: Sequence[Tensor]) -> bool:
    return all(torch.allclose(a, b, rtol=1e-5) for a, b in zip(pair, other, strict=True))
