"""Figures on two legs, seen from the front: people and whatever is built like them."""

import torch

from course_lib.data.mini.painting import Pen, Traits
from course_lib.data.mini.primitives import common, smooth_union, towards, union

DEFAULTS = {
    "head": (0.17, 0.22),
    "head_shape": "round",
    "body": (0.36, 0.44),  # length of the torso
    "shoulders": (0.13, 0.17),
    "waist": (0.10, 0.15),
    "leg": (0.34, 0.44),
    "leg_width": (0.055, 0.07),
    "arm": (0.17, 0.21),  # of the upper arm
    "arm_width": (0.045, 0.055),
    "left_arm": (200, 280),  # directions of the upper arms
    "right_arm": (-100, -20),
    "elbow": (-60, 60),
    "spread": (0.02, 0.14),  # of the legs
    "kick": (0.0, 0.0),
    "skin": ["#f2c9a2", "#e0ac7e", "#c68a5c", "#8d5a3a", "#5f3b26", "#f7d9be"],
    "top": ["#c8382f", "#2f66c4", "#3c9a4c", "#e6b32e", "#7d46a8", "#e8e8e4", "#30343c", "#e07a2c", "#38b0b4"],
    "legs": ["#2c3e66", "#33363c", "#6d5136", "#8a8f98", "#3e5a40", "#7a2e34"],
    "shoes": ["#2a2320", "#6a4630", "#c43a30", "#efefef"],
    "hair_colour": ["#2a1d16", "#4b2f1c", "#8a5a2b", "#d9b25a", "#b2482a", "#8f8f8f"],
    "hair": "person",
    "long_hair": 0.45,
    "skirt": 0.35,
    "hat": 0.18,
    "headgear": None,
    "tutu": False,
    "belly": False,
    "face": True,
    "beak": False,
    "flippers": False,
    "panel": False,
    "tail": False,
    "ears": False,
}


def biped(pen: Pen, table: dict) -> None:
    """Paint a figure standing, walking or dancing."""
    t = Traits(pen, DEFAULTS, table)
    tall = t.head * 2 + t.body + t.leg
    hip = -tall / 2 + t.leg
    j = {"hip": hip, "shoulder": hip + t.body - t.shoulders * 0.6, "head": (t.kick * 0.06, hip + t.body + t.head * 0.9)}
    if not pen.cartoon:
        pen.darken(pen.ellipse((0.0, hip - t.leg), 0.32, 0.06), 0.45, 0.12)
    if t.tail:
        pen.paint(pen.path(((0.0, hip + 0.05), (0.25, hip - 0.08), (0.38, hip + 0.2)), 0.035, 0.025), t.skin)
    _hair_behind(pen, t, j)
    _legs(pen, t, j)
    _arm(pen, t, j, "left", -1)
    _torso(pen, t, j)
    _arm(pen, t, j, "right", 1)
    _head(pen, t, j)
    _headgear(pen, t, j)


def _legs(pen, t, j):
    for side in (-1, 1):
        hip = (side * t.waist * 0.5, j["hip"] + 0.03)
        stretch = t.kick * 1.0 if side == 1 else 0.0
        foot = (side * (t.waist * 0.5 + t.spread) + stretch * 0.42, j["hip"] - t.leg + stretch * 0.42)
        pen.paint(pen.limb(hip, foot, t.leg_width * 1.15, t.leg_width * 0.85), t.legs)
        toe = foot[0] + side * 0.06, foot[1] - 0.01
        pen.paint(pen.limb(foot, toe, t.leg_width * 0.95, t.leg_width * 0.85), t.shoes)


