"""Draw the sources that are declared as data: domains, flowers and small tasks."""

from collections.abc import Callable
from functools import partial

import torch

from course_lib.data.mini.catalogue import SPECIES
from course_lib.data.mini.comparison_sets import COMPARISON_SETS
from course_lib.data.mini.dials import Dials
from course_lib.data.mini.domains import DOMAIN_SEED, DOMAINS
from course_lib.data.mini.scenes import build_scenes
from course_lib.data.mini.several import build_keyframes, build_voc
from course_lib.data.mini.tasks import task_named
from course_lib.data.mini.worlds import DrawnClass, build_world, draw_classes

Drawn = tuple[torch.Tensor, torch.Tensor, tuple[str, ...], tuple[str, ...]]
FLOWERS_TRAIN = 20  # of each species: ten to train with and ten to validate with, as in Oxford Flowers
FLOWERS_TEST = 60
_FLOWERS_DIALS = Dials(
    rotation=12.0,
    scale=(0.95, 1.45),
    shift=0.12,
    clutter=(0, 3),
    occluders=1,
    jitter=1.0,
    repaint=0.0,
    line_art=0.1,
)
_FLOWERS_ILLUSTRATED = 0.8


def find_builder(name: str) -> tuple[Callable[..., Drawn], str]:
    """The function that draws ``mini:<name>``, given size and progress, and what its progress counts."""
    if name == "scenes":
        return build_scenes, "image"
    if name in ("keyframes", "voc"):
        return {"keyframes": build_keyframes, "voc": build_voc}[name], "image"
    if name == "flowers":
        return build_flowers, "class"
    if name in COMPARISON_SETS:
        return partial(build_set, name), "class"
    if name.startswith("task-"):
        return partial(build_task, name), "class"
    return partial(build_domain if name in DOMAINS else build_world, name), "class"


def build_domain(
    name: str, size: int = 48, *, first: int | None = None, progress: Callable[[int, int], None] | None = None
) -> Drawn:
    """Draw a source domain: pixels, labels, class names and images' names as from `build_world`.

    Args:
        name: of the domain.
        size: pixels a side.
        first: draw only so many images of each category, the first ones.
        progress: as of `build_world`.

    Raises:
        ValueError: there is no such domain.
    """
    if name not in DOMAINS:
        raise ValueError(f"domain {name!r} is unknown; choose one of {', '.join(DOMAINS)}.")
    domain = DOMAINS[name]
    ids = range(1, (first or domain.per_category) + 1)
    classes = [DrawnClass(each, each, ids, domain.illustrated, domain.dials) for each in domain.categories]
    return draw_classes(classes, size, seed=DOMAIN_SEED, progress=progress)


def build_flowers(size: int = 48, *, progress: Callable[[int, int], None] | None = None) -> Drawn:
    """Draw the flower species: 20 images of each whose names begin with ``train/``, and 60 with ``test/``.

    With the rule ``official`` and val = 0.5 ten images of each species train and ten validate, as in Oxford Flowers
    (Nilsback and Zisserman 2008).
    """
    classes = _in_parts(
        {name: name for name in sorted(SPECIES)},
        {"train": FLOWERS_TRAIN, "test": FLOWERS_TEST},
        _FLOWERS_ILLUSTRATED,
        dict.fromkeys(SPECIES, _FLOWERS_DIALS),
    )
    return draw_classes(classes, size, seed=DOMAIN_SEED, progress=progress)


def build_task(name: str, size: int = 48, *, progress: Callable[[int, int], None] | None = None) -> Drawn:
    """Draw a small task; the names of its images begin with ``train/`` (to validate with, too) or ``test/``.

    Raises:
        ValueError: there is no such task.
    """
    task = task_named(name)
    classes = _in_parts(
        task.classes, {"train": task.per_class, "test": task.test_per_class}, task.illustrated, task.dials
    )
    return draw_classes(classes, size, seed=task.seed, progress=progress)


def build_set(name: str, size: int = 48, *, progress: Callable[[int, int], None] | None = None) -> Drawn:
    """Draw a set of `COMPARISON_SETS`; the names of its images begin with ``train/``, ``val/`` or ``test/``."""
    drawn = COMPARISON_SETS[name]
    classes = _in_parts(drawn.classes, drawn.counts, drawn.illustrated, dict.fromkeys(drawn.classes, drawn.dials))
    return draw_classes(classes, size, seed=drawn.seed, progress=progress)


def _in_parts(categories: dict, counts: dict[str, int], illustrated: float, dials: dict) -> list[DrawnClass]:
    """The images of each class in each part, numbered on from part to part."""
    classes, first = [], 1
    for part, count in counts.items():
        ids, first = range(first, first + count), first + count
        classes += [
            DrawnClass(name, category, ids, illustrated, dials[name], part) for name, category in categories.items()
        ]
    return classes
