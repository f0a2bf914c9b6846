"""Vehicles, seen from the side, front to the right."""

from course_lib.data.mini.painting import Pen, Traits
from course_lib.data.mini.primitives import common, union

DEFAULTS = {
    "length": (0.52, 0.6),
    "body": (0.11, 0.14),
    "cabin": (0.26, 0.32),
    "cabin_x": (-0.08, 0.0),
    "cabin_height": (0.17, 0.21),
    "kind": "car",  # car, bus, truck, tractor, train, bicycle
    "wheel": (0.11, 0.135),
    "paint": ["#d8342c", "#2c66c4", "#f0b428", "#3a9a54", "#e8e8e8", "#50545c", "#e0762c", "#58b4c4"],
    "second": ["#e8e4d8", "#c9a05a", "#9aa2aa", "#d8c48a"],
    "glass": ["#a8d4ec", "#7fa4bc"],
    "tyre": ["#26262a"],
    "hub": ["#c9ccd2", "#e6c860"],
}


def vehicle(pen: Pen, table: dict) -> None:
    """Paint a vehicle on wheels."""
    t = Traits(pen, DEFAULTS, table)
    if not pen.cartoon:
        pen.darken(pen.ellipse((0.0, -0.34), t.length * 1.1, 0.06), 0.5, 0.1)
    {"car": _car, "bus": _bus, "truck": _truck, "tractor": _tractor, "train": _train, "bicycle": _bicycle}[t.kind](
        pen, t
    )


def _wheel(pen, t, x, y, radius):
    pen.paint(pen.disc((x, y), radius), t.tyre)
    pen.paint(pen.disc((x, y), radius * 0.5), t.hub, outline=False)


def _car(pen, t):
    floor = -0.2
    cabin = pen.polygon(
        (t.cabin_x - t.cabin, floor + t.body),
        (t.cabin_x + t.cabin, floor + t.body),
        (t.cabin_x + t.cabin * 0.55, floor + t.body + t.cabin_height * 2),
        (t.cabin_x - t.cabin * 0.7, floor + t.body + t.cabin_height * 2),
    )
    body = pen.box((0.0, floor), t.length, t.body, 0, 0.06)
    pen.paint(union(cabin, body), t.paint)
    pen.paint(common(cabin + 0.055, pen.half((0.0, floor + t.body), 270.0)), t.glass, outline=False)
    pen.paint(
        pen.box((t.cabin_x - 0.02, floor + t.body + t.cabin_height), 0.018, t.cabin_height), t.paint, outline=False
    )
    pen.paint(pen.disc((t.length - 0.04, floor + 0.03), 0.045), "#fbeea0")
    for side in (-1, 1):
        _wheel(pen, t, side * t.length * 0.6, floor - t.body, t.wheel)


def _bus(pen, t):
    pen.paint(pen.box((0.0, 0.0), t.length, t.body * 2.4, 0, 0.06), t.paint)
    for i in range(4):
        pen.paint(pen.box((t.length * (i - 1.5) * 0.46, t.body * 0.9), t.length * 0.17, t.body * 0.8), t.glass)
    pen.paint(pen.box((0.0, -t.body * 0.5), t.length * 0.98, 0.025), t.second, outline=False)
    for side in (-1, 1):
        _wheel(pen, t, side * t.length * 0.6, -t.body * 2.4, t.wheel)


def _truck(pen, t):
    pen.paint(pen.box((-t.length * 0.28, 0.06), t.length * 0.7, t.body * 2.2), t.second)
    pen.paint(pen.box((t.length * 0.72, -0.04), t.length * 0.28, t.body * 1.55, 0, 0.04), t.paint)
    pen.paint(pen.box((t.length * 0.78, 0.03), t.length * 0.15, t.body * 0.6), t.glass)
    for x in (-0.7, -0.25, 0.72):
        _wheel(pen, t, t.length * x, -0.04 - t.body * 1.7, t.wheel)


