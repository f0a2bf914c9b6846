"""Profiles: the same lesson with smaller or larger numbers."""

from dataclasses import dataclass

# The homework's order: of equal runs the earlier one wins.
HOMEWORK_RATES = (0.01, 0.03, 0.001, 0.003, 0.0001)


@dataclass(frozen=True)
class Profile:
    """Numbers, and nothing else, that a study's grid is built from."""

    name: str
    epochs: int
    seeds: int
    rates: tuple[float, ...]
    batch_size: int
    few_shot_batch_size: int  # a small set needs small batches to take enough steps
    size: int  # pixels a side
    architecture: str
    weights: str
    table_viii_seeds: int | None = None  # of that table's 28 rows and their orders; None: as many as `seeds`


PROFILES = {
    # proves that a lesson runs: less than a minute on two cores
    "smoke": Profile("smoke", 2, 3, (0.01, 0.001), 128, 32, 32, "mini_resnet18", "mini_resnet18", table_viii_seeds=1),
    # the full grid in the mini world, on a CPU
    "mini": Profile("mini", 50, 5, HOMEWORK_RATES, 64, 32, 48, "mini_resnet18", "mini_resnet18"),
    # the document's protocol on real data: wants a GPU
    "paper": Profile("paper", 50, 5, HOMEWORK_RATES, 8, 8, 227, "resnet18", "torchvision:resnet18"),
}


def get_profile(name: str) -> Profile:
    """The profile of that name.

    Raises:
        ValueError: there is none.
    """
    if name not in PROFILES:
        raise ValueError(f"unknown profile '{name}': choose one of {', '.join(PROFILES)}")
    return PROFILES[name]
