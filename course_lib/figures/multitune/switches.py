"""Figures of the way from MultiTune as printed to MultiTune as released."""

from collections.abc import Iterable, Mapping, Sequence

from matplotlib.figure import Figure

from course_lib.analysis.intervals import Interval, count_shown
from course_lib.analysis.multitune.rows import kind_of, size_name
from course_lib.analysis.multitune.switches import (
    LAST_STEP,
    ON_VALIDATION,
    Step,
    control_gaps,
    first_files_gap,
    flip_gap,
    only_gaps,
    waterfall,
    whole_set,
    whole_way,
)
from course_lib.figures.accuracy import Dot, dot_intervals
from course_lib.figures.style import BLUE, EDGE_NOTE, GREY, VERMILLION, draw_interval, new_figure, styled
from course_lib.sweeps.studies.multitune.switches import FEW


@styled
def waterfall_steps(records: Sequence[dict]) -> Figure:
    """Plot test accuracy of each state from printed to released, a panel for each set, and what is reported.

    A bar is the 95 % interval of the step, paired with the state before and laid around the dot: where it does not
    reach the dashed line of the state before, the step is shown, unless a dagger says that a best rate of the two lies
    at the edge of its grid. The last two steps change what is reported, not the network: first validation images in
    place of test images, with nothing chosen on them, then the maximum over the epochs.

    The title counts the steps that are shown, and has what all of them change together, with its interval, and what the
    maximum adds beyond the other images.

    Raises:
        ValueError: no runs.
    """
    sets = whole_set(records)
    found = {source: waterfall(own) for source, own in sets.items()}
    if not found:
        raise ValueError("no states to draw: let the study switches finish")
    names = [step.name for step in next(iter(found.values()))]
    figure = new_figure(_in_words(found, sets), width=12.0, height=2.6 + 0.55 * len(names))
    panels = figure.subplots(1, len(found), sharey=True, squeeze=False)[0]
    for axes, (source, steps) in zip(panels, found.items(), strict=True):
        _draw(axes, steps)
        axes.set_title(f"{kind_of(source)} set")
        axes.set_xlabel("test accuracy (%); diamonds: validation accuracy")
    panels[0].set_yticks(range(len(names)), [name.replace(", on", ",\non") for name in names])
    panels[0].set_ylim(len(names) - 0.5, -0.5)
    about = f"bars: 95 % interval of the step, over seeds and images, of the last step over seeds; {EDGE_NOTE}"
    figure.supxlabel(about, fontsize=11)
    return figure


def _draw(axes, steps: Sequence[Step]) -> None:
    for place, step in enumerate(steps):
        middle, gap = 100 * step.score.estimate, step.gap
        low, high = (middle, middle) if gap is None else (middle - 100 * (gap.estimate - gap.low),
                                                          middle + 100 * (gap.high - gap.estimate))  # fmt: skip
        other = step.name in (ON_VALIDATION, LAST_STEP)
        draw_interval(axes, middle, place, low, high, color=VERMILLION if other else BLUE, marker="D" if other else "o")
        if step.edge:
            axes.annotate("†", (high, place), (4, -4), textcoords="offset points")
        if place:
            before = 100 * steps[place - 1].score.estimate
            axes.vlines(before, place - 1, place + 0.3, color=GREY, linestyle="--", linewidth=1.4, zorder=0)
    axes.grid(False, axis="y")


def _in_words(found: Mapping[str, list[Step]], sets: Mapping[str, list[dict]]) -> str:
    parts = []
    for source, steps in found.items():
        states = [step for step in steps if step.name not in (ON_VALIDATION, LAST_STEP)]
        gaps = [step.gap for step in states[1:]]
        way = whole_way(sets[source]).interval()
        total = f"{way}{'' if _shown([way]) else ' (not shown)'}"
        part = f"{kind_of(source)} {_shown(gaps)} of {len(gaps)} steps are shown, together {total}"
        choice = steps[-1].gap
        words = "" if _shown([choice]) else " (not shown)"
        parts.append(f"{part}, and choosing the maximum {100 * choice.estimate:+.1f}{words}")
    return f"From printed to released: {'; '.join(parts)}".replace("-", "−").replace("fine−", "fine-")


def switch_gaps(records: Sequence[dict]) -> Figure:
    """Plot each switch alone against the printed state, the printed state against its controls, flips and files.

    The title counts the differences that are shown. A dagger marks one with a best rate at the edge of its grid, which
    shows nothing.

    Raises:
        ValueError: no runs.
    """
    sets = whole_set(records)
    if not sets:
        raise ValueError("no differences to draw: let the study switches finish")
    own = next(iter(sets.values()))
    found = {("a switch − paper", name): gap for name, gap in only_gaps(own).items()}
    controls = {f"paper − {name}": gap for name, gap in control_gaps(own).items() if not name.startswith("+")}
    found |= {("paper − its control", name): gap for name, gap in controls.items()}
    found["other differences", "SpotTune, as released: flips − none"] = flip_gap(own)
    found["other differences", f"released: first files − random, {size_name(FEW)}"] = first_files_gap(records)
    gaps = {key: gap.interval() for key, gap in found.items()}
    dots = [Dot(f"{name} †" if gap.edge else name, series, gap) for (series, name), gap in gaps.items()]
    shown = _shown(gaps.values())
    edges = any(gap.edge for gap in gaps.values())
    title = f"{shown} of {len(gaps)} differences are shown (by chance at most {0.05 * len(gaps):.1f})"
    xlabel = "difference in test accuracy (points)" + (f"\n{EDGE_NOTE}" if edges else "")
    return dot_intervals(dots, title=title, xlabel=xlabel, reference=0.0)


def _shown(gaps: Iterable[Interval]) -> int:
    """Count the intervals that exclude zero, without an edge."""
    return sum(count_shown(gaps))
