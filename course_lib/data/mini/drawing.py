"""draw: pictures of one category, in any number, each fixed by its number alone."""

from collections.abc import Sequence
from contextlib import contextmanager

import torch

from course_lib.data.mini.backdrop import light, paint_backdrop, paint_clutter
from course_lib.data.mini.catalogue import Category, category_named
from course_lib.data.mini.dials import HARD, Dials
from course_lib.data.mini.hashing import Dice
from course_lib.data.mini.painting import Pen
from course_lib.data.mini.plans import plan_named

STYLES = ("photo", "cartoon")
_CHUNK_PIXELS = {"cpu": 240_000, "cuda": 4_000_000}  # per chunk, so that planes stay in the processor's cache


def draw(
    category: str | Category,
    style: str,
    ids: Sequence[int],
    *,
    size: int = 48,
    seed: int = 0,
    dials: Dials = HARD,
    device: str | torch.device = "cpu",
) -> torch.Tensor:
    """Draw the pictures numbered `ids` of one category: a uint8 tensor (N, 3, size, size) on `device`.

    category: its name, or an entry like those of the catalogue. style: 'photo' or 'cartoon'. A picture depends on
    (seed, category, style, id, dials, size) and on nothing else: it is the same in whatever batch it is drawn. Raises
    ValueError for an unknown category or style, or size < 16.
    """
    if style not in STYLES:
        raise ValueError(f"style {style!r} is unknown; choose one of {', '.join(STYLES)}.")
    if size < 16:
        raise ValueError(f"size {size} is too small to draw in; give at least 16 pixels.")
    entry = category_named(category) if isinstance(category, str) else category
    numbers = torch.as_tensor(list(ids) if not isinstance(ids, torch.Tensor) else ids, dtype=torch.int64, device=device)
    out = torch.empty((len(numbers), 3, size, size), dtype=torch.uint8, device=device)
    chunk = max(1, _CHUNK_PIXELS.get(torch.device(device).type, 1_000_000) // (size * size))
    with torch.no_grad(), one_thread(numbers.device):
        for start in range(0, len(numbers), chunk):
            part = numbers[start : start + chunk]
            pen = canvas(part, f"{entry.name}/{style}", style=style, size=size, seed=seed, dials=dials)
            paint_backdrop(pen, entry.indoor)
            paint_clutter(pen, front=False)
            place_object(pen, entry)
            paint_clutter(pen, front=True)
            out[start : start + chunk] = finish(pen)
    return out


@contextmanager
def one_thread(device: torch.device):
    """Thousands of short operations: on a busy machine, waiting for a second thread costs more than it gives."""
    threads = torch.get_num_threads()
    if device.type != "cpu" or threads == 1:
        yield
        return
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def canvas(ids: torch.Tensor, subject: str, *, style: str, size: int, seed: int, dials: Dials) -> Pen:
    """A pen on empty pictures, in the picture's own frame: x and y from -1 to 1, y up."""
    n, device = len(ids), ids.device
    ticks = (torch.arange(size, device=device, dtype=torch.float32) + 0.5) * (2 / size) - 1
    x = ticks[None, :].expand(size, size).reshape(1, -1).expand(n, -1)
    y = (-ticks)[:, None].expand(size, size).reshape(1, -1).expand(n, -1)
    image = torch.zeros((n, 3, size * size), device=device)
    scale = torch.ones((n, 1), device=device)
    return Pen(image, x, y, scale, size=size, style=style, dice=Dice(seed, subject, ids), dials=dials)


def place_object(pen: Pen, entry) -> None:
    """Paint one object of a category somewhere in the pictures, in a random pose."""
    dice, dials = pen.dice, pen.dials
    centre = dice.uniform("shift x", -dials.shift, dials.shift), dice.uniform("shift y", -dials.shift, dials.shift)
    turn = dice.uniform("turn", -dials.rotation, dials.rotation)
    scale = dice.uniform("scale", *dials.scale)
    mirror = 1 - 2 * dice.chance("mirror", 0.5 if dials.mirror else 0.0)
    plan_named(entry.plan)(pen.framed(centre, scale, turn, mirror), entry.table)


def finish(pen: Pen) -> torch.Tensor:
    """Light the pictures and return them as uint8 (N, 3, size, size)."""
    light(pen)
    image = pen.image.mul_(255).add_(0.5).clamp_(0, 255).to(torch.uint8)
    return image.view(-1, 3, pen.size, pen.size)
