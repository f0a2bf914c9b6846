"""Figures of lesson 13: ten times the images, the domains with their sizes and images, and the network itself."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from torch import nn

from course_lib.analysis.rates import sources
from course_lib.data.mini.domains import DOMAINS
from course_lib.figures.images import as_pictures, mosaic
from course_lib.figures.style import BLACK, BLUE, GREY, ORANGE, SKY, VERMILLION, hide_ticks, new_figure, styled
from course_lib.models.network import HEAD
from course_lib.models.staged import StagedModel

_QUARTERS = 4


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
def domain_sizes() -> Figure:
    """Plot the number of images of each source domain and of the quarter that trains its network (Fig 3)."""
    domains = sorted(DOMAINS.values(), key=lambda domain: domain.num_images)
    ratio = domains[-1].num_images / domains[0].num_images
    title = f"The largest domain, {domains[-1].name}, has {ratio:.0f} times the images of {domains[0].name}"
    figure = new_figure(title, height=1.8 + 0.42 * len(domains))
    axes = figure.subplots()
    places = np.arange(len(domains))
    axes.plot([domain.num_images for domain in domains], places, "o", color=VERMILLION, label="all images")
    source = [domain.num_images / _QUARTERS for domain in domains]
    axes.plot(source, places, "s", color=BLUE, label="train the source network")
    for place, domain in zip(places, domains, strict=True):
        words = f"{domain.num_images} of {len(domain.categories)} categories"
        axes.annotate(words, (domain.num_images, place), (10, 0), textcoords="offset points", va="center", fontsize=11)
    axes.set_xscale("log")
    axes.set_xlim(right=8 * domains[-1].num_images)
    axes.set_yticks(places, [domain.name for domain in domains])
    axes.set_xlabel("images (logarithmic)")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


@styled
def domain_images(images: Mapping[str, object]) -> Figure:
    """Show images of several domains, a row for each (Fig 4).

    Args:
        images: name → (N, 3, H, W) uint8, the same number for each.

    Raises:
        ValueError: no images, or other numbers.
    """
    pictures = {name: as_pictures(own) for name, own in images.items()}
    if not pictures or len({len(own) for own in pictures.values()}) > 1:
        counts = {name: len(own) for name, own in pictures.items()}
        raise ValueError(f"images {counts} cannot be drawn: give the same number of each domain")
    count = len(next(iter(pictures.values())))
    figure = new_figure(
        f"{count} images of each of {len(pictures)} domains", width=9.0, height=0.9 + 0.92 * len(pictures)
    )
    for axes, (name, own) in zip(figure.subplots(len(pictures), 1, squeeze=False).flat, pictures.items(), strict=True):
        hide_ticks(axes)
        axes.imshow(mosaic(own, count))
        axes.set_ylabel(name, rotation=0, ha="right", va="center", fontsize=12)
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
    figure = new_figure(title, width=12.0, height=3.6)
    axes = figure.subplots()
    hide_ticks(axes)
    for place, (name, shape) in enumerate(shapes.items()):
        share = counts[name] / counts[largest]
        height = 0.5 + 1.1 * share**0.5
        color = ORANGE if name == HEAD else SKY
        box = (place - 0.38, -height / 2), 0.76, height
        axes.add_patch(FancyBboxPatch(*box, boxstyle="round,pad=0.02", facecolor=color, edgecolor=BLACK))
        axes.text(place, 0, name, ha="center", va="center", fontsize=12, fontweight="bold")
        words = f"{_inside(model.stage_module(name))}\n{counts[name]:,} parameters\n{' × '.join(map(str, shape))}"
        axes.text(place, -1.0, words, ha="center", va="top", fontsize=10)
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
    return ", ".join(f"{count} × {name}" if count > 1 else name for name, count in kinds.items())
