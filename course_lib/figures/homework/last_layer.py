"""Figures of lesson 04: the curves of the grid, features with borrowed and random weights, the drift of statistics."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from course_lib.analysis.drift import stage_change
from course_lib.analysis.measures import final_loss
from course_lib.analysis.metrics import neighbour_agreement
from course_lib.analysis.records import select, setting
from course_lib.analysis.scores import score_over_runs
from course_lib.analysis.selection import best_rate, favoured_runs
from course_lib.figures.curves import training_curves
from course_lib.figures.drift import stage_drift
from course_lib.figures.features import feature_planes
from course_lib.figures.style import optimizer_name


def curves(records: Sequence[dict]) -> Figure:
    """Plot losses and validation accuracy of the grid; the title says what was reached with the better optimiser.

    Raises:
        ValueError: no run with a validation accuracy.
    """
    chosen = favoured_runs(records)
    optimizer = setting(chosen[0], "optimizer")
    own = select(records, optimizer=optimizer)
    own = select(own, lr=best_rate(own))
    val = 100 * score_over_runs(chosen, part="val").estimate
    loss = sum(map(final_loss, own)) / len(own)
    title = f"Only the head learns: {val:.0f} % of the validation images with {optimizer_name(optimizer)}"
    return training_curves(records, title=f"{title}, training loss {loss:.2f} at the end")


def planes(features: Mapping[str, object], labels, class_names: Sequence[str]) -> Figure:
    """Plot features on two principal components; the title says how often the nearest neighbour is of the same class.

    Args:
        features: what the weights are, e.g. ``"borrowed weights"`` → (N, D); labels: (N,).
    """
    near = {name: 100 * neighbour_agreement(found, labels) for name, found in features.items()}
    words = ", ".join(f"{share:.0f} % with {name}" for name, share in near.items())
    title = f"Nearest neighbour of the same class, before any training on the classes: {words}"
    return feature_planes(features, labels, class_names, title=title)


def drift(before: Mapping, after: Mapping, stages: Sequence[str]) -> Figure:
    """Plot how far weights and running statistics of each stage moved; the title says which of them did.

    Args:
        before, after: state dicts of a network with frozen stages.
        stages: their names, and ``"head"``.
    """
    change = {part: stage_change(before, after, stages, part=part) for part in ("weights", "statistics")}
    moved = {part: any(found.values()) for part, found in change.items()}
    titles = {
        (False, True): "The frozen weights stood still, the running statistics did not",
        (False, False): "Neither the frozen weights nor the running statistics moved",
        (True, False): "The weights moved, the running statistics did not",
        (True, True): "Weights and running statistics both moved: these stages are not frozen",
    }
    series = {"weights": change["weights"], "running statistics": change["statistics"]}
    return stage_drift(series, title=titles[moved["weights"], moved["statistics"]], what="state")
