"""Pixel values of a data set: histograms, and mean and standard deviation, also while streaming (Section II)."""

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from course_lib.figures.style import CHANNEL_COLORS, GREY, SERIES, new_figure, plain_log_axis, styled

CHANNELS = tuple(CHANNEL_COLORS)
UNIFORM_STD = 1 / np.sqrt(12)  # of values spread evenly over [0, 1]: 0.2887, the homework's 0.288


@styled
def pixel_histograms(counts, *, title: str, bins: int = 32) -> Figure:
    """Plot a histogram of each colour channel, its mean (line) and one standard deviation to either side (bar).

    Args:
        counts: (3, 256) how often each value 0 … 255 occurs in the red, green and blue channel.
        bins: bars drawn; divides 256.

    Raises:
        ValueError: another shape, no pixels, or `bins` does not divide 256.
    """
    counts = np.asarray(counts, dtype=np.float64)
    if counts.shape != (3, 256) or (counts.sum(axis=1) <= 0).any() or 256 % bins:
        raise ValueError(f"counts of shape {counts.shape} with {bins} bins: need (3, 256) counts and bins dividing 256")
    figure = new_figure(title, width=13.0, height=5.0)
    all_axes = figure.subplots(1, 3, sharey=True)
    edges = np.linspace(0, 1, bins + 1)
    for axes, channel, histogram in zip(all_axes, CHANNELS, counts, strict=True):
        share = 100 * histogram.reshape(bins, -1).sum(axis=1) / histogram.sum()
        color = CHANNEL_COLORS[channel]
        axes.bar(edges[:-1], share, width=1 / bins, align="edge", color=color, alpha=0.55, edgecolor="white")
        mean, std = _moments(histogram)
        _mark_moments(axes, mean, std, color)
        axes.set_title(f"{channel}: mean {mean:.4f}, std {std:.4f}", fontsize=13)
        axes.set_xlabel("pixel value (0 = dark, 1 = bright)")
        axes.set_xlim(-0.06, 1.14)
    top = all_axes[0].get_ylim()[1]
    all_axes[0].set_ylim(0, 1.25 * top)
    all_axes[0].axhline(100 / bins, color=GREY, linestyle=":", linewidth=1.5)
    for axes in all_axes[1:]:
        axes.axhline(100 / bins, color=GREY, linestyle=":", linewidth=1.5)
    all_axes[0].set_ylabel("share of pixels (%)")
    figure.supxlabel(
        f"bar at the top: mean ± one std · dotted: values spread evenly, whose std is 1/√12 = {UNIFORM_STD:.4f}",
        fontsize=12,
    )
    return figure


@styled
def running_statistics(images_seen, means, stds, *, title: str, printed=None) -> Figure:
    """Plot the running mean and standard deviation of each channel by the number of images read (homework, Eq. 1).

    Args:
        images_seen: (T,) how many images have been seen; means, stds: (T, 3), of these images, in [0, 1].
        printed: (means (3,), stds (3,)) drawn as dotted lines, e.g. ``printed_channels()``.

    Raises:
        ValueError: shapes that do not fit.
    """
    seen, means, stds = (np.asarray(values, dtype=float) for values in (images_seen, means, stds))
    if means.shape != (len(seen), 3) or stds.shape != means.shape or not len(seen):
        raise ValueError(f"{len(seen)} steps, means {means.shape} and stds {stds.shape} do not fit: need (T, 3) each")
    figure = new_figure(title, width=12.0, height=5.2)
    pairs = zip(figure.subplots(1, 2), (means, stds), ("mean", "std"), (0, 1), strict=True)
    for axes, values, name, index in pairs:
        for channel, color in enumerate(CHANNEL_COLORS.values()):
            axes.plot(seen, values[:, channel], color=color, label=CHANNELS[channel] if index == 0 else None)
            if printed is not None:
                axes.axhline(printed[index][channel], color=color, linestyle=":", linewidth=1.8)
        axes.set_xscale("log")
        plain_log_axis(axes.xaxis)
        axes.set_xlabel("images seen (logarithmic)")
        axes.set_ylabel(f"{name} of pixel values (0 to 1)")
    figure.axes[1].axhline(UNIFORM_STD, color=GREY, linestyle="--", linewidth=1.5, label="evenly spread values: 0.2887")
    if printed is not None:
        figure.axes[1].plot([], [], color=GREY, linestyle=":", label="printed (Eq. 2)")
    figure.legend(loc="outside lower center", ncols=5)
    return figure


