"""Animals on four legs, seen from the side, head to the right."""

from course_lib.data.mini.painting import Pen, Traits
from course_lib.data.mini.plans.heads import ears, face, head_behind, horns, mane
from course_lib.data.mini.primitives import between, common, smooth_union, towards, union

DEFAULTS = {
    "lift": 0.05,  # height of the middle of the body
    "length": (0.30, 0.36),  # half length of the back
    "girth": (0.19, 0.22),  # half height of the body at the shoulder
    "rump": (0.9, 1.0),  # half height at the hip, as a share of girth
    "slope": (-0.02, 0.03),  # how much higher the shoulder is than the hip
    "leg": (0.46, 0.54),  # from the middle of the body to the ground
    "thick": (0.065, 0.08),  # half width of a leg at the top
    "taper": (0.7, 0.85),
    "stride": (-0.08, 0.08),
    "neck": (0.22, 0.28),
    "neck_angle": (40, 60),
    "neck_width": (0.11, 0.13),
    "neck_taper": (0.8, 0.9),
    "skull": (0.12, 0.14),
    "face": (0.16, 0.2),  # from the skull to the nose
    "muzzle": (0.07, 0.085),
    "face_angle": (-35, -15),
    "ears": "pointy",
    "ear": (0.12, 0.15),
    "tail": "thin",
    "tail_length": (0.3, 0.4),
    "tail_angle": (230, 260),
    "coat": ["#8a5a34", "#6b4526", "#a9794a"],
    "mark": ["#4a2f1c", "#33241a"],
    "hair": ["#2b201a", "#4a3020"],
    "pale": ["#efe2cc", "#f5efe2"],
    "hoof": ["#33281f"],
    "pattern": None,
    "pattern_chance": 1.0,
    "muzzle_pale": 0.0,
    "belly_pale": 0.0,
    "mane": None,
    "horns": None,
    "horn": (0.16, 0.2),
    "trunk": None,
    "tusk": None,
    "hump": (0.0, 0.0),
    "humps": 0,
    "wool": False,
    "socks": 0.0,
    "collar": 0.0,
    "tongue": 0.0,
}


def quadruped(pen: Pen, table: dict) -> None:
    """Paint a four-legged animal."""
    t = Traits(pen, DEFAULTS, table)
    j = _joints(t)
    _shadow(pen, t)
    _tail(pen, t, j)
    _legs(pen, t, j, near=False)
    head_behind(pen, t, j)
    horns(pen, t, j, near=False)
    body = _body(pen, t, j)
    pen.paint(body, t.coat)
    _markings(pen, t, j, body)
    mane(pen, t, j)
    ears(pen, t, j)
    face(pen, t, j)
    horns(pen, t, j, near=True)


def _joints(t):
    hip, shoulder = (-t.length, t.lift - t.slope), (t.length, t.lift + t.slope)
    base = between(hip, shoulder, 0.92)
    base = base[0], base[1] + t.girth * 0.25
    skull = towards(base, t.neck_angle, t.neck)
    nose = towards(skull, t.face_angle, t.face)
    return {"hip": hip, "shoulder": shoulder, "base": base, "skull": skull, "nose": nose, "floor": t.lift - t.leg}


def _shadow(pen, t):
    if not pen.cartoon:
        pen.darken(pen.ellipse((0.0, t.lift - t.leg - 0.03), t.length + 0.25, 0.07), 0.45, 0.12)


def _leg(pen, t, x, top, floor, step):
    knee = x + step * 0.6, top + (floor - top) * 0.55
    foot = x + step, floor + t.thick * t.taper
    upper = pen.limb((x, top), knee, t.thick, t.thick * (1 + t.taper) / 2)
    return smooth_union(upper, pen.limb(knee, foot, t.thick * (1 + t.taper) / 2, t.thick * t.taper), 0.03), foot


def _legs(pen, t, j, near):
    """Far legs are painted darker and behind; near legs are part of the body's outline."""
    step = t.stride if near else -t.stride
    offset = 0.0 if near else 0.13
    shapes, feet = [], []
    for end, side in (("hip", 1), ("shoulder", -1)):
        x, y = j[end]
        leg, foot = _leg(pen, t, x + side * offset, y - t.girth * 0.2, j["floor"], step * side)
        shapes.append(leg)
        feet.append(foot)
    legs = union(*shapes)
    if near:
        return legs
    pen.paint(legs, t.coat, shade=0.72)
    return legs


