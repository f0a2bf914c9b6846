"""Figures of lesson 01: photos with their answers, filters, maps, favourite patches, stages, nearest photos."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from course_lib.analysis.intervals import Interval
from course_lib.analysis.patches import Favourites, cut, neighbour_correlation
from course_lib.figures.filters import filter_grid, scale_to_unit
from course_lib.figures.images import contact_sheet
from course_lib.figures.maps import before_and_after
from course_lib.figures.top5 import top5_bars

_RANDOM_ROW = 16  # random filters in the last row of the grid
_PATCHES = 6  # drawn of each filter
_EMPTY = 0.001  # a filter whose largest weight is below this share of the largest of all is taken for 0


def named_photos(photos, categories: Sequence[str], probabilities, class_names: Sequence[str]) -> Figure:
    """Show photos with the category that a network finds most probable; the title counts the right ones.

    Args:
        photos: (N, 3, H, W) uint8; categories: their N true names.
        probabilities: (N, C) of the network; class_names: its C categories.
    """
    probabilities = np.asarray(probabilities)
    found = [class_names[index] for index in probabilities.argmax(axis=1)]
    right = sum(name == category for name, category in zip(found, categories, strict=True))
    rows = zip(categories, found, probabilities.max(axis=1), strict=True)
    captions = [f"{category}: '{name}' {100 * p:.0f} %" for category, name, p in rows]
    title = f"Photos the network has never seen: {right} of {len(captions)} named rightly"
    return contact_sheet(photos, captions, title=title)


def first_layer(trained, random) -> Figure:
    """Show a first layer's filters and, in the last row, random ones; the title says how smooth both are.

    Args:
        trained, random: (F, 3, k, k) weights.
    """
    smooth = [neighbour_correlation(weights) for weights in (trained, random)]
    title = "Neighbouring weights: correlation {:.2f} if trained, {:.2f} if random (last row)".format(*smooth)
    both = np.concatenate([np.asarray(trained), np.asarray(random)[:_RANDOM_ROW]])
    return filter_grid(both, title=title, columns=_RANDOM_ROW)


def first_maps(linear, zeros: float, subject: str) -> Figure:
    """Show the first maps of one image, before and after the ReLU.

    Args:
        linear: (F, h, w) of the image, before the ReLU.
        zeros: share of *all* numbers of the layer that the ReLU turns into 0, for the title.
        subject: what the image shows.
    """
    count = min(16, len(linear))
    title = f"The ReLU turns {100 * zeros:.0f} % of the first layer's numbers into 0; {count} maps of the {subject}"
    return before_and_after(linear, title=title, count=count)


def favourites(
    images, found: Mapping[str, Sequence[Favourites]], filters: Mapping[str, object], captions: Sequence[str],
    counts: Mapping[str, int],
) -> Figure:  # fmt: skip
    """Show filters, the mean of their favourite patches, and six of these; the title compares both kinds of filters.

    Args:
        images: (N, 3, H, W) uint8; captions: the N words below their patches.
        found: kind of filters, e.g. ``"trained"`` → favourites of each filter of the layer.
        filters: kind → (F, 3, k, k) weights.
        counts: kind → how many filters are drawn, those with the largest weights.
    """
    pictures, texts = [], []
    for kind, weights in filters.items():
        weights = np.asarray(weights)
        strongest = np.argsort(-np.linalg.norm(weights.reshape(len(weights), -1), axis=1), kind="stable")
        for index in strongest[: counts[kind]]:
            windows = found[kind][index].windows
            patches = np.stack([cut(images, window, weights.shape[-1]) / 255 for window in windows])
            pictures += [scale_to_unit(weights[index]), patches.mean(axis=0), *patches[:_PATCHES]]
            texts += [f"{kind} {index}", f"mean of {len(patches)}"]
            texts += [captions[image] for image in windows[:_PATCHES, 0]]
    title = f"Cosine of a filter and its favourite patches: {_likeness(found)}"
    return contact_sheet(np.stack(pictures), texts, title=title, columns=_PATCHES + 2)


def _likeness(found: Mapping[str, Sequence[Favourites]]) -> str:
    """``"0.31 if trained, 0.22 if random (other patches: 0.03, 0.00)"``, means over all filters of a kind."""
    means = {kind: _mean([each.cosines for each in group]) for kind, group in found.items()}
    others = [f"{_mean([each.others for each in group]):.2f}" for group in found.values()]
    return ", ".join(f"{mean:.2f} if {kind}" for kind, mean in means.items()) + f" (other patches: {', '.join(others)})"


def _mean(arrays: Sequence[np.ndarray]) -> float:
    return float(np.concatenate(arrays).mean()) + 0.0  # never "-0.00"


def stage_activity(outputs: Mapping[str, object], subject: str, size: int) -> Figure:
    """Show where each stage is active for one image: the mean over its channels, bright where it is large.

    Args:
        outputs: stage → (C, h, w) of one image.
        subject: what the image shows.
        size: width and height in pixels to which every map is enlarged.
    """
    pictures, captions = [], []
    for stage, values in outputs.items():
        activity = scale_to_unit(np.asarray(values).mean(axis=0))  # (h, w)
        pictures.append(_enlarge(activity, size))
        captions.append(f"{stage}: {activity.shape[0]} × {activity.shape[1]}")
    first, *_, last = (np.asarray(values).shape[1:] for values in outputs.values())
    fields = [" × ".join(map(str, shape)) for shape in (first, last)]
    if np.prod(last) < np.prod(first):
        title = f"From {fields[0]} fields to {fields[1]}: too few for the {subject}'s outline"
    else:
        title = f"The {subject} has {fields[1]} fields in the last stage, not fewer than in the first"
    return contact_sheet(np.stack(pictures), captions, title=title)


def nearest_photos(
    images, neighbours: Mapping[str, object], agreement: Mapping[str, Interval], captions: Sequence[str], row: int
) -> Figure:
    """Show one photo with its nearest others, once by pixels and once by the last stage.

    Args:
        images: (N, 3, H, W) uint8; captions: the N words below them.
        neighbours: ``"image"`` (pixels) or stage → (N, K) nearest images; the first and the last are drawn.
        agreement: the same → share of images whose nearest one has their category.
        row: of the photo.
    """
    pictures, texts = [], []
    first, *_, last = neighbours
    ways = {first: "by pixels", last: "by the last stage"}
    for stage, caption in ways.items():
        near = [int(other) for other in neighbours[stage][row]]
        pictures += [images[row], *(images[other] for other in near)]
        texts += [caption, *(captions[other] for other in near)]
    words = [f"{100 * agreement[stage].estimate:.0f} % {caption}" for stage, caption in ways.items()]
    title = f"Nearest photo of the same category: {', '.join(words)}"
    return contact_sheet(np.stack([np.asarray(each) for each in pictures]), texts, title=title, columns=len(near) + 1)


def photograph(image, name: str) -> Figure:
    """Show the photograph that a network is given (Fig. 1).

    Args:
        image: (1, 3, H, W), floats in [0, 1].
    """
    height, width = image.shape[-2:]
    title = f"Fig. 1: {name}, {width} × {height} pixels are all that the network sees"
    return contact_sheet(image, title=title)


def named_photograph(image, name: str, probabilities, class_names: Sequence[str]) -> Figure:
    """Show a photograph and the five classes that a network finds most probable; the title names the first.

    Args:
        image: (3, H, W) uint8, or floats in [0, 1]; None: the bars alone.
        name: of the photograph.
        probabilities: (C,) of the network; class_names: its C classes.
    """
    probabilities = np.asarray(probabilities)
    best = int(probabilities.argmax())
    first = f"'{class_names[best]}' comes first, {100 * probabilities[best]:.0f} %"
    title = f"{name}: of {len(class_names)} classes, {first}"
    return top5_bars(class_names, probabilities, title=title, image=image)


def official_filters(weights, name: str) -> Figure:
    """Show the first filters of a network trained on ImageNet (Fig. 4); the title says how smooth they are.

    Filters without weights are grey, since scaling them from minimum to maximum would draw rounding errors.

    Args:
        weights: (F, 3, k, k).
        name: of the network.
    """
    weights = np.asarray(weights)
    strength = np.abs(weights).max(axis=(1, 2, 3))
    empty = strength < _EMPTY * strength.max()
    title = f"{name}: {len(weights)} filters, neighbouring weights correlate by {neighbour_correlation(weights):.2f}"
    if empty.any():
        title += f", {empty.sum()} of the filters are 0"
    columns = _RANDOM_ROW if len(weights) <= 2 * _RANDOM_ROW else None
    return filter_grid(np.where(empty[:, None, None, None], 0, weights), title=title, columns=columns)


def stage_channels(outputs: Mapping[str, object], subject: str) -> Figure:
    """Show the map of each stage that differs most from place to place, bright where its values are large.

    Args:
        outputs: stage → (C, h, w) of one image.
        subject: what the image is called.
    """
    outputs = {stage: np.asarray(values) for stage, values in outputs.items()}
    size = max(values.shape[-1] for values in outputs.values())
    pictures, captions = [], []
    for stage, values in outputs.items():
        channel = int(values.std(axis=(1, 2)).argmax())
        pictures.append(_enlarge(scale_to_unit(values[channel]), size))
        captions.append(f"{stage}, channel {channel}")
    first, *_, last = (" × ".join(map(str, values.shape[1:])) for values in outputs.values())
    title = f"Maps of {subject}: {first} places in the first stage, {last} in the last"
    return contact_sheet(np.stack(pictures), captions, title=title)


def _enlarge(values: np.ndarray, size: int) -> np.ndarray:
    """Enlarge a map (h, w) to a grey picture (3, size, size) of rectangular fields."""
    rows, columns = (np.arange(size) * count // size for count in values.shape)
    return np.broadcast_to(values[rows][:, columns], (3, size, size))