def _torso(pen, t, j):
    if t.head_shape == "box":
        middle = (0.0, (j["hip"] + j["shoulder"]) / 2 + 0.03)
        pen.paint(pen.box(middle, t.shoulders * 1.35, t.body / 2, 0, 0.03), t.top)
    else:
        pen.paint(pen.limb((0.0, j["shoulder"]), (0.0, j["hip"] + 0.04), t.shoulders, t.waist), t.top)
    if t.may("skirt"):
        wide = t.waist * 1.9
        skirt = pen.polygon(
            (-wide, j["hip"] - t.leg * 0.5),
            (wide, j["hip"] - t.leg * 0.5),
            (t.waist * 0.8, j["hip"] + t.body * 0.35),
            (-t.waist * 0.8, j["hip"] + t.body * 0.35),
        )
        colour = t.legs if t.headgear == "scarf" else t.top
        pen.paint(skirt, colour, where=t.chance("skirt"))
    if t.tutu:
        pen.paint(pen.ellipse((0.0, j["hip"] + 0.06), t.waist * 2.7, 0.09), t.top)
    if t.belly:
        pen.paint(
            pen.ellipse((0.0, (j["hip"] + j["shoulder"]) / 2), t.waist * 0.75, t.body * 0.42), "#f4efe4", outline=False
        )
    if t.panel:
        middle = (0.0, (j["hip"] + j["shoulder"]) / 2 + 0.05)
        pen.paint(pen.box(middle, t.shoulders * 0.8, t.body * 0.22), "#2c3440", outline=False)
        for i, colour in enumerate(("#e8483c", "#f2c638", "#58c46a")):
            pen.paint(pen.disc(((i - 1) * t.shoulders * 0.5, middle[1]), 0.035), colour, outline=False)


def _arm(pen, t, j, name, side):
    start = (side * t.shoulders * 0.85, j["shoulder"] + t.shoulders * 0.25)
    angle = t.left_arm if side < 0 else t.right_arm
    if t.flippers:
        return pen.paint(
            pen.limb(start, towards(start, angle, t.arm * 1.5), t.arm_width * 1.3, t.arm_width * 0.6), t.top, shade=0.9
        )
    bend = pen.dice.uniform(name + " elbow", -40.0, 80.0) * side
    elbow = towards(start, angle, t.arm)
    hand = towards(elbow, angle + bend, t.arm * 0.95)
    pen.paint(
        smooth_union(pen.limb(start, elbow, t.arm_width * 1.2, t.arm_width), pen.limb(elbow, hand, t.arm_width), 0.02),
        t.top,
    )
    pen.paint(pen.disc(hand, t.arm_width * 1.25), t.skin)
    return None


def _hair_behind(pen, t, j):
    if t.hair == "person":
        x, y = j["head"]
        pen.paint(
            pen.limb((x, y + t.head * 0.1), (x, y - t.head * 1.1), t.head * 1.12, t.head * 0.9),
            t.hair_colour,
            where=t.chance("long_hair"),
        )


def _head(pen, t, j):
    x, y = j["head"]
    r = t.head
    if t.head_shape == "box":
        pen.paint(pen.box((x, y), r * 1.05, r * 0.85, 0, 0.03), t.skin)
    else:
        if t.ears:
            for side in (-1, 1):
                pen.paint(pen.disc((x + side * r * 0.95, y + r * 0.1), r * 0.38), t.skin)
        pen.paint(pen.ellipse((x, y), r * 0.95, r), t.skin)
    if t.hair == "person":
        part = pen.dice.uniform("parting", -0.5, 0.5)
        cap = common(pen.ellipse((x, y + r * 0.06), r * 1.08, r * 1.1), pen.half((x, y + r * 0.48), 270.0 + part * 40))
        cap = union(
            cap, common(pen.ellipse((x, y), r * 1.02, r * 1.02), -pen.box((x, y - r * 0.5), r * 0.88, r * 1.05))
        )
        pen.paint(cap, t.hair_colour)
    if t.ears:
        pen.paint(pen.ellipse((x, y - r * 0.25), r * 0.62, r * 0.6), "#e6c49a", outline=False)
    if t.face:
        _face(pen, t, x, y, r)


def _face(pen, t, x, y, r):
    look = pen.dice.uniform("look", -0.12, 0.12) * r
    if t.beak:
        pen.paint(pen.ellipse((x, y + r * 0.05), r * 0.7, r * 0.62), "#f6f2e8", outline=False)
    for side in (-1, 1):
        eye = (x + side * r * 0.38 + look, y + r * 0.02)
        if pen.cartoon:
            pen.paint(pen.disc(eye, r * 0.25), "#ffffff", outline=False)
        pen.paint(pen.disc(eye, r * (0.16 if pen.cartoon else 0.13)), "#15110f", outline=False)
    if t.beak:
        return pen.paint(
            pen.polygon((x - r * 0.25, y - r * 0.2), (x, y - r * 0.6), (x + r * 0.25, y - r * 0.2)), "#f2a52c"
        )
    smile = common(pen.ring((x + look, y - r * 0.22), r * 0.34, r * 0.075), pen.half((x, y - r * 0.36), 90.0))
    return pen.paint(smile, "#8c2f28", outline=False)


