"""Flower species: open flowers, roses, cups, irises, nodding flowers, bells on an arched stem and spikes."""

from course_lib.data.mini.painting import Pen, Traits
from course_lib.data.mini.primitives import between, common, towards, union, without

BLOSSOM = {
    "kind": "open",  # open, rose, cup, iris, nodding, bells, spike
    "petals": 8,
    "shape": "round",  # round, pointed, notched
    "rings": 1,
    "petal": (0.3, 0.36),  # length
    "width": (0.1, 0.12),  # half of it
    "heart": (0.12, 0.15),
    "trumpet": 0.0,
    "cup": (0.17, 0.2),  # radius of the trumpet
    "stamens": 0,
    "spots": 0.0,
    "face": 0.0,
    "tip": 0.0,
    "pattern": "none",  # none, checks, veins
    "count": 5,  # bells of a stem, or rows of a spike
    "stem": (0.72, 0.82),
    "foliage": "lance",  # lance, round, grass, toothed, none
    "bloom": ["#f4f0e6"],
    "second": ["#f0b020"],
    "centre": ["#f0b020"],
    "leaf": ["#4c9a3c", "#3a7f3c", "#6bae4c"],
}
_FLOOR = -0.8


def blossom(pen: Pen, table: dict) -> None:
    """Paint a flower of one species."""
    t = Traits(pen, BLOSSOM, table)
    head = (pen.dice.uniform("lean", -0.1, 0.1), _FLOOR + t.stem + 0.25)
    _KINDS[t.kind](pen, t, head)


def _open(pen, t, head):
    _stem(pen, t, head)
    for ring in range(t.rings):
        share = 1 - 0.28 * ring
        _corolla(pen, t, head, t.heart * 0.6, t.petal * share, t.width, turn=90 + 180 / t.petals * ring)
    if t.may("face"):
        marks = [pen.ellipse(towards(head, angle, 0.17), 0.12, 0.06, angle) for angle in (-90, 0, 180)]
        pen.paint(union(*marks), t.second, outline=False, where=t.chance("face"))
    for i in range(t.stamens):
        end = towards(head, 360 / t.stamens * i + 12, t.petal * 0.72)
        pen.paint(union(pen.limb(head, end, 0.014), pen.disc(end, 0.04)), t.second, outline=False)
    if t.may("trumpet"):
        rim = [pen.disc(towards(head, 60 * i, t.cup * 0.75), t.cup * 0.42) for i in range(6)]
        pen.paint(union(pen.disc(head, t.cup * 0.9), *rim), t.second)
        pen.paint(pen.disc(head, t.cup * 0.62), t.second, shade=0.75)
    pen.paint(pen.disc(head, t.heart), t.centre)


def _rose(pen, t, head):
    _stem(pen, t, head)
    radius = t.petal
    pen.paint(union(*(pen.disc(towards(head, 72 * i + 18, radius * 0.5), radius * 0.62) for i in range(5))), t.bloom)
    for i, share in enumerate((0.8, 0.62, 0.46, 0.3, 0.15)):
        at = towards(head, 130 * i + 40, radius * 0.13)
        pen.paint(pen.disc(at, radius * share), t.bloom, shade=(0.86, 1.04)[i % 2])


def _cup(pen, t, head):
    _stem(pen, t, head)
    foot = (head[0], head[1] - t.petal)
    pen.paint(pen.limb(head, (head[0], head[1] + t.petal * 0.75), 0.045), t.centre)
    for dx, turn, shade in ((-0.1, 108, 0.85), (0.1, 72, 0.85), (0.0, 90, 1.0)):
        petal = _petal(pen, (foot[0] + dx * 0.4, foot[1]), turn, 0.0, t.petal * 1.8, t.width, "pointed")
        pen.paint(petal, t.bloom, shade=shade)
        if t.pattern == "veins":
            pen.paint(common(petal + 0.02, pen.stripes(11.0, 0.3)), t.second, outline=False, shade=shade)


def _iris(pen, t, head):
    _stem(pen, t, head)
    for angle in (62, 118, 90):
        pen.paint(_petal(pen, head, angle, -0.04, t.petal * 1.1, t.width, "round"), t.bloom, shade=0.9)
    for angle in (205, -25, 270):
        fall = _petal(pen, head, angle, 0.0, t.petal * 1.15, t.width * 1.05, "round")
        pen.paint(fall, t.bloom, shade=1.05)
        pen.paint(pen.limb(head, towards(head, angle, t.petal * 0.6), 0.05, 0.02), t.second, outline=False)
    pen.paint(pen.disc(head, t.heart), t.bloom, shade=0.8)


