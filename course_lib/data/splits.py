"""Split an image set into parts for training, validation and test; the test part is sealed until it is scored."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch

from course_lib.data.imageset import ImageSet
from course_lib.data.notes import FolderNotes
from course_lib.data.shares import by_class, deal_out, deal_randomly, mix, shuffle_classes

HOMEWORK_SEED = 1375112354  # the seed of a public solution whose parts match the homework's


class SealedSet:
    """Test images that are hidden until `open` is called; their number, names and classes are visible before.

    Attributes:
        times_opened: how often `open` was called. The library calls it once to score a finished run, and again where
            the run's mistakes are shown.
    """

    def __init__(self, images: ImageSet):
        self.times_opened = 0
        self._images = images

    def __len__(self) -> int:
        return len(self._images)

    def __repr__(self) -> str:
        return f"SealedSet({len(self)} images, opened {self.times_opened} times)"

    @property
    def class_names(self) -> tuple[str, ...]:
        """One name per class, or per concept."""
        return self._images.class_names

    @property
    def names(self) -> tuple[str, ...]:
        """The images' names."""
        return self._images.names

    def open(self) -> ImageSet:
        """The test images; every call is counted."""
        self.times_opened += 1
        return self._images


@dataclass(frozen=True, eq=False)
class Splits:
    """Three parts of one image set that share no image.

    Attributes:
        train, val: image sets.
        test: sealed until a finished run is scored.
        rule: the rule and its numbers, in words.
        crop: training sees random windows of so many pixels a side; None: whole images, as validation and test do.

    Raises:
        ValueError: a part is empty, or two parts share an image, by name or by pixels.
    """

    train: ImageSet
    val: ImageSet
    test: SealedSet
    rule: str
    crop: int | None = None

    def __post_init__(self):
        parts = {"train": self.train, "val": self.val, "test": self.test._images}
        for part, images in parts.items():
            if not len(images):
                raise ValueError(
                    f"the {part} part of the split '{self.rule}' is empty: give more images or a larger share"
                )
        _refuse_overlap(parts)

    @property
    def class_names(self) -> tuple[str, ...]:
        """One name per class, or per concept."""
        return self.train.class_names

    @property
    def num_classes(self) -> int:
        """Number of classes, or of concepts."""
        return self.train.num_classes

    @property
    def notes(self) -> FolderNotes | None:
        """What was found when a folder was read, dropped copies included; None for other sources."""
        return self.train.notes

    @cached_property
    def test_hash(self) -> str:
        """SHA-256 (hex) of the fingerprint of the images and of the names in the test part, in their order."""
        content = [self.train.source_fingerprint, self.test.names]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    @cached_property
    def hash(self) -> str:
        """SHA-256 (hex) of the rule and of the names in each part, in their order."""
        content = [self.rule, self.train.names, self.val.names, self.test.names]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def homework_folders(names: Sequence[str], labels: Sequence[int]) -> tuple[list[int], list[int]]:
    """Positions of the homework's train folder and test folder, each sorted by class and name.

    Of each class, sorted by file name, the last floor(n / 10 + 1/2) images are the test folder: 236 of the 2344 PACS
    cartoons. Both the assignment's train part (with validation) and its few-shot variant come from these two folders.
    """
    train, test = [], []
    for members in by_class(names, labels):
        kept = len(members) - (len(members) + 5) // 10
        train += members[:kept]
        test += members[kept:]
    return train, test


def homework_split(images: ImageSet, *, few_shot: bool = False, seed: int = HOMEWORK_SEED) -> Splits:
    """The homework's split: its train folder 80/20 into train and val, its test folder to test.

    For the PACS cartoons 1687/421/236 images; with `few_shot` the two folders change places: 189/47/2108. The 80/20
    follows the rule of `torch.utils.data.random_split` (remainders go round from the first part) with `seed`.

    Raises:
        ValueError: a part would be empty, two parts share an image, or the images have concepts.
    """
    train_folder, test_folder = homework_folders(images.names, images.single_labels("the homework's split"))
    if few_shot:
        train_folder, test_folder = test_folder, train_folder
    order = torch.randperm(len(train_folder), generator=torch.Generator().manual_seed(seed)).tolist()
    shuffled = [train_folder[i] for i in order]
    num_val = len(shuffled) // 5  # floor for both parts, and what is left over goes to train
    rule = f"homework{' few-shot' if few_shot else ''}, seed {seed}"
    return make_splits(
        images, shuffled[: len(shuffled) - num_val], shuffled[len(shuffled) - num_val :], test_folder, rule
    )