@styled
def channel_spread(
    pooled: Mapping[str, Sequence[float]], averaged: Mapping[str, Sequence[float]], *, title: str
) -> Figure:
    """Plot two kinds of standard deviation of each channel of several sources, and that of evenly spread values.

    Args:
        pooled: source → (3,) standard deviations of all its pixels, red, green and blue, in [0, 1]; filled dots.
        averaged: source → (3,) averages of the standard deviations of its images; hollow dots.

    Raises:
        ValueError: nothing to draw, or not three values for a source.
    """
    if not (pooled or averaged) or any(len(stds) != 3 for stds in (*pooled.values(), *averaged.values())):
        raise ValueError("give each source three standard deviations: red, green, blue")
    names = list(dict.fromkeys([*pooled, *averaged]))
    figure = new_figure(title, height=2.4 + 0.65 * len(names))
    axes = figure.subplots()
    kinds = ((pooled, -0.12, {}), (averaged, 0.12, {"markerfacecolor": "white", "markeredgewidth": 2}))
    for found, shift, style in kinds:
        for channel, (name, color) in enumerate(CHANNEL_COLORS.items()):
            label = None if style else name
            rows = [names.index(source) + shift for source in found]
            values = [stds[channel] for stds in found.values()]
            axes.plot(values, rows, "o", color=color, markersize=11, label=label, **style)
    for style, label in (({"color": GREY}, "of all pixels"), ({"markerfacecolor": "white"}, "averaged over images")):
        axes.plot([], [], "o", markeredgecolor=GREY, markersize=11, label=label, **style)
    axes.axvline(UNIFORM_STD, color=GREY, linestyle="--", label="evenly spread: 1/√12")
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlabel("standard deviation of the pixel values (0 to 1)")
    figure.legend(loc="outside lower center", ncols=3)
    return figure


@styled
def value_histograms(
    panels: Mapping[str, Mapping[str, Sequence[float]]],
    *,
    title: str,
    xlabel: str = "normalised pixel value (standard deviations from the mean)",
    bins: int = 60,
) -> Figure:
    """Plot histograms of several series, e.g. values before and after a transform; the panels share their axes.

    Args:
        panels: panel's title → name of the series → its values, of any shape.

    Raises:
        ValueError: no panel, or a series that is empty or not finite.
    """
    values = {name: {k: np.ravel(v) for k, v in series.items()} for name, series in panels.items()}
    everything = [v for series in values.values() for v in series.values()]
    if not everything or not all(v.size and np.isfinite(v).all() for v in everything):
        raise ValueError("a panel without values, or with one that is not finite, cannot be drawn")
    edges = np.linspace(min(v.min() for v in everything), max(v.max() for v in everything), bins + 1)
    figure = new_figure(title, width=11.0, height=4.6)
    all_axes = figure.subplots(1, len(values), sharex=True, sharey=True, squeeze=False)[0]
    for axes, (name, series) in zip(all_axes, values.items(), strict=True):
        for color, (label, found) in zip(SERIES, series.items(), strict=False):
            share = 100 * np.histogram(found, edges)[0] / found.size
            axes.stairs(share, edges, color=color, fill=True, alpha=0.25)
            axes.stairs(share, edges, color=color, linewidth=2, label=label)
        axes.set_title(name)
        axes.set_xlabel(textwrap.fill(xlabel, width=int(95 / len(values))))
    all_axes[0].set_ylabel("share of values (%)")
    handles, labels = all_axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    return figure


def _moments(histogram: np.ndarray) -> tuple[float, float]:
    values = np.arange(256) / 255
    mean = float((histogram * values).sum() / histogram.sum())
    return mean, float(np.sqrt((histogram * (values - mean) ** 2).sum() / histogram.sum()))


def _mark_moments(axes, mean: float, std: float, color: str) -> None:
    axes.axvline(mean, color="black", linewidth=2)
    height = axes.get_xaxis_transform()
    axes.plot([mean - std, mean + std], [0.93, 0.93], color="black", linewidth=2, transform=height, clip_on=False)
    axes.plot(
        [mean - std, mean + std], [0.93, 0.93], "|", color="black", markersize=14, transform=height, clip_on=False
    )