def _tractor(pen, t):
    pen.paint(pen.box((0.2, -0.05), 0.3, t.body, 0, 0.03), t.paint)
    pen.paint(pen.limb((0.34, 0.05), (0.34, 0.28), 0.025), t.tyre)
    pen.paint(pen.box((-0.2, 0.15), 0.2, t.cabin_height * 1.2), t.glass)
    pen.paint(pen.box((-0.2, 0.15 + t.cabin_height * 1.2), 0.25, 0.04), t.paint)
    pen.paint(pen.box((-0.2, -0.08), 0.22, t.body), t.paint)
    _wheel(pen, t, -0.28, -0.22, t.wheel * 1.9)
    _wheel(pen, t, 0.38, -0.3, t.wheel * 1.05)


def _train(pen, t):
    pen.paint(pen.box((0.12, 0.0), t.length * 0.75, t.body * 1.15, 0, 0.08), t.paint)
    pen.paint(pen.box((-t.length * 0.68, 0.12), t.length * 0.3, t.body * 2.1), t.paint, shade=0.9)
    pen.paint(pen.box((-t.length * 0.68, 0.2), t.length * 0.16, t.body * 0.8), t.glass)
    pen.paint(pen.box((-t.length * 0.68, 0.12 + t.body * 2.1), t.length * 0.38, 0.035), t.tyre)
    pen.paint(pen.polygon((0.3, t.body), (0.38, t.body), (0.44, 0.4), (0.24, 0.4)), t.tyre)
    for i in range(2):
        pen.paint(pen.disc((0.3 - 0.14 * i, 0.52 + 0.1 * i), 0.09 + 0.02 * i), "#d0d0d4")
    pen.paint(pen.polygon((t.length * 0.9, -0.28), (t.length * 1.15, -0.28), (t.length * 0.9, -0.08)), t.tyre)
    for x in (-0.8, -0.35, 0.1, 0.55):
        _wheel(pen, t, t.length * x, -0.22, t.wheel * 0.85)


def _bicycle(pen, t):
    r = t.wheel * 1.9
    back, front = (-0.34, -0.15), (0.34, -0.15)
    for hub in (back, front):
        pen.paint(pen.ring(hub, r, 0.024), t.tyre)
        pen.paint(pen.disc(hub, 0.035), t.hub, outline=False)
        for turn in (0, 60, 120):
            pen.paint(common(pen.box(hub, r, 0.006, turn), pen.disc(hub, r)), t.hub, outline=False)
    crank, seat, bars = (-0.03, -0.17), (-0.14, 0.18), (0.25, 0.2)
    frame = union(
        *[
            pen.limb(a, b, 0.024)
            for a, b in ((back, crank), (crank, seat), (seat, back), (crank, bars), (seat, bars), (bars, front))
        ]
    )
    pen.paint(frame, t.paint)
    pen.paint(pen.limb((-0.22, 0.22), (-0.06, 0.22), 0.035), t.tyre)
    pen.paint(pen.path((bars, (0.23, 0.3), (0.34, 0.32)), 0.022), t.tyre)


BOAT = {
    "length": (0.5, 0.6),
    "hull": (0.14, 0.18),
    "mast": (0.7, 0.85),
    "sails": True,
    "funnels": 0,
    "paint": ["#b8402e", "#7a4a2a", "#2c5a9a", "#e8e4da", "#30343c"],
    "cloth": ["#f6f2e6", "#f0d8a0", "#e8a09a", "#c4dcf0"],
    "wood": ["#6d4a2c"],
    "sea": ["#3f7fb0", "#4f93a8", "#356a94"],
}


