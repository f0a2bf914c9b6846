"""Classes that no category stands for: values of one attribute, and textures (no torch is imported)."""

from dataclasses import dataclass, field, replace

from course_lib.data.mini.catalogue import Category, category_named


@dataclass(frozen=True)
class Distinction:
    """An attribute of one category whose values are classes.

    Attributes:
        category: what all classes show.
        attribute: its name in words.
        traits: class name -> traits that differ from the category's own.
        dials: class name -> settings of `Dials` that make the class.
        colours: whether odd colours and ink would hide the classes.
    """

    category: str
    attribute: str
    traits: dict[str, dict] = field(default_factory=dict)
    dials: dict[str, dict] = field(default_factory=dict)
    colours: bool = False

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes."""
        return tuple(self.traits or self.dials)

    def entry(self, name: str) -> Category:
        """What is drawn for a class, like an entry of the catalogue."""
        own = category_named(self.category)
        return replace(own, name=f"{self.category}, {name}", table=own.table | self.traits.get(name, {}))


def _values(trait: str, values: dict[str, object], **others) -> dict[str, dict]:
    return {name: {trait: value, **others} for name, value in values.items()}


DISTINCTIONS = (
    Distinction(
        "car",
        "colour",
        _values(
            "paint",
            {
                "red": ["#d8342c"],
                "yellow": ["#f0c02c"],
                "green": ["#3a9a54"],
                "blue": ["#2c66c4"],
                "white": ["#f0f0ee"],
            },
        ),
        colours=True,
    ),
    Distinction(
        "tree",
        "season",
        _values(
            "leaf",
            {"spring": ["#f0b8d0"], "summer": ["#3a8a34"], "autumn": ["#d8782c"], "winter": ["#eef2f4"]},
            fruit=0.0,
        ),
        colours=True,
    ),
    Distinction("flower", "number of petals", _values("petals", {"five": 5, "seven": 7, "ten": 10})),
    Distinction(
        "cat",
        "coat",
        _values(
            "pattern", {"plain": None, "striped": "stripes", "dotted": "dots", "patched": "patches"}, pattern_chance=1.0
        ),
    ),
    Distinction(
        "dog",
        "ears",
        _values(
            "ears", {"floppy": "floppy", "pointed": "pointy", "round": "round", "long": "long", "sideways": "side"}
        ),
    ),
    Distinction(
        "goat", "horns", _values("horns", {"none": None, "swept": "back", "curved": "cow", "antlers": "antlers"})
    ),
    Distinction(
        "person",
        "headgear",
        _values(
            "headgear",
            {"bare": None, "bun": "bun", "cone": "cone", "top hat": "tophat", "crown": "crown", "antenna": "antenna"},
            hat=0.0,
        ),
    ),
    Distinction(
        "house",
        "roof",
        _values(
            "roof",
            {"gable": "gable", "gambrel": "gambrel", "flat": "flat", "dome": "dome", "spire": "spire", "cone": "cone"},
        ),
    ),
    Distinction(
        "duck",
        "size",
        dials={
            "small": {"scale": (0.55, 0.75)},
            "middle": {"scale": (0.95, 1.15)},
            "large": {"scale": (1.45, 1.75)},
        },
    ),
    Distinction(
        "cup",
        "things around it",
        dials={"few": {"clutter": (0, 1)}, "some": {"clutter": (3, 4)}, "many": {"clutter": (7, 8)}},
    ),
)

# Textures of cloth: class name -> traits of the plan `swatch`; colour says nothing about the class.
TEXTURES = {
    "wide stripes": {"pattern": "stripes", "density": (2.6, 3.2)},
    "narrow stripes": {"pattern": "stripes", "density": (6.0, 7.0)},
    "checks": {"pattern": "checks", "density": (4.0, 5.0)},
    "grid": {"pattern": "grid", "density": (3.6, 4.4)},
    "small dots": {"pattern": "dots", "density": (5.5, 6.5)},
    "large dots": {"pattern": "dots", "density": (3.0, 3.6)},
    "patches": {"pattern": "patches", "density": (3.6, 4.4)},
    "rings": {"pattern": "rings", "density": (3.6, 4.4)},
    "zigzag": {"pattern": "zigzag", "density": (3.2, 4.0)},
    "plain": {"pattern": "plain"},
}


def texture_entry(name: str) -> Category:
    """What is drawn for a texture, like an entry of the catalogue."""
    return Category(name, "textures", "swatch", TEXTURES[name], 0.5)
