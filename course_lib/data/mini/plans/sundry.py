"""Animals, fruit, things and views that no source shows: a small body plan each."""

from course_lib.data.mini.painting import Pen, Traits
from course_lib.data.mini.primitives import common, smooth_union, towards, union, without

FRUIT = {
    "radius": (0.36, 0.42),
    "waist": 0.0,  # how far a second, narrower half rises above the first
    "skin": ["#d8342c", "#8ab83c", "#e0a83c"],
    "stalk": ["#6b4526"],
    "leaf": ["#4c9a3c", "#3a7f3c"],
}


def fruit(pen: Pen, table: dict) -> None:
    """Paint a fruit with stalk and leaf: round, or with a waist."""
    t = Traits(pen, FRUIT, table)
    low = (0.0, -0.18)
    if t.may("waist"):
        top = (0.0, low[1] + t.radius * 1.15)
        body = smooth_union(pen.disc(low, t.radius), pen.disc(top, t.radius * 0.52), 0.22)
        crown = top[1] + t.radius * 0.5
    else:
        halves = (pen.ellipse((side * t.radius * 0.28, low[1]), t.radius * 0.8, t.radius) for side in (-1, 1))
        body = smooth_union(*halves, 0.05)
        crown = low[1] + t.radius * 0.88
    pen.paint(pen.path(((0.0, crown - 0.06), (0.03, crown + 0.1), (0.1, crown + 0.2)), 0.028), t.stalk)
    pen.paint(body, t.skin)
    pen.paint(pen.ellipse((0.16, crown + 0.07), 0.15, 0.06, 25), t.leaf)
    pen.paint(
        pen.ellipse((-t.radius * 0.45, low[1] + t.radius * 0.4), 0.06, 0.12, -20), t.skin, outline=False, shade=1.3
    )


SHELLED = {
    "kind": "turtle",  # turtle, snail
    "shell_size": (0.36, 0.42),
    "head": (0.1, 0.12),
    "shell": ["#5f8a3c", "#7a6a3a", "#4f7a5a"],
    "plate": ["#3f5f2a", "#54482a", "#35584a"],
    "skin": ["#a8b85c", "#8fae5c", "#c8b06c"],
}


def shelled(pen: Pen, table: dict) -> None:
    """Paint an animal with a shell, seen from the side, head to the right."""
    t = Traits(pen, SHELLED, table)
    if not pen.cartoon:
        pen.darken(pen.ellipse((0.0, -0.38), 0.5, 0.06), 0.4, 0.1)
    (_turtle if t.kind == "turtle" else _snail)(pen, t)


def _turtle(pen, t):
    s = t.shell_size
    for x in (-0.7, -0.25, 0.3, 0.75):
        pen.paint(pen.limb((s * x, -0.12), (s * x * 1.15, -0.32), 0.075), t.skin)
    head = (s * 1.35, 0.08)
    pen.paint(pen.limb((s * 0.7, -0.1), head, 0.07, t.head), t.skin)
    pen.paint(pen.limb((-s * 0.9, -0.14), (-s * 1.3, -0.2), 0.05, 0.015), t.skin)
    dome = pen.ellipse((0.0, -0.16), s * 1.12, s).maximum(pen.half((0.0, -0.17), 270.0))
    pen.paint(dome, t.shell)
    plates = union(
        *(pen.disc((s * x, y), s * 0.2) for x, y in ((-0.55, -0.06), (0.0, 0.0), (0.55, -0.06), (0.0, -0.6)))
    )
    upper = union(*(pen.disc((s * x, s * 0.42), s * 0.15) for x in (-0.36, 0.36)))
    pen.paint(common(dome + 0.02, union(plates, upper)), t.plate, outline=False)
    _eye(pen, (head[0] + 0.04, head[1] + 0.03))


def _snail(pen, t):
    s = t.shell_size
    foot = pen.limb((-0.5, -0.33), (0.42, -0.3), 0.04, 0.09)
    neck = pen.limb((0.42, -0.28), (0.5, 0.02), 0.1, t.head)
    for x in (0.44, 0.6):
        pen.paint(pen.limb((0.5, 0.02), (x, 0.3), 0.02), t.skin, outline=False)
        pen.paint(pen.disc((x, 0.3), 0.035), t.skin)
    pen.paint(smooth_union(foot, neck, 0.1), t.skin)
    middle = (-0.06, 0.0)
    pen.paint(pen.disc(middle, s * 0.95), t.shell)
    for share, dx in ((0.7, 0.05), (0.42, 0.08), (0.16, 0.1)):
        pen.paint(pen.ring((middle[0] + dx, middle[1] - 0.02), s * share * 0.9, 0.022), t.plate, outline=False)


