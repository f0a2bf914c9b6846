"""Splits that come with the images: a data set's official test part, or the parts of a folder or table."""

from collections.abc import Sequence

from course_lib.data.folder import part_of
from course_lib.data.imageset import ImageSet
from course_lib.data.notes import PARTS, list_words
from course_lib.data.shares import by_class, deal_out, mix, shuffle_classes
from course_lib.data.splits import Splits, make_splits


def official_split(
    images: ImageSet,
    *,
    val: float | None = None,
    n: int | None = None,
    first_files: bool = False,
    seed: int = 0,
) -> Splits:
    """The data set's own parts (names that begin with ``train/``, ``val/``, ``test/``).

    Without a validation part a share of the train part validates: of each class, or of all images with concepts
    together. With the same seed each `n` has the same validation and test images, and the training images of a
    smaller `n` are among those of a larger one.

    Args:
        images: the images.
        val: the share, by default a fifth; not for a set with a validation part of its own.
        n: training images of each class, drawn from the train part; by default all.
        first_files: take the first `n` files by name of each class instead, to train and to validate: subsets as in
            the released code of MultiTune (Wang et al. 2020), whose order is that of the file system.
        seed: of the shuffling.

    Raises:
        ValueError: the names have no such parts, a share beside a validation part or outside (0, 1), a class of fewer
            than n training images, images with concepts and n, or parts sharing an image.
    """
    parts, rule = _official_parts(images, val, seed)
    if first_files and n is None:
        raise ValueError("first_files = True needs the number of files of each class: give per_class")
    if n is not None:
        images.single_labels("a number of training images per class")
        cut = _first_files if first_files else _shuffled
        parts["train"] = cut(images, parts["train"], n, seed)
        _refuse_small(images, parts["train"], n)
        rule += f", {'the first ' if first_files else ''}{n} per class"
    if first_files:
        parts["val"] = _first_files(images, parts["val"], n, seed)
    train, chosen = mix(parts["train"], seed), mix(parts["val"], seed)
    return make_splits(images, train, chosen, parts["test"], f"{rule}, seed {seed}")


def _official_parts(images: ImageSet, val: float | None, seed: int) -> tuple[dict[str, list[int]], str]:
    """Positions of the images of each part, and the rule in words."""
    official = {"train": [], "val": [], "test": []}
    for i, name in enumerate(images.names):
        if (part := name.partition("/")[0]) not in official:
            raise ValueError(f"'{images.source}' has no official parts ('{name}' is neither in train/ nor in test/)")
        official[part].append(i)
    if official["val"]:
        if val is not None:
            raise ValueError(f"val = {val}: '{images.source}' has a validation part of its own, leave val out")
        for part in ("train", "val"):
            official[part].sort(key=images.names.__getitem__)  # whatever the order of the set
        return official, "official with its validation part"
    val = 0.2 if val is None else val
    if not 0 < val < 1:
        raise ValueError(f"val = {val} must be a share between 0 and 1")
    own, official["train"] = official["train"], []
    for members in shuffle_classes(images.take(own), seed).values():
        num_val = int(val * len(members) + 0.5)
        official["val"] += [own[i] for i in members[:num_val]]
        official["train"] += [own[i] for i in members[num_val:]]
    return official, f"official, val {val:g}"


def _shuffled(images: ImageSet, positions: list[int], n: int, seed: int) -> list[int]:
    classes = shuffle_classes(images.take(positions), seed).values()
    return [positions[i] for members in classes for i in members[:n]]


def _first_files(images: ImageSet, positions: list[int], n: int, _seed: int) -> list[int]:
    part = images.take(positions)
    return [positions[i] for members in by_class(part.names, part.labels.tolist()) for i in members[:n]]


def _refuse_small(images: ImageSet, positions: list[int], n: int) -> None:
    counts = images.take(positions).class_counts()
    name = min(counts, key=counts.get)
    if counts[name] < n:
        raise ValueError(
            f"class '{name}' has {counts[name]} training images, fewer than per_class = {n}: "
            f"choose at most {counts[name]}, or leave per_class out to take all"
        )


def given_split(
    images: ImageSet, *, val: float = 0.2, test: float = 0.2, seed: int = 0, groups: Sequence[str] | None = None
) -> Splits:
    """The parts of a folder or table that is split already; its train part gives up images for those that it lacks.

    Args:
        images: the images of such a folder (see `list_folder`) or table (see `list_table`).
        val, test: shares of the train part, each used only if the part is lacking.
        seed: of the shuffling.
        groups: the group of each image; the given parts must keep them together, too.

    Raises:
        ValueError: the images have no parts of their own, a group is in two of them, parts share an image, or the train
            part cannot be split as `stratified_split` would.
    """
    parts = given_parts(images)
    if not parts:
        raise ValueError(f"'{images.source}' has no parts of its own: choose another rule, e.g. split = 'stratified'")
    if groups is not None:
        _refuse_divided_groups(parts, groups)
    missing = {part: share for part, share in {"test": test, "val": val}.items() if part not in parts}
    rule = f"given {list_words([part for part in PARTS if part in parts])}"
    if missing:
        own = parts["train"]
        among = None if groups is None else [groups[i] for i in own]
        dealt = deal_out(images.take(own), missing, seed, among)
        parts |= {part: [own[i] for i in positions] for part, positions in dealt.items()}
        rule += "".join(f", {part} {missing[part]:g} of train" for part in PARTS if part in missing)
        rule += "" if groups is None else ", groups kept together"
    return make_splits(images, *(mix(parts[part], seed) for part in PARTS), f"{rule}, seed {seed}")


def given_parts(images: ImageSet) -> dict[str, list[int]]:
    """Positions of the images in each part that their folder or table has itself; empty for other images."""
    parts = {part: [] for part in (images.notes.given_parts if images.notes else ())}
    for i, name in enumerate(images.names):
        if parts:
            parts[images.notes.parts.get(name) or part_of(name)].append(i)
    return parts


def _refuse_divided_groups(parts: dict[str, list[int]], groups: Sequence[str]) -> None:
    place = {}
    for part, positions in parts.items():
        for i in positions:
            if place.setdefault(groups[i], part) != part:
                raise ValueError(
                    f"the group '{groups[i]}' is in the given {place[groups[i]]} part and in the {part} part: "
                    f"move its images into one of them"
                )
