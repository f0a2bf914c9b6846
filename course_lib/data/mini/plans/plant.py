"""Plants: trees, flowers, cacti and mushrooms."""

from course_lib.data.mini.painting import Pen, Traits
from course_lib.data.mini.primitives import common, smooth_union, towards, union

TREE = {
    "kind": "round",  # round, pine, palm
    "trunk": (0.05, 0.08),
    "height": (0.4, 0.55),
    "crown": (0.26, 0.34),
    "fruit": 0.0,
    "bark": ["#7a5230", "#5f4128", "#8f6a44"],
    "leaf": ["#4c8f3c", "#3a7a34", "#6ba648", "#8fae3c", "#d0862c"],
    "berry": ["#d8342c", "#f0b428"],
}


def tree(pen: Pen, table: dict) -> None:
    """Paint a tree."""
    t = Traits(pen, TREE, table)
    floor, top = -0.68, -0.68 + t.height
    if not pen.cartoon:
        pen.darken(pen.ellipse((0.0, floor), 0.36, 0.06), 0.4, 0.12)
    if t.kind == "palm":
        lean = pen.dice.uniform("lean", -0.15, 0.15)
        head = (lean, 0.2)
        pen.paint(pen.path(((0.0, floor), (lean * 0.3, -0.25), head), t.trunk * 1.1, t.trunk * 0.7), t.bark)
        for angle in (200, 150, 100, 60, 20, -25):
            middle = towards(head, angle, t.crown * 0.7)
            pen.paint(
                pen.path(
                    (
                        head,
                        middle,
                        towards(middle, angle * 0.6 - 40 if angle < 90 else angle * 0.6 + 110, t.crown * 0.8),
                    ),
                    0.06,
                    0.02,
                ),
                t.leaf,
            )
        return
    pen.paint(
        pen.polygon(
            (-t.trunk * 1.3, floor), (t.trunk * 1.3, floor), (t.trunk * 0.8, top + 0.1), (-t.trunk * 0.8, top + 0.1)
        ),
        t.bark,
    )
    if t.kind == "pine":
        for i in range(3):
            y, w = top - 0.12 + 0.26 * i, t.crown * (1.25 - 0.28 * i)
            pen.paint(pen.polygon((-w, y), (w, y), (0.0, y + 0.44)), t.leaf)
        return
    middle = (0.0, top + t.crown * 0.7)
    blobs = [pen.disc(towards(middle, 72 * i + 18, t.crown * 0.62), t.crown * 0.62) for i in range(5)]
    crown = union(pen.disc(middle, t.crown * 0.8), *blobs)
    pen.paint(crown, t.leaf)
    pen.paint(
        common(crown + 0.03, pen.disc((0.12, middle[1] + 0.14), t.crown * 0.6)), t.leaf, outline=False, shade=1.15
    )
    if t.may("fruit"):
        for i in range(5):
            at = towards(middle, 72 * i + 50, t.crown * 0.65)
            pen.paint(pen.disc(at, 0.05), t.berry, where=t.chance("fruit"))


FLOWER = {
    "kind": "daisy",  # daisy, tulip
    "petals": 8,
    "petal": (0.17, 0.21),
    "width": (0.08, 0.1),
    "heart": (0.11, 0.14),
    "stem": (0.5, 0.65),
    "bloom": ["#f4f0e6", "#e8486c", "#f0b428", "#b45ad0", "#f08a3c", "#6f8ae0"],
    "centre": ["#f0b020", "#7a4a20"],
    "leaf": ["#4c9a3c", "#3a7f3c", "#6bae4c"],
    "pot": 0.3,
    "clay": ["#b8603a", "#8f7fa0", "#6a8fa8"],
}


