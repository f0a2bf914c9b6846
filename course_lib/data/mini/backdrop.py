"""Paint what surrounds an object: ground, wall and sky, shapes that clutter the picture, light and grain."""

import torch

from course_lib.data.mini.hashing import Dice
from course_lib.data.mini.painting import Pen

_SKY = ["#7fa3c4", "#9db4c0", "#5f86b3", "#b9b3a2", "#8c9aa8", "#caa58a"]
_GROUND = ["#5d7a3a", "#7a8a45", "#8a7350", "#6e6a60", "#a08a5c", "#4c6b3c", "#9a958a"]
_WALL = ["#8a7f72", "#6f7b80", "#9c8f80", "#5b5550", "#7d6a5a", "#a09a94", "#4f5b66", "#84705f"]
_FLOOR = ["#6b4f38", "#50443c", "#7a6a5a", "#3f3a38", "#8a6a48"]
_PAPER = ["#ffffff", "#ffffff", "#ffffff", "#fffdf4"]
_PASTEL = ["#cfeaff", "#ffe9c7", "#e4f6d4", "#ffdfe6", "#e9e2ff", "#fff6bf", "#d9f5f0"]
_LAWN = ["#bfe59a", "#f4dfa6", "#d5efb0", "#e6dccb", "#c9e8c0"]
_GREY = ["#6a6a62", "#4a4f45", "#7c7466", "#8a5a44", "#56646e", "#3c4436", "#a39a86", "#5a6b3e", "#7a3f38"]
_CANDY = ["#ffd98a", "#a9dcff", "#ffb3b0", "#c4ecaa", "#d9c4ff", "#ffe27a", "#b5efe0", "#f5c9a6", "#ffc4dd"]


def smooth_noise(dice: Dice, channel: str, knots: int, size: int) -> torch.Tensor:
    """Random values on a grid of knots x knots, interpolated to (N, size * size), between 0 and 1."""
    grid = dice.lattice(channel, knots + 1, knots + 1)
    place = (torch.arange(size, device=grid.device, dtype=torch.float32) + 0.5) * (knots / size)
    low = place.long().clamp(max=knots - 1)
    share = place - low
    rows = grid[:, low] + (grid[:, low + 1] - grid[:, low]) * share[None, :, None]
    return (rows[:, :, low] + (rows[:, :, low + 1] - rows[:, :, low]) * share[None, None, :]).flatten(1)


def paint_backdrop(pen: Pen, indoor: float) -> None:
    """Fill the pictures behind the object; `indoor` is the chance of a wall and a floor instead of sky and ground."""
    dice = pen.dice
    horizon = dice.uniform("horizon", -0.65, 0.05)
    ground = (0.5 - (pen.y - horizon) * pen.pixels).clamp_(0, 1)[:, None]
    inside = dice.chance("indoor", indoor)[:, :, None]
    if pen.cartoon:
        scenic = dice.chance("scenic", 0.14)[:, :, None]
        tinted = dice.chance("tinted", 0.10)[:, :, None]
        paper = pen.colour("paper", _PAPER, 0.0)
        paper = paper + (pen.colour("pastel", _PASTEL) - paper) * torch.maximum(scenic, tinted)
        pen.image.copy_(paper + (pen.colour("lawn", _LAWN) - paper) * (ground * scenic))
        return
    above = pen.colour("sky", _SKY) * (1 - inside) + pen.colour("wall", _WALL) * inside
    below = pen.colour("ground", _GROUND) * (1 - inside) + pen.colour("floor", _FLOOR) * inside
    patchy = smooth_noise(dice, "patchy", 5, pen.size) * 0.3 + smooth_noise(dice, "rough", 16, pen.size) * 0.22 + 0.78
    haze = 1 + (pen.y * dice.uniform("haze", -0.2, 0.25))
    pen.image.copy_((above + (below - above) * ground) * (patchy * haze)[:, None])


def paint_clutter(pen: Pen, *, front: bool) -> None:
    """Paint the shapes of random form that lie behind the object, or the few in front of it (kept to the margin)."""
    dice, dials = pen.dice, pen.dials
    most = dials.clutter[1]
    total = dials.clutter[0] + dice.choice("clutter", most - dials.clutter[0] + 1)[:, None]
    ahead = torch.minimum(dice.choice("occluders", dials.occluders + 1)[:, None], total)
    numbers = range(min(dials.occluders, most)) if front else range(most)
    for i in numbers:
        kind = "occluder" if front else "clutter"
        where = (i < ahead) if front else (i < total - ahead)
        _paint_shape(pen, f"{kind} {i}", where.to(torch.float32), front)


def _paint_shape(pen: Pen, name: str, where, front: bool) -> None:
    dice = pen.dice
    angle = dice.uniform(name + " angle", 0, 360)
    far = dice.uniform(name + " far", 0.4, 1.0) if front else dice.uniform(name + " far", 0.25, 1.05)
    largest = 0.3 if front else 0.36
    rx = dice.uniform(name + " rx", 0.07, largest)
    ry = dice.uniform(name + " ry", 0.05, largest)
    corner = torch.minimum(rx, ry) * dice.uniform(name + " corner", 0.05, 1.0)
    x, y = _on_square(dice, name, angle, far)
    shape = pen.box((x, y), rx, ry, dice.uniform(name + " turn", 0, 180), corner)
    pen.paint(shape, pen.colour(name, _CANDY if pen.cartoon else _GREY, 0.2), where=where)


def _on_square(dice, name, angle, far):
    """A point on the rim of a square of half width `far`."""
    side = torch.floor(angle / 90)
    along = dice.uniform(name + " along", -1.0, 1.0) * far
    sign = torch.where(side % 2 == 0, far, -far)
    upright = side < 2
    return torch.where(upright, sign, along), torch.where(upright, along, sign)


def light(pen: Pen) -> None:
    """Photos only: uneven light over the picture, a darker rim and a little grain."""
    if pen.cartoon:
        return
    dice = pen.dice
    level = dice.uniform("exposure", 0.8, 1.25)
    slope = pen.x * dice.uniform("light x", -0.18, 0.18) + pen.y * dice.uniform("light y", -0.08, 0.22)
    rim = (pen.x * pen.x + pen.y * pen.y) * -0.07
    grain = smooth_noise(dice, "grain", 40, pen.size) * 0.14 + smooth_noise(dice, "cloth", 11, pen.size) * 0.12 - 0.13
    pen.image.mul_(((slope + rim + grain + 1) * level)[:, None])
    warm = dice.uniform("white balance", -0.08, 0.08)
    pen.image.mul_(torch.stack([1 + warm, torch.ones_like(warm), 1 - warm], dim=1))
