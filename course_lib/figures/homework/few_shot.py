"""Figures of lesson 06, few-shot: what a small training set costs, and what borrowed layers are worth."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from course_lib.analysis.homework.few_shot import Loss, StepsAndImages
from course_lib.analysis.homework.printed import STRATEGY_NAMES
from course_lib.analysis.intervals import Interval, independent_difference
from course_lib.analysis.records import history, select, values_of
from course_lib.analysis.selection import best_rate
from course_lib.analysis.tables import best_table
from course_lib.figures.accuracy import Dot, dot_intervals
from course_lib.figures.amounts import accuracy_by_amount
from course_lib.figures.curves import training_curves, values_by_epoch
from course_lib.figures.kinds import kinds_of
from course_lib.figures.style import BLACK, BLUE, new_figure, optimizer_name, styled

Grids = Mapping[str, Sequence[dict]]  # strategy → its finished runs
Amounts = Mapping[int, Interval]  # number of training images → accuracy


def curves(runs: Grids, optimizer: str) -> Figure:
    """Plot the training curves of every strategy with one optimiser (Figs. 16–24), losses on a logarithmic axis."""
    shown = {name: select(records, optimizer=optimizer) for name, records in runs.items()}
    reached = [f"{STRATEGY_NAMES[name]} {best_table(found)['val %'].iloc[0]:.0f} %" for name, found in shown.items()]
    records = [run for found in shown.values() for run in found]
    title = f"{optimizer_name(optimizer)} with {_images(records)} images, best validation: {', '.join(reached)}"
    style = {"rows": "name", "names": STRATEGY_NAMES, "log_loss": True}
    return training_curves(records, title=title, **style)


def _images(records: Sequence[dict]) -> str:
    return " or ".join(str(count) for count in values_of(records, "num_train"))


@styled
def one_seed(runs: Grids, optimizer: str) -> Figure:
    """Plot the validation accuracy by epoch at each strategy's best rate: of the first seed, and the mean over seeds.

    The title compares how much the two change from one epoch to the next.

    Raises:
        ValueError: a strategy without a finished run with this optimiser.
    """
    chosen = {name: _at_best_rate(records, optimizer) for name, records in runs.items()}
    if empty := [name for name, found in chosen.items() if not found]:
        raise ValueError(f"no finished run of '{empty[0]}' with {optimizer_name(optimizer)}: there is nothing to draw")
    figure = new_figure(_movements(chosen), width=10.0, height=3.8)
    for axes, (name, found) in zip(
        figure.subplots(1, len(chosen), sharey=True, squeeze=False)[0], chosen.items(), strict=True
    ):
        values = values_by_epoch(found, "val_accuracy")  # (R, E)
        axes.plot(values.mean(axis=0), color=BLACK, linewidth=2.5, label="mean over the seeds")
        axes.plot(
            values[0],
            color=BLUE,
            linewidth=1.2,
            marker="." if values.shape[1] == 1 else "",
            label=f"seed {found[0]['seed']} alone",
        )
        axes.set_title(f"{STRATEGY_NAMES[name]}, lr {found[0]['recipe']['lr']:g}")
        axes.set_xlabel("epoch")
        axes.set_ylabel("validation accuracy (%)")
        axes.label_outer()
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def _movements(chosen: Grids) -> str:
    """How many points one run and the mean over the runs move from one epoch to the next, on average."""
    if min(len(history(run)) for found in chosen.values() for run in found) < 2:
        return "After a single epoch, no run has moved from one epoch to the next"
    curves = {name: values_by_epoch(found, "val_accuracy") for name, found in chosen.items()}  # (R, E) each
    alone = {name: float(np.abs(np.diff(values, axis=1)).mean()) for name, values in curves.items()}
    mean = [float(np.abs(np.diff(values.mean(axis=0))).mean()) for values in curves.values()]
    moves = ", ".join(f"{points:.1f} ({STRATEGY_NAMES[name]})" for name, points in alone.items())
    title = f"Points from epoch to epoch: one run moves by {moves}; the mean of {max(map(len, curves.values()))} by "
    return title + ", ".join(f"{points:.1f}" for points in mean)


def _at_best_rate(records: Sequence[dict], optimizer: str) -> list[dict]:
    own = select(records, optimizer=optimizer)
    return [run for run in select(own, lr=best_rate(own)) if run["status"] == "finished"] if own else []


def losses(found: Sequence[Loss], sizes: tuple[int, int]) -> Figure:
    """Plot the test accuracy that each strategy loses with the small training set; the title says who loses most.

    Args:
        found: of `course_lib.analysis.homework.few_shot_losses`.
        sizes: number of training images, large and small.
    """
    dots = [Dot(STRATEGY_NAMES[loss.strategy], loss.optimizer, loss.lost, loss.printed) for loss in found]
    large, small = sizes
    xlabel = f"test accuracy lost from {large} to {small} images (points)"
    title = f"With {small} in place of {large} images, {_who_loses_most(found)}"
    return dot_intervals(dots, title=title, xlabel=xlabel, reference=0)


def _who_loses_most(found: Sequence[Loss]) -> str:
    """The strategy that loses most with Adam as measured, if its loss is clearly larger than the next one."""
    lost = {loss.strategy: loss.lost for loss in found if not loss.printed and loss.optimizer == "adam"}
    most, *others = sorted(lost, key=lambda name: -lost[name].estimate)
    points = {name: f"{STRATEGY_NAMES[name]} {100 * lost[name].estimate:.0f}" for name in (most, *others)}
    if others and independent_difference(lost[most], lost[others[0]]).low <= 0:
        return f"no strategy clearly loses most with Adam: {', '.join(points.values())} points"
    name, points_lost = STRATEGY_NAMES[most], 100 * lost[most].estimate
    return f"{name} loses most with Adam: {points_lost:.0f} points" + (
        f" ({', '.join(points[other] for other in others)})" if others else ""
    )


def budget(rules: Mapping[str, Amounts], scratch: Amounts, full: Amounts, small: int) -> Figure:
    """Plot accuracy over the number of training images: linear rules on fixed layers, and networks trained throughout.

    Args:
        rules: ``borrowed layers`` and other fixed layers → number → validation accuracy of a linear rule on them.
        scratch, full: number → test accuracy of from-scratch training and of full fine-tuning.
        small: the number with which training from scratch is compared in the title.
    """
    borrowed = rules["borrowed layers"]
    enough = [n for n, found in sorted(borrowed.items()) if found.low > scratch[small].high]
    if enough:
        title = f"A linear rule on borrowed layers that learned from {enough[0]} images is right more often than a "
        title += f"network trained from scratch on {small}"
    else:
        title = "No number of images tried here lifts a linear rule on borrowed layers clearly above a network "
        title += f"trained from scratch on {small}"
    series = {f"{name}, linear rule (validation)": found for name, found in rules.items()}
    names = {"scratch": scratch, "full": full}
    series |= {f"all layers, {STRATEGY_NAMES[name]} (test)": found for name, found in names.items()}
    axes = {"xlabel": "images to learn from", "ylabel": "accuracy on other images (%)"}
    return accuracy_by_amount(series, title=title, reference=small, note=_of_what(series.values()), **axes)


def _of_what(amounts) -> str:
    """What the intervals of a budget are of."""
    kinds = kinds_of(interval for found in amounts for interval in found.values())
    if len(kinds) == 1:
        return "95 % interval over draws or seeds (t)" if kinds[0] == "t" else "95 % interval over the images (Wilson)"
    return "95 % interval; solid: over draws or seeds (t); dotted: over the images it is scored on (Wilson)"


def steps_and_images(found: Sequence[StepsAndImages]) -> Figure:
    """Plot what more steps and what more images change; the title gives the range of each over the recipes.

    Args:
        found: of `course_lib.analysis.homework.steps_and_images`.
    """
    dots = []
    for each in found:
        row = each.label.replace(", ", ",\n")
        dots.append(Dot(row, "more steps, same images", each.steps))
        dots.append(Dot(row, "more images, as many steps", each.images))
    points = {
        s: [100 * d.interval.estimate for d in dots if d.series == s] for s in dict.fromkeys(d.series for d in dots)
    }
    title = "; ".join(f"{series}: {min(p):+.1f} to {max(p):+.1f} points" for series, p in points.items())
    return dot_intervals(
        dots, title=title[0].upper() + title[1:], xlabel="change of test accuracy (points)", reference=0
    )