LEGGED = {
    "kind": "crab",  # crab, spider
    "body": (0.26, 0.3),
    "leg": (0.28, 0.34),
    "coat": ["#d8502c", "#c83a34", "#e0783c"],
    "mark": ["#f0d0a8", "#e8b890"],
}


def legged(pen: Pen, table: dict) -> None:
    """Paint an animal with eight legs, seen from above."""
    t = Traits(pen, LEGGED, table)
    (_crab if t.kind == "crab" else _spider)(pen, t)


def _crab(pen, t):
    b = t.body
    for side in (-1, 1):
        for angle in (-12, -38, -62):
            hip = (side * b * 0.9, -0.06)
            knee = towards(hip, angle + 30 if side > 0 else 150 - angle, t.leg * 0.7)
            foot = towards(knee, angle - 10 if side > 0 else 190 - angle, t.leg * 0.7)
            pen.paint(pen.path((hip, knee, foot), 0.035, 0.02), t.coat, shade=0.88)
        elbow = (side * b * 1.75, 0.16)
        claw = (side * b * 1.5, 0.42)
        pen.paint(pen.path(((side * b * 0.9, 0.05), elbow, claw), 0.05), t.coat, shade=0.92)
        gap = pen.polygon((claw[0], claw[1]), (claw[0] + 0.05, claw[1] + 0.3), (claw[0] - 0.05, claw[1] + 0.3))
        pen.paint(without(pen.ellipse(claw, 0.11, 0.16), gap), t.coat)
        stalk = (side * b * 0.4, 0.32)
        pen.paint(pen.limb((side * b * 0.35, 0.1), stalk, 0.025), t.coat)
        _eye(pen, stalk)
    pen.paint(pen.ellipse((0.0, 0.0), b * 1.3, b * 0.82), t.coat)
    pen.paint(pen.ellipse((0.0, -b * 0.35), b * 0.7, b * 0.2), t.mark, outline=False)


def _spider(pen, t):
    b = t.body
    for side in (-1, 1):
        for i, angle in enumerate((62, 25, -18, -58)):
            hip = (side * b * 0.3, 0.12 - 0.03 * i)
            knee = towards(hip, angle if side > 0 else 180 - angle, t.leg)
            bend = angle + (35 if i < 2 else -35)
            foot = towards(knee, bend if side > 0 else 180 - bend, t.leg)
            pen.paint(pen.path((hip, knee, foot), 0.028, 0.018), t.coat)
    pen.paint(pen.ellipse((0.0, -0.24), b * 0.85, b), t.coat)
    pen.paint(union(pen.box((0.0, -0.22), 0.035, 0.15), pen.box((0.0, -0.2), 0.11, 0.035)), t.mark, outline=False)
    pen.paint(pen.disc((0.0, 0.12), b * 0.58), t.coat)
    for x in (-0.06, 0.06):
        _eye(pen, (x, 0.2), 0.03)


VIEW = {
    "kind": "mountain",  # mountain, bridge
    "height": (0.6, 0.76),
    "width": (0.4, 0.48),
    "stone": ["#7a8490", "#8a7a6c", "#6a7a94"],
    "snow": ["#f8fafc"],
    "ground": ["#5f8a4c", "#4c7a54", "#8a9a5c"],
    "steel": ["#c8442c", "#8a5a44", "#7f8c98"],
    "water": ["#4f8fc0", "#3f7fa8"],
}


def view(pen: Pen, table: dict) -> None:
    """Paint part of a landscape."""
    t = Traits(pen, VIEW, table)
    (_mountain if t.kind == "mountain" else _bridge)(pen, t)


def _mountain(pen, t):
    floor = -0.42
    for x, share, shade in ((-0.34, 0.66, 0.84), (0.36, 0.74, 0.9), (0.0, 1.0, 1.0)):
        w, h = t.width * (0.7 + 0.3 * share), t.height * share
        peak = pen.polygon((x - w, floor), (x + w, floor), (x, floor + h))
        pen.paint(peak, t.stone, shade=shade)
        line = pen.half((x, floor + h * 0.66), 270.0) + 0.05 * (pen.stripes(5.0, 0.5) * 5.0)
        pen.paint(common(peak + 0.012, line), t.snow, outline=False)
    pen.paint(pen.box((0.0, floor - 0.06), 0.82, 0.09, corner=0.08), t.ground)


def _bridge(pen, t):
    deck, n = -0.18, 0.74
    pen.paint(pen.box((0.0, deck - 0.27), 0.82, 0.08, corner=0.06), t.water)
    for side in (-1, 1):
        x = side * t.width * 0.85
        top = deck + t.height * 0.8
        pen.paint(pen.box((x, (top + deck - 0.3) / 2), 0.045, (top - deck + 0.3) / 2), t.steel)
        dip = [(0.0, deck + 0.08), (x * 0.5, deck + 0.16 + t.height * 0.06), (x, top)]
        pen.paint(pen.path(dip, 0.016), t.steel, outline=False)
        pen.paint(pen.limb((x, top), (side * n, deck), 0.016), t.steel, outline=False)
        for share in (0.25, 0.5, 0.75):
            rise = deck + 0.1 + t.height * 0.62 * share * share
            pen.paint(pen.limb((x * share, deck), (x * share, rise), 0.01), t.steel, outline=False)
    pen.paint(pen.box((0.0, deck), n, 0.04), t.steel)


