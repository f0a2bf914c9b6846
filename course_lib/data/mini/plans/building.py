"""Buildings, seen from the front."""

from course_lib.data.mini.painting import Pen, Traits
from course_lib.data.mini.primitives import common, towards, union

DEFAULTS = {
    "width": (0.38, 0.5),  # half width of the walls
    "height": (0.26, 0.36),  # half height of the walls
    "roof": "gable",  # gable, gambrel, flat, dome, spire, cone, battlements, none
    "roof_height": (0.3, 0.42),
    "eaves": (0.06, 0.1),
    "wall": ["#e8d3a8", "#d9b48a", "#cf8a6a", "#e6e2d6", "#c9d2d6", "#d8a09a", "#b9c9a0", "#efdf9a"],
    "tiles": ["#b0402e", "#8a4a32", "#5f5a5c", "#9c3a34", "#6d4a36", "#3f6a7a"],
    "door": ["#6d4024", "#3a5a7a", "#8a2e2a", "#3f6a44"],
    "glass": ["#8fc4e8", "#5f7f9c", "#f4dc8a"],
    "trim": ["#ffffff", "#f0e6d2"],
    "door_size": (0.085, 0.11),
    "columns": 2,
    "rows": 1,
    "window": (0.075, 0.095),
    "chimney": 0.0,
    "smoke": 0.0,
    "gable_window": 0.0,
    "fence": 0.0,
    "wing": 0.0,
    "cross": False,
    "flag": False,
    "towers": False,
    "x_door": False,
    "bands": 0,
    "blades": False,
    "beacon": False,
    "opening": False,
    "stacks": 0,
}


def building(pen: Pen, table: dict) -> None:
    """Paint a building."""
    t = Traits(pen, DEFAULTS, table)
    spire = 0.0 if t.roof in ("flat", "none", "battlements") else t.roof_height
    middle = -spire / 2
    j = {"mid": middle, "floor": middle - t.height, "top": middle + t.height}
    if not pen.cartoon:
        pen.darken(pen.ellipse((0.05, j["floor"]), t.width * 1.25, 0.08), 0.4, 0.12)
    _extras_behind(pen, t, j)
    if t.opening:
        return _tent(pen, t, j)
    walls = pen.box((0.0, middle), t.width, t.height)
    if t.roof == "cone" or t.blades or t.beacon:
        walls = pen.polygon(
            (-t.width, j["floor"]), (t.width, j["floor"]), (t.width * 0.66, j["top"]), (-t.width * 0.66, j["top"])
        )
    pen.paint(walls, t.wall)
    if t.bands:
        pen.paint(common(walls + 0.012, pen.stripes(t.bands / 1.2, 0.5, 90.0)), t.tiles, outline=False)
    _windows(pen, t, j)
    _door(pen, t, j)
    _roof(pen, t, j)
    _extras_front(pen, t, j)
    return None


def _roof(pen, t, j):
    w, top, rise = t.width + t.eaves, j["top"], t.roof_height
    if t.roof == "gable":
        pen.paint(
            pen.polygon((-w, top), (w, top), (w * t_ridge(pen), top + rise), (-w * t_ridge(pen), top + rise)), t.tiles
        )
        if t.may("gable_window"):
            pen.paint(pen.disc((0.0, top + rise * 0.38), t.window * 0.75), t.glass, where=t.chance("gable_window"))
    elif t.roof == "gambrel":
        shape = pen.polygon(
            (-w, top), (w, top), (w * 0.72, top + rise * 0.62), (0.0, top + rise), (-w * 0.72, top + rise * 0.62)
        )
        pen.paint(shape, t.tiles)
        pen.paint(pen.box((0.0, top + rise * 0.42), t.window, t.window), t.trim)
    elif t.roof == "dome":
        pen.paint(common(pen.ellipse((0.0, top), t.width * 0.96, rise), pen.half((0.0, top), 270.0)), t.tiles)
    elif t.roof in ("cone", "spire"):
        share = 0.78 if t.roof == "cone" else 1.08
        pen.paint(pen.polygon((-t.width * share, top), (t.width * share, top), (0.0, top + rise)), t.tiles)
    elif t.roof == "battlements":
        for i in range(4):
            pen.paint(pen.box((t.width * (i - 1.5) * 0.58, top + 0.04), t.width * 0.17, 0.07), t.wall)
    elif t.roof == "flat":
        pen.paint(pen.box((0.0, top), t.width + 0.03, 0.035), t.tiles)


def t_ridge(pen):
    """Half length of the ridge as a share of the roof's: most roofs are triangles, some are hipped."""
    dice = pen.dice
    return dice.chance("hipped", 0.3) * dice.uniform("ridge", 0.35, 0.7)


def _windows(pen, t, j):
    columns, rows = t.columns, t.rows
    for row in range(rows):
        for column in range(columns):
            x = t.width * ((column + 0.5) / columns * 2 - 1) * (0.98 if columns > 2 else 1.15)
            y = j["floor"] + t.height * 2 * ((row + 0.62) / rows if rows > 1 else 0.58)
            pen.paint(pen.box((x, y), t.window + 0.02, t.window + 0.02), t.trim)
            pen.paint(pen.box((x, y), t.window, t.window), t.glass, outline=False)
            if rows * columns <= 4:
                pen.paint(
                    union(pen.box((x, y), t.window, 0.011), pen.box((x, y), 0.011, t.window)), t.trim, outline=False
                )


