"""The categories of the mini world and the flower species: each with its domain, body plan and table of traits."""

from dataclasses import dataclass, field

from course_lib.data.mini import tables_flowers as flowers
from course_lib.data.mini import tables_living as living
from course_lib.data.mini import tables_made as made

TARGET_CLASSES = ("dog", "elephant", "giraffe", "guitar", "horse", "house", "person")

_TABLES = {
    "animals": living.ANIMALS,
    "people": living.PEOPLE,
    "plants": living.PLANTS,
    "instruments": made.INSTRUMENTS,
    "buildings": made.BUILDINGS,
    "vehicles": made.VEHICLES,
    "tools": made.TOOLS,
    "household": made.HOUSEHOLD,
}
_INDOOR = {
    "animals": 0.1,
    "people": 0.4,
    "plants": 0.25,
    "instruments": 0.8,
    "buildings": 0.0,
    "vehicles": 0.1,
    "tools": 0.8,
    "household": 0.9,
}


@dataclass(frozen=True)
class Category:
    """One category: name, domain, body plan, table of traits, and how often its photos are taken indoors."""

    name: str
    domain: str
    plan: str
    table: dict = field(repr=False)
    indoor: float


CATEGORIES = {
    name: Category(name, domain, plan, table, _INDOOR[domain])
    for domain, rows in _TABLES.items()
    for name, (plan, table) in rows.items()
}
SOURCE_CATEGORIES = tuple(sorted(set(CATEGORIES) - set(TARGET_CLASSES)))
SOURCE_DOMAINS = {
    domain: tuple(name for name in SOURCE_CATEGORIES if CATEGORIES[name].domain == domain) for domain in _TABLES
}
# Species beside the categories: no source shows them, and the world's fingerprint does not cover them.
SPECIES = {
    name: Category(name, "flowers", plan, table, _INDOOR["plants"]) for name, (plan, table) in flowers.FLOWERS.items()
}


def category_named(name: str) -> Category:
    """The catalogue's entry; ValueError if there is none."""
    known = CATEGORIES | SPECIES
    if name not in known:
        raise ValueError(f"category {name!r} is not in the mini world; choose one of {', '.join(sorted(known))}.")
    return known[name]


def domain_of(category: str) -> str:
    """The domain of a category, e.g. 'animals' for 'cow'; ValueError if the category is unknown."""
    return category_named(category).domain