BOXED = {
    "kind": "clock",  # clock, television
    "size": (0.36, 0.42),
    "frame": ["#8a5a34", "#c8382f", "#3a4a66", "#c8a03c"],
    "face": ["#fbf8ec", "#f0ead8"],
    "hand": ["#2a2628"],
    "screen": ["#6fa8c8", "#8ac4a8", "#4a5a7a"],
}


def boxed(pen: Pen, table: dict) -> None:
    """Paint a clock or a television set."""
    t = Traits(pen, BOXED, table)
    (_clock if t.kind == "clock" else _television)(pen, t)


def _clock(pen, t):
    s = t.size
    for side in (-1, 1):
        pen.paint(pen.limb((side * s * 0.5, -s * 0.8), (side * s * 0.75, -s * 1.2), 0.045), t.frame)
        pen.paint(pen.ellipse((side * s * 0.62, s * 0.95), s * 0.32, s * 0.22, -side * 35), t.frame)
    pen.paint(pen.disc((0.0, 0.0), s), t.frame)
    pen.paint(pen.disc((0.0, 0.0), s * 0.82), t.face)
    ticks = [pen.disc(towards((0.0, 0.0), 30 * i, s * 0.68), 0.022) for i in range(12)]
    pen.paint(union(*ticks), t.hand, outline=False)
    hour, minute = pen.dice.uniform("hour", 0, 360), pen.dice.uniform("minute", 0, 360)
    pen.paint(pen.limb((0.0, 0.0), towards((0.0, 0.0), hour, s * 0.38), 0.03), t.hand, outline=False)
    pen.paint(pen.limb((0.0, 0.0), towards((0.0, 0.0), minute, s * 0.6), 0.02), t.hand, outline=False)


def _television(pen, t):
    s = t.size
    for side in (-1, 1):
        pen.paint(pen.limb((0.0, s * 0.7), (side * s * 0.6, s * 1.5), 0.018), t.hand, outline=False)
        pen.paint(pen.limb((side * s * 0.7, -s * 0.7), (side * s * 0.85, -s * 1.1), 0.035), t.hand)
    pen.paint(pen.box((0.0, 0.0), s * 1.3, s * 0.82, corner=0.06), t.frame)
    screen = pen.box((-s * 0.22, 0.0), s * 0.88, s * 0.62, corner=0.1)
    pen.paint(screen, t.screen)
    pen.paint(common(screen + 0.03, pen.stripes(1.4, 0.3, 40.0)), t.screen, outline=False, shade=1.25)
    for y in (0.32, -0.02):
        pen.paint(pen.disc((s * 0.98, s * y), s * 0.13), t.face)


SUBMARINE = {
    "length": (0.52, 0.6),
    "girth": (0.2, 0.24),
    "paint": ["#f0c83c", "#5f7f8c", "#7a8a5c", "#d8702c"],
    "second": ["#c8442c", "#3a4a5c", "#e8e4d8"],
    "glass": ["#a8d4ec", "#7fa4bc"],
}


def submarine(pen: Pen, table: dict) -> None:
    """Paint a submarine, seen from the side, bow to the right."""
    t = Traits(pen, SUBMARINE, table)
    n, g = t.length, t.girth
    pen.paint(pen.path(((0.08, g), (0.08, g + 0.4), (0.22, g + 0.4)), 0.03), t.second)
    pen.paint(pen.box((0.0, g + 0.08), 0.16, 0.14, corner=0.05), t.paint, shade=0.9)
    for turn in (60, -60):
        pen.paint(pen.ellipse((-n - 0.06, -0.1), 0.13, 0.05, 90 + turn * 0.5), t.second)
    pen.paint(pen.polygon((-n, -0.1 - g), (-n * 0.6, -0.1), (-n, -0.1 + g)), t.second)
    hull = pen.ellipse((0.0, -0.1), n, g * 1.1)
    pen.paint(hull, t.paint)
    pen.paint(common(hull + 0.012, pen.half((0.0, -0.1 - g * 0.45), 90.0)), t.second, outline=False)
    for x in (-0.24, 0.0, 0.24):
        pen.paint(pen.disc((x, -0.03), 0.065), t.glass)


def _eye(pen, centre, radius=0.045):
    pen.paint(pen.disc(centre, radius), "#ffffff")
    pen.paint(pen.disc(centre, radius * 0.6), "#101010", outline=False)