def _door(pen, t, j):
    size, floor = t.door_size, j["floor"]
    if t.x_door:
        pen.paint(pen.box((0.0, floor + size * 1.1), size * 1.3, size * 1.1), t.trim)
        pen.paint(pen.box((0.0, floor + size * 1.1), size * 1.15, size * 0.95), t.wall, outline=False, shade=0.85)
        for turn in (40, -40):
            pen.paint(pen.box((0.0, floor + size * 1.1), size * 1.35, 0.02, turn), t.trim, outline=False)
        return
    shape = pen.box((0.0, floor + size * 1.25), size, size * 1.25)
    if t.roof in ("spire", "battlements", "dome"):
        shape = union(shape, pen.disc((0.0, floor + size * 2.4), size))
    pen.paint(shape, t.door)
    pen.paint(pen.disc((size * 0.55, floor + size * 1.2), 0.018), "#f0d060", outline=False)


def _extras_behind(pen, t, j):
    if t.may("wing"):
        where = t.chance("wing")
        x = t.width * 1.05
        pen.paint(
            pen.box((x, j["floor"] + t.height * 0.65), t.width * 0.45, t.height * 0.65), t.wall, where=where, shade=0.85
        )
        pen.paint(pen.box((x, j["floor"] + t.height * 1.35), t.width * 0.52, 0.06), t.tiles, where=where)
    if t.may("chimney"):
        where = t.chance("chimney")
        x, top = t.width * 0.52, j["top"] + t.roof_height * 0.85
        puff = where * t.chance("smoke")
        for i in range(3):
            at = (x + 0.03 + 0.05 * i * i, top + 0.12 + 0.1 * i)
            pen.paint(pen.disc(at, 0.05 + 0.018 * i), "#e4e4ea" if pen.cartoon else "#a8a8a8", where=puff)
        pen.paint(pen.box((x, top - 0.13), 0.06, 0.18), t.tiles, where=where, shade=0.9)
        pen.paint(pen.box((x, top + 0.04), 0.08, 0.03), t.trim, where=where)
    if t.towers:
        for side in (-1, 1):
            x = side * (t.width + 0.03)
            pen.paint(pen.box((x, j["mid"] + 0.12), 0.13, t.height + 0.12), t.wall, shade=0.92)
            pen.paint(
                pen.polygon((x - 0.17, j["top"] + 0.23), (x + 0.17, j["top"] + 0.23), (x, j["top"] + 0.55)), t.tiles
            )
            pen.paint(pen.limb((x, j["top"] + 0.02), (x, j["top"] + 0.1), 0.035), "#2c2a30", outline=False)
    for i in range(t.stacks):
        x = t.width * (0.2 + 0.5 * i)
        pen.paint(pen.box((x, j["top"] + 0.15), 0.07, 0.28), t.tiles)
        for k in range(2):
            pen.paint(pen.disc((x + 0.06 + 0.09 * k, j["top"] + 0.5 + 0.1 * k), 0.08 + 0.02 * k), "#b9b9bd")


def _extras_front(pen, t, j):
    peak = j["top"] + t.roof_height
    if t.cross:
        pen.paint(union(pen.box((0.0, peak + 0.1), 0.02, 0.12), pen.box((0.0, peak + 0.13), 0.07, 0.02)), "#4a3a2a")
    if t.flag:
        top = j["top"] + (0.1 if t.roof == "battlements" else t.roof_height)
        pen.paint(pen.limb((0.0, top), (0.0, top + 0.28), 0.014), "#5a5048")
        pen.paint(pen.polygon((0.0, top + 0.12), (0.22, top + 0.2), (0.0, top + 0.28)), "#d83a30")
    if t.blades:
        hub = (0.0, j["top"] + t.roof_height * 0.2)
        start = pen.dice.uniform("blades", 0.0, 90.0)
        for i in range(4):
            end = towards(hub, start + 90 * i, 0.5)
            pen.paint(pen.limb(hub, end, 0.02, 0.075), t.trim)
        pen.paint(pen.disc(hub, 0.05), t.tiles)
    if t.beacon:
        pen.paint(pen.box((0.0, j["top"] + 0.06), t.width * 0.55, 0.09), "#f6dc60")
    if t.may("fence"):
        where = t.chance("fence")
        for i in range(5):
            x = -t.width - 0.02 - 0.08 * i
            pen.paint(pen.box((x, j["floor"] + 0.08), 0.025, 0.1), t.trim, where=where)


def _tent(pen, t, j):
    w, top = t.width * 1.25, j["top"] + t.roof_height * 0.6
    pen.paint(pen.polygon((-w, j["floor"]), (w, j["floor"]), (0.0, top)), t.tiles)
    pen.paint(pen.polygon((-w, j["floor"]), (-w * 0.35, j["floor"]), (0.0, top)), t.tiles, shade=0.75)
    pen.paint(pen.polygon((-w * 0.12, j["floor"]), (w * 0.38, j["floor"]), (0.0, top - 0.12)), "#2e2620")
    pen.paint(pen.limb((0.0, top - 0.02), (0.0, top + 0.06), 0.015), "#7a5a3a")
