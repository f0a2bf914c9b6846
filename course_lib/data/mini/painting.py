"""The pen: paints distances onto a batch of pictures, as a shaded photo or as an outlined cartoon."""

import torch

from course_lib.data.mini.dials import Dials
from course_lib.data.mini.hashing import Dice
from course_lib.data.mini.primitives import Plane, cos_deg, sin_deg

INK = 0.21  # cartoon outlines are this share of the part's own colour
_PAINTED = {"coat", "mark", "hair", "wood", "wall", "tiles", "top", "legs", "paint", "leaf", "metal"}
_FANCY = [
    "#e8506a",
    "#f08a3c",
    "#f0cc3c",
    "#7ac84c",
    "#3fb8a0",
    "#4f9ae8",
    "#8a6ae0",
    "#e07ad0",
    "#a8744c",
    "#9aa0a8",
    "#f4f0e8",
]
OUTLINE = 0.025  # width of an outline as a share of the picture's width


def rgb(colour: str) -> tuple[float, float, float]:
    """'#rrggbb' as three numbers in [0, 1]."""
    return tuple(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))


class Pen(Plane):
    """Paints parts onto `image` (N, 3, P) in an object's frame, `scale` (N, 1) canvas units per object unit."""

    def __init__(self, image, x, y, scale, *, size: int, style: str, dice: Dice, dials: Dials):
        super().__init__(x, y)
        self.image, self.scale, self.size = image, scale, size
        self.cartoon, self.dice, self.dials = style == "cartoon", dice, dials
        self.pixels = scale * (size / 2)  # pixels per object unit
        inked = dice.chance("line art", dials.line_art) if self.cartoon and dials.line_art else None
        self.inked = None if inked is None else inked[:, :, None]

    def framed(self, centre, scale, turn=0.0, mirror=None) -> "Pen":
        """A pen on the same pictures whose frame sits at `centre`, scaled, turned (degrees) and mirrored (+1 or -1)."""
        x, y = (self.x - centre[0]) / scale, (self.y - centre[1]) / scale
        c, s = cos_deg(turn), sin_deg(turn)
        x, y = x * c + y * s, y * c - x * s
        if mirror is not None:
            x = x * mirror
        style = "cartoon" if self.cartoon else "photo"
        return Pen(self.image, x, y, self.scale * scale, size=self.size, style=style, dice=self.dice, dials=self.dials)

    def part(self, rows: torch.Tensor, dice: Dice | None = None) -> "Pen":
        """A pen on copies of some of the pictures, in the same frame, with their dice or with others."""
        style = "cartoon" if self.cartoon else "photo"
        planes = (self.image[rows], self.x[rows], self.y[rows], self.scale[rows])
        dice = self.dice.take(rows) if dice is None else dice
        return Pen(*planes, size=self.size, style=style, dice=dice, dials=self.dials)

    def paint(self, distance, colour, *, outline=True, where=None, shade=1.0):
        """Paint the inside of `distance` (N, P) with `colour` (N, 3, 1) or a '#rrggbb' text.

        outline: cartoon outline around the part; where: (N, 1) share from 0 (leave out) to 1; shade: colour factor.
        """
        level = 0.5 - distance * self.pixels
        fill = level.clamp(0, 1)
        if self.cartoon and outline:
            cover = level.add_(self.size * OUTLINE).clamp_(0, 1)
            tone = (cover - fill).mul_(INK).add_(fill)
        elif self.cartoon:
            cover, tone = fill, fill.clone()
        else:  # darker towards the rim, as on a round body in soft light
            cover = fill
            tone = (distance * -7.0).clamp_(0, 1).mul_(0.32).add_(0.68).mul_(fill)
        if where is not None:
            cover, tone = cover * where, tone.mul_(where)
        if shade != 1.0:
            tone.mul_(shade)
        if isinstance(colour, str):
            colour = torch.tensor(rgb(colour), device=self.image.device)[None, :, None]
        if self.inked is not None:  # parts with an outline become paper, what has none becomes a grey
            plain = 0.97 if outline else (colour[:, :1] + colour[:, 1:2] + colour[:, 2:]) * (1 / 3)
            colour = colour + (plain - colour) * self.inked
        self.image.mul_((1 - cover)[:, None]).add_(tone[:, None] * colour)

    def darken(self, distance, amount, softness=0.05):
        """Darken the inside of `distance` with a soft edge (shadows)."""
        cover = (distance * (-1 / softness)).add_(0.5).clamp_(0, 1).mul_(amount)
        self.image.mul_((1 - cover)[:, None])

    def colour(self, channel: str, palette, spread: float = 0.12):
        """One colour per picture, (N, 3, 1), picked from a list of '#rrggbb' and varied a little."""
        table = torch.tensor([rgb(c) for c in palette], dtype=torch.float32, device=self.image.device)
        base = table[self.dice.choice(channel, len(palette))]
        if self.cartoon and channel in _PAINTED and self.dials.repaint:
            fancy = torch.tensor([rgb(c) for c in _FANCY], device=self.image.device)
            fancy = fancy[self.dice.choice(channel + " fancy", len(_FANCY))]
            base = base + (fancy - base) * self.dice.chance("repainted", self.dials.repaint)
        grey = base[:, :1] * 0.3 + base[:, 1:2] * 0.6 + base[:, 2:] * 0.1
        spread = spread * self.dials.jitter
        light = self.dice.uniform(channel + " light", 1 - spread, 1 + spread)
        warm = self.dice.uniform(channel + " warm", -0.4 * spread, 0.4 * spread)
        tint = torch.cat([1 + warm, torch.ones_like(warm), 1 - warm], dim=1)
        vivid = (
            self.dice.uniform(channel + " vivid", 1.05, 1.45)
            if self.cartoon
            else self.dice.uniform(channel + " vivid", 0.6, 1.0)
        )
        bright = 1.06 if self.cartoon else 0.80
        shown = ((grey + (base - grey) * vivid) * (light * bright) * tint).clamp(0.02, 1.0)
        if self.cartoon:  # as printed: no colour is darker than its ink
            shown = shown * 0.75 + 0.25
        return shown[:, :, None]


class Traits:
    """The proportions of a batch of objects, drawn from a category's table of ranges.

    A pair (low, high) is drawn uniformly, a single number within 8 %, a list of colours gives one of them; texts, flags
    and whole numbers stand for themselves.
    """

    def __init__(self, pen: Pen, defaults: dict, table: dict):
        unknown = set(table) - set(defaults)
        if unknown:
            raise ValueError(f"unknown trait {sorted(unknown)[0]!r}; this plan knows {', '.join(sorted(defaults))}.")
        self._pen, self._table, self._drawn = pen, defaults | table, {}

    def __getattr__(self, name: str):
        if name not in self._drawn:
            self._drawn[name] = self._draw(name, self._table[name])
        return self._drawn[name]

    def _draw(self, name, value):
        if isinstance(value, (str, bool, int)) or value is None:
            return value
        if isinstance(value, list):
            return self._pen.colour(name, value)
        low, high = value if isinstance(value, tuple) else (value - 0.08 * abs(value), value + 0.08 * abs(value))
        middle, spread = (low + high) / 2, (high - low) / 2 * self._pen.dials.jitter
        return self._pen.dice.uniform(name, middle - spread, middle + spread)

    def chance(self, name: str):
        """(N, 1) values 1.0 with the probability that the table gives under this name, else 0.0."""
        return self._pen.dice.chance(name, self._table[name])

    def may(self, name: str) -> bool:
        """Whether the table gives this name a probability above 0."""
        return bool(self._table[name])
