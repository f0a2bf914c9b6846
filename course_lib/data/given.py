"""Splits that come with the images: a data set's official test part, or the parts of a folder or table."""

from collections.abc import Sequence

from course_lib.data.folder import part_of
from course_lib.data.imageset import ImageSet
from course_lib.data.notes import PARTS, list_words
from course_lib.data.shares import deal_out, mix, shuffle_classes
from course_lib.data.splits import Splits, make_splits


def official_split(images: ImageSet, *, val: float = 0.2, seed: int = 0) -> Splits:
    """The data set's own test part (names that begin with ``test/``); of its train part a share `val` validates.

    The share is taken of each class; of images with concepts, of all of them together.

    Raises:
        ValueError: the names have no train/ and test/ parts, val outside (0, 1), or parts sharing an image.
    """
    official = {"train": [], "test": []}
    for i, name in enumerate(images.names):
        if (part := name.partition("/")[0]) not in official:
            raise ValueError(f"'{images.source}' has no official parts ('{name}' is neither in train/ nor in test/)")
        official[part].append(i)
    if not 0 < val < 1:
        raise ValueError(f"val = {val} must be a share between 0 and 1")
    chosen, rest = [], []
    for members in shuffle_classes(images.take(official["train"]), seed).values():
        num_val = int(val * len(members) + 0.5)
        chosen += [official["train"][i] for i in members[:num_val]]
        rest += [official["train"][i] for i in members[num_val:]]
    rule = f"official, val {val:g}, seed {seed}"
    return make_splits(images, mix(rest, seed), mix(chosen, seed), official["test"], rule)


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
