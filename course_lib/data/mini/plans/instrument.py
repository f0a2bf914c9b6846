"""Musical instruments: stringed ones upright (neck to the top), wind instruments and drums."""

from course_lib.data.mini.painting import Pen, Traits
from course_lib.data.mini.primitives import smooth_union, towards, union, without

STRINGS = {
    "shape": "waisted",  # or "round", "drop", "harp"
    "lower": (0.29, 0.34),  # half width of the lower bout
    "upper": (0.21, 0.25),
    "waist": (0.08, 0.14),
    "height": (0.34, 0.4),  # between the two bouts
    "base": (-0.46, -0.4),
    "neck": (0.42, 0.52),
    "neck_width": (0.035, 0.05),
    "hole": (0.09, 0.105),
    "f_holes": False,
    "pegs": 3,
    "scroll": False,
    "spike": False,
    "bow": 0.0,
    "guard": 0.0,
    "cutaway": 0.0,
    "wood": ["#c47a34", "#a85c24", "#d99a4a", "#8a431e", "#b8322a", "#e0b060", "#2c6fb0", "#303238"],
    "skin": None,
    "dark": ["#3a2417", "#2a1c14", "#57341d"],
}


def strings(pen: Pen, table: dict) -> None:
    """Paint a stringed instrument."""
    t = Traits(pen, STRINGS, table)
    lower = (0.0, t.base)
    upper = (0.0, t.base + t.height)
    top = upper[1] + t.upper + t.neck
    if t.spike:
        pen.paint(pen.limb((0.0, t.base - t.lower), (0.0, t.base - t.lower - 0.2), 0.018), "#4a4a4e")
    if t.may("bow"):
        where = t.chance("bow")
        x = t.lower + 0.14
        pen.paint(pen.limb((x, t.base - 0.2), (x - 0.05, upper[1] + 0.5), 0.02), t.dark, where=where)
    _neck(pen, t, upper, top)
    body = _sound_body(pen, t, lower, upper)
    pen.paint(body, t.wood)
    if t.skin is not None:
        pen.paint(body + 0.05, t.skin, outline=False)
    elif t.f_holes:
        for side in (-1, 1):
            a = (side * t.lower * 0.5, t.base + t.height * 0.62)
            b = (side * t.lower * 0.62, t.base + t.height * 0.12)
            pen.paint(pen.limb(a, b, 0.02), t.dark, outline=False)
    else:
        if t.may("guard"):
            at = (t.lower * 0.5, t.base + t.height * 0.45)
            pen.paint(pen.ellipse(at, 0.075, 0.13, 20), t.dark, outline=False, where=t.chance("guard"))
        hole = (0.0, t.base + t.height * 0.6)
        pen.paint(pen.disc(hole, t.hole * 1.3), "#f0d9a8", outline=False, shade=0.9)
        pen.paint(pen.disc(hole, t.hole), "#1d130d", outline=False)
    _fittings(pen, t, upper, top)


def _sound_body(pen, t, lower, upper):
    if t.shape == "round":
        return pen.disc((0.0, t.base + 0.05), t.lower * 1.2)
    if t.shape == "drop":
        return pen.limb((0.0, t.base), (0.0, t.base + t.height * 1.3), t.lower, t.neck_width * 1.5)
    body = smooth_union(
        pen.ellipse(lower, t.lower, t.lower * 0.86), pen.ellipse(upper, t.upper, t.upper * 0.92), t.waist
    )
    if t.may("cutaway"):
        bite = pen.disc((t.upper * 1.0, upper[1] + t.upper * 0.9), t.upper * 0.75) + (1 - t.chance("cutaway")) * 9
        body = without(body, bite)
    return body


def _neck(pen, t, upper, top):
    pen.paint(pen.box((0.0, (upper[1] + top) / 2), t.neck_width, (top - upper[1]) / 2), t.dark)
    if t.scroll:
        pen.paint(pen.disc((0.0, top + 0.03), t.neck_width * 1.4), t.wood)
    else:
        wide = t.neck_width * 1.55
        pen.paint(
            pen.polygon(
                (-t.neck_width, top - 0.04), (t.neck_width, top - 0.04), (wide, top + 0.16), (-wide, top + 0.16)
            ),
            t.wood,
        )
    for i in range(t.pegs):
        y = top + (0.0 if t.scroll else 0.03) + 0.05 * i
        for side in (-1, 1):
            pen.paint(
                pen.limb((side * t.neck_width * 1.3, y), (side * (t.neck_width * 1.3 + 0.045), y), 0.016), "#d9d4c4"
            )


