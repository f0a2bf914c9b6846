"""Seventy varied small tasks to fine-tune on, each with a large test part; importing needs no torch.

Dube et al. (2018), section 4.3, chose the scale of the learning rates for seventy tasks of about 250 images, a fifth of
them for validation. Source: https://arxiv.org/abs/1807.11459. The names of a task's images begin with ``train/`` or
``test/``: ``DataSpec(source="mini:task-00", split="official")`` trains on four fifths of the first, validates on one
fifth, and tests on the second.
"""

from dataclasses import dataclass, fields, replace
from random import Random

from course_lib.data.mini.catalogue import (
    SOURCE_CATEGORIES,
    SOURCE_DOMAINS,
    SPECIES,
    TARGET_CLASSES,
    Category,
    category_named,
)
from course_lib.data.mini.dials import EASY, HARD, Dials
from course_lib.data.mini.distinctions import DISTINCTIONS, TEXTURES, texture_entry

NUM_TASKS = 70
_TEST_IMAGES = 500  # at least, shared out among the classes
_IMAGES = (80, 600)  # fewest and most of train and validation together
_STYLES = {"cartoon": 1.0, "mixture": 0.5, "photo": 0.0}  # share of cartoons
_SEED = 100  # of the first task's pictures; each task has its own
# Where the classes come from, and how many tasks are of that kind.
_KINDS = {"one domain": 24, "several domains": 14, "homework": 7, "flowers": 7, "attribute": 10, "texture": 8}


@dataclass(frozen=True)
class SmallTask:
    """A small task of the mini world.

    Attributes:
        name: ``"task-00"`` to ``"task-69"``; its source is ``"mini:<name>"``.
        kind: where the classes come from: ``"one domain"`` of the catalogue (they are easily confused), ``"several
            domains"``, the ``"homework"`` and ``"flowers"`` (classes that no source shows), values of an
            ``"attribute"`` of one category, or ``"texture"``.
        domain: of the classes; ``"several"``, ``"homework"``, ``"flowers"``, or what the attribute is.
        classes: class name -> what is drawn.
        per_class: images of each class for training and validation together.
        test_per_class: images of each class in the test part.
        style: ``"cartoon"``, ``"photo"`` or ``"mixture"`` (half of each).
        difficulty: from 0 (as `EASY`) to 1 (as `HARD`).
        dials: class name -> how hard its pictures are.
    """

    name: str
    kind: str
    domain: str
    classes: dict[str, Category]
    per_class: int
    test_per_class: int
    style: str
    difficulty: float
    dials: dict[str, Dials]

    @property
    def illustrated(self) -> float:
        """Share of the pictures drawn as cartoons."""
        return _STYLES[self.style]

    @property
    def seed(self) -> int:
        """Seed of its pictures, which no other task and no other source has."""
        return _SEED + int(self.name.removeprefix("task-"))

    @property
    def seen(self) -> float:
        """Share of the classes that ``mini:source`` shows, the source of the weights mini_resnet18."""
        return sum(name in SOURCE_CATEGORIES for name in self.classes) / len(self.classes)

    def facts(self) -> dict:
        """What is known of the task before anything is trained, as plain values."""
        return {
            "task": self.name,
            "kind": self.kind,
            "domain": self.domain,
            "classes": len(self.classes),
            "per_class": self.per_class,
            "images": self.per_class * len(self.classes),
            "test_images": self.test_per_class * len(self.classes),
            "style": self.style,
            "difficulty": round(self.difficulty, 3),
            "seen": round(self.seen, 3),
        }


def task_names() -> tuple[str, ...]:
    """Names of the tasks; ``"mini:<name>"`` is the source of each."""
    return tuple(f"task-{number:02d}" for number in range(NUM_TASKS))


