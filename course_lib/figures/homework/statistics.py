"""Figures of lesson 02: running mean and deviation, histograms of pixels, two kinds of deviations."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from course_lib.analysis.homework.printed import printed_channels
from course_lib.data.statistics import Moments
from course_lib.figures.statistics import channel_spread, pixel_histograms, running_statistics
from course_lib.figures.style import GREEN, new_figure, styled

BRIGHT = 0.95  # pixels above it count as white
_POINTS = 120  # of a running statistic
_CLOSE = 0.01  # a mean off by less looks settled


def running(parts: Sequence[Moments], names: Sequence[str]) -> Figure:
    """Plot mean and deviation while a stream proceeds; the title says how far off its first class alone is.

    Args:
        parts: of the images read so far, one for each image.
        names: of the images in the order of the stream, ``"class/file"``.

    Raises:
        ValueError: not one name for each part.
    """
    if not parts or len(parts) != len(names):
        raise ValueError(f"{len(parts)} summaries and {len(names)} names: give one of each for each image")
    first = names[0].split("/")[0]
    own = sum(name.split("/")[0] == first for name in names)
    off = float((parts[own - 1].mean - parts[-1].mean).abs().max())
    title = f"After all {own} images of '{first}' a mean is {'still' if off >= _CLOSE else 'only'} off by {off:.3f}"
    steps = sorted({round(step) for step in np.geomspace(1, len(parts), _POINTS)})
    means, stds = ([getattr(parts[step - 1], what).tolist() for step in steps] for what in ("mean", "std"))
    return running_statistics(steps, means, stds, title=title, printed=printed_channels())


def pixel_values(counts) -> Figure:
    """Plot the histograms of the three channels; the title compares their bright end with evenly spread values.

    Args:
        counts: (3, 256) how often each value 0 … 255 occurs.
    """
    counts = np.asarray(counts, dtype=float)
    bright, white = np.arange(256) / 255 > BRIGHT, np.arange(256) == 255
    above, pure = (100 * (counts[:, which].sum(axis=1) / counts.sum(axis=1)).mean() for which in (bright, white))
    even = f"(evenly spread: {100 * bright.mean():.0f} % and {100 / 256:.1f} %)"
    title = f"{above:.0f} % of the values are above {BRIGHT:g}, {pure:.0f} % are exactly 255 {even}"
    return pixel_histograms(counts, title=title)


@styled
def same_moments(counts_by_name: Mapping[str, object]) -> Figure:
    """Plot histograms side by side with mean and deviation; the title says which others have those of the first.

    Args:
        counts_by_name: name → (256,) how often each value 0 … 255 occurs; the first is what the others imitate.
    """
    values, found = np.arange(256) / 255, {}
    for name, counts in counts_by_name.items():
        share = np.asarray(counts, dtype=float) / float(np.sum(np.asarray(counts, dtype=float)))
        mean = float(share @ values)
        found[name] = share, mean, float(share @ (values - mean) ** 2) ** 0.5
    (first, (_, *wanted)), *others = found.items()
    alike = [name for name, (_, *moments) in others if np.allclose(moments, wanted, atol=0.005)]
    title = f"Same mean and deviation as the {first}: {', '.join(alike) or 'none of the others'}"
    figure = new_figure(title, width=13, height=4.4)
    panels = figure.subplots(1, len(found), sharey=True)
    for axes, (name, (share, mean, std)) in zip(panels, found.items(), strict=True):
        bars = 100 * share.reshape(32, 8).sum(axis=1)
        axes.bar((np.arange(32) + 0.5) / 32, bars, width=1 / 32, color=GREEN, edgecolor="white")
        axes.set_title(f"{name}: mean {mean:.3f}, std {std:.3f}", fontsize=13)
        axes.set_xlabel("pixel value (0 = dark, 1 = bright)")
    figure.axes[0].set_ylabel("share of pixels (%)")
    return figure


def two_deviations(pooled: Mapping[str, Sequence[float]], averaged: Mapping[str, Sequence[float]]) -> Figure:
    """Plot the deviation of all pixels and the average of the images' deviations; the title gives their ratio.

    Args:
        pooled, averaged: source → (3,) deviations, in [0, 1]; those of a source that both have are compared.

    Raises:
        ValueError: no source that both have.
    """
    shares = [round(100 * float(np.mean(averaged[n]) / np.mean(pooled[n]))) for n in pooled if n in averaged]
    if not shares:
        raise ValueError("no source has both kinds of deviations: give one to compare")
    low, high = min(shares), max(shares)
    share = f"{low}" if low == high else f"{low} to {high}"
    title = f"Averaged over images, the deviation is {share} % of that of all pixels"
    return channel_spread(pooled, averaged, title=title)