def boat(pen: Pen, table: dict) -> None:
    """Paint a boat on the water, with sails or with funnels."""
    t = Traits(pen, BOAT, table)
    y, n = -0.35, t.length
    if t.sails:
        pen.paint(pen.limb((0.0, y), (0.0, y + t.mast + 0.1), 0.02), t.wood)
        pen.paint(pen.polygon((0.04, y + 0.24), (n * 0.75, y + 0.24), (0.04, y + t.mast + 0.08)), t.cloth)
        pen.paint(
            pen.polygon((-n * 0.65, y + 0.24), (-0.04, y + 0.24), (-0.04, y + t.mast * 0.85)), t.cloth, shade=0.92
        )
    else:
        pen.paint(pen.box((0.0, y + 0.27), n * 0.62, 0.12), t.cloth)
        for i in range(t.funnels):
            pen.paint(pen.box((n * (i * 0.4 - 0.25), y + 0.5), 0.07, 0.15), t.paint)
        for i in range(4):
            pen.paint(pen.disc((n * (i - 1.5) * 0.28, y + 0.27), 0.045), "#3a4a5c", outline=False)
    pen.paint(
        pen.polygon(
            (-n * 0.78, y - t.hull * 0.7), (n * 0.72, y - t.hull * 0.7), (n * 1.1, y + t.hull), (-n, y + t.hull)
        ),
        t.paint,
    )
    pen.paint(pen.box((0.0, y - t.hull * 0.9), n * 1.25, 0.055, 0, 0.05), t.sea)


PLANE = {
    "kind": "plane",  # plane, rocket, balloon
    "length": (0.52, 0.62),
    "girth": (0.1, 0.13),
    "paint": ["#e8ecf0", "#d8342c", "#2c66c4", "#f0b428", "#9aa6b0"],
    "second": ["#c8382f", "#2f66c4", "#50545c", "#e6a62e"],
    "glass": ["#6fa8d0", "#3a4a5c"],
}


def plane(pen: Pen, table: dict) -> None:
    """Paint something that flies: an aeroplane, a rocket or a balloon."""
    t = Traits(pen, PLANE, table)
    n, g = t.length, t.girth
    if t.kind == "balloon":
        for side in (-1, 1):
            pen.paint(pen.limb((side * 0.1, -0.5), (side * 0.25, 0.0), 0.01), "#4a3a2a", outline=False)
        bag = union(
            pen.disc((0.0, 0.22), 0.43), pen.polygon((-0.14, -0.32), (0.14, -0.32), (0.38, 0.05), (-0.38, 0.05))
        )
        pen.paint(bag, t.paint)
        pen.paint(common(bag + 0.012, pen.stripes(3.2, 0.5, 0.0)), t.second, outline=False)
        pen.paint(pen.box((0.0, -0.58), 0.12, 0.09), "#a8763c")
    elif t.kind == "rocket":
        for side in (-1, 1):
            pen.paint(pen.polygon(*sorted_points(side, g, n)), t.second)
        pen.paint(pen.limb((0.0, -n * 0.95), (0.0, -n * 1.3), g * 0.8, 0.02), "#f6a52c")
        pen.paint(pen.ellipse((0.0, 0.0), g * 1.7, n * 1.15).maximum(pen.half((0.0, -n * 0.85), 270.0)), t.paint)
        pen.paint(pen.ellipse((0.0, 0.0), g * 1.7, n * 1.15).maximum(pen.half((0.0, n * 0.6), 270.0)), t.second)
        pen.paint(pen.disc((0.0, n * 0.22), g * 0.75), t.glass)
    else:
        pen.paint(pen.polygon((-0.05, 0.02), (0.12, 0.02), (-0.2, 0.36), (-0.3, 0.36)), t.second, shade=0.75)
        pen.paint(pen.polygon((-n, 0.02), (-n * 0.72, 0.02), (-n * 0.92, 0.34), (-n * 1.12, 0.34)), t.second)
        pen.paint(pen.limb((-n * 0.85, 0.02), (n * 0.8, 0.0), g * 0.6, g), t.paint)
        for i in range(4):
            pen.paint(pen.disc((-0.2 + 0.15 * i, 0.04), 0.035), t.glass, outline=False)
        pen.paint(pen.limb((n * 0.88, 0.06), (n * 0.74, 0.07), 0.05), t.glass, outline=False)
        pen.paint(pen.polygon((-0.32, -0.4), (-0.2, -0.4), (0.16, -0.03), (-0.06, -0.03)), t.second)


def sorted_points(side, girth, length):
    """The corners of a rocket's fin, anticlockwise on either side."""
    points = ((side * girth, -length * 0.3), (side * girth * 3.0, -length * 1.05), (side * girth, -length * 0.85))
    return points if side < 0 else points[::-1]
