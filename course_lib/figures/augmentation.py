"""Figures on augmentation: augmented samples, the gain of each row of Table VIII, the best of many equal tries."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from course_lib.analysis.intervals import Interval
from course_lib.data.augmentation import Transform, augment
from course_lib.figures.images import contact_sheet
from course_lib.figures.style import BLACK, EDGE_NOTE, GREY, SERIES, draw_interval, new_figure, styled

# The homework's names are long: in figures they are cut down to what differs from row to row.
_SHORT = (
    (r"RandomHorizontalFlip\(p=0.5\)", "flip"),
    (r"RandomAffine\(± (\d+) deg\)", r"± \1°"),
    (r"GaussianBlur\((\d+)\)", r"blur, kernel \1"),
    (r"ColorJitter\((\w+)=([\d.]+)\)", r"\1 ± \2"),
    (r"RandomInvert\(p=0.5\)", "invert"),
    (r"Greyscale\(\)", "greyscale"),
)


def short_name(name: str) -> str:
    """Shorten the name of a row of Table VIII: ``"flip, ± 10°"`` for its flip and rotation by up to 10 degrees."""
    for long, short in _SHORT:
        name = re.sub(long, short, name)
    return name


@styled
def augmented_samples(
    image, rows: Mapping[str, Sequence[Transform]], *, title: str, draws: int = 6, seed: int = 0
) -> Figure:
    """Show random samples of each augmentation of one image: one line of pictures for each augmentation.

    Args:
        image: (3, H, W) uint8.
        rows: name → transforms; an empty tuple shows the image as it is.

    Raises:
        ValueError: another shape, or nothing to draw.
    """
    if image.ndim != 3 or not rows or draws < 1:
        raise ValueError(f"an image {tuple(image.shape)}, {len(rows)} rows, {draws} draws: need (3, H, W) and one each")
    original = (torch.as_tensor(image).float() / 255).expand(draws, -1, -1, -1)  # (D, 3, H, W)
    pictures, captions = [], []
    for name, transforms in rows.items():
        pictures.append(augment(original, tuple(transforms), torch.Generator().manual_seed(seed)).clamp(0, 1))
        captions += [short_name(name)] + [" "] * (draws - 1)
    figure = contact_sheet(torch.cat(pictures), captions, title=title, columns=draws)
    for axes in figure.axes[::draws]:
        axes.set_title(axes.get_title(), fontsize=12, pad=3, loc="left")
        axes.set_title("")
    return figure


@styled
def augmentation_gains(
    gains: Mapping[str, Interval],
    kinds: Mapping[str, str],
    printed: Mapping[str, Interval] | None = None,
    *,
    title: str,
    limits: tuple[float, float] = (-15, 15),
) -> Figure:
    """Plot the test accuracy that each row gains over the baseline (points), in groups; printed gains are hollow.

    Args:
        gains: row → gain as a fraction, see `course_lib.analysis.homework.augmentation_gains`; a dagger marks those
            with an edge.
        kinds: row → its group; each group has a colour.
        printed: row → printed gain.
        limits: least and largest gain drawn, in points; a value outside is drawn as an arrow with its number.

    Raises:
        ValueError: nothing to draw, or a row of no kind.
    """
    if not gains or (unknown := [name for name in gains if name not in kinds]):
        raise ValueError(f"'{unknown[0]}' is of no kind: name one for each row" if gains else "no gains to draw")
    groups = list(dict.fromkeys(kinds[name] for name in gains))
    names = sorted(gains, key=lambda name: groups.index(kinds[name]))  # a stable sort keeps the order within a group
    figure = new_figure(title, height=2.3 + 0.33 * len(names))
    axes = figure.subplots()
    axes.axvline(0, color=BLACK, linewidth=1.2)
    for place, name in enumerate(names):
        color = SERIES[groups.index(kinds[name]) % len(SERIES)]
        _draw_gain(axes, gains[name], place - 0.2, limits, color=color)
        if printed and name in printed:
            _draw_gain(axes, printed[name], place + 0.2, limits, color=color, filled=False, marker="D")
        if place and kinds[name] != kinds[names[place - 1]]:
            axes.axhline(place - 0.5, color=GREY, linewidth=1)
    for group, color in zip(groups, SERIES, strict=False):
        axes.plot([], [], "o", color=color, label=group)
    axes.plot([], [], "o", color=GREY, label="measured")
    if printed:
        hollow = {"markeredgecolor": GREY, "markeredgewidth": 2, "linestyle": ""}
        axes.plot([], [], marker="D", color="white", label="printed", **hollow)
    labels = [short_name(name) + (" †" if gains[name].edge else "") for name in names]
    axes.set_yticks(range(len(names)), labels)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(*limits)
    note = f"\n{EDGE_NOTE}" if any(gain.edge for gain in gains.values()) else ""
    axes.set_xlabel(f"gain of test accuracy over training without augmentation (points){note}")
    _add_legend(figure, gains, printed)
    return figure


@styled
def luck_of_selection(
    luck: Mapping[str, Mapping[float, np.ndarray]], shown: float, *, num_images: int, num_tries: int, title: str
) -> Figure:
    """Plot the accuracy of the best of many equally good tries as a function of their common true accuracy.

    Args:
        luck: series → true accuracy → accuracy of the best try in each repeat (R,), as fractions, see
            `course_lib.analysis.best_of_tries`. The line is the mean, the band holds 95 % of the repeats.
        shown: an accuracy to compare with, drawn as a horizontal line.

    Raises:
        ValueError: nothing to draw.
    """
    if not luck or not all(luck.values()):
        raise ValueError("no series, or one without repeats: there is nothing to draw")
    figure = new_figure(title, height=5.4)
    axes = figure.subplots()
    for color, (name, best) in zip(SERIES, luck.items(), strict=False):
        truth = sorted(best)
        reached = np.array([best[accuracy] for accuracy in truth])  # (T, R)
        low, high = np.quantile(reached, [0.025, 0.975], axis=1)
        axes.plot(truth, reached.mean(axis=1), color=color, label=name)
        axes.fill_between(truth, low, high, color=color, alpha=0.18, linewidth=0)
    ends = (truth[0], truth[-1])
    axes.plot(ends, ends, color=GREY, linestyle=":", label="without luck")
    label = f"{round(shown * num_images)} of {num_images} images"
    axes.axhline(shown, color=BLACK, linestyle="--", linewidth=1.5, label=label)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=""))
    axes.set_xlabel("true accuracy of every try (%)")
    axes.set_ylabel(f"best of {num_tries} on {num_images} images (%)")
    figure.legend(loc="outside lower center", ncols=2, title="line: mean; band: 95 % of the repeats")
    return figure


def _draw_gain(axes, gain: Interval, y: float, limits, *, color, filled: bool = True, marker: str = "o") -> None:
    low, high = limits
    x, left, right = 100 * gain.estimate, 100 * gain.low, 100 * gain.high
    if low <= x <= high:
        return draw_interval(axes, x, y, left, right, color=color, filled=filled, marker=marker)
    edge, arrow, side = (low, "<", 1) if x < low else (high, ">", -1)
    face = color if filled else "white"
    edge += side * 0.012 * (high - low)
    axes.plot([edge], [y], marker=arrow, color=face, markeredgecolor=color, markeredgewidth=2, linestyle="")
    at = edge + side * 0.015 * (high - low)
    text = f"{x:+.1f} [{left:+.1f}, {right:+.1f}]".replace("-", "−")
    axes.text(at, y, text, va="center", ha="left" if side > 0 else "right", fontsize=9, color=color)


def _add_legend(figure, gains, printed) -> None:
    over = ", ".join(dict.fromkeys(gain.method.split(",")[0] for gain in gains.values()))
    about = f"95 % interval: {over.replace('bootstrap', 'test images (bootstrap)')}"
    if printed:
        about += "; printed: two independent test sets (Newcombe)"
    figure.legend(loc="outside lower center", ncols=5, title=about)
