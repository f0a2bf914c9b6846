"""How much longer an epoch takes with Adam than with SGD, from parts of epochs that were timed in turns."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

Times = Mapping[tuple[int, str, str], Sequence[Mapping[str, float]]]  # (batch, form, optimiser) → seconds of each part
VALIDATION = "validation"


def adam_longer(times: Times, size: int, form: str, parts: Sequence[str] | None = None) -> list[float]:
    """How much longer Adam takes than SGD, in per cent: least, median and most of the pairs timed in the same turn.

    Args:
        size, form: batch size and form of the optimiser, as in the keys of `times`.
        parts: which parts of an epoch count; all but the validation by default.
    """
    adam, sgd = (_totals(times[size, form, name], parts) for name in ("Adam", "SGD"))
    return [float(value) for value in np.quantile(100 * (adam / sgd - 1), [0, 0.5, 1])]


def longer_table(times: Times) -> pd.DataFrame:
    """`adam_longer` for each batch size and form: of the training, with the validation, and of the step alone."""
    rows = []
    every = list(next(iter(times.values()))[0])
    counted = {"training": None, "training and validation": every, "the step alone": ["step"]}
    for size, form in dict.fromkeys((size, form) for size, form, _ in times):
        for what, parts in counted.items():
            low, middle, high = adam_longer(times, size, form, parts)
            row = {"batch": size, "form": form, "timed": what, "Adam longer by, %": round(middle, 1)}
            rows.append({**row, "lowest": round(low, 1), "highest": round(high, 1)})
    return pd.DataFrame(rows)


def _totals(epochs: Sequence[Mapping[str, float]], parts: Sequence[str] | None) -> np.ndarray:
    return np.array(
        [sum(s for part, s in e.items() if (part in parts if parts else part != VALIDATION)) for e in epochs]
    )
