"""The numbers and sentences printed in the document on MultiTune, read from `data/papers/multitune`.

The document (Wang, Plested & Gedeon, ICONIP 2020) trains two networks with one joined layer (MultiTune) and compares
them with SpotTune on two image sets: all of their training images, and 20, 15, 10 or 5 of each class.

Table 3 prints validation accuracies, each of one run. Nothing in the document says of which epoch; the released code
and its log say that each is the *maximum over 110 epochs* (`course_lib.analysis.multitune.maximum`). The text holds
the numbers of the logs, too, under sections that name the released code.
"""

from dataclasses import dataclass
from functools import cache

from course_lib.analysis.intervals import Interval, accuracy_interval, independent_difference
from course_lib.analysis.papers import paper_number, paper_rows, paper_statement

DOCUMENT = "multitune"
AIRCRAFT, CIFAR100 = "Aircraft", "CIFAR100"
NUM_CLASSES = 100  # of either set
_HALF_DIGIT = 0.005  # per cent; an accuracy printed with two digits may have been this much lower or higher


@dataclass(frozen=True)
class PrintedBranch:
    """One row of Table 1: how one of the two networks is fine-tuned.

    "Last block" may be the last residual block or the last macro block of four: the document does not say which. In the
    released code it is the former where weights are drawn afresh, and the latter where the learning rate is lower.
    """

    name: str  # "A" | "B"
    fresh: str  # the part that is initialised afresh, as printed
    lr_last_block: float
    lr_others: float
    decay_epochs: tuple[int, ...]  # after which all rates are multiplied by `decay_rate`
    decay_rate: float


@dataclass(frozen=True)
class PrintedSet:
    """One row of Table 2: sizes of the parts of an image set, and its channels' statistics in [0, 1]."""

    name: str
    images: int
    train: int  # Aircraft: "around 3,333"; the public set has 3334
    val: int
    test: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]


@dataclass(frozen=True)
class PrintedAccuracy:
    """Validation accuracy and training time of one method on one set, from Table 3; the time of all epochs."""

    percent: float
    minutes: float
    num_images: int

    @property
    def correct(self) -> int:
        """Validation images right: the whole number nearest to the printed percentage."""
        return round(self.percent / 100 * self.num_images)

    @property
    def is_whole_count(self) -> bool:
        """Whether a whole number of the images rounds to the printed percentage."""
        return abs(100 * self.correct / self.num_images - self.percent) <= _HALF_DIGIT + 1e-9

    @property
    def accuracy(self) -> float:
        """Accuracy as a fraction, of the whole number of images."""
        return self.correct / self.num_images

    @property
    def interval(self) -> Interval:
        """The accuracy with Wilson's interval: the error that comes from few validation images, and no other."""
        return accuracy_interval(self.correct, self.num_images)


@dataclass(frozen=True)
class PrintedRow:
    """One row of Table 3: both methods on one set.

    Attributes:
        per_class: training images of each class of the smaller sets; None = all.
    """

    dataset: str
    per_class: int | None
    spottune: PrintedAccuracy
    multitune: PrintedAccuracy

    @property
    def name(self) -> str:
        """The set as the document names it, e.g. ``"Aircraft-20"``."""
        return self.dataset if self.per_class is None else f"{self.dataset}-{self.per_class}"

    @property
    def num_images(self) -> int:
        """Validation images: those of Table 2, or of a smaller set as many as its training images."""
        return self.multitune.num_images

    @property
    def difference(self) -> Interval:
        """Accuracy of MultiTune minus that of SpotTune, with Newcombe's interval, as if on different images.

        Both were in truth validated on the same images. Without their answers image by image, no paired interval can be
        computed: for outcomes with correlation r it would be about √(1 − r) times as wide. No interval here holds
        the error of training again, nor the luck of a maximum over epochs.
        """
        return independent_difference(self.multitune.interval, self.spottune.interval)

    @property
    def standard_error(self) -> float:
        """Binomial standard error of the difference, as if on different images; a fraction."""
        parts = [one.accuracy * (1 - one.accuracy) / one.num_images for one in (self.multitune, self.spottune)]
        return sum(parts) ** 0.5

    @property
    def z(self) -> float:
        """The difference in standard errors."""
        return self.difference.estimate / self.standard_error

    @property
    def time_reduction(self) -> float:
        """Share of SpotTune's training time that MultiTune saves."""
        return 1 - self.multitune.minutes / self.spottune.minutes


def printed_table1() -> dict[str, PrintedBranch]:
    """Table 1: the settings of the two networks, by their names ``"A"`` and ``"B"``."""
    rows = {row["model"]: row for row in paper_rows(DOCUMENT, "table1")}
    return {
        name: PrintedBranch(
            name,
            row["reinitialization"],
            *(float(row[part]) for part in ("lr_last_block", "lr_others")),
            tuple(int(epoch) for epoch in row["decay_epochs"].split()),
            float(row["decay_rate"]),
        )
        for name, row in rows.items()
    }


def printed_table2() -> dict[str, PrintedSet]:
    """Table 2: the two image sets by their names, ``"Aircraft"`` and ``"CIFAR100"``."""
    rows = paper_rows(DOCUMENT, "table2")
    return {row["dataset"]: _printed_set(row) for row in rows}


def printed_accuracies() -> list[PrintedRow]:
    """Table 3 in its order: ten rows, each with both methods.

    The numbers of validation images are not printed for the smaller sets. In the released code these hold the first N
    files of each class in either part. With 100·N images all printed accuracies are whole numbers of images.
    """
    return list(_table3())


def printed_row(name: str) -> PrintedRow:
    """The row of Table 3 of one set, e.g. ``"Aircraft-20"``.

    Raises:
        ValueError: no row of that name.
    """
    rows = {row.name: row for row in _table3()}
    if name not in rows:
        raise ValueError(f"Table 3 has no row '{name}': choose one of {', '.join(rows)}")
    return rows[name]


def printed_number(quantity: str) -> float:
    """Find a number of the document's text, or of the released logs, by its name, e.g. ``"eta"``.

    Raises:
        ValueError: unknown quantity.
    """
    return paper_number(DOCUMENT, quantity)


def printed_statement(statement: str) -> str:
    """Find a sentence of the document by its name, e.g. ``"due-to-integration"``.

    Raises:
        ValueError: unknown statement.
    """
    return paper_statement(DOCUMENT, statement)


def _printed_set(row: dict[str, str]) -> PrintedSet:
    sizes = [int(row[name]) for name in ("images", "train", "val", "test")]
    mean, std = (tuple(float(row[f"{name}_{color}"]) for color in ("red", "green", "blue")) for name in ("mean", "std"))
    return PrintedSet(row["dataset"], *sizes, mean, std)


@cache
def _table3() -> tuple[PrintedRow, ...]:
    whole = {name: found.val for name, found in printed_table2().items()}
    return tuple(_printed_row(row, whole[row["dataset"]]) for row in paper_rows(DOCUMENT, "table3"))


def _printed_row(row: dict[str, str], num_val: int) -> PrintedRow:
    per_class = int(row["per_class"]) if row["per_class"] else None
    images = num_val if per_class is None else per_class * NUM_CLASSES
    spottune, multitune = (
        PrintedAccuracy(float(row[f"{method}_percent"]), float(row[f"{method}_minutes"]), images)
        for method in ("spottune", "multitune")
    )
    return PrintedRow(row["dataset"], per_class, spottune, multitune)