def stratified_split(
    images: ImageSet, *, val: float = 0.2, test: float = 0.1, seed: int = 0, groups: Sequence[str] | None = None
) -> Splits:
    """Of each class the same shares: `val` and `test` (rounded, at least one image each), the rest trains.

    Images with concepts are split at random by these shares; if a part then lacks a concept, and always with groups,
    the shares of each concept (of its positive and of its negative images) are made as equal as they can be. Which
    images go where depends on their names and `seed` only, not on their order in the set.

    Args:
        images: the images.
        val, test: shares of the images.
        seed: of the shuffling.
        groups: the group of each image (the same animal, the same patient), see `find_groups`: all images of a group
            go to one part, and the shares of each class are as close to `val` and `test` as the groups allow.

    Raises:
        ValueError: shares outside (0, 1) or together ≥ 1, a class of fewer than three images or groups, parts sharing
            an image, or a part that lacks a positive or a negative image of a concept though there are enough of them.
    """
    shares = {"test": test, "val": val}
    parts = deal_out(images, shares, seed, groups)
    by_chance = images.has_concepts and groups is None and parts == deal_randomly(images, shares, seed)
    rule = f"{'random' if by_chance else 'stratified'}, val {val:g}, test {test:g}, seed {seed}"
    rule += "" if groups is None else ", groups kept together"
    return make_splits(images, *(mix(parts[part], seed) for part in ("train", "val", "test")), rule)


def per_class_split(images: ImageSet, *, n: int, seed: int = 0, val: float = 0.5) -> Splits:
    """Exactly `n` images of each class train; of the others, a share `val` of each class validates and the rest tests.

    The training images of a smaller `n` are among those of a larger one with the same seed.

    Raises:
        ValueError: n < 1, val outside (0, 1), a class of fewer than n + 2 images, parts sharing an image, or
            images with concepts.
    """
    images.single_labels("a split by the number of images per class")
    if n < 1 or not 0 < val < 1:
        raise ValueError(f"n = {n} and val = {val}: n must be at least 1 and val a share between 0 and 1")
    parts = {"train": [], "val": [], "test": []}
    for name, members in shuffle_classes(images, seed).items():
        rest = len(members) - n
        if rest < 2:
            raise ValueError(
                f"{name} has {len(members)} images, too few for {n} to train with and one each to validate "
                f"and test: choose n ≤ {max(0, len(members) - 2)} or add images"
            )
        num_val = min(max(1, int(val * rest + 0.5)), rest - 1)
        parts["train"] += members[:n]
        parts["val"] += members[n : n + num_val]
        parts["test"] += members[n + num_val :]
    rule = f"{n} per class, val {val:g} of the rest, seed {seed}"
    return make_splits(images, *(mix(part, seed) for part in parts.values()), rule)


def partition(images: ImageSet, num_parts: int, *, seed: int = 0) -> list[ImageSet]:
    """Disjoint parts that hold all images and whose sizes differ by at most one, in all and in each class.

    Images with concepts are dealt out at random. Which image goes where depends on the names and `seed` only.

    Raises:
        ValueError: fewer than one part, or more parts than images.
    """
    return [images.take(sorted(positions)) for positions in partition_positions(images, num_parts, seed=seed)]


def partition_positions(images: ImageSet, num_parts: int, *, seed: int = 0) -> list[list[int]]:
    """Positions of the images of each part that `partition` makes, class by class.

    Raises:
        ValueError: as `partition`.
    """
    if not 1 <= num_parts <= len(images):
        raise ValueError(f"{len(images)} images make no {num_parts} parts: choose from 1 to {len(images)}")
    positions = [i for members in shuffle_classes(images, seed).values() for i in members]
    return [positions[part::num_parts] for part in range(num_parts)]


def make_splits(images: ImageSet, train: list[int], val: list[int], test: list[int], rule: str) -> Splits:
    """The splits of an image set whose parts are given as positions, in the order in which they are trained on."""
    return Splits(images.take(train), images.take(val), SealedSet(images.take(test)), rule)


def _refuse_overlap(parts: dict[str, ImageSet]) -> None:
    by_name, by_pixels, twins = {}, {}, []
    for part, images in parts.items():
        for name, digest in zip(images.names, images.pixel_hashes(), strict=True):
            if by_name.setdefault(name, part) != part:
                raise ValueError(
                    f"'{name}' is in the {by_name[name]} part and in the {part} part: it must be in one only"
                )
            first_part, first_name = by_pixels.setdefault(digest, (part, name))
            if first_part != part:
                twins.append(f"'{first_name}' ({first_part}) and '{name}' ({part})")
    if twins:
        more = f", and {len(twins) - 1} more pairs" if len(twins) > 1 else ""
        raise ValueError(
            f"{twins[0]} have the same pixels{more}: keep one of them, or drop the copies "
            f"(course train --drop-duplicates; in Python DataSpec(…, duplicates='drop'))"
        )
