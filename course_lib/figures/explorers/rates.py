"""Explorer of finished runs by strategy, optimiser and learning rate: curves and test accuracies."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from course_lib.analysis.records import diverged, score_of, select, setting, values_of
from course_lib.analysis.scores import score_over_runs
from course_lib.analysis.selection import best_runs
from course_lib.figures.curves import QUANTITIES, values_by_epoch
from course_lib.figures.style import lr_color, new_figure, optimizer_name, styled

_FAINT = 0.28
_MARGINS = {"left": 0.08, "right": 0.98, "bottom": 0.25, "top": 0.88, "wspace": 0.2}


def rate_controls(records_by_strategy: Mapping[str, Sequence[dict]]) -> dict[str, object]:
    """Controls of `rate_curves`: the rates, optimisers, strategies and quantities of these runs."""
    records = [record for found in records_by_strategy.values() for record in found]
    return {
        "lr": sorted(values_of(records, "lr")),
        "strategy": list(records_by_strategy),
        "optimizer": values_of(records, "optimizer"),
        "quantity": list(QUANTITIES),
    }


@styled
def rate_curves(
    records_by_strategy: Mapping[str, Sequence[dict]],
    *,
    lr: float | None = None,
    strategy: str | None = None,
    optimizer: str = "sgd",
    quantity: str = "val_accuracy",
    names: Mapping[str, str] | None = None,
) -> Figure:
    """Plot the curves of one rate, a line for each seed, and the test accuracy of every rate and seed.

    Args:
        records_by_strategy: label → finished runs of one strategy on the same images.
        lr: the rate to highlight; if None, the rate that validation chose for most seeds.
        strategy: a label; the first one if None.
        quantity: one of `course_lib.figures.curves.QUANTITIES`.
        names: label → how the title calls it, if not by the label.

    Raises:
        ValueError: no such runs, or an unknown quantity.
    """
    strategy = next(iter(records_by_strategy), None) if strategy is None else strategy
    runs = select(records_by_strategy.get(strategy, ()), optimizer=optimizer)
    if quantity not in QUANTITIES:
        raise ValueError(f"unknown quantity '{quantity}': choose from {', '.join(QUANTITIES)}")
    preferred = [setting(run, "lr") for run in best_runs(runs)]
    lr = max(preferred, key=preferred.count, default=None) if lr is None else lr
    if not (chosen := select(runs, lr=lr)):
        raise ValueError(
            f"no finished run of '{strategy}' with {optimizer_name(optimizer)} at rate {lr}: choose others"
        )
    reached = score_over_runs(chosen)
    found = "all seeds diverged" if reached is None else f"{_in_words(reached)} of the test images"
    label = (names or {}).get(strategy, strategy)
    title = f"{label[0].upper()}{label[1:]}, {optimizer_name(optimizer)} at rate {lr:g}: {found}"
    figure = new_figure(title, width=11.0, height=4.6, margins=_MARGINS)
    curves, scores = figure.subplots(1, 2, width_ratios=[1.25, 1])
    rates = sorted(values_of(runs, "lr"), key=lambda rate: (rate == lr, rate))  # the chosen one on top
    for rate in rates:
        _draw_curves(curves, select(runs, lr=rate), quantity, rate == lr)
        _draw_scores(scores, select(runs, lr=rate), rate, rate == lr)
    curves.set(xlabel="epoch", ylabel=QUANTITIES[quantity])
    curves.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10], min_n_ticks=1))
    if quantity.endswith("accuracy"):
        curves.set_ylim(0, 102)
    scores.set(xlabel="learning rate", ylabel="test accuracy (%)", ylim=(0, 102), xscale="log")
    scores.set_xticks(sorted(rates), [f"{rate:g}" for rate in sorted(rates)], rotation=30)
    scores.minorticks_off()
    if len(rates) > 1:
        scores.set_xlim(min(rates) / 1.8, max(rates) * 1.8)
    _describe(figure, chosen, preferred, len(values_of(runs, "seed")))
    return figure


def _in_words(reached) -> str:
    low, high = 100 * reached.low, 100 * reached.high
    return f"{100 * reached.estimate:.1f} % [{low:.1f}, {high:.1f}]"


def _draw_curves(axes, runs, quantity: str, bright: bool) -> None:
    for values in values_by_epoch(runs, quantity):
        style = {"linewidth": 2.2, "zorder": 3} if bright else {"linewidth": 1.2, "alpha": _FAINT}
        axes.plot(range(len(values)), values, color=lr_color(setting(runs[0], "lr")), **style)


def _draw_scores(axes, runs, rate: float, bright: bool) -> None:
    style = {"color": lr_color(rate), "alpha": 1.0 if bright else _FAINT}
    if (reached := score_over_runs(runs)) is not None:
        middle, low, high = (100 * value for value in (reached.estimate, reached.low, reached.high))
        axes.errorbar(
            [rate],
            [middle],
            yerr=[[middle - low], [high - middle]],
            fmt="_",
            capsize=8,
            markersize=16,
            elinewidth=2.5,
            **style,
        )
    tested = [100 * score_of(run) for run in runs if score_of(run) is not None]
    beside = rate * np.geomspace(0.9, 1 / 0.9, len(tested)) if len(tested) > 1 else [rate] * len(tested)
    axes.plot(beside, tested, "o", markersize=7, markeredgecolor="white", **style)
    if lost := len(diverged(runs)):
        axes.plot([rate], [4], "X", markersize=11, **style)
        axes.annotate(f"{lost}", (rate, 4), (7, 0), textcoords="offset points", va="center", fontsize=11)


def _describe(figure, chosen, preferred: list[float], seeds: int) -> None:
    lr = setting(chosen[0], "lr")
    text = f"a line or a dot = one of {seeds} seeds; bar: 95 % interval; validation chose this rate for "
    text += f"{preferred.count(lr)} of {len(preferred)} seeds"
    if lost := len(diverged(chosen)):
        text += f"; diverged: {lost} of {len(chosen)} (×)"
    figure.supxlabel(text, fontsize=12)
