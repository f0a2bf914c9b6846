"""Fifteen small targets of the mini world to choose a source for, and how close in meaning target and source are.

Eight are parts of the source domains that no source network was trained on, one stands for Oxford Flowers, six are
small tasks of other kinds. Closeness is judged by a tree of meaning that we wrote, by meaning alone as in Dube et al.
(2018), section 4.2; nobody was asked, and nobody looked at an accuracy for it. Source: https://arxiv.org/abs/1807.11459.
"""

from course_lib.data.mini.catalogue import SPECIES, Category, category_named
from course_lib.data.mini.domains import DOMAINS
from course_lib.data.mini.tasks import task_facts, task_named, task_names
from course_lib.data.spec import DataSpec
from course_lib.data.transfers import FLOWERS, target_data

# Small tasks of each kind: those whose numbers of images are nearest to 200.
_TASKS = {"one domain": 2, "several domains": 1, "homework": 1, "attribute": 1, "texture": 1}
_NEAR = 200
_TEST_IMAGES = 500
_QUARTERS = 4

# A tree of meaning: each domain's branch, then its twig. Two domains are the closer, the later their ways part.
MEANING = {
    "animals": ("living", "creature"),
    "people": ("living", "creature"),
    "plants": ("living", "plant"),
    "tools": ("made", "held in a hand"),
    "household": ("made", "held in a hand"),
    "instruments": ("made", "held in a hand"),
    "vehicles": ("made", "large"),
    "buildings": ("made", "large"),
}
_DEPICTS = {FLOWERS: "plants"}  # what species and their parts belong to


def target_names() -> tuple[str, ...]:
    """Names of the targets: the domains, the flowers, and the small tasks by their numbers."""
    chosen = []
    for kind, count in _TASKS.items():
        own = [facts for facts in task_facts() if facts["kind"] == kind]
        chosen += sorted(own, key=lambda facts: abs(facts["images"] - _NEAR))[:count]
    return (*DOMAINS, FLOWERS, *sorted(facts["task"] for facts in chosen))


def small_target(name: str, *, size: int = 48, seed: int = 0, images: int = 160) -> DataSpec:
    """Images of a target of `target_names`: the seed says which train and validate, the test images stay the same.

    Of a domain about `images` images train, the same number of each class, a quarter as many validate, and about 500
    test. Of each flower species ten train, ten validate and sixty test. Four fifths of a small task's images train.

    Raises:
        ValueError: no such target, or more images than the domain has for it.
    """
    if name in DOMAINS:
        return domain_target(name, max(1, round(images / len(DOMAINS[name].categories))), size=size, seed=seed)
    if name in task_names():
        return DataSpec(source=f"mini:{name}", size=size, split="official", val=0.2, seed=seed)
    if name == FLOWERS:
        return target_data(name, size=size, seed=seed)
    raise ValueError(f"no target '{name}': choose one of {', '.join(target_names())}")


def domain_target(name: str, per_class: int, *, size: int = 48, seed: int = 0, val: int | None = None) -> DataSpec:
    """Images of a domain that no source network has seen: so many of each class train.

    Args:
        name: of the domain.
        per_class: training images of each class.
        size: pixels a side.
        seed: says which images train and validate.
        val: validation images of each class; by default a quarter of `per_class`.

    Raises:
        ValueError: more images than a quarter of the domain has.
    """
    quarter = DOMAINS[name].per_category // _QUARTERS
    validates = max(1, round(per_class / 4)) if val is None else val
    if per_class + validates >= quarter:
        raise ValueError(
            f"{per_class} + {validates} images of each class of '{name}': a quarter of it has {quarter}, choose fewer"
        )
    tested = _TEST_IMAGES / (quarter * len(DOMAINS[name].categories))
    return DataSpec(
        source=f"mini:{name}",
        size=size,
        split="target",
        per_class=per_class,
        val=round(validates / (quarter - per_class), 6),
        test=round(tested, 6) if tested < 1 else None,
        seed=seed,
    )


def judged_closeness(target: str, source: str) -> float:
    """Judge the closeness of a target and a source domain by meaning: 3 the same domain, 2, 1, 0 no branch in common.

    The mean over the target's classes; textures show nothing that has a meaning and are 0 from every source.

    Raises:
        ValueError: no such target or source.
    """
    if source not in MEANING:
        raise ValueError(f"no source domain '{source}': choose one of {', '.join(MEANING)}")
    domains = [_DEPICTS.get(category.domain, category.domain) for category in _classes(target)]
    return sum(_common(domain, source) for domain in domains) / len(domains)


def _classes(target: str) -> tuple[Category, ...]:
    if target in DOMAINS:
        return tuple(category_named(name) for name in DOMAINS[target].categories)
    if target == FLOWERS:
        return tuple(SPECIES.values())
    return tuple(task_named(target).classes.values())


def _common(a: str, b: str) -> int:
    """Number of steps from the root that two domains have in common; 3 of a domain with itself."""
    if a not in MEANING:
        return 0
    ways = ((*MEANING[name], name) for name in (a, b))
    return next((depth for depth, (x, y) in enumerate(zip(*ways, strict=True)) if x != y), 3)
