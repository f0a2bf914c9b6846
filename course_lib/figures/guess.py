"""A guess beside the measurement: a bar or a diamond, and a dot."""

from matplotlib.figure import Figure

from course_lib.figures.style import BLACK, BLUE, ORANGE, new_figure, styled


@styled
def guess_and_measurement(guess: tuple[float, float], measured: float, *, title: str, xlabel: str) -> Figure:
    """Draw a guess above the measurement, on one axis.

    Args:
        guess: (low, high), drawn as a bar; a diamond if both are the same.
        measured: drawn as a dot, with a dotted line up to the guess.
        xlabel: what is guessed, with its unit.
    """
    figure = new_figure(title, width=8, height=2.4)
    axes = figure.subplots()
    low, high = guess
    if low < high:
        axes.barh(1, high - low, left=low, height=0.36, color=ORANGE, edgecolor=BLACK, linewidth=1.2)
    else:
        axes.plot([low], [1], marker="D", color=ORANGE, markeredgecolor=BLACK, markersize=11, linestyle="")
    axes.vlines(measured, 0, 1.45, color=BLACK, linestyle=":", linewidth=1.5, zorder=3)
    axes.plot([measured], [0], marker="o", color=BLUE, markersize=11, linestyle="")
    guessed = f"{low:.4g}" if low == high else f"{low:.4g} to {high:.4g}"
    axes.set_yticks([1, 0], [f"guessed {guessed}", f"measured {measured:.4g}"])
    axes.set_ylim(-0.6, 1.6)
    ends = (low, high, measured)
    room = 0.12 * (max(ends) - min(ends)) or 0.1 * abs(measured) or 1
    axes.set_xlim(min(ends) - room, max(ends) + room)
    axes.grid(False, axis="y")
    axes.set_xlabel(xlabel)
    return figure
