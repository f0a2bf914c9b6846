"""Facts about an image source, as papers list them: images, classes, parts, mean and standard deviation."""

from dataclasses import dataclass

import torch

from course_lib.data.given import given_parts
from course_lib.data.imageset import ImageSet
from course_lib.data.notes import PARTS
from course_lib.data.sources import load_images
from course_lib.data.statistics import streaming_statistics

_BATCH = 256


@dataclass(frozen=True)
class SetFacts:
    """Facts about an image source.

    Attributes:
        source: its name.
        size: pixels a side at which the colours were counted.
        images, classes: how many there are.
        per_class: fewest and most images of a class, in all parts together.
        parts: number of images of each official part; empty for a source without parts.
        mean, std: (3,) of the pixels of the training part in [0, 1], or of all images if there is no such part.
    """

    source: str
    size: int
    images: int
    classes: int
    per_class: tuple[int, int]
    parts: dict[str, int]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]


def set_facts(source: str, *, size: int | None = None, progress: bool = False) -> SetFacts:
    """Count the images of a source and compute the streaming mean and standard deviation of its training part.

    Args:
        source: see `source_names`.
        size: pixels a side; by default the source's own.
        progress: whether to show a bar (on stderr).

    Raises:
        ValueError, FileNotFoundError, ConnectionError: as `load_images`.
    """
    images = load_images(source, size=size, progress=progress)
    parts = _parts_of(images)
    train = parts.get("train", range(len(images)))
    rows = torch.as_tensor(list(train)).split(_BATCH)
    moments = streaming_statistics(images.batch(some)[0] for some in rows)
    counts = images.class_counts().values()
    return SetFacts(
        source=source,
        size=images.size[0],
        images=len(images),
        classes=images.num_classes,
        per_class=(min(counts), max(counts)),
        parts={part: len(positions) for part, positions in parts.items()},
        mean=tuple(moments.mean.tolist()),
        std=tuple(moments.std.tolist()),
    )


def _parts_of(images: ImageSet) -> dict[str, list[int]]:
    """Positions of the images of each official part that has some; empty for a source without parts."""
    parts = given_parts(images)
    if not parts:
        first = [name.partition("/")[0] for name in images.names]
        if set(first) <= set(PARTS):
            parts = {part: [i for i, own in enumerate(first) if own == part] for part in PARTS}
    return {part: positions for part, positions in parts.items() if positions}
