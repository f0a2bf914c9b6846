"""The numbers printed in the document on learning rates (Dube et al. 2018), read from `data/papers/rates`.

LL is the learning rate of the last layer, IL that of all inner layers. With LL = m, α_m is the IL of the highest
accuracy max_m, and β_m = (max_m − min_m)/min_m · 100 the range over IL in per cent (eq. 1). What the document gives
only as a chart (the accuracies of Figs 6 and 7, β of each data set, images per label of Fig. 9) is not here.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass

import pandas as pd

from course_lib.analysis.papers import Inconsistency, paper_number, paper_rows
from course_lib.analysis.ranking import spearman

DOCUMENT = "rates"
_HALF_DIGIT = 0.005  # an accuracy printed with two digits may have been this much lower or higher


@dataclass(frozen=True)
class PrintedGain:
    """One row of Table 1: accuracy with LL 0.01 and with LL 0.1, inner layers frozen (IL 0). All in per cent."""

    target: str
    source: str  # as printed: "plant" or "plants"
    low_percent: float  # LL 0.01
    high_percent: float  # LL 0.1
    gain_percent: float  # as printed

    @property
    def better_lr(self) -> float:
        """The LL with the higher accuracy."""
        return 0.01 if self.low_percent > self.high_percent else 0.1

    @property
    def recomputed_gain(self) -> float:
        """Gain of the better LL relative to the worse one, from the printed accuracies, in per cent."""
        return _gain(max(self._accuracies), min(self._accuracies))

    @property
    def gain_bounds(self) -> tuple[float, float]:
        """Lowest and highest gain that accuracies before rounding to two digits can have, in per cent."""
        better, worse = max(self._accuracies), min(self._accuracies)
        return _gain(better - _HALF_DIGIT, worse + _HALF_DIGIT), _gain(better + _HALF_DIGIT, worse - _HALF_DIGIT)

    @property
    def is_consistent(self) -> bool:
        """Whether rounding explains the difference of the printed gain and the recomputed one."""
        low, high = self.gain_bounds
        return low - _HALF_DIGIT <= self.gain_percent <= high + _HALF_DIGIT

    @property
    def _accuracies(self) -> tuple[float, float]:
        return self.low_percent, self.high_percent


@dataclass(frozen=True)
class PrintedBest:
    """One row of Table 2: the best inner learning rates, and how much the best accuracies differ."""

    target: str
    source: str  # as printed: "plant" or "plants"
    alpha_low: float  # α of LL 0.01
    alpha_high: float  # α of LL 0.1
    difference_points: float  # max of LL 0.1 minus max of LL 0.01


def printed_gains() -> list[PrintedGain]:
    """Table 1, in its order."""
    columns = ("ll_0.01_percent", "ll_0.1_percent", "gain_percent")
    rows = paper_rows(DOCUMENT, "table1")
    return [PrintedGain(row["target"], row["source"], *(float(row[name]) for name in columns)) for row in rows]


def printed_bests() -> list[PrintedBest]:
    """Table 2, in its order."""
    columns = ("alpha_0.01", "alpha_0.1", "max_difference_points")
    rows = paper_rows(DOCUMENT, "table2")
    return [PrintedBest(row["target"], row["source"], *(float(row[name]) for name in columns)) for row in rows]


def printed_set(name: str) -> list[tuple[str, str]]:
    """Target and source of the pairs that the authors perceived as close (set A) or far (set B), Section 4.2.

    Raises:
        ValueError: another name than A and B.
    """
    pairs = [(row["target"], row["source"]) for row in paper_rows(DOCUMENT, "pairs") if row["set"] == name]
    if not pairs:
        raise ValueError(f"the document has no set '{name}': use A or B")
    return pairs


def printed_number(quantity: str) -> float:
    """A number from the document's text, e.g. ``"best_of_scales_accuracy"`` (per cent, Section 4.3).

    Raises:
        ValueError: unknown quantity.
    """
    return paper_number(DOCUMENT, quantity)


def printed_series(name: str) -> list[float]:
    """A list of numbers from the document's text in its order, e.g. ``"scales"`` (Section 4.3).

    Raises:
        ValueError: unknown name.
    """
    rows = paper_rows(DOCUMENT, "series")
    if name not in (known := dict.fromkeys(row["series"] for row in rows)):
        raise ValueError(f"the document has no series '{name}': choose one of {', '.join(known)}")
    return [float(row["value"]) for row in rows if row["series"] == name]


def printed_figures() -> dict[int, dict[str, str]]:
    """Caption, section and statement of each figure, by its number; Fig. 4 shows images and states nothing."""
    kept = ("caption", "section", "statement")
    return {int(row["figure"]): {name: row[name] for name in kept} for row in paper_rows(DOCUMENT, "figures")}


def alpha_correlations() -> pd.DataFrame:
    """Spearman's correlations of α with what else is printed of the eight pairs; a row for each quantity.

    Fig. 9's images per label are not printed as numbers, so the document's own correlation cannot be computed. With
    eight pairs and two or three distinct α, none of these numbers says much.
    """
    gains, bests = printed_gains(), printed_bests()
    close = {target for target, _ in printed_set("A")}
    quantities = {
        "accuracy with LL 0.01, IL 0": [row.low_percent for row in gains],
        "accuracy with LL 0.1, IL 0": [row.high_percent for row in gains],
        "gain of Table 1": [row.gain_percent for row in gains],
        "max of LL 0.1 − max of LL 0.01": [row.difference_points for row in bests],
        "in set A (1) or B (0)": [float(row.target in close) for row in bests],
        "the other α": None,
    }
    low, high = [row.alpha_low for row in bests], [row.alpha_high for row in bests]
    rows = [
        {
            "quantity": name,
            "α of LL 0.01": spearman(low, values or high),
            "α of LL 0.1": spearman(high, values or low),
            "pairs": len(bests),
        }
        for name, values in quantities.items()
    ]
    return pd.DataFrame(rows)


def inconsistencies() -> list[Inconsistency]:
    """Numbers of the document that contradict each other, each with both numbers and their places."""
    return [found for find in _FINDERS for found in find()]


def inconsistencies_table() -> pd.DataFrame:
    """`inconsistencies` as a table, a row for each."""
    return pd.DataFrame([asdict(found) for found in inconsistencies()])


def _wrong_gains() -> list[Inconsistency]:
    return [
        Inconsistency(
            f"gain of the better LL, {row.target}/{row.source}",
            row.gain_percent,
            "Table 1",
            row.recomputed_gain,
            "from the accuracies of Table 1",
            "%",
        )
        for row in printed_gains()
        if not row.is_consistent
    ]


def _wrong_anomaly() -> list[Inconsistency]:
    """The text names another pair as the anomaly than the only one to which Table 2 gives this α."""
    named = printed_number("anomaly_alpha_0.1")
    by_target = {row.target: row for row in printed_bests()}
    own = next(row for row in by_target.values() if row.alpha_high == named)
    what = f"α of LL 0.1, person/food (in Table 2 {named:g} belongs to {own.target}/{own.source})"
    return [Inconsistency(what, named, "Section 4.2", by_target["person"].alpha_high, "Table 2", "learning rate")]


def _multipliers() -> list[Inconsistency]:
    text, caption = (printed_number(f"flowers_outer_multiplier{place}") for place in ("", "_caption"))
    baseline, scale = printed_number("baseline_outer_multiplier"), printed_number("most_frequent_best_scale")
    graduated = scale * printed_number("graduated_outer_multiplier")
    return [
        Inconsistency("multiplier of the last layer, flowers", text, "Section 4.3", caption, "Fig. 10, caption", "×"),
        Inconsistency(
            "multiplier of the last layer, 70 tasks: baseline and its comparison",
            baseline,
            "Section 4.3, baseline",
            graduated,
            f"Section 4.3, graduated rates at scale {scale:g}",
            "×",
        ),
    ]


_FINDERS: tuple[Callable[[], list[Inconsistency]], ...] = (_wrong_gains, _wrong_anomaly, _multipliers)


def _gain(better: float, worse: float) -> float:
    return 100 * (better / worse - 1)
