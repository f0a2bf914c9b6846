"""Explorer of lesson 17: the route of one image through the blocks, and what drawn routes answer."""

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from course_lib.figures.images import as_pictures
from course_lib.figures.style import BLACK, BLUE, GREEN, GREY, VERMILLION, hide_ticks, new_figure, styled
from course_lib.training.drawn_answers import DrawnAnswers

_MARGINS = {"left": 0.02, "right": 0.83, "bottom": 0.15, "top": 0.82, "wspace": 0.32}
_COPIES = ListedColormap(["#D9D9D9", BLUE])  # frozen, tuned


def route_controls(drawn: DrawnAnswers) -> dict[str, object]:
    """Controls of `one_route`: the image, and how many drawn routes are shown."""
    return {"image": (0, len(drawn.likelier) - 1), "passes": (1, len(drawn.answers))}


@styled
def one_route(
    images,
    labels,
    drawn: DrawnAnswers,
    class_names: Sequence[str],
    gates: Sequence[str],
    *,
    image: int = 0,
    passes: int = 10,
) -> Figure:
    """Show an image, how likely each gate takes the tuned copy, and the drawn routes with their answers.

    The title has the answer of the likelier route, and how many of the drawn routes answer otherwise.

    Args:
        images: (N, 3, H, W) uint8.
        labels: (N,).
        gates: names of the G gates.
        image: which one.
        passes: so many drawn routes are shown.

    Raises:
        ValueError: an image or a number of passes that is not there.
    """
    if not 0 <= image < len(drawn.likelier):
        raise ValueError(f"there is no image {image}: choose one from 0 to {len(drawn.likelier) - 1}")
    if passes < 1:
        raise ValueError(f"{passes} drawn routes show nothing: choose one or more")
    routes, answers = drawn.routes[:passes, image], drawn.answers[:passes, image]
    chances, label, likelier = drawn.chances[image], int(labels[image]), int(drawn.likelier[image])
    verdict = "right" if likelier == label else f"wrong, it is {class_names[label]}"
    answer = f"{class_names[likelier]} ({verdict})"
    title = (
        f"The likelier route tunes {(chances > 0.5).sum()} of {len(chances)} blocks: {answer}; "
        f"{(answers != likelier).sum()} of {len(answers)} drawn routes answer otherwise"
    )
    figure = new_figure(title, width=12.5, height=5.0, margins=_MARGINS)
    picture, bars, map_of_routes = figure.subplots(1, 3, width_ratios=[0.8, 1.4, 1.4])
    hide_ticks(picture)
    picture.imshow(as_pictures(images[image : image + 1])[0])
    picture.set_title(class_names[label], fontsize=11)
    _draw_chances(bars, chances, gates)
    _draw_routes(map_of_routes, routes, answers, label, class_names, gates)
    figure.text(0.02, 0.04, "blue: tuned copy\ngrey: frozen copy\n✓ right, ✗ wrong", fontsize=11)
    return figure


def _draw_chances(axes, chances: np.ndarray, gates: Sequence[str]) -> None:
    colors = [BLUE if chance > 0.5 else GREY for chance in chances]
    axes.bar(range(len(gates)), 100 * chances, color=colors)
    axes.axhline(50, color=BLACK, linestyle="--", linewidth=1.2)
    axes.set_xticks(range(len(gates)), gates, fontsize=10, rotation=90)
    axes.set_title("the policy's decisions for this image", fontsize=11)
    axes.set(ylim=(0, 100), ylabel="probability of the tuned copy (%)", xlabel="gate of block")
    axes.grid(False, axis="x")


def _draw_routes(axes, routes: np.ndarray, answers: np.ndarray, label: int, names: Sequence[str], gates) -> None:
    axes.imshow(routes, cmap=_COPIES, aspect="auto", vmin=0, vmax=1)
    axes.set_xticks(range(len(gates)), gates, fontsize=10, rotation=90)
    axes.set_yticks(range(len(answers)), [f"{names[a]} {'✓' if a == label else '✗'}" for a in answers], fontsize=9)
    axes.yaxis.tick_right()
    for text, answer in zip(axes.get_yticklabels(), answers, strict=True):
        text.set_color(GREEN if answer == label else VERMILLION)
    axes.set_title("drawn routes, a row each, with its answer", fontsize=11)
    axes.set_xlabel("gate of block")
    axes.grid(False)
    for edge in range(1, len(gates)):
        axes.axvline(edge - 0.5, color="white", linewidth=1.0)
