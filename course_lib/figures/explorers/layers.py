"""Explorer of one channel of a stage: its map of an image, and the images with its strongest answers."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from course_lib.figures.filters import scale_to_unit
from course_lib.figures.images import as_pictures, mosaic
from course_lib.figures.maps import KINDS
from course_lib.figures.style import hide_ticks, new_figure, styled

SIDES = {"before the ReLU": "linear", "after the ReLU": "relu"}
_STRONGEST = 6


def layer_controls(maps: Mapping[str, object]) -> dict[str, object]:
    """Controls of `feature_map`: image, stage, channel (as many as the stage has), before or after the ReLU.

    Args:
        maps: stage → (N, C, h, w).
    """
    return {
        "image": (0, len(next(iter(maps.values()))) - 1),
        "stage": list(maps),
        "channel": lambda values: (0, maps[values["stage"]].shape[1] - 1),
        "side": list(SIDES),
    }


@styled
def feature_map(
    images, maps: Mapping[str, object], filters, *, image: int = 0, stage: str = "stem", channel: int = 0,
    side: str = "before the ReLU",
) -> Figure:  # fmt: skip
    """Show an image, a channel's map of it, and the six images to which this channel answers most strongly.

    Args:
        images: (N, 3, H, W) uint8, or floats in [0, 1].
        maps: stage → (N, C, h, w) of the same images before the ReLU, see `course_lib.models.stage_maps`.
        filters: (C, 3, k, k) weights of the first stage's channels, drawn beside its answers.
        side: one of `SIDES`.

    Raises:
        ValueError: an unknown stage or side, or an image or a channel that is not there.
    """
    if stage not in maps or side not in SIDES:
        raise ValueError(f"unknown stage '{stage}' or side '{side}': choose of {', '.join(maps)}; {', '.join(SIDES)}")
    answers = np.asarray(maps[stage])  # (N, C, h, w)
    if not (0 <= image < len(images) and 0 <= channel < answers.shape[1]):
        raise ValueError(
            f"there is no image {image} or no channel {channel}: {stage} has channels 0 to {answers.shape[1] - 1}, "
            f"and the images are 0 to {len(images) - 1}"
        )
    pictures, drawn = as_pictures(images), answers[image, channel]
    kept = f"the ReLU keeps {(drawn > 0).mean():.0%} of its {drawn.shape[0]} × {drawn.shape[1]} answers"
    figure = new_figure(f"{stage}, channel {channel}: {kept}", width=10.0, height=3.4)
    first = stage == next(iter(maps))
    panels = figure.subplots(1, 3 + first, width_ratios=[1, *([0.6] * first), 1.12, 1.5])
    for axes in panels:
        hide_ticks(axes)
    panels[0].imshow(pictures[image])
    panels[0].set_title(f"image {image}", fontsize=13)
    if first:
        panels[1].imshow(scale_to_unit(np.asarray(filters)[channel]).transpose(1, 2, 0))
        panels[1].set_title("its filter", fontsize=13)
    _draw_answers(figure, panels[-2], drawn, float(np.abs(answers[:, channel]).max()) or 1.0, side)
    strongest = np.argsort(-answers[:, channel].max(axis=(1, 2)), kind="stable")[:_STRONGEST]
    panels[-1].imshow(mosaic(pictures[strongest], 3))
    panels[-1].set_title("its strongest answers", fontsize=13)
    return figure


def _draw_answers(figure, axes, answers: np.ndarray, largest: float, side: str) -> None:
    """Draw a map on the colour scale that all images of the channel share."""
    kind = SIDES[side]
    values = answers if kind == "linear" else np.maximum(answers, 0)
    low = -largest if kind == "linear" else 0
    shown = axes.imshow(values, cmap=KINDS[kind][0], vmin=low, vmax=largest)
    axes.set_title(side, fontsize=13)
    figure.colorbar(shown, ax=axes, shrink=0.75, label="answer")
