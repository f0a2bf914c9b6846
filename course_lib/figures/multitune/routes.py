"""Figures of lesson 17: which blocks SpotTune tunes for which class, and how decisions change while it trains."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from course_lib.analysis.multitune.agreement import what_was_learned
from course_lib.analysis.multitune.routes import (
    block_name,
    class_share,
    count_routes,
    entropy_over_epochs,
    gates_of,
    labels_of,
    route_map,
)
from course_lib.analysis.records import setting
from course_lib.data.imageset import ImageSet
from course_lib.figures.images import as_pictures
from course_lib.figures.style import BLACK, BLUE, GREEN, VERMILLION, hide_ticks, new_figure, styled

_SHADES = 8  # of a map: few, since the shares are in the cells
_STAGES = {"1": (BLUE, "-"), "2": (VERMILLION, "--"), "3": (GREEN, "-.")}


@styled
def route_heat_map(record: Mapping, test: ImageSet) -> Figure:
    """Draw the share of each class's test images that tunes each block, beside an image of the two extreme classes.

    Classes are sorted by the mean number of blocks tuned. The title says how much of the variance of the decisions the
    class explains, what permuted labels explain, and how many gates decide alike for all images.

    Args:
        test: the test images that the run was scored on.

    Raises:
        ValueError: other images than those of the record.
    """
    shares, labels = route_map(record), labels_of(record)
    if len(test) != len(labels) or (test.labels.numpy() != labels).any():
        raise ValueError(f"the record is of {len(labels)} other test images: give those of its own data")
    order = np.argsort(-shares.sum(axis=1), kind="stable")
    own, counts = class_share(record), count_routes(record)
    title = (
        f"{counts.constant} of {shares.shape[1]} gates decide alike for all images; the class explains "
        f"{100 * own.share:.0f} % of the variance of the decisions, random labels {100 * own.by_chance:.0f} %"
    )
    figure = new_figure(title, width=12.0, height=1.9 + 0.36 * len(shares))
    axes, *pictures = figure.subplot_mosaic([["map", "most"], ["map", "fewest"]], width_ratios=[5, 1.5]).values()
    _draw_map(axes, shares[order], [test.class_names[place] for place in order])
    axes.set_xticks(range(shares.shape[1]), [block_name(gate) for gate in gates_of(record)])
    axes.set(xlabel="gate of block (macro block . residual block)")
    for panel, place, word in zip(pictures, (order[0], order[-1]), ("most", "fewest"), strict=True):
        first = int(np.flatnonzero(labels == place)[0])
        panel.imshow(as_pictures(test.pixels[test.rows[first : first + 1]])[0])
        hide_ticks(panel)
        panel.set_title(
            f"{word} blocks tuned:\n{test.class_names[place]},\n{shares[place].sum():.1f} of {shares.shape[1]}",
            fontsize=11,
        )
    figure.supxlabel("numbers: % of the class's test images that take the tuned copy", fontsize=12)
    return figure


def _draw_map(axes, shares: np.ndarray, names: Sequence[str]) -> None:
    steps = np.round((_SHADES - 1) * shares) / (_SHADES - 1)
    axes.imshow(steps, cmap="cividis", aspect="auto", vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(shares):
        color = BLACK if steps[row, column] > 0.5 else "white"
        axes.text(column, row, f"{100 * share:.0f}", ha="center", va="center", color=color, fontsize=11)
    axes.set_yticks(range(len(names)), names)
    axes.grid(False)


@styled
def route_entropy(chosen: Sequence[Mapping]) -> Figure:
    """Plot the entropy of each gate's decision over the epochs, a panel for each seed.

    The title says how far training moves the share of images that a gate tunes, and whether the seeds agree about the
    blocks.

    Args:
        chosen: runs of one method, one of each seed.
    """
    learned = what_was_learned(chosen)
    means = [entropy_over_epochs(run).mean(axis=1) for run in chosen]
    first, last = (float(np.mean([own[place] for own in means])) for place in (0, -1))
    agree = "no gate varies" if np.isnan(learned.agreement) else f"r = {learned.agreement:.2f}".replace("-", "−")
    title = (
        f"After the first epoch, training moves a gate's share by {100 * learned.moved:.0f} points, mean entropy from "
        f"{first:.2f} to {last:.2f} bits; shares of two seeds correlate with {agree}"
    )
    figure = new_figure(title, width=12.0, height=4.8)
    panels = figure.subplots(1, len(chosen), sharey=True, squeeze=False)[0]
    for axes, run, mean in zip(panels, chosen, means, strict=True):
        epochs = np.arange(1, len(mean) + 1)
        for gate, values in zip(gates_of(run), entropy_over_epochs(run).T, strict=True):
            stage = block_name(gate)[0]
            color, line = _STAGES[stage]
            axes.plot(epochs, values, color=color, linestyle=line, linewidth=1.2)
        axes.plot(epochs, mean, color=BLACK, linewidth=3.5)
        axes.set_title(f"seed {setting(run, 'seed')}, lr {setting(run, 'lr'):g}")
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.set_ylim(-0.03, 1.05)
    panels[0].set_ylabel("entropy of a decision (bits)")
    stages = sorted({block_name(gate)[0] for gate in gates_of(chosen[0])})
    handles = [panels[0].plot([], [], color=_STAGES[s][0], linestyle=_STAGES[s][1])[0] for s in stages]
    handles.append(panels[0].plot([], [], color=BLACK, linewidth=3.5)[0])
    names = [f"gates of macro block {stage}" for stage in stages]
    figure.legend(handles, [*names, "mean of all gates"], loc="outside lower center", ncols=4)
    return figure
