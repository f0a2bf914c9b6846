"""Figures of lesson 12: graduated rates of flowers and of seventy small tasks, and what choosing the scale costs."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from course_lib.analysis.intervals import Interval
from course_lib.analysis.rates import flowers, scales
from course_lib.analysis.rates.luck import Lead
from course_lib.analysis.rates.predictors import ORACLE, OTHERS, Predictor, columns_of_others, verdict
from course_lib.analysis.rates.printed import printed_number
from course_lib.analysis.rates.scales import PRINTED_SCALE, Grid
from course_lib.data.mini.tasks import task_facts
from course_lib.figures.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    VERMILLION,
    draw_interval,
    new_figure,
    plain_log_axis,
    styled,
)
from course_lib.training.graduated import BASELINE_HEAD

_PARTS = {
    "last": (ORANGE, "s", "validation images, last epoch"),
    "val": (ORANGE, "s", "validation images, epoch by validation"),
    "test": (BLUE, "o", "test images, epoch by validation"),
}


@styled
def flower_multipliers(records: Sequence[dict]) -> Figure:
    """Plot the accuracy of uniform and graduated multipliers, a panel for each rate of the last layer (Fig 10).

    The title compares the document's graduated set with the best of its uniform ones, which validation chooses.
    """
    heads = flowers.flower_heads(records)
    gaps = {h: flowers.flower_gap(records, h, (flowers.GRADUATED,), flowers.PRINTED_UNIFORM) for h in heads}
    words = "; ".join(f"LL {head:g}: {gap}" for head, gap in gaps.items())
    figure = new_figure(f"Graduated minus uniform 1, 2 or 5, {words}", width=11.0, height=5.4)
    for place, (axes, head) in enumerate(zip(figure.subplots(1, len(heads), sharex=True).flat, heads, strict=True)):
        found = flowers.flower_accuracies(records, head)
        order = sorted(found, key=_kind)
        for row, name in enumerate(reversed(order)):
            own = found[name]
            color = GREEN if name.startswith("graduated") else BLUE if name.startswith("uniform") else GREY
            draw_interval(axes, 100 * own.estimate, row, 100 * own.low, 100 * own.high, color=color)
        axes.set_yticks(range(len(order)), list(reversed(order)) if not place else [""] * len(order))
        axes.set_title(f"last layer: LL {head:g}")
        seeds = next(iter(found.values())).seeds
        axes.set_xlabel(f"test accuracy (%)\n95 % intervals over {seeds} seeds (t)")
    return figure


def _kind(name: str) -> tuple:
    kinds = ("inner", "uniform", "graduated", "reversed")
    numbers = [float(part) for part in name.replace(",", "").split() if part.replace(".", "").isdigit()]
    return kinds.index(name.split()[0]), sum(numbers)


@styled
def task_overview() -> Figure:
    """Show what the seventy tasks are: how many of each kind (Fig 11), and their classes and images per class."""
    facts = task_facts()
    images = np.mean([own["images"] for own in facts])
    classes = np.mean([own["classes"] for own in facts])
    title = f"{len(facts)} tasks: {images:.0f} images and {classes:.1f} classes on average"
    title += f" (printed: {printed_number('images_per_task'):g} and {printed_number('classes_per_task'):g})"
    figure = new_figure(title, width=11.0, height=4.6)
    left, right = figure.subplots(1, 2)
    counts = Counter(own["kind"] for own in facts)
    left.barh(list(reversed(counts)), list(reversed(counts.values())), color=BLUE)
    left.set_xlabel("number of tasks")
    left.grid(axis="y", visible=False)
    draw = np.random.default_rng(0)
    shifts = draw.uniform(-0.25, 0.25, len(facts))
    right.plot([own["classes"] for own in facts] + shifts, [own["per_class"] for own in facts], "o", color=BLUE)
    right.set_yscale("log")
    plain_log_axis(right.yaxis)
    right.set_xlabel("classes")
    right.set_ylabel("images per class")
    return figure


@styled
def scale_curves(grid: Grid, heads: Grid) -> Figure:
    """Plot mean accuracy over the tasks by scale, on validation and test images, beside the last layer alone.

    The title compares the scale with the best mean over the other tasks with the document's scale.
    """
    others = grid.taken(columns_of_others(grid.test))
    gap = verdict(scales.gain(others, grid.at(PRINTED_SCALE)))
    title = f"Highest at scale {scales.best_scale(grid):g}, in hindsight; best scale of the other tasks minus scale "
    figure = new_figure(f"{title}{PRINTED_SCALE:g}: {gap}", height=5.2)
    axes = figure.subplots()
    for number, part in enumerate(("val", "test")):
        found, (color, marker, label) = scales.curve(grid, part), _PARTS[part]
        places = np.array(list(found)) * 1.02 ** (2 * number - 1)
        _draw_curve(axes, places, found.values(), color=color, marker=marker, label=f"graduated, {label}")
        base = scales.mean_accuracy(heads.at(BASELINE_HEAD, part))
        axes.axhline(100 * base.estimate, color=color, linestyle="--", linewidth=1.5)
        axes.plot([], [], color=color, linestyle="--", label=f"last layer alone at LL {BASELINE_HEAD:g}")
    axes.set_xscale("log")
    axes.set_xticks(grid.settings, [f"{value:g}" for value in grid.settings])
    axes.minorticks_off()
    axes.set_xlabel("scale of the graduated rates")
    axes.set_ylabel(f"mean accuracy over {len(grid.tasks)} tasks (%)")
    figure.legend(loc="outside lower center", ncols=2, title="95 % bootstrap intervals over tasks")
    return figure


def _draw_curve(axes, places, found, **style) -> None:
    middle, low, high = (100 * np.array([getattr(own, name) for own in found]) for name in ("estimate", "low", "high"))
    axes.errorbar(places, middle, yerr=np.abs([middle - low, high - middle]), capsize=3, **style)


@styled
def best_scales(grid: Grid) -> Figure:
    """Plot in how many tasks each scale is the best: ties to the lowest, ties shared, and on the test images.

    The validation accuracies are those after the last epoch, as in the document. The title says how often they tie, and
    how many tasks that gives to the document's scale.
    """
    first, shared = (scales.best_counts(grid, ties, "last") for ties in ("first", "shared"))
    test = scales.best_counts(grid, "shared", "test")
    title = f"Several scales share the highest accuracy in {100 * scales.share_of_ties(grid):.0f} % of the choices: "
    title += f"scale {PRINTED_SCALE:g} is best in {first[PRINTED_SCALE]:.0f} tasks if the lowest counts, in "
    title += f"{shared[PRINTED_SCALE]:.0f} of {len(grid.tasks)} if ties are shared"
    figure = new_figure(title, height=5.0)
    axes = figure.subplots()
    places = np.arange(len(grid.settings))
    bars = ((first, GREY, "validation, the lowest of equal ones"), (shared, ORANGE, "validation, ties shared"))
    for number, (found, color, label) in enumerate((*bars, (test, BLUE, "test images, ties shared"))):
        axes.bar(places + 0.27 * (number - 1), list(found.values()), width=0.25, color=color, label=label)
    axes.set_xticks(places, [f"{value:g}" for value in grid.settings])
    axes.grid(axis="x", visible=False)
    axes.set_xlabel("scale of the graduated rates")
    axes.set_ylabel("tasks in which it is best\n(mean over seeds)")
    figure.legend(loc="outside lower center", ncols=3)
    return figure


@styled
def printed_and_measured(grid: Grid, heads: Grid) -> Figure:
    """Plot the document's three means beside ours, on the images that choose and on the test images.

    On the former after the last epoch, as in the document; on the latter at the epoch that validation chose. The title
    has the gain of the best of the scales over the baseline on either.
    """
    best = grid.taken(grid.by_validation("last"), "last"), grid.taken(grid.by_validation())
    rows = {
        f"last layer alone, LL {BASELINE_HEAD:g}": (
            heads.at(BASELINE_HEAD, "last"), heads.at(BASELINE_HEAD), "baseline_accuracy",
        ),
        f"scale {PRINTED_SCALE:g}": (
            grid.at(PRINTED_SCALE, "last"), grid.at(PRINTED_SCALE), "most_frequent_scale_accuracy",
        ),
        f"best of {len(grid.settings)} scales": (*best, "best_of_scales_accuracy"),
    }  # fmt: skip
    base, *_, top = rows.values()
    gains = [scales.gain(top[number], base[number]) for number in (0, 1)]
    figure = new_figure(f"Best of the scales minus the baseline, chosen and judged on: {_both(gains)}", height=4.4)
    axes = figure.subplots()
    for row, (val, test, printed) in enumerate(reversed(rows.values())):
        for shift, (part, values) in ((0.16, ("last", val)), (-0.16, ("test", test))):
            own, (color, marker, _) = scales.mean_accuracy(values), _PARTS[part]
            draw_interval(
                axes, 100 * own.estimate, row + shift, 100 * own.low, 100 * own.high, color=color, marker=marker
            )
        axes.plot(printed_number(printed), row + 0.16, "D", color=BLACK, markerfacecolor="white")
    axes.set_yticks(range(len(rows)), list(reversed(rows)))
    axes.set_xlabel(f"mean accuracy over {len(grid.tasks)} tasks (%), 95 % bootstrap intervals over tasks")
    for color, marker, label in (_PARTS["last"], _PARTS["test"]):
        axes.plot([], [], color=color, marker=marker, linestyle="", label=label)
    axes.plot([], [], "D", color=BLACK, markerfacecolor="white", label="printed, other tasks")
    figure.legend(loc="outside lower center", ncols=3)
    return figure


def _both(gains: Sequence[Interval]) -> str:
    return f"the same images {gains[0]}; judged on test images {gains[1]}"


@styled
def luck_of_the_best(lead: Lead) -> Figure:
    """Plot how far the best of 2, 3, … scales lies above their mean, beside as many seeds, and outcomes dealt out.

    The title compares all scales with as many seeds of one scale, and tells up to which scale no more is shown.
    """
    gaps = lead.gaps()
    ahead = [gap.low > 0 for gap in gaps]
    count, (scales_lead, seeds_lead) = len(lead.settings), (100 * own[-1].mean() for own in (lead.scales, lead.seeds))
    title = f"The best of {count} scales leads their mean by {scales_lead:.1f} points, that of {count} seeds by "
    title += f"{seeds_lead:.1f}: difference {verdict(gaps[-1])}"
    within = len(ahead) if not any(ahead) else ahead.index(True)
    if 0 < within < len(ahead):
        title += f"; with the scales up to {lead.settings[within]:g} alone {verdict(gaps[within - 1])}"
    p_value = f"p {'≤' if lead.is_smallest else '='} {lead.p_value:.2g}"
    figure = new_figure(title, height=5.0)
    axes = figure.subplots()
    places = np.arange(1, len(lead.settings))
    low, high = 100 * np.quantile(lead.dealt, [0.025, 0.975], axis=1)
    axes.fill_between(places, low, high, color=GREY, alpha=0.4, label=f"outcomes dealt out, 95 % of draws ({p_value})")
    for shift, values, color, marker, label in (
        (-0.06, lead.seeds, ORANGE, "s", "as many seeds of one scale"), (0.06, lead.scales, BLUE, "o", "scales"),
    ):  # fmt: skip
        _draw_curve(axes, places + shift, lead.over_tasks(values), color=color, marker=marker, label=label)
    axes.set_xticks(places, [f"{scale:g}" for scale in lead.settings[1:]])
    axes.set_xlabel(f"highest scale that competes, from {lead.settings[0]:g} on (each step is one network more)")
    axes.set_ylabel("accuracy of the best minus\nthe mean of all (points)")
    figure.legend(
        loc="outside lower center", ncols=3, title="on as many random test images as validate; 95 % over tasks"
    )
    return figure


@styled
def accuracy_and_cost(predictors: Sequence[Predictor]) -> Figure:
    """Plot the gain of each way to choose over the best scale of the other tasks, and its cost in image-steps.

    Blue: the paired interval over tasks lies above zero. The title counts these ways and names the cheapest of them.
    """
    base = next(own for own in predictors if own.name == OTHERS)
    others = [own for own in predictors if own is not base]
    found = {own.name: own.gain_over(base) for own in others}
    honest = [own for own in others if own.name != ORACLE]
    better = [own for own in honest if found[own.name].low > 0]
    title = f"Better than the best scale of the other tasks: {len(better)} of {len(honest)} ways"
    if better:
        least = min(own.mean_cost for own in better)
        cheapest = " and ".join(f"'{own.name}'" for own in better if own.mean_cost < 1.01 * least)
        title += f"; cheapest: {cheapest}, at {least / base.mean_cost:.1f} times the cost"
    figure = new_figure(title, width=11.0, height=2.2 + 0.42 * len(others))
    axes, costs = figure.subplots(1, 2, sharey=True, width_ratios=(5, 2))
    order = sorted(others, key=lambda own: (-own.mean_cost, found[own.name].estimate))
    for row, own in enumerate(order):
        gap = found[own.name]
        color = BLUE if gap.low > 0 else VERMILLION if gap.high < 0 else GREY
        marker = "D" if own.name == ORACLE else "v" if gap.high < 0 else "o"
        draw_interval(axes, 100 * gap.estimate, row, 100 * gap.low, 100 * gap.high, color=color, marker=marker)
    axes.set_yticks(range(len(order)), [own.name for own in order])
    axes.axvline(0, color=BLACK, linewidth=1.2)
    axes.set_xlabel(
        f"test accuracy minus '{OTHERS}' (points)\n95 % bootstrap over tasks; blue: better, triangle: worse"
    )
    costs.plot([own.mean_cost for own in order], range(len(order)), "s", color=BLACK)
    costs.axvline(base.mean_cost, color=GREY, linestyle="--")
    costs.set_xscale("log")
    plain_log_axis(costs.xaxis)
    costs.set_xlabel("cost (image-steps a task)\ndashed: one training")
    return figure
