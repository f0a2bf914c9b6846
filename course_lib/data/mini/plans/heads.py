"""Paint the parts of an animal's head: manes, eyes, noses, tusks, ears and horns."""

import torch

from course_lib.data.mini.primitives import between, common, towards, union


def head_behind(pen, t, j):
    """Paint what lies behind the head: a lion's mane, round ears."""
    if t.mane == "lion":
        pen.paint(pen.disc((j["skull"][0] - 0.02, j["skull"][1] - 0.02), t.skull * 1.95), t.hair)
    if t.ears == "round":
        x, y = j["skull"]
        for dx in (-0.8, 0.3):
            pen.paint(pen.disc((x + t.skull * dx, y + t.skull * 0.85), t.ear), t.coat, shade=0.85)


def mane(pen, t, j):
    """Hair along the neck, and a horse's forelock."""
    if t.mane not in ("horse", "short"):
        return
    width = t.neck_width
    full = 0.06 if t.mane == "horse" else 0.018
    top = j["skull"][0] - t.skull * 0.7, j["skull"][1] + t.skull * 0.75
    foot = j["base"][0] - width * 1.25, j["base"][1] + width * 0.9
    pen.paint(pen.limb(top, foot, full, full * 0.8), t.hair)
    if t.mane == "horse":
        pen.paint(pen.limb(top, towards(top, t.face_angle + 8.0, 0.1), 0.038, 0.018), t.hair)


def face(pen, t, j):
    """Tusks or a nose, eyes, and for some a tongue and a collar."""
    nose_tip = towards(j["nose"], t.face_angle + 15.0, t.muzzle * 0.75)
    if t.tusk is not None:
        root = between(j["skull"], j["nose"], 0.75)
        root = root[0], root[1] - t.muzzle * 0.8
        end = towards(towards(root, -50.0, t.tusk * 0.6), 5.0, t.tusk * 0.5)
        pen.paint(
            union(
                pen.limb(root, towards(root, -50.0, t.tusk * 0.6), 0.035, 0.03),
                pen.limb(towards(root, -50.0, t.tusk * 0.6), end, 0.03, 0.012),
            ),
            "#fbf6e6",
        )
    elif t.horns != "rhino":
        size = t.muzzle * (0.48 if t.hoof is None else 0.22)
        pen.paint(pen.disc(nose_tip, size), "#1d1714", outline=False)
    eye = towards(j["skull"], t.face_angle + 48.0, t.skull * 0.52)
    if pen.cartoon:
        pen.paint(pen.disc(eye, 0.046), "#ffffff")
        pen.paint(pen.disc((eye[0] + 0.016, eye[1]), 0.03), "#101010", outline=False)
    else:
        pen.paint(pen.disc(eye, 0.03), "#14100d", outline=False)
    if t.may("tongue"):
        mouth = between(j["skull"], j["nose"], 0.8)
        mouth = mouth[0], mouth[1] - t.muzzle * 0.85
        pen.paint(
            pen.limb(mouth, (mouth[0] + 0.015, mouth[1] - 0.09), 0.035, 0.042), "#f08a94", where=t.chance("tongue")
        )
    if t.may("collar"):
        low, high = between(j["base"], j["skull"], 0.62), between(j["base"], j["skull"], 0.70)
        band = common(
            pen.limb(j["base"], j["skull"], t.neck_width * 1.08, t.neck_width * t.neck_taper * 1.1),
            _slab(pen, low, high),
        )
        pen.paint(band, pen.colour("collar colour", ["#d8342c", "#2f6fd0", "#f0b428"]), where=t.chance("collar"))


def _slab(pen, a, b):
    middle = between(a, b, 0.5)
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = torch.sqrt(dx * dx + dy * dy)
    return ((pen.x - middle[0]) * (dx / length) + (pen.y - middle[1]) * (dy / length)).abs_().sub_(0.03)


def ears(pen, t, j):
    """Ears of the kind the table names."""
    x, y = j["skull"]
    s = t.skull
    if t.ears == "fan":  # an elephant's
        ear = pen.ellipse(
            (x - s * 0.75, y - s * 0.15), t.ear * 0.85, t.ear * 1.15, pen.dice.uniform("ear turn", -20.0, 15.0)
        )
        pen.paint(ear, t.coat, shade=0.9)
        return pen.paint(ear + 0.05, t.mark, outline=False, where=0.45)
    if t.ears == "floppy":
        root = x - s * 0.62, y + s * 0.5
        end = towards(root, pen.dice.uniform("ear turn", 235.0, 280.0), t.ear)
        return pen.paint(pen.limb(root, end, 0.05, 0.075), t.mark)
    if t.ears == "round":
        return None
    if t.ears == "side":
        root = x - s * 0.5, y + s * 0.55
        return pen.paint(
            pen.limb(root, towards(root, pen.dice.uniform("ear turn", 140.0, 195.0), t.ear), 0.05, 0.02), t.coat
        )
    for dx, turn in ((-0.15, 82.0), (-0.75, 108.0)):
        root = x + s * dx, y + s * 0.65
        tip = towards(root, turn + t.stride * 60, t.ear)
        if t.ears == "long":
            pen.paint(pen.limb(root, tip, 0.045, 0.05), t.coat)
            pen.paint(pen.limb(between(root, tip, 0.3), tip, 0.012, 0.025), t.pale, outline=False)
        else:
            pen.paint(pen.limb(root, tip, t.ear * 0.4, 0.012), t.coat)
    return None


def horns(pen, t, j, near):
    """The near or the far horn, antler or knob; a rhinoceros has both on its nose."""
    if not t.horns:
        return
    x, y = j["skull"]
    s, shade = t.skull, 1.0 if near else 0.75
    bone = "#e9dcc0"
    root = x + s * (-0.1 if near else 0.15), y + s * 0.75
    if t.horns == "rhino":
        if near:
            for share, size in ((1.0, 1.0), (0.55, 0.55)):
                a = between(j["skull"], j["nose"], share)
                a = a[0] + 0.02, a[1] + t.muzzle * 0.7
                pen.paint(pen.limb(a, towards(a, 62.0, t.horn * size), 0.05 * size, 0.008), bone)
        return
    if t.horns == "ossicones":
        tip = towards(root, 105.0 if near else 80.0, t.horn)
        pen.paint(pen.limb(root, tip, 0.02), t.coat, shade=shade)
        pen.paint(pen.disc(tip, 0.038), t.mark, shade=shade)
    elif t.horns == "antlers":
        a, b = towards(root, 120.0, t.horn * 0.55), towards(towards(root, 120.0, t.horn * 0.55), 80.0, t.horn * 0.6)
        c = towards(a, 40.0, t.horn * 0.4)
        pen.paint(union(pen.path((root, a, b), 0.026, 0.014), pen.limb(a, c, 0.02, 0.012)), "#b58d5c", shade=shade)
    elif t.horns == "back":
        pen.paint(
            pen.path(
                (
                    root,
                    towards(root, 125.0, t.horn * 0.6),
                    towards(towards(root, 125.0, t.horn * 0.6), 190.0, t.horn * 0.6),
                ),
                0.035,
                0.012,
            ),
            "#8d8064",
            shade=shade,
        )
    else:
        a = towards(root, 150.0 if near else 40.0, t.horn * 0.5)
        pen.paint(pen.path((root, a, towards(a, 75.0, t.horn * 0.5)), 0.032, 0.01), bone, shade=shade)
