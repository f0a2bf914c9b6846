"""Tools: a handle with one of several heads, and scissors."""

from course_lib.data.mini.painting import Pen, Traits
from course_lib.data.mini.primitives import common, towards, union, without

HANDTOOL = {
    "head": "hammer",  # hammer, axe, wrench, saw, shovel, rake, driver, brush, spoon, fork, racket, umbrella
    "handle": (0.95, 1.15),
    "grip": (0.04, 0.055),
    "size": (0.9, 1.1),
    "tilt": (-50, 50),
    "wood": ["#b07a44", "#8a5a30", "#c89a5c", "#c8382f", "#2f66b8", "#e0a62c"],
    "metal": ["#a9b0b8", "#7f868f", "#c4c8cc"],
    "cloth": ["#d8342c", "#2c66c4", "#7d46a8", "#3a9a54", "#f0b428"],
}


def handtool(pen: Pen, table: dict) -> None:
    """Paint a tool with a handle."""
    t = Traits(pen, HANDTOOL, table)
    pen = pen.framed((0.0, 0.0), 1.0, t.tilt)
    low, top = (0.0, -t.handle / 2), (0.0, t.handle / 2 - 0.12)
    colour = t.metal if t.head in ("wrench", "spoon", "fork") else t.wood
    if t.head == "saw":
        return _saw(pen, t)
    if t.head == "umbrella":
        return _umbrella(pen, t)
    pen.paint(pen.limb(low, top, t.grip, t.grip * 0.85), colour)
    return _HEADS[t.head](pen, t, top)


def _hammer(pen, t, top):
    x, y = top
    pen.paint(pen.box((x, y), 0.2 * t.size, 0.08 * t.size), t.metal)
    pen.paint(pen.box((x - 0.24 * t.size, y), 0.06, 0.11 * t.size), t.metal)
    pen.paint(pen.polygon((x + 0.18, y - 0.07), (x + 0.38 * t.size, y - 0.1), (x + 0.18, y + 0.08)), t.metal)


def _axe(pen, t, top):
    x, y = top
    blade = common(
        pen.polygon((x - 0.06, y - 0.08), (x + 0.3, y - 0.26), (x + 0.3, y + 0.24), (x - 0.06, y + 0.1)),
        pen.disc((x, y), 0.32 * t.size),
    )
    pen.paint(blade, t.metal)


def _wrench(pen, t, top):
    x, y = top
    jaw = without(pen.disc((x, y + 0.08), 0.19 * t.size), pen.box((x + 0.02, y + 0.24), 0.075, 0.16, -12))
    pen.paint(jaw, t.metal)
    pen.paint(without(pen.disc((x, -t.handle / 2), 0.12), pen.disc((x, -t.handle / 2), 0.05)), t.metal)


def _shovel(pen, t, top):
    x, y = top
    pen.paint(union(pen.box((x, y), 0.17 * t.size, 0.12), pen.ellipse((x, y + 0.1), 0.17 * t.size, 0.24)), t.metal)
    pen.paint(pen.limb((-0.09, -t.handle / 2), (0.09, -t.handle / 2), 0.035), t.wood)


def _rake(pen, t, top):
    x, y = top
    for i in range(5):
        dx = (i - 2) * 0.12 * t.size
        pen.paint(pen.limb((x + dx, y), (x + dx, y + 0.18), 0.022), t.metal)
    pen.paint(pen.limb((x - 0.26 * t.size, y), (x + 0.26 * t.size, y), 0.04), t.metal)


def _driver(pen, t, top):
    x, y = top
    pen.paint(pen.limb((0.0, -0.05), (x, y + 0.12), 0.03), t.metal)
    pen.paint(
        pen.polygon((x - 0.03, y + 0.08), (x + 0.03, y + 0.08), (x + 0.055, y + 0.22), (x - 0.055, y + 0.22)), t.metal
    )
    pen.paint(pen.limb((0.0, -t.handle / 2), (0.0, -0.06), t.grip * 2.0, t.grip * 1.6), t.cloth)


