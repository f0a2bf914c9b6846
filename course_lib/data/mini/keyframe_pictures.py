"""Draw keyframes: a place, up to five objects from far to near, weather, light and camera."""

from collections.abc import Callable, Sequence

import torch

from course_lib.data.mini.catalogue import CATEGORIES, Category
from course_lib.data.mini.dials import Dials
from course_lib.data.mini.drawing import canvas, finish, one_thread
from course_lib.data.mini.hashing import Dice
from course_lib.data.mini.keyframes import KEYFRAMES, MAX_OBJECTS, Keyframes, Script, describe_keyframes
from course_lib.data.mini.painting import Pen
from course_lib.data.mini.places import PLACES
from course_lib.data.mini.plans import plan_named
from course_lib.data.mini.scenery import develop, horizon_of, paint_place, paint_sunset, paint_weather

_DIALS = Dials(rotation=7.0, shift=0.0, clutter=(0, 0), occluders=0, jitter=1.1, repaint=0.12, line_art=0.0)
_CHUNK = 2_400_000  # pixels drawn together; each object is painted on the few pictures that show it
_SHOWN_TOGETHER = 500  # steps of the progress bar
_CATEGORIES = tuple(CATEGORIES.values())
# Sizes beside each other: far from true, so that a cup beside a house can be seen.
_SIZES = {
    "animals": 0.9, "people": 1.0, "plants": 1.0, "instruments": 0.9, "buildings": 1.3, "vehicles": 1.05,
    "tools": 0.75, "household": 0.75,
}  # fmt: skip
_LARGE, _SMALL = {"elephant", "giraffe", "mammoth", "ship", "train"}, {"butterfly", "rabbit", "duck", "chicken"}
_FLIES = {"aeroplane", "balloon", "rocket", "butterfly"}


def draw_keyframes(numbers: Sequence[int], *, size: int = 48, script: Script = KEYFRAMES) -> torch.Tensor:
    """Draw the pictures with these numbers: uint8 (N, 3, size, size). See `describe_keyframes` for what they show.

    Raises:
        ValueError: fewer than 16 pixels a side.
    """
    if size < 16:
        raise ValueError(f"size {size} is too small to draw in: give at least 16 pixels")
    out = torch.empty((len(numbers), 3, size, size), dtype=torch.uint8)
    facts = describe_keyframes(numbers, script)
    cartoon = facts.traits["cartoon"]
    with torch.no_grad(), one_thread(out.device):
        for style, rows in (("cartoon", cartoon), ("photo", ~cartoon)):
            for part in torch.nonzero(rows).flatten().split(max(1, _CHUNK // (size * size))):
                out[part] = _draw(facts.take(part), style, size)
    return out


def _draw(facts: Keyframes, style: str, size: int) -> torch.Tensor:
    straight = canvas(
        facts.numbers, f"{facts.script.name} picture", style=style, size=size, seed=facts.script.seed, dials=_DIALS
    )
    dice, traits = straight.dice, facts.traits
    side = 2 * dice.chance("tilt side", 0.5) - 1
    pen = straight.framed((0.0, 0.0), 1.0, side * dice.uniform("tilt", 11, 19) * traits["tilted"].float()[:, None])
    for i, name in enumerate(PLACES):
        rows = torch.nonzero(facts.place == i).flatten()
        if len(rows):
            part = pen.part(rows)
            paint_place(part, name, {trait: values[rows] for trait, values in traits.items()})
            pen.image[rows] = part.image
    paint_sunset(pen, traits)
    for slot in range(MAX_OBJECTS):
        _paint_slot(pen, facts, slot)
    paint_weather(pen, traits)
    develop(pen, straight.y, traits)
    return finish(pen)


def _paint_slot(pen: Pen, facts: Keyframes, slot: int) -> None:
    """Paint the objects of one slot, all pictures of a category together."""
    shown = facts.objects[:, slot]
    for number in shown[shown >= 0].unique().tolist():
        category = _CATEGORIES[number]
        rows = torch.nonzero(shown == number).flatten()
        dice = Dice(facts.script.seed, f"{facts.script.name} object {slot}/{category.name}", facts.numbers[rows])
        part = pen.part(rows, dice)
        centre, scale = _placed(facts.take(rows), slot, category, horizon_of(pen)[rows], dice)
        turn = dice.uniform("turn", -_DIALS.rotation, _DIALS.rotation)
        frame = part.framed(centre, scale, turn, 1 - 2 * dice.chance("mirror", 0.5))
        plan_named(category.plan)(frame, category.table)
        pen.image[rows] = part.image


def _placed(facts: Keyframes, slot: int, category: Category, horizon: torch.Tensor, dice: Dice):
    """Centre and scale of an object: the nearer, the larger and the lower; side by side, so that all can be seen."""
    count = facts.count[:, None].float()
    near = (slot + dice.unit("near")) / count.clamp_min(1)
    size = _SIZES[category.domain] * (1.2 if category.name in _LARGE else 0.75 if category.name in _SMALL else 1.0)
    close = facts.traits["close-up"].float()[:, None]
    scale = (0.5 + 0.2 * near) * size * (1.15 - 0.07 * count)
    scale = scale + (dice.uniform("close scale", 0.85, 1.05) - scale) * close
    foot = horizon - 0.1 - (horizon + 0.76) * near
    y = foot + 0.82 * scale
    if category.name in _FLIES:
        y = torch.maximum(y, horizon + dice.uniform("height", 0.25, 0.5))
    y = y * (1 - close) + dice.uniform("close y", -0.12, 0.08) * close
    order = Dice(facts.script.seed, f"{facts.script.name} order", facts.numbers)
    column = torch.remainder(slot + order.choice("first column", 5)[:, None], count.clamp_min(1))
    column = torch.where(order.chance("from the right", 0.5) > 0, count - 1 - column, column)
    x = ((column + 0.5) / count * 2 - 1) * 0.84 + dice.uniform("x", -0.12, 0.12)
    last = (slot == facts.count - 1)[:, None] & facts.traits["cut by the frame"][:, None]
    edge = (2 * dice.chance("edge", 0.5) - 1) * dice.uniform("beyond", 0.92, 1.02)
    return (torch.where(last, edge, x), y), scale


def draw_all(script: Script, total: int, size: int, progress: Callable[[int, int], None] | None = None) -> torch.Tensor:
    """Draw the first pictures of a set, (total, 3, size, size); `progress` is called with (done, total)."""
    parts, numbers = [], range(1, total + 1)
    for first in range(0, total, _SHOWN_TOGETHER):
        parts.append(draw_keyframes(numbers[first : first + _SHOWN_TOGETHER], size=size, script=script))
        if progress is not None:
            progress(min(first + _SHOWN_TOGETHER, total), total)
    return torch.cat(parts)
