"""Collages of real photographs: 2 x 2 tiles of PACS photo and CIFAR-100, or grey; the concepts are what the tiles show.

A substitute for a photograph with several objects, no more: a collage has four scenes and no overlap. A concept is
judged by the class of the tiles alone, so a rider in a photograph of a horse counts as no person. Tiles of CIFAR-100
have 32 pixels and are made larger: blur alone tells the seven concepts of PACS from the others.

Train and test collages share no photograph. CIFAR-100 has its own two parts; of each class of PACS photo, in the order
of the file names, the last third is for test. A part shows the same photograph several times, in other company:
intervals over its collages take them as independent and are too narrow. Which photographs there are (a folder with a
subset of CIFAR-100, the official archive) decides what the collages show; for the same files they are the same.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import cycle
from typing import NamedTuple

import numpy as np
import torch
from tqdm.auto import tqdm

from course_lib.data import cifar, pacs
from course_lib.data.cache import cached_array
from course_lib.data.decode import DECODE_VERSION, resize_arrays
from course_lib.data.imageset import ImageSet
from course_lib.data.loading import load_cifar, load_listing
from course_lib.data.notes import FolderNotes

SMALL_CONCEPTS = (
    "apple", "bicycle", "bottle", "bus", "butterfly", "castle", "chair", "clock", "crab", "cup", "keyboard", "lamp",
    "lion", "mushroom", "rocket", "sunflower", "telephone",
)  # fmt: skip
CONCEPTS = (*pacs.CLASSES, *SMALL_CONCEPTS)
NUM_COLLAGES = {"train": 800, "test": 800}
SEED = 16
_FILLED = (0.1, 0.2, 0.3, 0.4)  # shares of the collages with 1, 2, 3 and 4 photographs
_GREY = 128


class Collage(NamedTuple):
    """For each of the four tiles (row by row) the concept and which of its photographs; None is a grey tile."""

    tiles: tuple[tuple[int, int] | None, ...]

    @property
    def labels(self) -> list[float]:
        """1 for each concept on a tile, 0 for the others."""
        shown = {tile[0] for tile in self.tiles if tile}
        return [float(k in shown) for k in range(len(CONCEPTS))]


def plan_collages(num_photos: list[int], count: int, seed: list[int]) -> list[Collage]:
    """Draw what `count` collages show: different concepts on the tiles, all of them about equally often.

    Args:
        num_photos: how many photographs of each concept there are.
        count: number of collages.
        seed: of the drawing, any integers.

    Raises:
        ValueError: a concept has no photograph.
    """
    if 0 in num_photos:
        raise ValueError(
            f"there is no photograph of '{CONCEPTS[num_photos.index(0)]}' for the collages: restore its folder"
        )
    random = np.random.default_rng(seed)
    photos = [cycle(random.permutation(number).tolist()) for number in num_photos]
    used = np.zeros(len(num_photos))
    plans = {}  # in their order; no collage comes twice
    while len(plans) < count:
        filled = 1 + random.choice(4, p=_FILLED)
        rarest = np.argsort(used + 3 * random.random(len(used)))[:filled]  # near the rarest, yet not always in turns
        places = random.permutation(4)[:filled].tolist()
        tiles = {place: (k, next(photos[k])) for place, k in zip(places, rarest.tolist(), strict=True)}
        plan = Collage(tuple(tiles.get(place) for place in range(4)))
        used[rarest] += plan not in plans
        plans[plan] = None
    return list(plans)


def load_collages(size: int, *, progress: bool = True, memory_limit_mb: float) -> ImageSet:
    """The collages at `size` pixels, each tile resized to half of it; downloads the photographs if they are nowhere.

    Raises:
        ValueError: an odd size, or a concept without photographs.
        ConnectionError: photographs are nowhere and cannot be downloaded.
    """
    tiles, owners = _load_photos(size, progress, memory_limit_mb)
    names, plans = _plan_all(owners)

    def make():
        drawn = _draw_all(plans, owners, tiles, size)
        bar = tqdm(drawn, desc="making collages", total=len(plans), disable=not progress)
        return (len(plans), 3, size, size), bar, {}

    identity = [DECODE_VERSION, [images.fingerprint for images in tiles], [plan.tiles for _, plan in plans]]
    pixels, _ = cached_array("collages", size, identity, make, memory_limit_mb=memory_limit_mb)
    labels = torch.tensor([plan.labels for _, plan in plans])
    images = ImageSet.from_arrays(pixels, labels, CONCEPTS, names, "collages")
    return replace(images, notes=FolderNotes(len(names), given_parts=tuple(NUM_COLLAGES)))


def iter_collages(size: int, *, progress: bool = True, memory_limit_mb: float) -> Iterator[tuple[str, torch.Tensor]]:
    """Name and pixels (3, size, size) uint8 of every collage, made again from the photographs."""
    tiles, owners = _load_photos(size, progress, memory_limit_mb)
    names, plans = _plan_all(owners)
    yield from zip(names, map(torch.from_numpy, _draw_all(plans, owners, tiles, size)), strict=True)


def _load_photos(size: int, progress: bool, memory_limit_mb: float) -> tuple[list[ImageSet], dict]:
    """The two sets of photographs, and for each part and concept their places: (set, position)."""
    if size % 2:
        raise ValueError(f"size = {size} cannot be halved into tiles: choose an even size")
    options = {"progress": progress, "memory_limit_mb": memory_limit_mb}
    listing = pacs.list_domain("photo", progress=progress)
    check = partial(pacs.check_content, "photo", listing)
    photos = load_listing("pacs:photo", listing, size // 2, check=check, **options)
    small = load_cifar(cifar.NATIVE_SIZE, **options)
    tiles = [photos, small.of_classes(SMALL_CONCEPTS)]
    owners = {part: [[] for _ in CONCEPTS] for part in NUM_COLLAGES}
    for k, members in enumerate(_sorted_members(photos)):
        test = len(members) // 3
        owners["train"][k] = [(0, i) for i in members[: len(members) - test]]
        owners["test"][k] = [(0, i) for i in members[len(members) - test :]]
    for k, members in enumerate(_sorted_members(tiles[1]), len(pacs.CLASSES)):
        for i in members:
            owners[tiles[1].names[i].partition("/")[0]][k].append((1, i))
    return tiles, owners


def _sorted_members(images: ImageSet) -> list[list[int]]:
    """Positions of the images of each class, sorted by name."""
    order = sorted(range(len(images)), key=images.names.__getitem__)
    labels = images.labels.tolist()
    return [[i for i in order if labels[i] == k] for k in range(images.num_classes)]


def _plan_all(owners: dict) -> tuple[list[str], list[tuple[str, Collage]]]:
    """Names of all collages, and the part and the plan of each."""
    names, plans = [], []
    for number, (part, count) in enumerate(NUM_COLLAGES.items()):
        names += [f"{part}/collage_{i:04d}" for i in range(count)]
        drawn = plan_collages([len(places) for places in owners[part]], count, [SEED, number])
        plans += [(part, plan) for plan in drawn]
    return names, plans


def _draw_all(plans: list, owners: dict, tiles: list[ImageSet], size: int) -> Iterator[np.ndarray]:
    half = size // 2
    for part, plan in plans:
        collage = np.full((3, size, size), _GREY, np.uint8)
        for place, tile in enumerate(plan.tiles):
            if tile is not None:
                kept, i = owners[part][tile[0]][tile[1]]
                (photo,) = resize_arrays([tiles[kept].batch(i)[0].numpy()], half)
                row, column = divmod(place, 2)
                collage[:, row * half : (row + 1) * half, column * half : (column + 1) * half] = photo
        yield collage
