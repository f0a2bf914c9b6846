"""What each drawn keyframe shows: place, weather, camera and objects, and the concepts that follow from them.

Nothing is drawn here. A keyframe is fixed by its number alone, so its labels are known without its picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch

from course_lib.data.mini.catalogue import CATEGORIES
from course_lib.data.mini.hashing import Dice
from course_lib.data.mini.places import PLACES, Place

NUM_TRAIN, NUM_TEST = 2000, 2000
MAX_OBJECTS = 5
_RARITY = 0.4  # weight of the r-th category of a domain: 1/(r + 1)^0.4
_EVALUATED = 2.6  # by which an evaluated category is more likely than its place says
_NAMES = tuple(CATEGORIES)
_DOMAIN_CONCEPTS = {
    "animals": "animal",
    "people": "figure",
    "plants": "plant",
    "instruments": "musical instrument",
    "buildings": "building",
    "vehicles": "vehicle",
    "tools": "tool",
    "household": "household item",
}
_WEATHER, _LIGHT = ("rain", "snowfall", "fog"), ("night", "sunset")  # outdoors; at most one of each
_CAMERA = ("cartoon", "black and white", "sepia", "letterbox", "tilted", "close-up", "cut by the frame")
_COUNTED = ("no object", "one object", "two or more objects", "four or more objects", "two of a kind")
CONCEPTS = (
    *_NAMES,
    *_DOMAIN_CONCEPTS.values(),
    *PLACES,
    "indoor",
    "outdoor",
    *_WEATHER,
    *_LIGHT,
    *_COUNTED,
    *_CAMERA,
    "photograph",
)
# The concepts that are evaluated, whatever else is trained; as TRECVID's 38 of 60 or 345 (Pittaras et al. 2017).
EVALUATED = (
    "dog", "cat", "horse", "cow", "elephant", "person", "robot", "dancer", "tree", "flower", "guitar", "violin", "drum",
    "house", "church", "ship", "car", "bus", "bicycle", "hammer", "cup", "chair", "animal", "vehicle",
    "beach", "street", "night", "rain", "two or more objects", "close-up",
)  # fmt: skip
FEW = (*EVALUATED, "sheep", "pine", "trumpet", "barn", "truck", "axe", "bottle", "forest", "fog", "indoor")


@dataclass(frozen=True)
class Script:
    """What a set of pictures shows how often.

    Attributes:
        name: of the set; its dice are thrown under this name.
        seed: of its dice.
        counts: share of pictures with 0, 1 … 5 objects.
        traits: share of pictures by trait of weather, light and camera; weather and light only outdoors, ``"close-up"``
            of one object alone, ``"cut by the frame"`` of the nearest of several.
        twins: share of pictures with a second object of the first one's category.
        factors: by which each category is more likely than its place says; those that are left out are never shown.
    """

    name: str
    seed: int
    counts: tuple[float, ...]
    traits: dict[str, float]
    twins: float = 0.15
    factors: dict[str, float] = field(default_factory=dict)


KEYFRAMES = Script(
    "keyframe",
    seed=3,
    counts=(0.06, 0.24, 0.28, 0.22, 0.12, 0.08),
    traits={
        "rain": 0.14, "snowfall": 0.12, "fog": 0.12, "night": 0.2, "sunset": 0.14, "cartoon": 0.5,
        "black and white": 0.12, "sepia": 0.08, "letterbox": 0.12, "tilted": 0.15, "close-up": 0.35,
        "cut by the frame": 0.18,
    },
    factors={name: _EVALUATED if name in EVALUATED else 1.0 for name in _NAMES},
)  # fmt: skip


@dataclass(frozen=True)
class Keyframes:
    """Facts about N keyframes, each a tensor; probabilities and positions are drawn later from the same numbers.

    Attributes:
        script: of the set that they belong to.
        numbers: (N,) int64.
        place: (N,) positions in `PLACES`.
        count: (N,) number of objects.
        objects: (N, 5) positions in the list of categories; −1 where there is none. Later ones are nearer.
        traits: (N,) bool by name: weather, light and camera.
    """

    script: Script
    numbers: torch.Tensor
    place: torch.Tensor
    count: torch.Tensor
    objects: torch.Tensor
    traits: dict[str, torch.Tensor]

    def take(self, rows: torch.Tensor) -> "Keyframes":
        """The facts of some of the keyframes."""
        traits = {name: values[rows] for name, values in self.traits.items()}
        return Keyframes(
            self.script, self.numbers[rows], self.place[rows], self.count[rows], self.objects[rows], traits
        )

    @property
    def indoor(self) -> torch.Tensor:
        """(N,) bool."""
        return torch.tensor([place.indoor for place in PLACES.values()])[self.place]

    def shown(self) -> torch.Tensor:
        """Whether each category is shown: (N, 91) float32 of zeros and ones, in the order of the catalogue."""
        shown = torch.zeros(len(self.numbers), len(_NAMES) + 1)
        shown.scatter_(1, self.objects % (len(_NAMES) + 1), 1.0)  # −1 becomes the last column
        return shown[:, :-1]

    def labels(self) -> torch.Tensor:
        """Whether each concept of `CONCEPTS` is shown: (N, K) float32 of zeros and ones."""
        shown = self.shown()
        domains = [_columns_of(domain) for domain in _DOMAIN_CONCEPTS]
        columns = [shown, *(shown[:, own].amax(1, keepdim=True) for own in domains)]
        columns.append(torch.nn.functional.one_hot(self.place, len(PLACES)).float())
        twins = self.count > shown.sum(1)
        counts = (self.count == 0, self.count == 1, self.count >= 2, self.count >= 4, twins)
        others = (self.indoor, ~self.indoor, *(self.traits[name] for name in (*_WEATHER, *_LIGHT)), *counts)
        others += (*(self.traits[name] for name in _CAMERA), ~self.traits["cartoon"])
        return torch.cat([*columns, torch.stack(others, dim=1).float()], dim=1)


def describe_keyframes(numbers: Sequence[int], script: Script = KEYFRAMES) -> Keyframes:
    """Draw the facts of the pictures with these numbers; each number has the same ones in any company."""
    numbers = torch.as_tensor(list(numbers), dtype=torch.int64)
    dice = Dice(script.seed, script.name, numbers)
    place = dice.choice("place", len(PLACES))
    count = _pick(dice, "count", torch.tensor(script.counts).expand(len(numbers), -1))
    weights = torch.stack([_weights(each, script.factors) for each in PLACES.values()])[place]
    slots = [_pick(dice, f"object {i}", weights) for i in range(MAX_OBJECTS)]
    slots[1] = torch.where(dice.chance("twins", script.twins)[:, 0] > 0, slots[0], slots[1])
    objects = torch.stack(slots, dim=1)
    objects = torch.where(torch.arange(MAX_OBJECTS) < count[:, None], objects, -1)
    return Keyframes(script, numbers, place, count, objects, _traits(dice, script.traits, place, count))


def _traits(dice: Dice, shares: dict[str, float], place: torch.Tensor, count: torch.Tensor) -> dict[str, torch.Tensor]:
    traits = {name: dice.chance(name, shares[name])[:, 0] > 0 for name in _CAMERA}
    traits["sepia"] &= ~traits["black and white"]
    traits["close-up"] &= count == 1
    traits["cut by the frame"] &= count >= 2
    outdoor = ~torch.tensor([each.indoor for each in PLACES.values()])[place]
    for group in (_WEATHER, _LIGHT):
        level, low = dice.unit(" or ".join(group))[:, 0], 0.0
        for name in group:
            traits[name] = (level >= low) & (level < low + shares[name]) & outdoor
            low += shares[name]
    return traits


def keyframe_name(number: int) -> str:
    """The name of a keyframe: ``"train/shot_0001"`` …, ``"test/shot_4000"``."""
    return f"{'train' if number <= NUM_TRAIN else 'test'}/shot_{number:04d}"


def _columns_of(domain: str) -> list[int]:
    return [i for i, category in enumerate(CATEGORIES.values()) if category.domain == domain]


def _weights(place: Place, factors: dict[str, float]) -> torch.Tensor:
    """How likely each category is in a place: the domain's share, less for later categories, more for favourites."""
    weights = torch.zeros(len(_NAMES))
    for domain, share in place.domains.items():
        columns = _columns_of(domain)
        likely = [(rank + 1) ** -_RARITY * place.favourites.get(_NAMES[c], 1.0) for rank, c in enumerate(columns)]
        own = torch.tensor(likely)
        weights[columns] = share * own / own.sum()
    weights *= torch.tensor([factors.get(name, 0.0) for name in _NAMES])
    return weights / weights.sum()


def _pick(dice: Dice, channel: str, weights: torch.Tensor) -> torch.Tensor:
    """One position for each row of weights (N, M), with their probabilities."""
    return (dice.unit(channel) >= weights.cumsum(1)[:, :-1]).sum(1)
