"""Profiles: the numbers of a study at several scales. Each document's studies have profiles of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

# smoke proves that a lesson runs (a minute on two cores), mini is the full grid in the mini world on a CPU,
# paper is the document's protocol on real data and wants a GPU. A lesson runs at each of these.
LESSON_PROFILES = ("smoke", "mini", "paper")
# real is for studies alone: what two cores can do of the document with a real network on real images.
PROFILE_NAMES = (*LESSON_PROFILES, "real")


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Numbers, and nothing else, that a study's grid is built from. A document adds the numbers that it needs.

    Attributes:
        name: one of `PROFILE_NAMES`.
        seeds: how many seeds (0, 1, …) every recipe is trained with.
        size: pixels a side.
        architecture: the network that is trained.
        weights: what fine-tuning starts from.
        source: the image source when nobody names another one; None: the study's own.
        short: whether its runs stop long before the document's, so that they say nothing of where training ends.
    """

    name: str
    epochs: int
    seeds: int
    batch_size: int
    size: int
    architecture: str
    weights: str
    source: str | None = None
    short: bool = False


P = TypeVar("P", bound=Profile)


def check_profile(name: str, known: Sequence[str] = PROFILE_NAMES) -> str:
    """Check the name of a profile and return it.

    Args:
        known: `PROFILE_NAMES`, or `LESSON_PROFILES` for a lesson.

    Raises:
        ValueError: it is not among them.
    """
    if name not in known:
        raise ValueError(f"unknown profile '{name}': choose one of {', '.join(known)}")
    return name


def pick_profile(profiles: Mapping[str, P], name: str) -> P:
    """Find a document's profile by its name.

    Raises:
        ValueError: no profile has that name, or the document lacks it.
    """
    if check_profile(name) not in profiles:
        raise ValueError(f"no profile '{name}' here: choose one of {', '.join(profiles)}")
    return profiles[name]
