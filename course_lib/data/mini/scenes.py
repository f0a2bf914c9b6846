"""Draw scenes with several objects, labelled with every concept that they show."""

from collections.abc import Callable, Sequence

import torch

from course_lib.data.mini.backdrop import paint_backdrop
from course_lib.data.mini.catalogue import category_named
from course_lib.data.mini.dials import Dials
from course_lib.data.mini.drawing import STYLES, canvas, finish, one_thread
from course_lib.data.mini.hashing import Dice
from course_lib.data.mini.plans import plan_named

SCENE_OBJECTS = ("dog", "horse", "person", "house", "tree", "car", "flower", "umbrella")
ATTRIBUTES = ("night", "two or more objects", "empty")
CONCEPTS = (*SCENE_OBJECTS, *ATTRIBUTES)
NUM_SCENES = 2000
_SCENE = Dials(rotation=6.0, shift=0.0, clutter=(0, 0), occluders=0, jitter=1.0, repaint=0.15, line_art=0.0)
_PLACES = ((-0.55, -0.3), (0.5, -0.4), (0.0, 0.25), (-0.5, 0.55), (0.55, 0.5))


def draw_scenes(
    ids: Sequence[int],
    *,
    size: int = 64,
    style: str = "cartoon",
    seed: int = 0,
    chance: float = 0.3,
    device: str | torch.device = "cpu",
) -> tuple[torch.Tensor, torch.Tensor, tuple[str, ...]]:
    """Draw scenes: (images uint8 (N, 3, size, size), labels float32 (N, K) of zeros and ones, names of the K concepts).

    Each of the eight kinds of object is present with the given chance (at most five per scene, each once);
    'night' darkens a quarter of the scenes. Raises ValueError for an unknown style or a chance outside 0 to 1.
    """
    if style not in STYLES:
        raise ValueError(f"style {style!r} is unknown; choose one of {', '.join(STYLES)}.")
    if not 0 <= chance <= 1:
        raise ValueError(f"chance={chance!r} is no probability; give a number from 0 to 1.")
    numbers = torch.as_tensor(list(ids), dtype=torch.int64, device=device)
    chunk = max(1, 240_000 // (size * size))
    with one_thread(numbers.device):
        parts = [_draw_chunk(part, size, style, seed, chance) for part in numbers.split(chunk)]
    return torch.cat([p[0] for p in parts]), torch.cat([p[1] for p in parts]), CONCEPTS


def build_scenes(
    size: int = 48,
    *,
    seed: int = 0,
    device: str | torch.device = "cpu",
    progress: Callable[[int, int], None] | None = None,
) -> tuple[torch.Tensor, torch.Tensor, tuple[str, ...], tuple[str, ...]]:
    """Draw the 2000 cartoon scenes of ``mini:scenes``; `progress` is called with (scenes done, scenes in all).

    Some empty scenes are blank paper. Of scenes with the same pixels only the first is kept, so that no two parts of a
    split share an image; the numbers in the names skip the others.

    Returns: pixels uint8 (N, 3, size, size) on the CPU, labels float32 (N, 11) of zeros and ones, names of the
    concepts, names 'scene/pic_0001' of the scenes.
    """
    kept, first = {}, 1  # pixels as bytes -> (number, pixels, labels)
    while len(kept) < NUM_SCENES:
        ids = range(first, first + 100)
        pixels, labels, _ = draw_scenes(ids, size=size, seed=seed, device=device)
        for number, image, shown in zip(ids, pixels.cpu(), labels.cpu(), strict=True):
            kept.setdefault(image.numpy().tobytes(), (number, image, shown))
        first += len(ids)
        if progress is not None:
            progress(min(len(kept), NUM_SCENES), NUM_SCENES)
    numbers, images, labels = zip(*list(kept.values())[:NUM_SCENES], strict=True)
    return torch.stack(images), torch.stack(labels), CONCEPTS, tuple(f"scene/pic_{i:04d}" for i in numbers)


def _draw_chunk(ids, size, style, seed, chance):
    pen = canvas(ids, f"scene/{style}", style=style, size=size, seed=seed, dials=_SCENE)
    dice = pen.dice
    with torch.no_grad():
        paint_backdrop(pen, 0.0)
        present = torch.cat([dice.chance(f"has {name}", chance) for name in SCENE_OBJECTS], dim=1)
        present = present * (present.cumsum(1) <= len(_PLACES))
        place = (present.cumsum(1) - 1 + dice.choice("first place", len(_PLACES))[:, None]) % len(_PLACES)
        spots = torch.tensor(_PLACES, device=ids.device)
        for i, name in enumerate(SCENE_OBJECTS):
            its_dice = Dice(seed, f"scene/{style}/{name}", ids)
            _put(pen, name, its_dice, spots[place[:, i].long()], present[:, i : i + 1])
        night = dice.chance("night", 0.25)
        pen.image.mul_((1 - 0.62 * night)[:, :, None])
        pen.image[:, 2].add_(0.12 * night)
        count = present.sum(1, keepdim=True)
        labels = torch.cat([present, night, (count >= 2).float(), (count == 0).float()], dim=1)
        return finish(pen), labels


def _put(pen, name, dice, spot, present):
    """Paint one object near its spot; where it is absent, far outside the picture."""
    entry = category_named(name)
    x = spot[:, :1] + dice.uniform("x", -0.1, 0.1) + (1 - present) * 50
    y = spot[:, 1:] + dice.uniform("y", -0.08, 0.08)
    mirror = 1 - 2 * dice.chance("mirror", 0.5)
    turn = dice.uniform("turn", -_SCENE.rotation, _SCENE.rotation)
    frame = pen.framed((x, y), dice.uniform("scale", 0.5, 0.68), turn, mirror)
    frame.dice = dice
    plan_named(entry.plan)(frame, entry.table)
