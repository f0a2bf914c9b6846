"""Figures of lesson 13: ten times the images, the domains with their sizes and images, and the network itself."""

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from torch import nn

from course_lib.analysis.rates import sources
from course_lib.data.mini.domains import DOMAINS
from course_lib.figures.images import as_pictures, mosaic
from course_lib.figures.style import BLACK, BLUE, GREY, ORANGE, SKY, VERMILLION, hide_ticks, new_figure, styled
from course_lib.models.network import HEAD
from course_lib.models.staged import StagedModel

_COLUMNS = 2  # of domains in a figure


@styled
def data_sizes(records: Sequence[dict]) -> Figure:
    """Plot the test accuracy of each domain from scratch on few images and on ten times as many (Fig 1).

    The title has the lowest and the highest gain, and in how many domains its interval lies above zero.
    """
    found = sources.size_gains(records)
    found = dict(sorted(found.items(), key=lambda pair: pair[1]["few"].estimate))
    gains = [own["gain"] for own in found.values()]
    above = sum(gain.low > 0 for gain in gains)
    low, high = (100 * ends(gain.estimate for gain in gains) for ends in (min, max))
    title = (
        f"Ten times the images: {low:+.0f} to {high:+.0f} points, a gain is shown in {above} of {len(gains)} domains"
    )
    figure = new_figure(title, height=2.2 + 0.5 * len(found))
    axes = figure.subplots()
    for place, own in enumerate(found.values()):
        axes.plot(
            [100 * own[size].estimate for size in ("few", "many")], [place] * 2, color=GREY, linewidth=1, zorder=1
        )
        for size, color, marker, shift in (("few", VERMILLION, "s", -0.1), ("many", BLUE, "o", 0.1)):
            middle, low, high = (100 * value for value in (own[size].estimate, own[size].low, own[size].high))
            axes.errorbar(
                [middle], [place + shift], xerr=[[middle - low], [high - middle]], color=color, marker=marker, capsize=3
            )
    axes.errorbar([], [], xerr=[], color=VERMILLION, marker="s", linestyle="", label="few images")
    axes.errorbar([], [], xerr=[], color=BLUE, marker="o", linestyle="", label="ten times as many")
    axes.set_yticks(range(len(found)), list(found))
    axes.set_xlabel("test accuracy (%)")
    axes.set_xlim(left=0)
    note = "training from scratch for as many steps; 95 % intervals over seeds (t)"
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2, title=note)
    return figure


@styled
def domain_images(images: Mapping[str, object]) -> Figure:
    """Show images of source domains, each with its numbers of images and categories, the largest first (Figs 3 and 4).

    Args:
        images: name of a domain → (N, 3, H, W) uint8, the same number for each.

    Raises:
        ValueError: no images, or other numbers.
    """
    pictures = {name: as_pictures(own) for name, own in images.items()}
    if not pictures or len({len(own) for own in pictures.values()}) > 1:
        counts = {name: len(own) for name, own in pictures.items()}
        raise ValueError(f"images {counts} cannot be drawn: give the same number of each domain")
    order = sorted((DOMAINS[name] for name in pictures), key=lambda domain: -domain.num_images)
    ratio = order[0].num_images / order[-1].num_images
    title = f"The largest domain, {order[0].name}, has {ratio:.0f} times the images of {order[-1].name}"
    rows = -(-len(order) // _COLUMNS)
    figure = new_figure(title, width=5.8, height=0.9 + 0.6 * rows)
    panels = figure.subplots(rows, _COLUMNS, squeeze=False)
    for axes in panels.flat[len(order) :]:
        axes.set_visible(False)
    for axes, domain in zip(panels.flat, order, strict=False):
        hide_ticks(axes)
        own = pictures[domain.name]
        axes.imshow(mosaic(own, len(own)))
        words = f"{domain.name}\n{domain.num_images} images\n{len(domain.categories)} categories"
        axes.set_ylabel(words, rotation=0, ha="right", va="center", fontsize=10)
    return figure


@styled
def network(model: StagedModel, image_size: int = 48) -> Figure:
    """Draw the blocks of a network with output shape and number of parameters, all read from the network (Fig 5).

    Args:
        model: a chain of stages.
        image_size: pixels a side, for the shapes.
    """
    shapes = _shapes(model, image_size)
    counts = {name: sum(p.numel() for p in model.stage_module(name).parameters()) for name in shapes}
    total = sum(counts.values())
    largest = max(counts, key=counts.get)
    layers = sum(isinstance(module, (nn.Conv2d, nn.Linear)) for module in _main_path(model))
    share = 100 * counts[largest] / total
    title = f"{model.architecture}: {layers} layers, {total:,} parameters, {share:.0f} % of them in {largest}"
    figure = new_figure(title, width=10.0, height=3.6)
    axes = figure.subplots()
    hide_ticks(axes)
    for place, (name, shape) in enumerate(shapes.items()):
        share = counts[name] / counts[largest]
        height = 0.5 + 1.1 * share**0.5
        color = ORANGE if name == HEAD else SKY
        box = (place - 0.38, -height / 2), 0.76, height
        axes.add_patch(FancyBboxPatch(*box, boxstyle="round,pad=0.02", facecolor=color, edgecolor=BLACK))
        axes.text(place, 0, name, ha="center", va="center", fontsize=12, fontweight="bold")
        words = f"{counts[name]:,} parameters\n{' × '.join(map(str, shape))}\n{_inside(model.stage_module(name))}"
        axes.text(place, -1.0, words, ha="center", va="top", fontsize=9)
        if place:
            axes.annotate("", (place - 0.4, 0), (place - 0.6, 0), arrowprops={"arrowstyle": "->"})
    axes.set_xlim(-0.6, len(shapes) - 0.4)
    axes.set_ylim(-1.85, 0.95)
    return figure


def _shapes(model: StagedModel, image_size: int) -> dict[str, tuple[int, ...]]:
    """Output shape of each stage for one image, without the batch."""
    import torch

    found, model = {}, model.eval()
    with torch.no_grad():
        x = torch.zeros(2, 3, image_size, image_size)
        for name in model.stage_names:
            x = model.stage_module(name)(x)
            found[name] = tuple(x.shape[1:])
    return found


def _main_path(model: StagedModel) -> list[nn.Module]:
    """All modules but those of shortcuts, which ResNet's count of layers leaves out."""
    return [module for name, module in model.named_modules() if "downsample" not in name]


def _inside(module: nn.Module) -> str:
    """What a stage is made of, e.g. ``"2 × BasicBlock"``."""
    kinds = Counter(type(child).__name__ for child in module.children()) or {type(module).__name__: 1}
    return textwrap.fill(", ".join(f"{count} × {name}" if count > 1 else name for name, count in kinds.items()), 20)
