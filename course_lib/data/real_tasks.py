"""Small tasks cut from CIFAR-100 and PACS: real images for the questions that the seventy drawn tasks answer.

As the tasks of Dube et al. (2018, section 4.3) they have few images, of which a fifth validates. Unlike those they keep
a large test part: all other images of their classes. Source: https://arxiv.org/abs/1807.11459. Importing this module
imports no torch.

The numbers are those of a subset of CIFAR-100 with 125 images of each class; the whole of it has 600, of which more
validate and test. The photos of PACS partly come from ImageNet's collection, as their file names tell
(``n02106662_…``): ImageNet weights may have been trained on some of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from course_lib.data import pacs

if TYPE_CHECKING:
    from course_lib.data.spec import DataSpec

_CIFAR_CLASS = 125  # images of each class of the subset
_PACS_CLASS = {  # images of each class, in the order of `pacs.CLASSES`
    "pacs:cartoon": (389, 457, 346, 135, 324, 288, 405),
    "pacs:photo": (189, 202, 182, 186, 199, 280, 432),
}
_FLOWERS = ("orchid", "poppy", "rose", "sunflower", "tulip")
_PEOPLE = ("baby", "boy", "girl", "man", "woman")
_TREES = ("maple_tree", "oak_tree", "palm_tree", "pine_tree", "willow_tree")
_VEHICLES = ("bicycle", "bus", "motorcycle", "pickup_truck", "train")
_CARNIVORES = ("bear", "leopard", "lion", "tiger", "wolf")
_THINGS = ("bottle", "chair", "clock", "cup", "keyboard", "lamp", "orange", "plate", "telephone", "wardrobe")
_MIXED = (
    "apple", "beetle", "bridge", "camel", "castle", "crab", "forest", "lizard", "mushroom", "rabbit", "rocket",
    "shark", "skyscraper", "snail", "tank",
)  # fmt: skip
_ANIMALS = ("dog", "elephant", "giraffe", "horse")


@dataclass(frozen=True)
class RealTask:
    """Classes of a source, and how many images of each class train.

    Attributes:
        name: in tables and figures.
        source: see `source_names`.
        classes: names of the classes.
        per_class: number of training images of each class.
    """

    name: str
    source: str
    classes: tuple[str, ...]
    per_class: int

    @property
    def num_train(self) -> int:
        """Number of training images; a quarter as many validate."""
        return self.per_class * len(self.classes)

    @property
    def num_images(self) -> int:
        """Number of all images of the classes."""
        if self.source == "cifar100":
            return _CIFAR_CLASS * len(self.classes)
        return sum(dict(zip(pacs.CLASSES, _PACS_CLASS[self.source], strict=True))[name] for name in self.classes)

    def data(self, *, size: int, seed: int = 0) -> DataSpec:
        """Images of the task: each seed draws its own ones to train and to validate, all others test.

        The training images are as many of each class, validation and test images as the source has them.
        """
        from course_lib.data.spec import DataSpec

        return DataSpec(
            source=self.source,
            size=size,
            split="per_class",
            classes=self.classes,
            per_class=self.per_class,
            val=round(self.num_train / 4 / (self.num_images - self.num_train), 6),
            seed=seed,
        )


REAL_TASKS = (
    RealTask("flowers", "cifar100", _FLOWERS, 32),
    RealTask("people", "cifar100", _PEOPLE, 24),
    RealTask("trees", "cifar100", _TREES, 16),
    RealTask("vehicles", "cifar100", _VEHICLES, 16),
    RealTask("carnivores", "cifar100", _CARNIVORES, 24),
    RealTask("things", "cifar100", _THINGS, 8),
    RealTask("things, more images", "cifar100", _THINGS, 16),
    RealTask("mixed", "cifar100", _MIXED, 8),
    RealTask("cartoons", "pacs:cartoon", pacs.CLASSES, 12),
    RealTask("animals in cartoons", "pacs:cartoon", _ANIMALS, 24),
    RealTask("photos", "pacs:photo", pacs.CLASSES, 12),
    RealTask("animals in photos", "pacs:photo", _ANIMALS, 32),
)


def task_of(source: str, classes: tuple[str, ...], per_class: int) -> RealTask:
    """Find a task by what its runs are recorded with.

    Raises:
        ValueError: there is none.
    """
    for task in REAL_TASKS:
        if (task.source, task.classes, task.per_class) == (source, tuple(classes), per_class):
            return task
    raise ValueError(f"no real task has {per_class} images of each of {', '.join(classes)} of '{source}'")
