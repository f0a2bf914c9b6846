"""Paint the surroundings of drawn keyframes: places, weather, light and the marks of the camera."""

import torch

from course_lib.data.mini.backdrop import smooth_noise
from course_lib.data.mini.painting import Pen, rgb
from course_lib.data.mini.places import PLACES

Facts = dict[str, torch.Tensor]  # name of a trait -> (N,) bool
HORIZON = (-0.15, 0.3)
_SUNSET, _NIGHT, _FOG = "#f2a65e", "#26304f", "#d4d8da"
_SEPIA = torch.tensor([1.08, 0.9, 0.66])[None, :, None]


def horizon_of(pen: Pen) -> torch.Tensor:
    """Height (N, 1) of the line between ground and sky, or floor and wall."""
    return pen.dice.uniform("horizon", *HORIZON)


def paint_place(pen: Pen, name: str, traits: Facts) -> None:
    """Fill pictures of one place: sky and ground or wall and floor, and what belongs to it."""
    place, dice = PLACES[name], pen.dice
    horizon = horizon_of(pen)
    ground = (0.5 - (pen.y - horizon) * pen.pixels).clamp_(0, 1)[:, None]
    above = pen.colour("above", list(place.above))
    below = pen.colour("below", list(place.below))
    if not place.indoor:
        above = _sky(pen, above, horizon, traits)
    shaded = 1 - 0.16 * ((horizon - pen.y) / (1 + horizon)).clamp(0, 1)[:, None]
    pen.image.copy_(above + (below * shaded - above) * ground)
    _DETAILS[name](pen, horizon)
    if not pen.cartoon:
        rough = (
            smooth_noise(dice, "patchy", 5, pen.size) * 0.14 + smooth_noise(dice, "rough", 16, pen.size) * 0.12 + 0.89
        )
        pen.image.mul_(rough[:, None])


def paint_weather(pen: Pen, traits: Facts) -> None:
    """Paint rain, falling snow, fog and night over the pictures that have them."""
    dice = pen.dice
    fog, night = _where(traits, "fog"), _where(traits, "night")
    thick = (0.38 + 0.3 * (pen.y * 0.5 + 0.5)).clamp_(0, 0.75) * fog
    pen.image.mul_((1 - thick)[:, None]).add_(thick[:, None] * _tone(_FOG))
    _fall(pen, "rain", _where(traits, "rain"), 22, tall=0.13, wide=0.012, colour="#dfe9f5", turn=-14)
    _fall(pen, "snowfall", _where(traits, "snowfall"), 24, tall=0.032, wide=0.032, colour="#ffffff", turn=0)
    pen.image.mul_(1 - 0.58 * night[:, None])
    pen.image[:, 2].add_(0.09 * night)
    moon = pen.disc((dice.uniform("moon x", -0.7, 0.7), dice.uniform("moon y", 0.62, 0.82)), 0.11)
    pen.paint(moon, "#f6f0c8", outline=False, where=night)


def paint_sunset(pen: Pen, traits: Facts) -> None:
    """Colour pictures taken at sunset."""
    warm = 1 + _where(traits, "sunset")[:, None] * (torch.tensor([1.12, 0.9, 0.72])[None, :, None] - 1)
    pen.image.mul_(warm)


def develop(pen: Pen, upright: torch.Tensor, traits: Facts) -> None:
    """Turn pictures grey or brown and put bars on them; `upright` (N, P) is the height of each pixel in the picture."""
    grey = (pen.image * torch.tensor([0.3, 0.59, 0.11])[None, :, None]).sum(1, keepdim=True)
    for name, tint in (("black and white", 1.0), ("sepia", _SEPIA)):
        share = _where(traits, name)[:, None]
        pen.image.add_((grey * tint - pen.image) * share)
    bars = (upright.abs() > 0.76).float() * _where(traits, "letterbox")
    pen.image.mul_((1 - bars)[:, None])


def _where(traits: Facts, name: str) -> torch.Tensor:
    return traits[name].float()[:, None]


def _tone(colour: str) -> torch.Tensor:
    return torch.tensor(rgb(colour))[None, :, None]


def _sky(pen: Pen, blue, horizon, traits: Facts):
    """Colour of the sky at each pixel: paler near the horizon, grey in rain, orange at sunset."""
    height = ((pen.y - horizon) / (1 - horizon)).clamp(0, 1)[:, None]
    dull = torch.maximum(_where(traits, "rain"), _where(traits, "snowfall"))[:, None] * 0.7
    colour = blue + (_tone("#a8b0b8") - blue) * dull
    colour = colour + (1 - colour) * (0.45 * (1 - height))
    sunset = _where(traits, "sunset")[:, None] * (0.85 - 0.5 * height)
    return colour + (_tone(_SUNSET) - colour) * sunset


def _fall(pen: Pen, name: str, where, count: int, *, tall, wide, colour, turn) -> None:
    """Scatter drops or flakes over the pictures where it rains or snows."""
    rows = torch.nonzero(where[:, 0]).flatten()
    if not len(rows):
        return
    part = pen.part(rows)
    for i in range(count):
        centre = part.dice.uniform(f"{name} {i} x", -1, 1), part.dice.uniform(f"{name} {i} y", -1, 1)
        part.paint(part.ellipse(centre, wide, tall, turn), colour, outline=False, where=0.85)
    pen.image[rows] = part.image


