"""Figures of a joined network: weights of each branch, and an explorer of η."""

import numpy as np
from matplotlib.figure import Figure

from course_lib.analysis.intervals import paired_difference
from course_lib.analysis.multitune.branches import Branches
from course_lib.figures.style import BLACK, BLUE, GREY, VERMILLION, new_figure, styled

_MARGINS = {"left": 0.09, "right": 0.97, "bottom": 0.16, "top": 0.83, "wspace": 0.28}
_STEPS = np.linspace(0, 1, 21)
_COLORS = {"a": BLUE, "b": VERMILLION}
VARIANCE, WEIGHTS = "logits' variance", "weights"  # what the bars of the explorer show


def eta_controls() -> dict[str, object]:
    """Controls of `other_eta`: η from 0 (branch b alone) to 1 (branch a alone), and what the bars show."""
    return {"eta": [round(float(eta), 2) for eta in _STEPS], "bars": [VARIANCE, WEIGHTS]}


@styled
def other_eta(branches: Branches, *, eta: float = 0.5, bars: str = VARIANCE) -> Figure:
    """Plot the accuracy of trained weights at another η, and what each branch has of the logits or of the weights.

    Nothing is trained again: the weights were learned at `branches.eta`. The title compares both η on the same images.

    Args:
        bars: `VARIANCE`: share of the logits' variance; `WEIGHTS`: mean norm of the joined layer's weights of a class,
            times the branch's share of η.

    Raises:
        ValueError: η outside 0 … 1, or other bars.
    """
    if bars not in (VARIANCE, WEIGHTS):
        raise ValueError(f"unknown bars '{bars}': choose {VARIANCE} or {WEIGHTS}")
    now, trained = branches.right(eta), branches.right(branches.eta)
    gap = paired_difference(now, trained, resamples=2000)
    title = f"η = {eta:g}: {100 * now.mean():.1f} % right, {gap} against η = {branches.eta:g} of the training"
    figure = new_figure(title.replace("-", "−"), width=11.0, height=4.6, margins=_MARGINS)
    accuracy, shares = figure.subplots(1, 2)
    values = [100 * branches.right(step).mean() for step in _STEPS]
    accuracy.plot(_STEPS, values, color=BLACK)
    accuracy.axvline(branches.eta, color=GREY, linestyle=":")
    accuracy.plot([eta], [100 * now.mean()], "o", color=VERMILLION, markersize=11)
    accuracy.set(xlabel="η (0: branch b alone, 1: branch a alone)", ylabel="accuracy (%)", xlim=(-0.03, 1.03))
    _draw_bars(shares, branches, eta, bars)
    return figure


def _draw_bars(axes, branches: Branches, eta: float, bars: str) -> None:
    if bars == VARIANCE:
        values, top, unit = {name: 100 * share for name, share in branches.shares(eta).items()}, 100, " %"
        label = "share of the logits' variance (%)"
    else:
        factors = {"a": eta, "b": 1 - eta}
        values = {name: factors[name] * float(own.mean()) for name, own in branches.weights.items()}
        top, unit = max(float(own.mean()) for own in branches.weights.values()), ""
        label = "η‖W_a‖ and (1 − η)‖W_b‖"
    for name, value in values.items():
        axes.bar(name, value, color=_COLORS[name], width=0.6)
        axes.text(name, 1.04 * top, f"{value:.{0 if unit else 2}f}{unit}", ha="center", color=BLACK)
    axes.axhline(0, color=BLACK, linewidth=1)
    axes.set(xlabel="branch", ylabel=label, ylim=(-0.15 * top, 1.18 * top))
    axes.grid(False, axis="x")


@styled
def branch_weights(branches: Branches) -> Figure:
    """Plot the norm of the joined layer's weights of each class, branch a against branch b.

    The title has the mean norms, and how much of the logits' variance branch a explains.
    """
    a, b = branches.weights["a"], branches.weights["b"]
    share = branches.shares(branches.eta)["a"]
    larger = int((a > b).sum())
    title = f"‖W_a‖ is {a.mean():.2f} and ‖W_b‖ {b.mean():.2f} on average, a's the larger for {larger} of {len(a)} "
    figure = new_figure(f"{title}classes; branch a explains {100 * share:.0f} % of the logits' variance", height=5.6)
    axes = figure.subplots()
    ends = min(a.min(), b.min()) * 0.95, max(a.max(), b.max()) * 1.05
    axes.plot(ends, ends, color=GREY, linestyle="--", label="equal")
    axes.plot(a, b, "o", color=BLUE, label="a class")
    axes.set(xlabel="‖W_a‖ of a class", ylabel="‖W_b‖ of the same class", xlim=ends, ylim=ends)
    figure.legend(loc="outside lower center", ncols=2)
    return figure
