"""The places of drawn keyframes: what stands there, and the colours of sky and ground."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Place:
    """A place where keyframes are taken.

    Attributes:
        indoor: whether it has a wall and a floor in place of sky and ground.
        domains: share of each domain among its objects.
        favourites: factors by which some categories are more likely.
        above: colours of sky or wall.
        below: colours of ground or floor.
    """

    indoor: bool
    domains: dict[str, float]
    favourites: dict[str, float] = field(default_factory=dict)
    above: tuple[str, ...] = ("#8fc4ee", "#a9d6f2", "#7ab0e0")
    below: tuple[str, ...] = ()


PLACES = {
    "meadow": Place(
        False,
        {"animals": 5, "plants": 2, "buildings": 1.5, "people": 1.5, "vehicles": 0.5},
        {"cow": 3, "horse": 2, "sheep": 3, "flower": 2, "windmill": 3, "barn": 3, "tractor": 5},
        below=("#86bb58", "#9aca62", "#74a94c"),
    ),
    "forest": Place(
        False,
        {"animals": 5, "plants": 4, "people": 1, "tools": 0.5, "buildings": 0.5},
        {"deer": 4, "bear": 4, "fox": 4, "wolf": 4, "pine": 3, "mushroom": 5, "axe": 6, "hut": 4, "elephant": 0.3},
        above=("#b9d8c4", "#a4cbb4", "#c7ddc0"),
        below=("#5f7d45", "#6d6a42", "#56703e"),
    ),
    "street": Place(
        False,
        {"vehicles": 4, "buildings": 3.5, "people": 2.5, "animals": 0.7, "plants": 0.7},
        {
            "car": 2, "bus": 2, "truck": 2, "bicycle": 3, "skyscraper": 3, "church": 2, "dog": 4, "ship": 0.1,
            "rocket": 0.1,
        },
        below=("#8b8b90", "#77777d", "#9b9a9a"),
    ),
    "beach": Place(
        False,
        {"people": 3, "plants": 2, "vehicles": 1.5, "animals": 2, "household": 1.5, "buildings": 0.7},
        {"palm": 12, "umbrella": 9, "sailboat": 8, "lighthouse": 9, "chair": 2, "dog": 3, "fish": 3},
        below=("#ecd59a", "#e2c98b", "#f2dfae"),
    ),
    "sea": Place(
        False,
        {"vehicles": 5, "animals": 3, "people": 0.7, "buildings": 0.7},
        {
            "ship": 12, "sailboat": 12, "fish": 14, "duck": 12, "swan": 12, "penguin": 8, "lighthouse": 20,
            "car": 0.1, "bus": 0.1, "truck": 0.1, "tractor": 0.1, "train": 0.1, "bicycle": 0.1,
        },
        below=("#4f8fc4", "#5ea3cc", "#427fb5"),
    ),
    "snowfield": Place(
        False,
        {"animals": 4, "people": 3, "plants": 2, "buildings": 1.5, "vehicles": 0.5},
        {
            "penguin": 12, "snowman": 16, "pine": 8, "bear": 4, "wolf": 4, "mammoth": 6, "hut": 3, "palm": 0.1,
            "cactus": 0.1,
        },
        above=("#bcd3e6", "#cfdfe9", "#a9c3da"),
        below=("#f2f6fa", "#e6eef5", "#fafcff"),
    ),
    "living room": Place(
        True,
        {"household": 6, "people": 2, "animals": 1.5, "plants": 0.8, "instruments": 0.8},
        {"cat": 14, "dog": 6, "chair": 1.5, "table": 1.5, "lamp": 2, "tulip": 3, "flower": 2, "elephant": 0.2},
        above=("#e6cfae", "#cfd9c4", "#d9c2c2", "#c9d2de"),
        below=("#a97c55", "#8f6a48", "#b58e66"),
    ),
    "workshop": Place(
        True,
        {"tools": 7, "people": 1.5, "household": 1, "vehicles": 0.8},
        {"hammer": 1.3, "saw": 1.5, "bicycle": 5, "robot": 3, "bottle": 2, "ship": 0.1, "train": 0.2},
        above=("#b9b2a4", "#a5a8a8", "#c2b59c"),
        below=("#7d7368", "#6a655e", "#8c7f70"),
    ),
    "concert hall": Place(
        True,
        {"instruments": 6, "people": 3, "household": 0.5},
        {"dancer": 2.5, "clown": 2.5, "king": 2, "chair": 3, "drum": 2.5},
        above=("#a8434a", "#8f3a52", "#7c3a6a"),
        below=("#c09058", "#a87a48", "#b8854f"),
    ),
}  # fmt: skip
