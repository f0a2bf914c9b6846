"""Pools: which test images somebody judged, in strata of different sampling rates, as in TRECVID."""

from dataclasses import dataclass

import numpy as np

from course_lib.data.imageset import ImageSet

POOLED = "mini:keyframes"


@dataclass(frozen=True, eq=False)
class Pool:
    """Judgements of a sample of images, for inferred average precision.

    Attributes:
        strata: (N, K) integers, the stratum of each image and concept; −1 outside the pool.
        judgements: (N, K) of 0, 1 and NaN (not judged).
        rates: the share of each stratum that was judged.
    """

    strata: np.ndarray
    judgements: np.ndarray
    rates: tuple[float, ...]


def pool_of(images: ImageSet) -> Pool:
    """Find the pool of test images: strata and judgements for their concepts, whatever their labels say.

    Raises:
        ValueError: images of a source without a pool, or of the train part.
    """
    if images.source != POOLED:
        raise ValueError(f"the images of '{images.source}' were not judged in strata: only those of '{POOLED}' were")
    from course_lib.data.mini.keyframe_judges import RATES, test_pool
    from course_lib.data.mini.keyframes import CONCEPTS, NUM_TEST, NUM_TRAIN, keyframe_name

    rows = {keyframe_name(NUM_TRAIN + 1 + i): i for i in range(NUM_TEST)}
    if missing := [name for name in images.names if name not in rows]:
        raise ValueError(f"'{missing[0]}' is no test image: only the test part of '{POOLED}' has a pool")
    places = np.ix_([rows[name] for name in images.names], [CONCEPTS.index(name) for name in images.class_names])
    strata, judgements = test_pool()
    return Pool(strata[places], judgements[places], RATES)