def _brush(pen, t, top):
    x, y = top
    pen.paint(pen.polygon((x - 0.1, y), (x + 0.1, y), (x + 0.08, y + 0.12), (x - 0.08, y + 0.12)), t.metal)
    pen.paint(pen.limb((x, y + 0.16), (x, y + 0.32), 0.11, 0.03), t.cloth)


def _spoon(pen, t, top):
    x, y = top
    pen.paint(pen.ellipse((x, y + 0.1), 0.15 * t.size, 0.21 * t.size), t.metal)
    pen.paint(pen.ellipse((x, y + 0.1), 0.09 * t.size, 0.14 * t.size), t.metal, outline=False, shade=0.8)


def _fork(pen, t, top):
    x, y = top
    pen.paint(
        union(
            *[pen.limb((x + i * 0.085, y + 0.06), (x + i * 0.085, y + 0.32), 0.026) for i in (-1.5, -0.5, 0.5, 1.5)],
            pen.box((x, y + 0.03), 0.155, 0.07, 0, 0.05),
        ),
        t.metal,
    )


def _racket(pen, t, top):
    x, y = top
    frame = pen.ellipse((x, y + 0.1), 0.25 * t.size, 0.32 * t.size)
    pen.paint(frame, "#f2efe4")
    net = union(pen.stripes(9.0, 0.16, 0.0), pen.stripes(9.0, 0.16, 90.0))
    pen.paint(common(frame + 0.02, net), "#7a7a72", outline=False)
    pen.paint(frame.abs() - 0.035, t.cloth)


_HEADS = {
    "hammer": _hammer,
    "axe": _axe,
    "wrench": _wrench,
    "shovel": _shovel,
    "rake": _rake,
    "driver": _driver,
    "brush": _brush,
    "spoon": _spoon,
    "fork": _fork,
    "racket": _racket,
}


def _saw(pen, t):
    blade = pen.polygon((-0.2, -0.18), (0.62, -0.08), (0.62, 0.02), (-0.2, 0.14))
    teeth = (pen.y + 0.18 - (pen.x + 0.2) * 0.12 - (((pen.x * 12) - (pen.x * 12).floor()) * 0.05)) * -1
    pen.paint(common(blade, teeth), t.metal)
    grip = without(pen.box((-0.36, 0.0), 0.2, 0.19, 0, 0.08), pen.box((-0.37, 0.0), 0.08, 0.075, 0, 0.06))
    pen.paint(grip, t.wood)


def _umbrella(pen, t):
    pen.paint(pen.path(((0.0, 0.45), (0.0, -0.45), (0.07, -0.54), (0.15, -0.45)), 0.024), t.wood)
    dome = common(pen.ellipse((0.0, 0.0), 0.58 * t.size, 0.5 * t.size), pen.half((0.0, 0.0), 270.0))
    for i in (-1.5, -0.5, 0.5, 1.5):
        dome = without(dome, pen.ellipse((i * 0.29 * t.size, -0.02), 0.145 * t.size, 0.08))
    pen.paint(dome, t.cloth)
    pen.paint(common(dome + 0.012, pen.ellipse((0.0, 0.0), 0.2 * t.size, 0.55)), t.cloth, outline=False, shade=0.8)


SCISSORS = {
    "blade": (0.52, 0.64),
    "open": (9, 24),
    "grip": (0.13, 0.17),
    "metal": ["#b4bac2", "#9298a2"],
    "handle": ["#d8342c", "#2c66c4", "#30343c", "#3a9a54", "#f0a028"],
}


def scissors(pen: Pen, table: dict) -> None:
    """Paint a pair of scissors."""
    t = Traits(pen, SCISSORS, table)
    for side in (-1, 1):
        pen.paint(pen.limb((0.0, 0.0), towards((0.0, 0.0), 90 + side * t.open, t.blade), 0.06, 0.012), t.metal)
    for side in (-1, 1):
        eye = towards((0.0, 0.0), 270 + side * (t.open + 10), 0.42)
        pen.paint(pen.limb((0.0, 0.0), towards((0.0, 0.0), 270 + side * (t.open + 6), 0.28), 0.045), t.handle)
        pen.paint(pen.ring(eye, t.grip, 0.04), t.handle)
    pen.paint(pen.disc((0.0, 0.0), 0.035), "#50545c")
