"""Shares of each class: which images go to which part of a split, by names and seed only."""

from collections.abc import Sequence

import torch

from course_lib.data.groups import deal_groups, lacking_concepts
from course_lib.data.imageset import ImageSet
from course_lib.data.notes import list_words


def deal_out(
    images: ImageSet, shares: dict[str, float], seed: int, groups: Sequence[str] | None = None
) -> dict[str, list[int]]:
    """Positions of the images of each part: the given shares of each class (at least one image), the rest trains.

    Images with concepts are dealt out at random; if a part then lacks a concept, by shares of each concept.

    Raises:
        ValueError: as `stratified_split`.
    """
    if not (all(0 < share < 1 for share in shares.values()) and sum(shares.values()) < 1):
        given = " and ".join(f"{part} = {share}" for part, share in sorted(shares.items(), reverse=True))
        raise ValueError(f"{given} must be shares above 0 that leave something to train on")
    whole = {"train": 1 - sum(shares.values()), **shares}
    if not images.has_concepts:
        return deal_randomly(images, shares, seed) if groups is None else deal_groups(images, groups, whole, seed)
    if groups is None:
        parts, groups = deal_randomly(images, shares, seed), images.names
        if not lacking_concepts(images, parts, groups):
            return parts
    parts = deal_groups(images, groups, whole, seed)
    if lacking := lacking_concepts(images, parts, groups):
        _refuse_lacking(images, lacking[0])
    return parts


def deal_randomly(images: ImageSet, shares: dict[str, float], seed: int) -> dict[str, list[int]]:
    """Positions of the images of each part: shares of each class's images, shuffled; concepts play no role.

    Raises:
        ValueError: a class has too few images.
    """
    parts, small = {"train": [], **{part: [] for part in shares}}, []
    for name, members in shuffle_classes(images, seed).items():
        start = 0
        for part, share in shares.items():
            count = max(1, int(share * len(members) + 0.5))
            parts[part] += members[start : start + count]
            start += count
        if start >= len(members):
            small.append(f"{name} has {len(members)} image{'' if len(members) == 1 else 's'}")
        parts["train"] += members[start:]
    if small:
        purposes = {"train": "train", "val": "validate", "test": "test"}
        purpose = list_words([word for part, word in purposes.items() if part in parts])
        remedy = "add images or remove the class" + ("" if len(small) == 1 else "es")
        raise ValueError(f"{', '.join(small)}, too few to {purpose} with: {remedy}")
    return parts


def _refuse_lacking(images: ImageSet, lacking: tuple[str, int, int]) -> None:
    part, k, value = lacking
    raise ValueError(
        f"the {part} part has no {'positive' if value else 'negative'} image of the concept '{images.class_names[k]}' "
        f"({(images.labels[:, k] == value).sum()} in all): choose another seed or a larger share"
    )


def by_class(names: Sequence[str], labels: Sequence[int], num_classes: int = 0) -> list[list[int]]:
    """Positions of each class's images, sorted by name."""
    classes = [[] for _ in range(max([num_classes, *(label + 1 for label in labels)]))]
    for i in sorted(range(len(names)), key=names.__getitem__):
        classes[labels[i]].append(i)
    return classes


def shuffle_classes(images: ImageSet, seed: int) -> dict[str, list[int]]:
    """Positions of each class's images, shuffled, keyed "class 'dog'"; images with concepts are one group."""
    generator = torch.Generator().manual_seed(seed)
    if images.has_concepts:
        groups = {f"'{images.source}'": sorted(range(len(images)), key=images.names.__getitem__)}
    else:
        classes = by_class(images.names, images.labels.tolist(), images.num_classes)
        groups = {f"class '{name}'": members for name, members in zip(images.class_names, classes, strict=True)}
    return {
        name: [members[i] for i in torch.randperm(len(members), generator=generator).tolist()]
        for name, members in groups.items()
    }


def mix(positions: list[int], seed: int) -> list[int]:
    """The same positions with the classes mixed, so that an unshuffled run does not see one class after another."""
    order = torch.randperm(len(positions), generator=torch.Generator().manual_seed(seed))
    return [positions[i] for i in order.tolist()]
