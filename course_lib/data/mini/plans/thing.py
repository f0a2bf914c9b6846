"""Household things: vessels, seats and lamps."""

from course_lib.data.mini.painting import Pen, Traits
from course_lib.data.mini.primitives import common, towards, union

VESSEL = {
    "kind": "cup",  # cup, bottle, teapot
    "width": (0.26, 0.34),
    "height": (0.26, 0.36),
    "glaze": ["#d8d4c8", "#c8382f", "#2f66b8", "#4f9a6a", "#e0a62c", "#8a5a3c"],
    "band": ["#ffffff", "#30343c", "#f0d060", "#8ac4e8"],
    "banded": 0.6,
}


def vessel(pen: Pen, table: dict) -> None:
    """Paint a cup, a bottle or a teapot."""
    t = Traits(pen, VESSEL, table)
    w, h = t.width, t.height
    if t.kind == "bottle":
        shape = union(
            pen.box((0.0, -0.25), w * 0.62, h * 1.15, 0, 0.06),
            pen.limb((0.0, 0.1), (0.0, 0.5), w * 0.5, 0.07),
            pen.box((0.0, 0.45), 0.075, 0.14),
        )
        pen.paint(shape, t.glaze)
        pen.paint(pen.box((0.0, 0.62), 0.085, 0.05), t.band)
        pen.paint(pen.box((0.0, -0.25), w * 0.62, h * 0.5), t.band, outline=False, where=t.chance("banded"))
        return
    if t.kind == "teapot":
        pen.paint(pen.ring((-w * 1.25, 0.0), h * 0.6, 0.045), t.glaze)
        pen.paint(pen.limb((w * 0.8, -0.12), (w * 1.9, 0.26), 0.1, 0.045), t.glaze)
        body = pen.ellipse((0.0, -0.05), w * 1.25, h)
        pen.paint(body, t.glaze)
        pen.paint(
            common(body + 0.012, pen.box((0.0, -0.05), 1.0, 0.06)), t.band, outline=False, where=t.chance("banded")
        )
        pen.paint(pen.limb((-w * 0.5, h * 0.85), (w * 0.5, h * 0.85), 0.05), t.glaze)
        pen.paint(pen.disc((0.0, h + 0.06), 0.06), t.band)
        return
    pen.paint(pen.ring((w * 1.05, 0.02), h * 0.5, 0.045), t.glaze)
    body = pen.polygon((-w * 0.8, -h), (w * 0.8, -h), (w, h), (-w, h))
    pen.paint(body, t.glaze)
    pen.paint(common(body + 0.012, pen.box((0.0, 0.0), 1.0, 0.07)), t.band, outline=False, where=t.chance("banded"))
    pen.paint(pen.ellipse((0.0, h), w, 0.075), t.glaze, shade=0.75)


SEAT = {
    "kind": "chair",  # chair, table
    "width": (0.26, 0.34),
    "leg": (0.32, 0.42),
    "back": (0.45, 0.6),
    "wood": ["#a8703c", "#7a4a28", "#c89a5c", "#c8382f", "#4f7fb0", "#e8e4d8"],
    "cushion": ["#c8382f", "#4f9a6a", "#4f7fb0", "#e0b44c"],
}


def seat(pen: Pen, table: dict) -> None:
    """Paint a chair or a table."""
    t = Traits(pen, SEAT, table)
    w = t.width * (1.8 if t.kind == "table" else 1.0)
    top = -0.12 if t.kind == "chair" else 0.1
    if not pen.cartoon:
        pen.darken(pen.ellipse((0.0, top - t.leg), w * 1.2, 0.06), 0.4, 0.1)
    for x, shade in ((-0.55, 0.75), (0.75, 0.75), (-0.9, 1.0), (0.95, 1.0)):
        drop = t.leg * (1.1 if shade == 1.0 else 0.9)
        pen.paint(pen.limb((w * x, top), (w * x, top - drop), 0.038), t.wood, shade=shade)
    if t.kind == "chair":
        pen.paint(pen.limb((-w * 0.9, top), (-w * 1.05, top + t.back), 0.045), t.wood)
        pen.paint(pen.limb((w * 0.3, top + 0.05), (w * 0.15, top + t.back), 0.04), t.wood, shade=0.85)
        for share in (0.35, 0.62, 0.9):
            pen.paint(pen.limb((-w, top + t.back * share), (w * 0.2, top + t.back * share), 0.035), t.wood)
        pen.paint(
            pen.polygon((-w * 1.0, top - 0.04), (w * 1.1, top - 0.04), (w * 0.85, top + 0.12), (-w * 0.7, top + 0.12)),
            t.cushion,
        )
    else:
        pen.paint(pen.box((0.0, top + 0.03), w * 1.1, 0.055), t.wood)


LAMP = {
    "height": (0.55, 0.75),
    "shade_size": (0.26, 0.34),
    "cloth": ["#f6e6b0", "#e8b04c", "#d85a4c", "#8ac4b4", "#f4f0e4"],
    "stand": ["#50483c", "#c89a4c", "#8a8f98"],
}


def lamp(pen: Pen, table: dict) -> None:
    """Paint a standing lamp."""
    t = Traits(pen, LAMP, table)
    low, s = (0.0, -0.55), t.shade_size
    top = towards(low, 90, t.height)
    pen.paint(pen.limb((-0.15, -0.57), (0.15, -0.57), 0.05), t.stand)
    pen.paint(pen.limb(low, top, 0.03), t.stand)
    pen.paint(pen.polygon((-s, top[1]), (s, top[1]), (s * 0.55, top[1] + 0.42), (-s * 0.55, top[1] + 0.42)), t.cloth)
