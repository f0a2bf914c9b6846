"""README's picture, drawn from the mini world and the shipped runs, and its line of Markdown; the web site's, too."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.teaching.readme import replace_block

if TYPE_CHECKING:
    from course_lib.figures.accuracy import Dot

COVER, NARROW_COVER = "data/cover.webp", "data/cover_narrow.webp"
# Which picture of each class is shown: clear ones, chosen by eye. Nothing is measured on them.
PICTURES = {"dog": 4, "elephant": 8, "giraffe": 2, "guitar": 7, "horse": 5, "house": 4, "person": 4}
_PIXELS = 144
_QUESTION = "1687 drawings\nto learn from.\n\nOr 189.\n\nHow far\ndo you get?"
_XLABEL = "test accuracy (%), mean over seeds\nwith its 95 % interval (t), Adam"


def measure_strategies() -> list["Dot"]:
    """Test accuracy of each strategy on the large and the few-shot training set, from the finished runs (Adam)."""
    from course_lib.analysis.homework.printed import STRATEGY_NAMES
    from course_lib.analysis.records import num_images, select
    from course_lib.analysis.scores import score_over_runs
    from course_lib.analysis.selection import best_runs
    from course_lib.figures.accuracy import Dot
    from course_lib.sweeps.running import run_study

    dots = []
    for strategy, name in STRATEGY_NAMES.items():
        for study in (strategy, f"few_shot_{strategy}"):
            chosen = best_runs(select(run_study(study, "mini", progress=False), optimizer="adam"))
            series = f"{num_images(chosen[0], 'train')} drawings"
            dots.append(Dot(name, series, score_over_runs(chosen)))
    return dots


def cover_line(dots: Sequence["Dot"]) -> str:
    """Markdown of the picture, with a complete description."""
    *others, last = PICTURES
    reached = "; ".join(f"{dot.row} {_percent(dot)} from {dot.series}" for dot in dots)
    alt = f"Seven cartoons: {', '.join(others)}, {last}. Beside them the test accuracy of each strategy: {reached}."
    return f"![{alt}]({COVER})"


def update_cover(readme: Path, *, check: bool = False) -> list[str]:
    """Draw the picture and write its line into README; with `check`, only report what is out of date.

    Returns:
        problems, one sentence each; an empty list is success.
    """
    dots = measure_strategies()
    missing = []
    for name in (COVER, NARROW_COVER):
        if not check:
            write_cover(readme.parent / name, dots, narrow=name == NARROW_COVER)
        elif not (readme.parent / name).is_file():
            missing.append(f"{name} is missing: run 'course build'")
    return missing + replace_block(readme, "cover", cover_line(dots), check=check)


def write_cover(path: Path, dots: Sequence["Dot"], *, narrow: bool = False) -> bool:
    """Draw the picture and write it as WebP unless the file already shows it; return whether it was written.

    Args:
        narrow: for a narrow screen, see `course_lib.figures.cover.cover`.
    """
    import torch
    from PIL import Image, ImageChops

    from course_lib.data.mini.drawing import draw
    from course_lib.figures.cover import cover
    from course_lib.figures.showing import png_bytes

    pictures = [draw(name, "cartoon", torch.tensor([number]), size=_PIXELS) for name, number in PICTURES.items()]
    options = {"title": _title(dots), "question": _QUESTION, "xlabel": _XLABEL, "narrow": narrow}
    png = png_bytes(cover(torch.cat(pictures), list(PICTURES), dots, **options))
    new = Image.open(io.BytesIO(png)).convert("RGB")
    if path.is_file():
        old = Image.open(path).convert("RGB")
        if old.size == new.size and not ImageChops.difference(old, new).getbbox():
            return False
    new.save(path, format="webp", lossless=True, quality=100, method=6)
    return True


def _title(dots: Sequence["Dot"]) -> str:
    """Title with two accuracies: from few drawings with borrowed weights, and from many without."""
    scratch, few = dots[0], dots[3]  # from scratch on the large set, the last layer on the small one
    return (
        f"With a borrowed network: {_percent(few)} from {few.series}. "
        f"Without: {_percent(scratch)} from {scratch.series}."
    )


def _percent(dot: "Dot") -> str:
    return f"{100 * dot.interval.estimate:.0f} %"