def _body(pen, t, j):
    trunk = pen.limb(j["hip"], j["shoulder"], t.girth * t.rump, t.girth)
    neck = pen.limb(j["base"], j["skull"], t.neck_width, t.neck_width * t.neck_taper)
    head = pen.limb(j["skull"], j["nose"], t.skull, t.muzzle)
    body = smooth_union(smooth_union(trunk, neck, 0.14), head, 0.05)
    if t.humps:
        for i in range(t.humps):
            at = (j["hip"][0] + t.length * 2 * (i + 1) / (t.humps + 1), t.lift + t.girth * 0.85)
            body = smooth_union(body, pen.ellipse(at, 0.13, t.hump), 0.05)
    if t.wool:
        bumps = [pen.disc((t.length * (i / 3 - 1) * 1.15, t.lift + t.girth * 0.75), 0.13) for i in range(7)]
        body = union(
            body, *bumps, *[pen.disc((t.length * (i - 1) * 1.1, t.lift - t.girth * 0.6), 0.12) for i in range(3)]
        )
    body = smooth_union(body, _legs(pen, t, j, near=True), 0.05)
    if t.trunk is not None:
        body = smooth_union(body, _trunk(pen, t, j), 0.05)
    return body


def _trunk(pen, t, j):
    a = j["nose"]
    b = towards(a, -75.0, t.trunk * 0.5)
    bend = pen.dice.uniform("trunk bend", -70.0, 40.0)
    c = towards(b, bend * 0.5 - 40.0, t.trunk * 0.3)
    d = towards(c, bend, t.trunk * 0.3)
    w = t.muzzle
    return union(pen.limb(a, b, w, w * 0.75), pen.limb(b, c, w * 0.75, w * 0.62), pen.limb(c, d, w * 0.62, w * 0.5))


def _markings(pen, t, j, body):
    inside = body + 0.012
    if t.pattern:
        mask = t.chance("pattern_chance")
        pen.paint(_pattern(pen, t, j, inside), t.mark, outline=False, where=mask)
    if t.may("belly_pale"):
        pen.paint(
            common(inside, pen.ellipse((0.0, t.lift - t.girth * 1.1), t.length * 1.1, t.girth * 0.75)),
            t.pale,
            outline=False,
            where=t.chance("belly_pale"),
        )
    if t.may("muzzle_pale"):
        pen.paint(
            common(inside, pen.disc(j["nose"], t.muzzle * 1.25)), t.pale, outline=False, where=t.chance("muzzle_pale")
        )
    if t.may("socks"):
        pen.paint(
            common(inside, pen.half((0.0, j["floor"] + 0.12), 90.0)), t.pale, outline=False, where=t.chance("socks")
        )
    if t.hoof is not None:
        pen.paint(common(inside, pen.half((0.0, j["floor"] + 0.055), 90.0)), t.hoof, outline=False)


def _pattern(pen, t, j, inside):
    dice = pen.dice
    if t.pattern == "patches":
        above = pen.half((0.0, t.lift - t.girth * 1.3), 270.0)
        off_face = -pen.limb(j["skull"], j["nose"], t.skull * 0.8, t.muzzle * 1.3)
        return common(common(common(inside, pen.patches(6.0, 0.36)), above), off_face)
    if t.pattern == "face":
        return common(inside, pen.limb(j["skull"], j["nose"], t.skull * 0.95, t.muzzle * 1.05))
    if t.pattern == "stripes":
        return common(inside, pen.stripes(9.0, 0.42, dice.uniform("stripe angle", -20.0, 25.0)))
    if t.pattern == "dots":
        return common(inside, common(pen.dots(7.5, 0.032), pen.half((0.0, t.lift - t.girth), 270.0)))
    first = pen.ellipse((dice.uniform("p1", -0.35, -0.05), t.lift + dice.uniform("q1", -0.05, 0.15)), 0.17, 0.13)
    second = pen.ellipse((dice.uniform("p2", 0.1, 0.35), t.lift + dice.uniform("q2", -0.12, 0.1)), 0.12, 0.15)
    return common(inside, union(first, second, pen.disc(j["skull"], t.skull * 0.62)))


def _tail(pen, t, j):
    root = j["hip"][0] - t.girth * t.rump * 0.8, j["hip"][1] + t.girth * 0.5
    if t.tail == "none":
        return
    if t.tail == "ball":
        return pen.paint(pen.disc((root[0] - 0.04, root[1] - 0.03), t.tail_length), t.pale)
    if t.tail == "curl":
        return pen.paint(pen.ring((root[0] - 0.05, root[1]), t.tail_length, 0.022), t.coat)
    middle = towards(root, t.tail_angle * 0.5 + 90.0, t.tail_length * 0.5)
    end = towards(middle, t.tail_angle, t.tail_length * 0.55)
    if t.tail == "brush":  # a horse's: long hair
        return pen.paint(union(pen.limb(root, middle, 0.045, 0.075), pen.limb(middle, end, 0.075, 0.03)), t.hair)
    if t.tail == "bushy":
        pen.paint(union(pen.limb(root, middle, 0.05, 0.1), pen.limb(middle, end, 0.1, 0.05)), t.coat)
        return pen.paint(pen.limb(between(middle, end, 0.7), end, 0.06, 0.04), t.pale, outline=False)
    width = 0.04 if t.tail == "dog" else 0.022
    pen.paint(union(pen.limb(root, middle, width * 1.1, width), pen.limb(middle, end, width, width * 0.7)), t.coat)
    if t.tail == "tuft":
        pen.paint(pen.limb(end, towards(end, t.tail_angle, 0.05), 0.045, 0.03), t.hair)