def _headgear(pen, t, j):
    x, y = j["head"]
    r = t.head
    if t.may("hat"):
        hat = union(
            common(pen.ellipse((x, y + r * 0.4), r * 0.95, r * 0.95), pen.half((x, y + r * 0.42), 270.0)),
            pen.limb((x - r * 1.25, y + r * 0.44), (x + r * 1.25, y + r * 0.44), r * 0.12),
        )
        pen.paint(
            hat,
            pen.colour("hat colour", ["#d8b468", "#7c4a2a", "#2d2f38", "#c43a30", "#3a6ab8"]),
            where=t.chance("hat"),
        )
    if t.headgear == "antenna":
        pen.paint(pen.limb((x, y + r * 0.85), (x, y + r * 1.3), 0.018), "#777c84")
        pen.paint(pen.disc((x, y + r * 1.38), 0.05), "#e8483c")
    elif t.headgear == "bun":
        pen.paint(pen.disc((x, y + r * 1.15), r * 0.42), t.hair_colour)
    elif t.headgear == "helmet":
        pen.paint(pen.ring((x, y), r * 1.12, r * 0.14), "#e9edf0")
        pen.paint(common(pen.disc((x, y), r * 0.95), pen.half((x, y - r * 0.5), 270.0)), "#3a4d6b", outline=False)
        pen.paint(pen.limb((x - r * 0.4, y + r * 0.45), (x - r * 0.1, y + r * 0.6), r * 0.08), "#b9d4ee", outline=False)
    elif t.headgear == "cone":
        pen.paint(pen.polygon((x - r * 0.75, y + r * 0.5), (x + r * 0.75, y + r * 0.5), (x, y + r * 2.0)), t.legs)
        pen.paint(pen.disc((x, y + r * 1.95), r * 0.22), "#ffffff")
        pen.paint(pen.disc((x, y - r * 0.1), r * 0.24), "#e03a30")
    elif t.headgear == "tophat":
        pen.paint(
            union(pen.box((x, y + r * 1.2), r * 0.6, r * 0.5), pen.box((x, y + r * 0.75), r * 0.95, r * 0.1)), "#23242a"
        )
        pen.paint(pen.polygon((x, y - r * 0.2), (x + r * 0.62, y - r * 0.04), (x, y + r * 0.1)), "#ee8a2c")
    elif t.headgear == "crown":
        pen.paint(pen.box((x, y + r * 0.95), r * 0.75, r * 0.15), "#f0c030")
        for i in (-1, 0, 1):
            pen.paint(
                pen.polygon(
                    (x + r * (i * 0.5 - 0.25), y + r),
                    (x + r * (i * 0.5 + 0.25), y + r),
                    (x + r * i * 0.55, y + r * 1.6),
                ),
                "#f0c030",
            )


def snow(pen: Pen, table: dict) -> None:
    """Paint a snowman: two balls, a head, stick arms, buttons."""
    t = Traits(pen, DEFAULTS, table)
    white = torch.ones_like(t.top) * (0.97 if pen.cartoon else 0.8)
    for side in (-1, 1):
        start = (side * 0.2, 0.05)
        pen.paint(
            pen.limb(start, towards(start, t.right_arm + 60 if side > 0 else t.left_arm - 60, 0.35), 0.022), "#6d4a2c"
        )
    pen.paint(pen.disc((0.0, -0.35), 0.36), white)
    pen.paint(pen.disc((0.0, 0.1), 0.26), white)
    for y in (-0.3, -0.05, 0.12):
        pen.paint(pen.disc((0.0, y), 0.035), "#1d1d20", outline=False)
    pen.paint(pen.disc((0.0, 0.45), t.head), white)
    _face(pen, t, 0.0, 0.45, t.head)
    _headgear(pen, t, {"head": (0.0, 0.45)})
    pen.paint(pen.box((0.0, 0.28), 0.2, 0.045), t.top)