def _hill(pen: Pen, name: str, horizon, colours: list[str], low: float, high: float) -> None:
    rx, ry = pen.dice.uniform(name + " rx", 0.5, 0.9), pen.dice.uniform(name + " ry", low, high)
    x = pen.dice.uniform(name + " x", -0.9, 0.9)
    shape = torch.maximum(pen.ellipse((x, horizon), rx, ry), horizon - pen.y)
    pen.paint(shape, pen.colour(name, colours), outline=False)


def _meadow(pen: Pen, horizon) -> None:
    _hill(pen, "far hill", horizon, ["#a5c98a", "#9cc4a0"], 0.12, 0.3)
    _hill(pen, "hill", horizon, ["#8cbc64", "#7fb070"], 0.08, 0.22)


def _forest(pen: Pen, horizon) -> None:
    for i in range(7):
        x = -1 + (i + pen.dice.unit(f"tree {i} x")) * 0.3
        top = horizon + pen.dice.uniform(f"tree {i} top", 0.45, 0.8)
        shape = pen.box((x, (horizon + top) / 2 - 0.1), 0.035, (top - horizon) / 2 + 0.1, 0, 0.02)
        pen.paint(shape, "#6d5440", outline=False)
        crown = pen.ellipse((x, top), pen.dice.uniform(f"tree {i} rx", 0.14, 0.24), 0.3)
        pen.paint(crown, pen.colour(f"crown {i}", ["#4f7d4a", "#5d8c50", "#3f6b45"]), outline=False)


def _street(pen: Pen, horizon) -> None:
    for i in range(5):
        x, wide = -0.9 + i * 0.45, pen.dice.uniform(f"block {i} wide", 0.14, 0.22)
        tall = pen.dice.uniform(f"block {i} tall", 0.15, 0.5)
        shape = pen.box((x, horizon + tall / 2), wide, tall / 2, 0, 0.01)
        pen.paint(shape, pen.colour(f"block {i}", ["#b9b3ad", "#a7adb5", "#c4b6a4", "#9f9a9a"]), outline=False)
    for i in range(5):
        dash = pen.box((-0.9 + i * 0.45, (horizon - 1) * 0.55), 0.11, 0.018, 0, 0.005)
        pen.paint(dash, "#f4efd6", outline=False)


def _beach(pen: Pen, horizon) -> None:
    shore = horizon - pen.dice.uniform("shore", 0.12, 0.25)
    band = torch.maximum(pen.y - horizon, shore - pen.y)
    pen.paint(band, pen.colour("water", ["#5aa7cf", "#6cb6d0"]), outline=False)
    foam = (pen.y - shore).abs() - 0.018
    pen.paint(foam, "#f7fbff", outline=False)


def _sea(pen: Pen, horizon) -> None:
    for i in range(6):
        y = horizon - 0.1 - i * 0.19 * (1 + horizon)
        x = pen.dice.uniform(f"wave {i}", -0.8, 0.8)
        pen.paint(pen.ellipse((x, y), pen.dice.uniform(f"wave {i} wide", 0.2, 0.4), 0.014), "#d8ecf7", outline=False)


def _snowfield(pen: Pen, horizon) -> None:
    _hill(pen, "far hill", horizon, ["#dce6ef", "#cbd9e6"], 0.15, 0.35)
    _hill(pen, "hill", horizon, ["#eef3f8", "#e4edf4"], 0.08, 0.22)


def _living_room(pen: Pen, horizon) -> None:
    x, y = pen.dice.uniform("window x", -0.6, 0.6), horizon + 0.42
    pen.paint(pen.box((x, y), 0.26, 0.24, 0, 0.01), "#f5efe2")
    pen.paint(pen.box((x, y), 0.21, 0.19, 0, 0.01), "#9fd0ef", outline=False)
    pen.paint(pen.box((x, y), 0.015, 0.2, 0, 0.0), "#f5efe2", outline=False)
    pen.paint((pen.y - horizon).abs() - 0.025, "#f1e8da", outline=False)


def _workshop(pen: Pen, horizon) -> None:
    for i in range(5):
        pen.paint((pen.y - horizon - 0.12 - i * 0.2).abs() - 0.012, "#7f776b", outline=False)
    shelf = pen.box((pen.dice.uniform("shelf", -0.5, 0.5), horizon + 0.55), 0.35, 0.03, 0, 0.01)
    pen.paint(shelf, "#8a6a48")


def _concert_hall(pen: Pen, horizon) -> None:
    above = horizon - pen.y
    for i in range(8):
        fold = (pen.x + 0.93 - i * 0.266).abs() - 0.06
        pen.paint(torch.maximum(fold, above), pen.colour("curtain", ["#7d2f3a", "#6a2b45"]), outline=False)
    spot = pen.ellipse((pen.dice.uniform("spot", -0.4, 0.4), (horizon - 1) / 2), 0.6, 0.22)
    pen.paint(spot, "#f0d8a0", outline=False, where=0.5)


_DETAILS = {
    "meadow": _meadow,
    "forest": _forest,
    "street": _street,
    "beach": _beach,
    "sea": _sea,
    "snowfield": _snowfield,
    "living room": _living_room,
    "workshop": _workshop,
    "concert hall": _concert_hall,
}