def _nodding(pen, t, head):
    side = (head[0] + 0.2, head[1] + 0.02)
    _stem(pen, t, head)
    pen.paint(pen.path((head, (head[0] + 0.1, head[1] + 0.1), side), 0.024), t.leaf)
    for angle, shade in ((245, 0.85), (295, 0.85), (270, 1.0)):
        petal = _petal(pen, side, angle, 0.0, t.petal, t.width, t.shape)
        pen.paint(petal, t.bloom, shade=shade)
        if t.pattern == "checks":
            checks = common(pen.stripes(9.0, 0.55), pen.stripes(9.0, 0.55, 90.0))
            pen.paint(common(petal + 0.02, checks), t.second, outline=False, shade=shade)
    if t.may("tip"):
        pen.paint(pen.disc(towards(side, 270, t.petal * 0.78), 0.06), t.leaf, outline=False, where=t.chance("tip"))
    pen.paint(pen.disc(side, 0.06), t.leaf)


def _bells(pen, t, head):
    bend, end = (head[0] - 0.05, head[1]), (head[0] + 0.32, head[1] + 0.02)
    top = (head[0] + 0.12, head[1] + 0.16)
    _stem(pen, t, bend)
    pen.paint(pen.path((bend, top, end), 0.024, 0.018), t.leaf)
    for i in range(t.count):
        share = i / max(1, t.count - 1)
        at = between(bend, top, share * 2) if share <= 0.5 else between(top, end, share * 2 - 1)
        at = (at[0] + (0.08 if i % 2 else -0.08), at[1] - 0.03)
        low = (at[0], at[1] - t.petal)
        bell = pen.limb(at, low, t.width * 0.6, t.width)
        bell = without(bell, pen.disc((low[0], low[1] - t.width * 1.15), t.width * 0.6))
        pen.paint(bell, t.bloom, shade=1.0 if i % 2 else 0.92)


def _spike(pen, t, head):
    _stem(pen, t, (head[0], head[1] + 0.3))
    for i in range(t.count):
        share = i / t.count
        y, room = head[1] - 0.38 + 0.82 * share, 1 - 0.6 * share
        for side in (-1, 1):
            start = (head[0] + side * 0.03, y)
            end = (head[0] + side * (0.06 + t.petal * room), y - t.petal * 0.35 * room)
            pen.paint(pen.limb(start, end, t.width * room * 0.7, t.width * room), t.bloom, shade=0.95 + 0.05 * side)
            if t.may("spots"):
                pen.paint(pen.disc(end, t.width * room * 0.45), t.second, outline=False, where=t.chance("spots"))


def _corolla(pen, t, head, start, length, width, turn):
    """A ring of petals; every second one lies in front."""
    petals = [_petal(pen, head, turn + 360 / t.petals * i, start, length, width, t.shape) for i in range(t.petals)]
    for half, shade in ((petals[::2], 0.93), (petals[1::2], 1.0)):
        pen.paint(union(*half), t.bloom, shade=shade)
        if t.may("spots"):
            spots = common(union(*half) + 0.03, pen.dots(9.0, 0.026))
            pen.paint(spots, t.second, outline=False, where=t.chance("spots"))


def _petal(pen, head, angle, start, length, width, shape):
    """A petal that leaves `head` in direction `angle`: `length` from `start` to tip, `width` half its width."""
    middle = towards(head, angle, start + length / 2)
    if shape == "pointed":  # between two circles
        radius = (length * length / 4 + width * width) / (2 * width)
        left, right = (towards(middle, angle + side, radius - width) for side in (90, -90))
        return common(pen.disc(left, radius), pen.disc(right, radius))
    petal = pen.ellipse(middle, length / 2, width, angle)
    if shape == "notched":
        petal = without(petal, pen.disc(towards(head, angle, start + length * 1.04), width * 0.35))
    return petal


def _stem(pen, t, head):
    foot = (0.0, _FLOOR)
    pen.paint(pen.limb(foot, head, 0.03), t.leaf)
    if t.foliage == "grass":
        for angle in (70, 110, 96):
            pen.paint(pen.limb(foot, towards(foot, angle, 0.62), 0.04, 0.012), t.leaf)
    elif t.foliage != "none":
        for angle in (28, 152):
            tip = towards((0.0, _FLOOR + 0.16), angle, 0.42)
            middle = (tip[0] * 0.55, _FLOOR + 0.24)
            wide = {"lance": 0.075, "toothed": 0.06, "round": 0.15}[t.foliage]
            pen.paint(pen.limb((0.0, _FLOOR + 0.1), tip, 0.03, 0.02), t.leaf)
            pen.paint(pen.ellipse(middle, 0.24, wide, angle), t.leaf)
            if t.foliage == "toothed":
                teeth = [pen.disc(between((0.0, _FLOOR + 0.12), tip, share), 0.085) for share in (0.45, 0.7, 0.95)]
                pen.paint(union(*teeth), t.leaf)


_KINDS = {
    "open": _open,
    "rose": _rose,
    "cup": _cup,
    "iris": _iris,
    "nodding": _nodding,
    "bells": _bells,
    "spike": _spike,
}
