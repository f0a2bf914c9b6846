"""The common style of all figures: colours, sizes, and the empty figure that each plotting function fills."""

import textwrap
from collections.abc import Mapping
from functools import wraps

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from course_lib.training.optimizer_names import OPTIMIZER_NAMES

# Okabe & Ito's palette: told apart with every common colour blindness.
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
BLUE, VERMILLION, PURPLE, GREY = "#0072B2", "#D55E00", "#CC79A7", "#767676"
SERIES = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, BLACK)

# A rate has the same colour in every lesson; warm means fast.
LR_COLORS = {0.03: VERMILLION, 0.01: ORANGE, 0.003: GREEN, 0.001: BLUE, 0.0001: PURPLE}
OPTIMIZER_STYLES = {"sgd": "-", "adam": "--", "dog": ":", "ldog": "-."}
OPTIMIZER_COLORS = {"sgd": BLUE, "adam": VERMILLION, "dog": PURPLE, "ldog": GREEN}
CHANNEL_COLORS = {"red": VERMILLION, "green": GREEN, "blue": BLUE}

EDGE_NOTE = "† a best rate at the edge of its grid"  # of an axis label
WIDTH = 10.0  # inches; 1000 pixels at DPI
DPI = 100
TITLE_CHARACTERS = 7.3  # of a title, on an inch

SETTINGS = {
    "figure.dpi": DPI,
    "savefig.dpi": DPI,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "font.family": "DejaVu Sans",
    "font.size": 13,
    "axes.titlesize": 14,
    "axes.labelsize": 13,
    "figure.titlesize": 16,
    "legend.fontsize": 12,
    "legend.frameon": False,
    "xtick.labelsize": 12,
    "ytick.labelsize": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.8,
    "lines.linewidth": 2.0,
    "lines.markersize": 8,
    "image.interpolation": "nearest",
}


# Everything else is matplotlib's default, even if a notebook or a style file has changed it.
_PARTS = ("axes.", "errorbar.", "figure.", "font.", "grid.", "image.", "legend.", "lines.", "patch.", "savefig.")
_PARTS += ("text.", "xtick.", "xaxis.", "ytick.", "yaxis.")
_DEFAULTS = {name: mpl.rcParamsDefault[name] for name in mpl.rcParamsDefault if name.startswith(_PARTS)}


def styled(function):
    """Decorator: draw in the course's style and leave matplotlib's own settings unchanged."""

    @wraps(function)
    def drawn(*args, **kwargs):
        with mpl.rc_context({**_DEFAULTS, **SETTINGS}):
            result = function(*args, **kwargs)
            if isinstance(result, Figure) and result.axes:
                _lay_out(result)
            return result

    return drawn


def _lay_out(figure: Figure) -> None:
    """Lay out the figure now: matplotlib makes ticks when it first measures them, so it makes them in this style."""
    if engine := figure.get_layout_engine():
        engine.execute(figure)
        return
    for axes in figure.axes:
        axes.get_xticklabels(), axes.get_yticklabels()


def lr_color(lr: float):
    """Colour of a learning rate: fixed for the homework's five, by order of magnitude (cividis) for others."""
    for known, color in LR_COLORS.items():
        if np.isclose(lr, known, rtol=1e-6):
            return color
    position = (np.log10(lr) + 6) / 7 if lr > 0 else 0.0  # 1e-6 … 10
    return mpl.colormaps["cividis"](float(np.clip(position, 0, 1)) * 0.9)


def new_figure(
    title: str, *, width: float = WIDTH, height: float = 5.0, margins: Mapping[str, float] | None = None
) -> Figure:
    """Make an empty figure with a title wrapped to its width; pyplot does not hold it, so it need not be closed.

    Args:
        margins: left, right, bottom, top, wspace, hspace of its axes (fractions, as in ``subplots_adjust``) instead
            of a layout computed from the labels: the axes then stay in place while a slider moves, and drawing takes
            two thirds of the time.

    Raises:
        ValueError: the title is empty.
    """
    if not title or not title.strip():
        raise ValueError("the figure has no title: say in one sentence what it shows")
    figure = Figure(figsize=(width, height), dpi=DPI, layout=None if margins else "constrained")
    if margins:
        figure.subplots_adjust(**margins)
    else:
        figure.get_layout_engine().set(w_pad=0.09, h_pad=0.08)
    figure.suptitle(
        textwrap.fill(title, width=int(width * TITLE_CHARACTERS), break_on_hyphens=False), fontweight="bold"
    )
    return figure


def plain_log_axis(axis) -> None:
    """Make an axis logarithmic, labelled 0.1, 1, 10 …; 1, 2, 5, 10 … where it spans less than two decades."""
    low, high = axis.get_view_interval()
    axis.set_major_locator(LogLocator(subs=(1,) if high > 100 * low else (1, 2, 5)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def optimizer_name(optimizer: str) -> str:
    """Name of an optimiser in a figure, e.g. ``"SGD"``."""
    return OPTIMIZER_NAMES.get(optimizer, str(optimizer))


def hide_ticks(axes) -> None:
    """Remove ticks, grid and spines from the axes of a picture."""
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(False)


def draw_interval(axes, x, y, low, high, *, color, filled: bool = True, marker: str = "o", label=None, linestyle="-"):
    """Draw a dot at (x, y) with a horizontal interval from `low` to `high`; hollow for printed numbers."""
    axes.hlines(y, low, high, color=color, linewidth=2.5, alpha=0.9 if filled else 0.55, linestyle=linestyle)
    face = color if filled else "white"
    axes.plot([x], [y], marker=marker, color=face, markeredgecolor=color, markeredgewidth=2, linestyle="", label=label)