def _fittings(pen, t, upper, top):
    pen.paint(pen.box((0.0, (t.base + t.height + top) / 2), t.neck_width, (top - t.base - t.height) / 2), t.dark)
    bridge = t.base - t.lower * 0.22
    pen.paint(pen.box((0.0, bridge), t.lower * 0.36, 0.025), t.dark, outline=False)
    for i in (-1.0, 0.0, 1.0):
        x = i * t.neck_width * 0.6
        pen.paint(pen.box((x, (bridge + top) / 2), 0.007, (top - bridge) / 2), "#f4efdc", outline=False, where=0.7)


HORN = {
    "length": (0.9, 1.1),
    "bell": (0.17, 0.22),
    "tube": (0.03, 0.04),
    "curve": "loop",  # "loop", "hook" or "none"
    "keys": 3,
    "metal": ["#e6b830", "#d8a63c", "#c9cbd0", "#b8862c"],
    "knob": ["#f4f0e0", "#c9cbd0"],
}


def horn(pen: Pen, table: dict) -> None:
    """Paint a wind instrument: lying tube with bell (loop), bent tube (hook) or a straight pipe (none)."""
    t = Traits(pen, HORN, table)
    half = t.length / 2
    if t.curve == "hook":
        body = pen.path(
            ((-0.15, 0.5), (-0.02, 0.4), (0.02, -0.35), (0.16, -0.5), (0.3, -0.32), (0.36, 0.0)), t.tube, t.bell * 0.72
        )
        pen.paint(pen.limb((-0.3, 0.46), (-0.15, 0.5), t.tube * 0.7), "#2a2320")
        pen.paint(body, t.metal)
        pen.paint(pen.ellipse((0.37, 0.06), t.bell * 0.75, t.bell * 0.3), t.metal, shade=0.6)
        for i in range(t.keys):
            pen.paint(pen.disc((0.01, 0.28 - i * 0.16), 0.045), t.knob)
        return
    if t.curve == "loop":
        pen.paint(pen.box((-0.08, -0.08), half * 0.5, 0.15, 0, 0.12).abs() - t.tube, t.metal)
        for i in range(t.keys):
            pen.paint(pen.box((-0.18 + i * 0.1, 0.02), 0.03, 0.16), t.metal)
            pen.paint(pen.box((-0.18 + i * 0.1, 0.2), 0.035, 0.02), t.knob)
        flare = pen.limb((half * 0.45, 0.07), (half * 0.95, 0.07), t.tube, t.bell)
        cut = pen.half((half * 0.95, 0.0), 0.0)
        pen.paint(union(pen.limb((-half, 0.07), (half * 0.5, 0.07), t.tube), flare.maximum(cut)), t.metal)
        pen.paint(pen.ellipse((half * 0.95, 0.07), 0.05, t.bell), t.metal, shade=0.7)
        pen.paint(pen.box((-half, 0.07), 0.03, 0.05), t.metal)
        return
    pen.paint(pen.limb((-half, 0.0), (half, 0.0), t.tube), t.metal)
    for i in range(t.keys):
        pen.paint(pen.disc((-half * 0.3 + i * 0.16, t.tube * 0.4), t.tube * 0.6), t.knob)


DRUM = {
    "width": (0.36, 0.44),
    "height": (0.22, 0.34),
    "shell": ["#c4342c", "#2f62b8", "#2e8a4a", "#8a5a2c", "#e0a52c"],
    "rim": ["#e8c860", "#d0d0d0"],
    "head": ["#f4eee0"],
    "sticks": 0.7,
    "lacing": True,
    "wood": ["#b98a52"],
}


def drum(pen: Pen, table: dict) -> None:
    """Paint a drum standing, with its sticks."""
    t = Traits(pen, DRUM, table)
    w, h = t.width, t.height
    pen.paint(union(pen.box((0.0, -0.05), w, h), pen.ellipse((0.0, -0.05 - h), w, w * 0.28)), t.shell)
    if t.lacing:
        for i in range(4):
            x = w * (i * 0.5 - 0.75)
            pen.paint(pen.limb((x - w * 0.2, -0.05 - h), (x, -0.05 + h), 0.014), t.head, outline=False)
            pen.paint(pen.limb((x + w * 0.2, -0.05 - h), (x, -0.05 + h), 0.014), t.head, outline=False)
    pen.paint(pen.ellipse((0.0, -0.02 + h), w * 1.05, w * 0.32), t.rim)
    pen.paint(pen.ellipse((0.0, h), w * 0.95, w * 0.25), t.head)
    for side in (-1, 1):
        tip = (side * 0.06, h + 0.02)
        end = towards(tip, 90 - side * 35, 0.5)
        pen.paint(union(pen.limb(tip, end, 0.024), pen.disc(tip, 0.045)), t.wood, where=t.chance("sticks"))