def task_named(name: str) -> SmallTask:
    """Find a small task.

    Raises:
        ValueError: there is none of that name.
    """
    if name not in task_names():
        raise ValueError(f"there is no task '{name}': choose one from task-00 to task-{NUM_TASKS - 1}")
    number = int(name.removeprefix("task-"))
    kind, turn = _kind_of(number)
    random = Random(number)  # of which only random() is used: the same in every version of Python
    difficulty, size = _spread(number, 0.7549), _spread(number, 0.5698)
    dials = dials_between(difficulty)
    domain, classes, dials_of = _CHOOSERS[kind](random, turn, dials)
    images = _IMAGES[0] * (_IMAGES[1] / _IMAGES[0]) ** size
    return SmallTask(
        name=name,
        kind=kind,
        domain=domain,
        classes=classes,
        per_class=max(5, round(images / len(classes))),
        test_per_class=-(-_TEST_IMAGES // len(classes)),
        style=tuple(_STYLES)[turn % 3],
        difficulty=difficulty,
        dials=dials_of,
    )


def task_facts() -> list[dict]:
    """Facts of all tasks, a row each: see `SmallTask.facts`."""
    return [task_named(name).facts() for name in task_names()]


def dials_between(difficulty: float) -> Dials:
    """Dials from `EASY` (0) to `HARD` (1).

    Raises:
        ValueError: the difficulty is outside 0 to 1.
    """
    if not 0 <= difficulty <= 1:
        raise ValueError(f"difficulty = {difficulty} is outside 0 to 1")
    return Dials(
        **{
            each.name: _between(getattr(EASY, each.name), getattr(HARD, each.name), difficulty)
            for each in fields(Dials)
        }
    )


def _between(low, high, share):
    if isinstance(low, bool):
        return high
    if isinstance(low, tuple):
        return tuple(_between(a, b, share) for a, b in zip(low, high, strict=True))
    value = low + (high - low) * share
    return round(value) if isinstance(low, int) and isinstance(high, int) else value


def _spread(number: int, step: float) -> float:
    """Values in [0, 1) that many tasks fill evenly (an additive recurrence)."""
    return (0.5 + number * step) % 1


def _kind_of(number: int) -> tuple[str, int]:
    """The kind of a task, and how many tasks of that kind come before it; neighbours are of different kinds."""
    kinds = [kind for kind, count in _KINDS.items() for _ in range(count)]
    order = [i * 29 % NUM_TASKS for i in range(NUM_TASKS)]
    kind = kinds[order[number]]
    return kind, sum(kinds[place] == kind for place in order[:number])


def _pick(random: Random, items, count: int) -> tuple:
    """A random choice of some items, in their order."""
    ranked = sorted((random.random(), place) for place in range(len(items)))
    return tuple(items[place] for place in sorted(place for _, place in ranked[:count]))


def _count(random: Random, most: int = 10) -> int:
    """A number of classes from 2 to 10, at most `most`."""
    return min(most, 2 + int(9 * random.random()))


def _one_domain(random: Random, turn: int, dials: Dials) -> tuple:
    domain = tuple(SOURCE_DOMAINS)[turn % len(SOURCE_DOMAINS)]
    return domain, *_listed(random, SOURCE_DOMAINS[domain], dials)


def _several_domains(random: Random, turn: int, dials: Dials) -> tuple:
    return "several", *_listed(random, SOURCE_CATEGORIES, dials)


def _homework(random: Random, turn: int, dials: Dials) -> tuple:
    return "homework", *_listed(random, TARGET_CLASSES, dials)


def _flowers(random: Random, turn: int, dials: Dials) -> tuple:
    return "flowers", *_listed(random, tuple(SPECIES), replace(dials, repaint=0.0))


def _attribute(random: Random, turn: int, dials: Dials) -> tuple:
    what = DISTINCTIONS[turn % len(DISTINCTIONS)]
    common = replace(dials, repaint=0.0, line_art=0.0) if what.colours else dials
    names = _pick(random, what.classes, _count(random, len(what.classes)))
    own = {name: replace(common, **what.dials.get(name, {})) for name in names}
    return f"{what.category}: {what.attribute}", {name: what.entry(name) for name in names}, own


def _texture(random: Random, turn: int, dials: Dials) -> tuple:
    names = _pick(random, tuple(TEXTURES), _count(random))
    return "textures", {name: texture_entry(name) for name in names}, dict.fromkeys(names, replace(dials, occluders=0))


def _listed(random: Random, names: tuple[str, ...], dials: Dials) -> tuple[dict[str, Category], dict[str, Dials]]:
    """Some of the categories that have these names."""
    chosen = _pick(random, names, _count(random, len(names)))
    return {name: category_named(name) for name in chosen}, dict.fromkeys(chosen, dials)


_CHOOSERS = {
    "one domain": _one_domain,
    "several domains": _several_domains,
    "homework": _homework,
    "flowers": _flowers,
    "attribute": _attribute,
    "texture": _texture,
}
