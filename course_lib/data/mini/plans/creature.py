"""Paint birds, fish and butterflies."""

from course_lib.data.mini.painting import Pen, Traits
from course_lib.data.mini.primitives import common, smooth_union, towards

BIRD = {
    "body": (0.26, 0.31),
    "depth": (0.17, 0.21),
    "neck": (0.16, 0.22),
    "neck_angle": (50, 70),
    "neck_width": (0.075, 0.095),
    "head": (0.12, 0.145),
    "beak": (0.11, 0.14),
    "beak_width": 0.05,
    "leg": (0.16, 0.22),
    "tail": (0.2, 0.26),
    "tail_angle": (150, 175),
    "comb": False,
    "plumage": ["#f4f0e4", "#8a5a34", "#4f7fb0", "#d8b04c", "#5a5a5e", "#b8402e"],
    "wing": ["#d8cdb4", "#6b4526", "#3a5a8a", "#3c3c40", "#8a2e24"],
    "bill": ["#f0a02c", "#e8762c", "#50483c"],
}


def bird(pen: Pen, table: dict) -> None:
    """Paint a standing bird, seen from the side."""
    t = Traits(pen, BIRD, table)
    floor = -t.depth - t.leg
    if not pen.cartoon:
        pen.darken(pen.ellipse((0.0, floor), 0.26, 0.05), 0.4, 0.1)
    for x in (-0.07, 0.08):
        pen.paint(pen.path(((x, -0.1), (x, floor), (x + 0.09, floor)), 0.022), t.bill)
    root = (-t.body * 0.75, 0.03)
    pen.paint(pen.limb(root, towards(root, t.tail_angle, t.tail), 0.1, 0.05), t.wing)
    base = (t.body * 0.6, 0.05)
    skull = towards(base, t.neck_angle, t.neck)
    if t.comb:
        for dx in (-0.06, 0.0, 0.06):
            pen.paint(pen.disc((skull[0] + dx, skull[1] + t.head), 0.055), "#d8302c")
    tip = (skull[0] + t.head + t.beak, skull[1] - 0.03)
    w = t.beak_width
    pen.paint(
        pen.polygon((skull[0] + t.head * 0.6, skull[1] - w - 0.01), tip, (skull[0] + t.head * 0.6, skull[1] + w)),
        t.bill,
    )
    body = smooth_union(
        pen.ellipse((0.0, 0.0), t.body, t.depth), pen.limb(base, skull, t.neck_width * 1.2, t.neck_width), 0.1
    )
    pen.paint(smooth_union(body, pen.disc(skull, t.head), 0.04), t.plumage)
    pen.paint(pen.ellipse((-0.06, 0.03), t.body * 0.6, t.depth * 0.6, -12), t.wing)
    eye = (skull[0] + t.head * 0.3, skull[1] + t.head * 0.25)
    if pen.cartoon:
        pen.paint(pen.disc(eye, 0.045), "#ffffff")
    pen.paint(pen.disc(eye, 0.026), "#101010", outline=False)


FISH = {
    "length": (0.38, 0.46),
    "depth": (0.2, 0.28),
    "fin": (0.2, 0.26),
    "skin": ["#f08a2c", "#4f8fc4", "#d8c04c", "#8a9aa8", "#d85a6c"],
    "band": ["#ffffff", "#2c3a5c", "#f0d060"],
    "bands": 0.6,
}


def fish(pen: Pen, table: dict) -> None:
    """Paint a fish."""
    t = Traits(pen, FISH, table)
    n, f = t.length, t.fin
    pen.paint(pen.polygon((-n * 0.75, 0.0), (-n - f, f * 0.95), (-n - f * 0.6, 0.0)), t.skin, shade=0.85)
    pen.paint(pen.polygon((-n * 0.75, 0.0), (-n - f * 0.6, 0.0), (-n - f, -f * 0.95)), t.skin, shade=0.85)
    pen.paint(pen.polygon((-0.2, t.depth * 0.7), (0.15, t.depth * 0.7), (-0.15, t.depth + f * 0.6)), t.skin, shade=0.85)
    body = pen.ellipse((0.0, 0.0), n, t.depth)
    pen.paint(body, t.skin)
    pen.paint(common(body + 0.012, pen.stripes(4.2, 0.35)), t.band, outline=False, where=t.chance("bands"))
    pen.paint(pen.polygon((-0.02, -0.02), (-0.16, -0.12), (0.0, -0.14)), t.skin, shade=0.85)
    eye = (n * 0.6, t.depth * 0.25)
    pen.paint(pen.disc(eye, 0.06), "#ffffff")
    pen.paint(pen.disc(eye, 0.033), "#101010", outline=False)


BUTTERFLY = {
    "span": (0.3, 0.38),
    "wing": ["#f0902c", "#4f8fe0", "#d85a9a", "#f0cc3c", "#8a5ad0"],
    "spot": ["#ffffff", "#2c2a40", "#f8e070"],
    "body": ["#33281f"],
}


def butterfly(pen: Pen, table: dict) -> None:
    """Paint a butterfly with open wings."""
    t = Traits(pen, BUTTERFLY, table)
    s = t.span
    for side in (-1, 1):
        pen.paint(pen.limb((0.0, 0.25), (side * 0.14, 0.52), 0.014), t.body, outline=False)
        pen.paint(pen.ellipse((side * s * 0.85, -s * 0.75), s * 0.72, s * 0.62, side * 35), t.wing, shade=0.88)
        pen.paint(pen.ellipse((side * s, s * 0.55), s * 0.98, s * 0.7, side * 35), t.wing)
        pen.paint(pen.disc((side * s * 1.25, s * 0.7), s * 0.25), t.spot, outline=False)
        pen.paint(pen.disc((side * s * 0.9, -s * 0.8), s * 0.2), t.spot, outline=False)
    pen.paint(pen.limb((0.0, -0.3), (0.0, 0.28), 0.045, 0.06), t.body)
