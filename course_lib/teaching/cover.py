"""README's picture: drawn from the mini world and the shipped runs, and the line of Markdown that shows it."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from course_lib.figures.accuracy import Dot

COVER = "data/cover.webp"
# Which picture of each class is shown: clear ones, chosen by eye. Nothing is measured on them.
PICTURES = {"dog": 4, "elephant": 8, "giraffe": 2, "guitar": 7, "horse": 5, "house": 4, "person": 4}
_PIXELS = 144
_QUESTION = "1687 drawings\nto learn from.\n\nOr 189.\n\nHow far\ndo you get?"
_XLABEL = "test accuracy (%): mean of 3 seeds, 95 % t-interval, Adam"


def measure_strategies() -> list["Dot"]:
    """Test accuracy of each strategy on the large and the few-shot training set, from the finished runs (Adam)."""
    from course_lib.analysis.printed import STRATEGY_NAMES
    from course_lib.analysis.selection import best_runs, select
    from course_lib.analysis.tables import accuracy_over_runs
    from course_lib.figures.accuracy import Dot
    from course_lib.sweeps.studies import run_study

    dots = []
    for strategy, name in STRATEGY_NAMES.items():
        for study in (strategy, f"few_shot_{strategy}"):
            chosen = best_runs(select(run_study(study, "mini", progress=False), optimizer="adam"))
            series = f"{chosen[0]['num_train']} drawings"
            dots.append(Dot(name, series, accuracy_over_runs(chosen)))
    return dots


def cover_line(dots: Sequence["Dot"]) -> str:
    """The picture as Markdown, with a description that says all that it shows."""
    reached = [f"{dot.row}, {dot.series}: {dot.interval.estimate:.0%}" for dot in dots]
    *others, last = (f"a {name}" if name[0] not in "aeiou" else f"an {name}" for name in PICTURES)
    alt = f"Left: {', '.join(others)} and {last}, drawn as cartoons. Right: test accuracy with intervals. {'; '.join(reached)}."
    return f"![{alt}]({COVER})"


def write_cover(path: Path, dots: Sequence["Dot"]) -> bool:
    """Draw the picture and write it as WebP, unless the file already shows the same; says whether it was written."""
    import torch
    from PIL import Image, ImageChops

    from course_lib.data.mini.drawing import draw
    from course_lib.figures.cover import cover
    from course_lib.figures.showing import png_bytes
    from course_lib.teaching.display import shrink

    pictures = [draw(name, "cartoon", torch.tensor([number]), size=_PIXELS) for name, number in PICTURES.items()]
    options = {"title": _title(dots), "question": _QUESTION, "xlabel": _XLABEL}
    data = shrink(png_bytes(cover(torch.cat(pictures), list(PICTURES), dots, **options)))
    if path.is_file():
        old, new = (Image.open(source).convert("RGB") for source in (path, io.BytesIO(data)))
        if old.size == new.size and not ImageChops.difference(old, new).getbbox():
            return False
    path.write_bytes(data)
    return True


def _title(dots: Sequence["Dot"]) -> str:
    """The two numbers that make one curious: few drawings with borrowed weights, many without."""
    scratch, few = dots[0], dots[3]  # from scratch on the large set, the last layer on the small one
    return (
        f"With a borrowed network: {few.interval.estimate:.0%} from {few.series}. "
        f"Without: {scratch.interval.estimate:.0%} from {scratch.series}."
    )