def flower(pen: Pen, table: dict) -> None:
    """Paint a flower on its stem."""
    t = Traits(pen, FLOWER, table)
    floor = -0.7
    head = (pen.dice.uniform("lean", -0.08, 0.08), floor + t.stem + 0.35)
    pen.paint(pen.limb((0.0, floor), head, 0.028), t.leaf)
    for angle in (35, 145):
        tip = towards((0.0, floor + 0.18), angle, 0.34)
        pen.paint(pen.path(((0.0, floor + 0.15), ((tip[0]) * 0.55, tip[1] - 0.06), tip), 0.06, 0.02), t.leaf)
    if t.may("pot"):
        pen.paint(
            pen.polygon((-0.16, floor - 0.08), (0.16, floor - 0.08), (0.24, floor + 0.24), (-0.24, floor + 0.24)),
            t.clay,
            where=t.chance("pot"),
        )
    if t.kind == "tulip":
        x, y = head
        for dx, turn in ((-0.09, 12), (0.09, -12), (0.0, 0)):
            pen.paint(pen.ellipse((x + dx, y), t.width, t.petal, turn), t.bloom, shade=1.0 if dx == 0 else 0.85)
        return
    for i in range(t.petals):
        angle = 360 / t.petals * i
        pen.paint(pen.ellipse(towards(head, angle, t.heart + t.petal * 0.45), t.petal * 0.75, t.width, angle), t.bloom)
    pen.paint(pen.disc(head, t.heart), t.centre)


CACTUS = {
    "height": (0.85, 1.05),
    "width": (0.12, 0.16),
    "arm": (0.22, 0.3),
    "green": ["#5a9a4c", "#3f7f4a", "#7aa84c"],
    "blossom": ["#f06a9a", "#f0c83c"],
    "pot": 0.4,
    "clay": ["#b8603a", "#8f7fa0", "#6a8fa8"],
}


def cactus(pen: Pen, table: dict) -> None:
    """Paint a cactus with two arms."""
    t = Traits(pen, CACTUS, table)
    floor = -0.58
    top = floor + t.height
    body = pen.limb((0.0, floor), (0.0, top), t.width)
    for side, y in ((-1, -0.12), (1, 0.02)):
        elbow = (side * (t.width + 0.14), y)
        body = smooth_union(
            body, union(pen.limb((0.0, y - 0.04), elbow, 0.075), pen.limb(elbow, (elbow[0], y + t.arm), 0.075)), 0.05
        )
    pen.paint(body, t.green)
    pen.paint(common(body + 0.02, pen.stripes(9.0, 0.18)), t.green, outline=False, shade=0.7)
    pen.paint(pen.disc((0.0, top + t.width), 0.06), t.blossom)
    pen.paint(
        pen.polygon((-0.2, floor - 0.2), (0.2, floor - 0.2), (0.28, floor + 0.08), (-0.28, floor + 0.08)),
        t.clay,
        where=t.chance("pot"),
    )


MUSHROOM = {
    "cap": (0.38, 0.48),
    "rise": (0.26, 0.38),
    "stem": (0.1, 0.14),
    "height": (0.38, 0.5),
    "red": ["#d0342c", "#b8602c", "#8a5a3c", "#e08a3c"],
    "white": ["#f4eee0", "#e4d6b8"],
    "spots": 0.7,
}


def mushroom(pen: Pen, table: dict) -> None:
    """Paint a mushroom."""
    t = Traits(pen, MUSHROOM, table)
    floor = -0.55
    rim = floor + t.height
    pen.paint(pen.limb((0.0, floor), (0.0, rim), t.stem * 1.3, t.stem), t.white)
    cap = common(pen.ellipse((0.0, rim), t.cap, t.rise), pen.half((0.0, rim - 0.03), 270.0))
    pen.paint(cap, t.red)
    spots = union(
        pen.disc((-0.2, rim + 0.1), 0.06), pen.disc((0.02, rim + 0.2), 0.075), pen.disc((0.23, rim + 0.09), 0.055)
    )
    pen.paint(common(cap + 0.02, spots), t.white, outline=False, where=t.chance("spots"))
