"""Beetles, seen from above, head to the top: species of one body plan."""

from course_lib.data.mini.painting import Pen, Traits
from course_lib.data.mini.primitives import common, smooth_union, towards, union

BEETLE = {
    "length": (0.36, 0.4),  # half length of the wing cases
    "width": (0.26, 0.29),  # half width
    "square": 0.0,  # how square the wing cases are: their corner's share of the width that is missing
    "collar": (0.17, 0.2),  # half width of the shield behind the head
    "collar_height": (0.09, 0.11),
    "head": (0.085, 0.1),
    "antenna": (0.16, 0.2),
    "leg": (0.2, 0.24),
    "marks": "none",  # none, or a name of _SPOTS or _LINES
    "spot": (0.06, 0.07),  # radius of a spot
    "shell": ["#c8302c"],
    "shield": ["#2a2628"],
    "mark": ["#221e20"],
    "skull": ["#2a2628"],
    "limb": ["#2a2628", "#3a2c24"],
}
_SEAM = 0.011
# Middles of spots on the right half, as shares of half width and half length; those at 0 lie on the seam.
_SPOTS = {
    "two": ((0.46, 0.02),),
    "four": ((0.5, 0.42), (0.46, -0.38)),
    "seven": ((0.0, 0.66), (0.52, 0.36), (0.6, -0.16), (0.34, -0.58)),
    "many": (
        (0.28, 0.66), (0.66, 0.46), (0.3, 0.24), (0.7, 0.02), (0.34, -0.2), (0.64, -0.42), (0.28, -0.62),
    ),
}  # fmt: skip


def beetle(pen: Pen, table: dict) -> None:
    """Paint a beetle of one species."""
    t = Traits(pen, BEETLE, table)
    middle = (0.0, -0.14)
    neck = (0.0, middle[1] + t.length + t.collar_height * 0.45)
    skull = (0.0, neck[1] + t.collar_height * 0.75 + t.head * 0.55)
    if not pen.cartoon:
        pen.darken(pen.ellipse((0.04, middle[1] - 0.05), t.width * 1.3, t.length * 1.1), 0.35, 0.14)
    _limbs(pen, t, middle, neck, skull)
    pen.paint(pen.disc(skull, t.head), t.skull)
    pen.paint(pen.ellipse(neck, t.collar, t.collar_height), t.shield)
    shell = _shell(pen, t, middle)
    pen.paint(shell, t.shell)
    _marks(pen, t, middle, shell)
    pen.paint(common(shell + 0.012, pen.box(middle, _SEAM, 1.0)), t.mark, outline=False)
    shine = pen.ellipse((middle[0] - t.width * 0.42, middle[1] + t.length * 0.5), t.width * 0.13, t.length * 0.16, 20)
    pen.paint(shine, t.shell, outline=False, shade=1.35)


def _shell(pen, t, middle):
    """The two wing cases: an ellipse, or with parallel sides."""
    if not t.may("square"):
        return pen.ellipse(middle, t.width, t.length)
    end = (0.0, middle[1] - t.length + t.width), (0.0, middle[1] + t.length - t.width)
    return smooth_union(pen.limb(*end, t.width), pen.box(middle, t.width * 0.97, t.length * 0.72, corner=0.08), 0.05)


def _limbs(pen, t, middle, neck, skull):
    for side in (-1, 1):
        for height, angle, bend in ((0.75, 40, 75), (0.15, -5, -40), (-0.4, -40, -72)):
            hip = (side * t.width * 0.7, middle[1] + t.length * height)
            knee = towards(hip, angle if side > 0 else 180 - angle, t.leg)
            foot = towards(knee, bend if side > 0 else 180 - bend, t.leg * 0.75)
            pen.paint(pen.path((hip, knee, foot), 0.026, 0.016), t.limb)
        root = (side * t.head * 0.5, skull[1] + t.head * 0.5)
        bow = towards(root, 62 if side > 0 else 118, t.antenna * 0.6)
        tip = towards(bow, 12 if side > 0 else 168, t.antenna * 0.55)
        pen.paint(pen.path((root, bow, tip), 0.017, 0.014), t.limb, outline=False)


def _marks(pen, t, middle, shell):
    """Spots or lines, all within the wing cases."""
    if t.marks == "none":
        return
    if t.marks in _SPOTS:
        places = [(side * u, v) for u, v in _SPOTS[t.marks] for side in ((-1, 1) if u else (1,))]
        spots = [pen.disc((u * t.width, middle[1] + v * t.length), t.spot) for u, v in places]
        marks = union(*spots)
    else:
        marks = _LINES[t.marks](pen, t, middle)
    pen.paint(common(shell + 0.014, marks), t.mark, outline=False)


def _bands(pen, t, middle, heights, half):
    return union(*(pen.box((0.0, middle[1] + t.length * v), 1.0, half) for v in heights))


def _stripes(pen, t, middle):
    return union(*(pen.box((side * t.width * u, middle[1]), 0.02, 1.0) for side in (-1, 1) for u in (0.28, 0.6, 0.9)))


def _cross(pen, t, middle):
    return union(_bands(pen, t, middle, (0.0,), 0.06), pen.box(middle, 0.05, 1.0))


_LINES = {
    "stripes": _stripes,
    "two bands": lambda pen, t, middle: _bands(pen, t, middle, (0.46, -0.32), 0.065),
    "thin bands": lambda pen, t, middle: _bands(pen, t, middle, (0.62, 0.22, -0.18, -0.58), 0.032),
    "tip": lambda pen, t, middle: pen.half((0.0, middle[1] - t.length * 0.5), 90.0),
    "cross": _cross,
}
