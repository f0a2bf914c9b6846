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


def target_split(images: ImageSet, *, val: float = 1 / 9, seed: int = 0) -> Splits:
    """Split of a target: a tenth of the third quarter trains, a share `val` of its rest validates, the fourth tests.

    By default as many images validate as train: a ninth of the other nine tenths. The seed says which tenth trains.

    Raises:
        ValueError: as `source_split`.
    """
    images.single_labels("a target split")
    parts = _positions(images)
    train, others = _cut(images, parts["transfer"], _TENTH, seed)
    chosen, _ = _cut(images, others, val, seed)
    rule = f"target: a tenth of quarter 3 trains, val {val:g} of its rest, quarter 4 tests, seed {seed}"
    return make_splits(images, mix(train, seed), mix(chosen, seed), mix(parts["target validation"], seed), rule)


def _positions(images: ImageSet) -> dict[str, list[int]]:
    return dict(zip(QUARTERS, partition_positions(images, len(QUARTERS), seed=_SEED), strict=True))


def _cut(images: ImageSet, positions: list[int], share: float, seed: int) -> tuple[list[int], list[int]]:
    """Of each class a share of the positions (at least one), and the others."""
    if not 0 < share < 1:
        raise ValueError(f"val = {share} must be a share between 0 and 1")
    chosen, rest = [], []
    for name, members in shuffle_classes(images.take(positions), seed).items():
        count = max(1, int(share * len(members) + 0.5))
        if count >= len(members):
            raise ValueError(
                f"{name} has {len(members)} of its images in a quarter, too few to be cut: add images or remove it"
            )
        chosen += [positions[i] for i in members[:count]]
        rest += [positions[i] for i in members[count:]]
    return chosen, rest
