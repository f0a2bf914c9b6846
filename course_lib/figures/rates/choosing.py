"""Explorer of the noise of choosing: draw validation images, let settings compete, watch the winner's optimism."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from course_lib.analysis.rates.scales import scale_of, task_of
from course_lib.analysis.records import as_units, score_of, select, setting
from course_lib.analysis.selection_bias import compete
from course_lib.figures.style import BLACK, BLUE, ORANGE, new_figure, styled

DRAWS = 1000
NUM_VAL = (5, 10, 20, 50, 100, 200)
_MARGINS = {"left": 0.09, "right": 0.98, "bottom": 0.14, "top": 0.86, "wspace": 0.24}


def middle_task(records: Sequence[dict]) -> str:
    """Find the task whose mean accuracy is the median over the tasks: there is room above and below it."""
    by_task = {}
    for run in records:
        by_task.setdefault(task_of(run), []).append(score_of(run) or 0.0)
    order = sorted(by_task, key=lambda task: np.mean(by_task[task]))
    return order[len(order) // 2]


def choice_controls(records: Sequence[dict]) -> dict[str, object]:
    """Controls of `choice_noise_figure`: the tasks, numbers of validation images and of settings that compete."""
    scales, right = _outcomes(records, task_of(records[0]))
    return {
        "num_val": [count for count in NUM_VAL if count < right.shape[1]],
        "num_settings": list(range(1, len(scales) + 1)),
        "task": sorted({task_of(run) for run in records}),
    }


@styled
def choice_noise_figure(
    records: Sequence[dict], *, task: str | None = None, num_val: int = 50, num_settings: int | None = None
) -> Figure:
    """Draw random test images as if they validated, choose the best setting by them, and judge it by all others.

    Left: accuracy of the winner on the images that chose it, and on all others, over many draws. Right: which scale
    wins how often, beside the accuracy of each scale on all test images. The title has the mean difference.

    Args:
        records: runs of the study `scales`; the first seed is shown.
        task: `middle_task` by default.
        num_val: images that choose.
        num_settings: of the scales, from the lowest on; all by default.

    Raises:
        ValueError: no runs of the task, no setting, or not fewer images than the test part has.
    """
    task = task or middle_task(records)
    scales, right = _outcomes(records, task)
    count = len(scales) if num_settings is None else num_settings
    if not 1 <= count <= len(scales) or not 1 <= num_val < right.shape[1]:
        raise ValueError(
            f"{count} settings and {num_val} images: choose 1 to {len(scales)} settings and 1 to "
            f"{right.shape[1] - 1} images"
        )
    scales, right = scales[:count], right[:count]
    chosen, *accuracies = compete(right, num_val, draws=DRAWS)
    inside, outside = (values[chosen, np.arange(DRAWS)] for values in accuracies)  # of the winner
    lead = 100 * (inside - outside).mean()
    title = f"{task}, best of {count} on {num_val} images: {lead:.1f} points better than it is, in the mean"
    figure = new_figure(title, width=11.0, height=4.8, margins=_MARGINS)
    left, winners = figure.subplots(1, 2)
    lowest = 5 * np.floor(20 * min(inside.min(), outside.min()))  # per cent, in steps of five
    bins = np.linspace(lowest, 100, 41)
    left.hist(100 * inside, bins, color=ORANGE, alpha=0.7, label="on the images that choose")
    left.hist(100 * outside, bins, color=BLUE, alpha=0.7, label="on all other images")
    left.set(xlabel="accuracy of the winner (%)", ylabel=f"draws, of {DRAWS}", xlim=(lowest, 100))
    left.set_ylim(top=1.3 * left.get_ylim()[1])  # room for the legend
    left.legend(loc="upper left", fontsize=11)
    places = np.arange(count)
    winners.bar(places, 100 * np.bincount(chosen, minlength=count) / DRAWS, color=ORANGE, label="wins (% of draws)")
    winners.plot(places, 100 * right.mean(axis=1), "o", color=BLACK, label="accuracy on all images (%)")
    winners.set_xticks(places, [f"{scale:g}" for scale in scales])
    winners.set(xlabel="scale of the graduated rates", ylabel="per cent", ylim=(0, 118))
    winners.grid(axis="x", visible=False)
    winners.legend(loc="upper right", ncols=2, fontsize=11)
    return figure


def _outcomes(records: Sequence[dict], task: str) -> tuple[list[float], np.ndarray]:
    """Scales, rising, and their outcomes (K, N) on the test images of a task, first seed."""
    runs = select(records, source=f"mini:{task}")
    if not runs:
        raise ValueError(f"no runs of '{task}': choose one of {', '.join(sorted({task_of(run) for run in records}))}")
    first = min(setting(run, "seed") for run in runs)
    runs = sorted(select(runs, seed=first), key=scale_of)
    return [scale_of(run) for run in runs], np.array([as_units(run["test_outcomes"]) for run in runs])
