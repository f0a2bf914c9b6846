"""Whole worlds: the seven target classes as cartoons or photos, and sources to pretrain on."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from course_lib.data.mini.catalogue import SOURCE_CATEGORIES, TARGET_CLASSES, Category, category_named
from course_lib.data.mini.dials import HARD, Dials
from course_lib.data.mini.drawing import draw
from course_lib.data.mini.hashing import Dice

# World -> share of its pictures drawn as cartoons. What a source shows decides what its features are good for: trained
# on half illustrations, features let the last layer reach 78 % of the cartoons, on four fifths 86 % (one seed).
ILLUSTRATED = {"cartoon": 1.0, "photo": 0.0, "source": 0.8, "album": 0.5}
UNSEEN = "unseen"  # further pictures of 'source': beyond the numbers that its weights were trained on
UNSEEN_PER_CATEGORY = 20
WORLDS = (*ILLUSTRATED, UNSEEN)
# Images per class of the same two domains of PACS (Li et al. 2017, https://arxiv.org/abs/1710.03077).
CARTOON_COUNTS = {"dog": 389, "elephant": 457, "giraffe": 346, "guitar": 135, "horse": 324, "house": 288, "person": 405}
PHOTO_COUNTS = {"dog": 189, "elephant": 202, "giraffe": 182, "guitar": 186, "horse": 199, "house": 280, "person": 432}


def build_world(
    name: str,
    size: int = 48,
    *,
    seed: int = 0,
    dials: Dials = HARD,
    per_category: int = 1000,
    categories: tuple[str, ...] | None = None,
    device: str | torch.device = "cpu",
    progress: Callable[[int, int], None] | None = None,
) -> tuple[torch.Tensor, torch.Tensor, tuple[str, ...], tuple[str, ...]]:
    """Draw a world: pixels uint8 (N, 3, size, size) on the CPU, labels int64 (N,), class names, names 'dog/pic_001'.

    name: 'cartoon' (2344 pictures) and 'photo' (1670) hold the seven target classes with the class counts of PACS;
    'source' and 'album' hold `per_category` pictures of each source category, photos and cartoons (`ILLUSTRATED`);
    'unseen' holds the next 20 of each category of 'source'.
    categories: only these. progress: called with (classes done, classes in all). Raises ValueError for an unknown name.
    """
    if name not in WORLDS:
        raise ValueError(f"world {name!r} is unknown; choose one of {', '.join(WORLDS)}.")
    counts = _counts(name, per_category, categories)
    first = per_category + 1 if name == UNSEEN else 1
    share = ILLUSTRATED["source" if name == UNSEEN else name]
    classes = [
        DrawnClass(category, category, range(first, first + count), share, dials) for category, count in counts.items()
    ]
    return draw_classes(classes, size, seed=seed, device=device, progress=progress)


@dataclass(frozen=True)
class DrawnClass:
    """Which pictures make up one class.

    Attributes:
        name: of the class.
        category: what is drawn, by name or as an entry like those of the catalogue.
        ids: numbers of the pictures.
        illustrated: share of them drawn as cartoons.
        dials: how hard they are.
        part: folder of the images' names, e.g. ``"train"``; none by default.
    """

    name: str
    category: str | Category
    ids: range
    illustrated: float
    dials: Dials
    part: str = ""


def draw_classes(
    classes: Sequence[DrawnClass],
    size: int,
    *,
    seed: int,
    device: str | torch.device = "cpu",
    progress: Callable[[int, int], None] | None = None,
) -> tuple[torch.Tensor, torch.Tensor, tuple[str, ...], tuple[str, ...]]:
    """Draw the pictures of several classes, those of the same name with the same label, as `build_world` returns them.

    progress: called with (entries done, entries in all).
    """
    class_names = tuple(dict.fromkeys(each.name for each in classes))
    names, labels, parts = [], [], []
    for i, each in enumerate(classes):
        ids = torch.arange(each.ids.start, each.ids.stop, dtype=torch.int64, device=device)
        parts.append(_draw_mixed(each, ids, size=size, seed=seed, device=device).cpu())
        labels.append(torch.full((len(ids),), class_names.index(each.name), dtype=torch.int64))
        folder = f"{each.part}/{each.name}" if each.part else each.name
        names += [f"{folder}/pic_{number:03d}" for number in each.ids]
        if progress is not None:
            progress(i + 1, len(classes))
    return torch.cat(parts), torch.cat(labels), class_names, tuple(names)


def _counts(name, per_category, categories):
    if name in ("source", "album"):
        return dict.fromkeys(sorted(categories or SOURCE_CATEGORIES), per_category)
    if name == UNSEEN:
        return dict.fromkeys(sorted(categories or SOURCE_CATEGORIES), UNSEEN_PER_CATEGORY)
    counts = CARTOON_COUNTS if name == "cartoon" else PHOTO_COUNTS
    return {category: counts[category] for category in (categories or TARGET_CLASSES)}


def _draw_mixed(each, ids, *, size, seed, device):
    """Pictures of one class, a share of them cartoons; which ones is fixed by each picture's own number."""
    entry = category_named(each.category) if isinstance(each.category, str) else each.category
    coin = Dice(seed, f"{entry.name}/illustrated", ids).unit("style")[:, 0]
    cartoon = coin < (each.illustrated if each.illustrated < 1 else math.inf)
    out = torch.empty((len(ids), 3, size, size), dtype=torch.uint8, device=device)
    for style, chosen in (("cartoon", cartoon), ("photo", ~cartoon)):
        if bool(chosen.any()):
            out[chosen] = draw(entry, style, ids[chosen], size=size, seed=seed, dials=each.dials, device=device)
    return out
