"""Explorers: from a slider to the picture, against matplotlib drawing four empty axes."""

import io
import sys
from collections.abc import Iterator
from functools import partial
from itertools import cycle
from pathlib import Path

from common import main, measure, row
from matplotlib.figure import Figure

sys.path.append(str(Path(__file__).resolve().parents[1] / "helpers"))
import sample_explorers


def run(size: str) -> Iterator[dict]:
    """Milliseconds from a change of the first slider to its picture; the peer is `draw_empty_axes`."""
    for name in sample_explorers.SAMPLES:
        control = next(iter(sample_explorers.make_explorer(name).controls.values()))
        values = control.options if hasattr(control, "options") else range(control.min, control.max + 1)
        several = cycle([value for value in values if value != control.value][:5])
        candidates = {"explorer": partial(move, control, several), "axes": draw_empty_axes}
        seconds = measure(candidates, rounds=5 if size == "quick" else 25)
        ratio = seconds["axes"] / seconds["explorer"]
        yield row("explorers", f"{name}, ms from slider to picture", 1e3 * seconds["explorer"], peer=ratio)


def move(control, values: Iterator) -> None:
    """Set the control to the next value; its explorer draws at once."""
    control.value = next(values)


def draw_empty_axes() -> None:
    """Four empty axes as a PNG, without anything of the course."""
    figure = Figure(figsize=(10, 5))
    figure.subplots(2, 2)
    figure.savefig(io.BytesIO(), format="png")


if __name__ == "__main__":
    main(run)
