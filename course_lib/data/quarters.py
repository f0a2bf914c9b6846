"""Quarters of a domain: source training, its validation, target training, its validation (Dube et al. 2018, section 3).

The quarters of an image set are the same for every seed, so that no target has an image that a shipped source network
was trained on. Source: https://arxiv.org/abs/1807.11459.
"""

from course_lib.data.imageset import ImageSet
from course_lib.data.shares import mix, shuffle_classes
from course_lib.data.splits import Splits, make_splits, partition_positions

QUARTERS = ("source training", "source validation", "transfer", "target validation")
_SEED = 0  # of the quarters, whatever the seed of the split
_TENTH = 0.1


def quarters(images: ImageSet) -> dict[str, ImageSet]:
    """Four disjoint parts of equal size in all and in each class (within one image), keyed by what they are for.

    Raises:
        ValueError: fewer than four images.
    """
    return {part: images.take(sorted(positions)) for part, positions in _positions(images).items()}


def source_split(images: ImageSet, *, val: float = _TENTH, seed: int = 0) -> Splits:
    """Split of a source network: the first quarter trains; of the second a share `val` validates, the rest tests.

    Raises:
        ValueError: val outside (0, 1), a class too small for these parts, parts that share an image, or images with
            concepts.
    """
    images.single_labels("a source split")
    parts = _positions(images)
    chosen, rest = _cut(images, parts["source validation"], val, seed)
    train = mix(parts["source training"], seed)
    rule = f"source: quarter 1 trains, val {val:g} of quarter 2, the rest tests, seed {seed}"
    return make_splits(images, train, mix(chosen, seed), mix(rest, seed), rule)


def target_split(
    images: ImageSet, *, n: int | None = None, val: float = 1 / 9, test: float | None = None, seed: int = 0
) -> Splits:
    """Split of a target: a part of the third quarter trains, a share `val` of its rest validates, the fourth tests.

    By default a tenth of the third quarter trains, and as many images validate as train: a ninth of the other nine
    tenths. The seed says which images train.

    Args:
        images: the images.
        n: training images of each class, instead of the tenth. Those of a smaller `n` are among those of a larger one.
        val: share of the rest of the third quarter that validates.
        test: share of the fourth quarter that tests, the same images for every seed; None: all of it.
        seed: of the images that train and validate.

    Raises:
        ValueError: as `source_split`, n < 1, or test outside (0, 1).
    """
    images.single_labels("a target split")
    parts = _positions(images)
    if test is not None and not 0 < test < 1:
        raise ValueError(f"test = {test} must be a share between 0 and 1")
    train, others = _cut(images, parts["transfer"], _TENTH if n is None else n, seed)
    chosen, _ = _cut(images, others, val, seed)
    tested = parts["target validation"] if test is None else _cut(images, parts["target validation"], test, _SEED)[0]
    trains, tests = "a tenth" if n is None else f"{n} per class", "" if test is None else f"{test:g} of "
    rule = f"target: {trains} of quarter 3 trains, val {val:g} of its rest, {tests}quarter 4 tests, seed {seed}"
    return make_splits(images, mix(train, seed), mix(chosen, seed), mix(tested, seed), rule)


def _positions(images: ImageSet) -> dict[str, list[int]]:
    return dict(zip(QUARTERS, partition_positions(images, len(QUARTERS), seed=_SEED), strict=True))


def _cut(images: ImageSet, positions: list[int], part: float, seed: int) -> tuple[list[int], list[int]]:
    """Of each class a share of the positions (at least one) or, given as an int, a number of them; and the others."""
    if isinstance(part, int) and part < 1:
        raise ValueError(f"n = {part}: at least one image of each class must train")
    if isinstance(part, float) and not 0 < part < 1:
        raise ValueError(f"val = {part} must be a share between 0 and 1")
    chosen, rest = [], []
    for name, members in shuffle_classes(images.take(positions), seed).items():
        count = part if isinstance(part, int) else max(1, int(part * len(members) + 0.5))
        if count >= len(members):
            raise ValueError(
                f"{name} has {len(members)} of its images in a quarter, too few to be cut: add images or remove it"
            )
        chosen += [positions[i] for i in members[:count]]
        rest += [positions[i] for i in members[count:]]
    return chosen, rest
