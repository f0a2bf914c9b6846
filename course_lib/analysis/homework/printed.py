"""The numbers printed in the homework, read from `data/papers/homework`."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from course_lib.analysis.papers import paper_number, paper_rows

STRATEGY_NAMES = {"scratch": "from scratch", "last_layer": "last layer", "full": "full fine-tuning"}


@dataclass(frozen=True)
class PrintedResult:
    """One row of the homework's Tables II–VIII: what validation chose, and what it reached. Accuracies in per cent."""

    table: str
    page: str  # empty when unknown
    strategy: str  # "scratch" | "last_layer" | "full"
    few_shot: bool
    augmentation: str  # Table VIII; empty elsewhere
    optimizer: str  # "sgd" | "adam"
    lr: float
    epoch: int  # 0-based
    val_percent: float
    test_percent: float
    num_train: int
    num_val: int
    num_test: int

    @property
    def val_correct(self) -> int:
        """Validation images right: the whole number that the printed percentage stands for."""
        return round(self.val_percent / 100 * self.num_val)

    @property
    def test_correct(self) -> int:
        """Test images right: the whole number that the printed percentage stands for."""
        return round(self.test_percent / 100 * self.num_test)


def printed_results(**wanted) -> list[PrintedResult]:
    """Printed rows with these values, e.g. ``printed_results(strategy="full", few_shot=True, optimizer="sgd")``.

    Raises:
        ValueError: a name that `PrintedResult` does not have.
    """
    if unknown := set(wanted) - set(PrintedResult.__dataclass_fields__):
        raise ValueError(
            f"printed results have no '{min(unknown)}': use {', '.join(PrintedResult.__dataclass_fields__)}"
        )
    return [row for row in _homework() if all(getattr(row, name) == value for name, value in wanted.items())]


def printed_augmentations(needed: Iterable[str] = ()) -> dict[str, PrintedResult]:
    """The printed rows of Table VIII by the name of their augmentation.

    Raises:
        ValueError: Table VIII lacks a name that is needed.
    """
    printed = {row.augmentation: row for row in printed_results(table="VIII")}
    if unknown := [name for name in needed if name not in printed]:
        raise ValueError(f"Table VIII has no '{unknown[0]}': choose from {'; '.join(printed)}")
    return printed


def printed_result(strategy: str, optimizer: str, *, few_shot: bool = False) -> PrintedResult:
    """The one row of Tables II–VII for a strategy and an optimiser.

    Raises:
        ValueError: the homework printed no such row.
    """
    rows = printed_results(strategy=strategy, optimizer=optimizer, few_shot=few_shot, augmentation="")
    if not rows:
        raise ValueError(
            f"the homework printed nothing for strategy '{strategy}' with optimizer '{optimizer}': "
            "use scratch, last_layer or full with sgd or adam"
        )
    return rows[0]


def printed_top5() -> list[tuple[str, float]]:
    """Table I: the five most probable classes of the Samoyed image with their probabilities as fractions."""
    return [(row["class"], float(row["percent"]) / 100) for row in read_rows("top5")]


def printed_channels() -> tuple[list[float], list[float]]:
    """Eq. 2: mean and standard deviation of the training images' red, green and blue channel, in [0, 1]."""
    rows = read_rows("channels")
    return [float(row["mean"]) for row in rows], [float(row["std"]) for row in rows]


def printed_mistakes(strategy: str) -> list[dict[str, str]]:
    """Fig. 28: the misclassified images of a strategy, each with its class and the three most probable ones.

    Returns:
        ``{"figure": "28a", "true class": "horse", "1st": "dog 50.4 %", "2nd": …, "3rd": …}`` for each image.

    Raises:
        ValueError: the homework shows no mistakes of this strategy.
    """
    found: dict[str, dict[str, str]] = {}
    for row in read_rows("misclassified"):
        if row["strategy"] == strategy:
            image = found.setdefault(row["figure"], {"figure": row["figure"], "true class": row["label"]})
            image[("1st", "2nd", "3rd")[int(row["rank"]) - 1]] = f"{row['predicted']} {float(row['percent']):.1f} %"
    if not found:
        raise ValueError(f"Fig. 28 shows no mistakes of strategy '{strategy}': use {', '.join(STRATEGY_NAMES)}")
    return list(found.values())


def printed_number(quantity: str) -> float:
    """A number from the homework's text, e.g. ``"sgd_epoch"`` (seconds per epoch, Section II-A).

    Raises:
        ValueError: unknown quantity.
    """
    return paper_number("homework", quantity)


def read_rows(name: str) -> list[dict[str, str]]:
    """The rows of ``data/papers/homework/<name>.csv`` as printed.

    Raises:
        FileNotFoundError: no such file.
    """
    return paper_rows("homework", name)


@cache
def _homework() -> tuple[PrintedResult, ...]:
    whole = {"epoch": int, "num_train": int, "num_val": int, "num_test": int}
    convert = {
        "lr": float,
        "val_percent": float,
        "test_percent": float,
        "few_shot": lambda text: text == "true",
        **whole,
    }
    rows = read_rows("results")
    return tuple(PrintedResult(**{name: convert.get(name, str)(text) for name, text in row.items()}) for row in rows)
