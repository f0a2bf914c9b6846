"""Explorer of the stages' learning rates: trained parameters, work of a step, and test accuracy."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from course_lib.analysis.records import select, setting, values_of
from course_lib.analysis.scores import score_over_runs
from course_lib.figures.style import BLUE, GREEN, GREY, SKY, draw_interval, new_figure, optimizer_name, styled
from course_lib.models.work import StageWork, step_work
from course_lib.training.recipe import Recipe

NO_RUN = "no finished run of this kind is shipped"
_MARGINS = {"left": 0.12, "right": 0.98, "bottom": 0.12, "top": 0.88, "wspace": 0.1, "hspace": 0.5}
_FACTORS = [0.0, 0.01, 0.1, 0.3, 1.0]
_NEIGHBOURS = {"last layer": 0.0, "full": 1.0}  # finished runs have one of these multipliers for every inner stage


def depth_controls(work: Mapping[str, StageWork], records: Sequence[dict]) -> dict[str, object]:
    """Controls of `freeze_depth`: a multiplier for each stage before the head, the rate and the optimiser."""
    inner = [stage for stage in work if stage != "head"]
    rates, optimizers = sorted(values_of(records, "lr")) or [0.01], values_of(records, "optimizer") or ["sgd"]
    return {stage: _FACTORS for stage in reversed(inner)} | {"lr": rates, "optimizer": optimizers}


@styled
def freeze_depth(
    work: Mapping[str, StageWork],
    records: Sequence[dict] = (),
    *,
    lr: float = 0.01,
    optimizer: str = "sgd",
    **multipliers: float,
) -> Figure:
    """Plot rate, parameters and share of a step's work of each stage, and the test accuracy if such runs are finished.

    This trains nothing: accuracies are those of finished runs, work is counted, see `course_lib.models.stage_work`.

    Args:
        work: stage → its work, the head last.
        records: finished runs that started from weights, of one network on the same images.
        lr: the head's rate.
        multipliers: stage → its rate as a share of the head's; a stage with 0, or that is not named, is frozen.

    Raises:
        ValueError: an unknown stage, or a multiplier below 0.
    """
    factors = {stage: multipliers.pop(stage, 0.0) for stage in work if stage != "head"} | {"head": 1.0}
    if multipliers or min(factors.values()) < 0:
        wrong = next(iter(multipliers), None) or min(factors, key=factors.get)
        raise ValueError(f"the multiplier of '{wrong}' cannot be used: need 0 or more for each of {', '.join(work)}")
    moving = [stage for stage, factor in factors.items() if factor > 0]
    step, full = step_work(work, moving), sum(map(sum, step_work(work, list(work)).values()))
    trained = sum(work[stage].num_parameters for stage in moving) / sum(w.num_parameters for w in work.values())
    cost = sum(map(sum, step.values())) / full
    verb = "moves" if len(moving) == 1 else "move"
    title = f"{len(moving)} of {len(work)} stages {verb}: {_percent(trained)} of the weights, "
    figure = new_figure(f"{title}{_percent(cost)} of the full work", width=11.0, height=5.4, margins=_MARGINS)
    grid = figure.add_gridspec(2, 3, height_ratios=[2.4, 1])
    top = [figure.add_subplot(grid[0, column]) for column in range(3)]
    _draw_stages(top, work, factors, lr, step, full)
    _draw_reached(figure.add_subplot(grid[1, :]), records, factors, lr, optimizer)
    return figure


def _percent(share: float) -> str:
    return f"{100 * share:.{1 if share < 0.1 else 0}f} %"


def _draw_stages(panels, work, factors: Mapping[str, float], lr: float, step, full: int) -> None:
    rates, sizes, costs = panels
    smallest, places = lr * _FACTORS[1] / 3, range(len(factors))
    for place, factor in enumerate(factors.values()):
        if factor:
            rates.plot([smallest, lr * factor], [place, place], "-o", color=BLUE, markersize=10, markevery=[1])
        else:
            rates.annotate("frozen", (smallest, place), (6, 0), textcoords="offset points", va="center", color=GREY)
    thousands = [work[stage].num_parameters / 1000 for stage in factors]
    sizes.barh(places, thousands, color=[BLUE if factor else (GREY, 0.45) for factor in factors.values()])
    forward, backward = np.transpose([step[stage] for stage in factors]) * 100 / full
    costs.barh(places, forward, color=SKY)
    costs.barh(places, backward, left=forward, color=BLUE)
    for axes in panels:
        axes.set_yticks(places, list(factors) if axes is rates else [])
        axes.set_ylim(len(factors) - 0.5, -0.5)
        axes.grid(axis="y", visible=False)
    rates.set(xscale="log", xlim=(smallest, lr * 2), xlabel="learning rate")
    rates.set_xticks([lr / 100, lr / 10, lr], [f"{lr * factor:g}" for factor in (0.01, 0.1, 1)])
    rates.minorticks_off()
    sizes.set_xlabel("weights (thousands): blue = trained")
    widest = max(map(sum, step_work(work, list(work)).values()))  # of any setting, so that the axis stays
    costs.set(xlabel="work (% of full): light = forward", xlim=(0, 105 * widest / full))


def _draw_reached(axes, records: Sequence[dict], factors: Mapping[str, float], lr: float, optimizer: str) -> None:
    runs = select([run for run in records if setting(run, "start")], lr=lr, optimizer=optimizer)
    inner = [stage for stage in factors if stage != "head"]
    recipes = [Recipe.model_validate(run["recipe"]) for run in runs]
    moved = [{stage: recipe.multiplier_of(stage) for stage in inner} for recipe in recipes]
    rows = {"these rates": {stage: factors[stage] for stage in inner}}
    rows |= {name: dict.fromkeys(inner, factor) for name, factor in _NEIGHBOURS.items()}
    for place, wanted in enumerate(rows.values()):
        same = [run for run, multipliers in zip(runs, moved, strict=True) if multipliers == wanted]
        reached = score_over_runs(same)
        if reached is None:
            text = "all of its runs diverged" if same else NO_RUN
            axes.text(1, place, text, va="center", color=GREY)
        else:
            middle, low, high = (100 * value for value in (reached.estimate, reached.low, reached.high))
            draw_interval(axes, middle, place, low, high, color=GREY if place else GREEN)
            axes.text(1, place, f"{middle:.1f} [{low:.1f}, {high:.1f}], {len(same)} seeds", va="center", color=GREY)
    axes.grid(axis="y", visible=False)
    axes.set_yticks(range(len(rows)), list(rows))
    axes.set(xlim=(0, 100), ylim=(len(rows) - 0.5, -0.5))
    axes.set_xlabel(
        f"test accuracy (%) of finished runs: {optimizer_name(optimizer)}, rate {lr:g}; bars: 95 % interval"
    )
