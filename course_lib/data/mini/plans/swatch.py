"""Pieces of cloth with a printed pattern: what tells them apart is texture, not shape."""

from course_lib.data.mini.painting import Pen, Traits
from course_lib.data.mini.primitives import common, triangle_wave, union

SWATCH = {
    "pattern": "stripes",  # stripes, checks, grid, dots, patches, rings, zigzag, plain
    "density": (5.5, 6.5),  # repetitions per unit of length
    "half_width": (0.5, 0.62),
    "half_height": (0.5, 0.62),
    "cloth": ["#f4f0e6", "#f0d04c", "#a8d0e0", "#f0a8a4", "#b8d8a0", "#d8c4f0"],
    "ink": ["#d8342c", "#2c5ab0", "#3a7a34", "#6a3a8a", "#3a3634", "#a8602a"],
}


def swatch(pen: Pen, table: dict) -> None:
    """Paint a piece of cloth."""
    t = Traits(pen, SWATCH, table)
    cloth = pen.box((0.0, 0.0), t.half_width, t.half_height, corner=0.06)
    pen.paint(cloth, t.cloth)
    if t.pattern != "plain":
        pen.paint(common(cloth + 0.03, _PATTERNS[t.pattern](pen, t.density)), t.ink, outline=False)


def _checks(pen, density):
    return common(pen.stripes(density, 0.5), pen.stripes(density, 0.5, 90.0))


def _grid(pen, density):
    return union(pen.stripes(density, 0.25), pen.stripes(density, 0.25, 90.0))


def _rings(pen, density):
    return (triangle_wave(pen.disc((0.0, 0.0), 0.0) * density) - 0.25) / density


def _zigzag(pen, density):
    return (triangle_wave((pen.y + triangle_wave(pen.x * density * 0.7) * 0.3) * density) - 0.25) / density


_PATTERNS = {
    "stripes": lambda pen, density: pen.stripes(density, 0.5),
    "checks": _checks,
    "grid": _grid,
    "dots": lambda pen, density: pen.dots(density, 0.32 / density),
    "patches": lambda pen, density: pen.patches(density, 0.36),
    "rings": _rings,
    "zigzag": _zigzag,
}
