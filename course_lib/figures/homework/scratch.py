"""Figures of lesson 03: the images to learn from, the curves of the grid, accuracy on known and on new images."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from course_lib.analysis.measures import final_loss
from course_lib.analysis.records import history, select, setting, values_of
from course_lib.analysis.scores import score_over_runs
from course_lib.analysis.selection import best_runs, favoured_runs, grid_edge
from course_lib.data.imageset import ImageSet
from course_lib.figures.curves import training_curves
from course_lib.figures.images import contact_sheet
from course_lib.figures.style import optimizer_name


def one_of_each(images: ImageSet) -> Figure:
    """Show the first image of each class; the title counts all images.

    Raises:
        ValueError: images with concepts instead of one class each.
    """
    labels = images.single_labels("a figure of one image a class")
    rows = [labels.index(label) for label in sorted(set(labels))]
    names = [images.class_names[labels[row]] for row in rows]
    title = f"{len(images)} images to learn from: one of each class"
    return contact_sheet(images.take(rows).images, names, title=title)


def curves(records: Sequence[dict]) -> Figure:
    """Plot losses and validation accuracy of the grid; the title says what the better optimiser reached.

    It also names the optimisers whose best rate is the lowest or highest of the grid.

    Raises:
        ValueError: no finished epoch in any run.
    """
    chosen = favoured_runs(records)
    val = 100 * score_over_runs(chosen, part="val").estimate
    loss = min(map(final_loss, chosen))
    title = f"From scratch: training loss down to {loss:.2f}, validation accuracy up to {val:.0f} %{edges(records)}"
    return training_curves(records, title=title)


def known_and_new(records: Sequence[dict]) -> Figure:
    """Plot training and validation accuracy at the rates that validation chose; the title compares them at the end.

    The numbers in the title are of the optimiser with the higher validation accuracy.
    """
    runs = favoured_runs(records)
    last = [history(run)[-1] for run in runs]
    known, new = (100 * sum(epoch[key] for epoch in last) / len(last) for key in ("train_accuracy", "val_accuracy"))
    name = optimizer_name(setting(runs[0], "optimizer"))
    title = f"At the end, {name}: {known:.0f} % of training images, {new:.0f} % of validation images"
    picked = {(setting(run, "optimizer"), setting(run, "lr")) for run in best_runs(records)}
    shown = [run for run in records if (setting(run, "optimizer"), setting(run, "lr")) in picked]
    return training_curves(shown, title=title, quantities=("train_accuracy", "val_accuracy"))


def edges(records: Sequence[dict]) -> str:
    """``" (SGD: best at the highest rate)"``: optimisers whose best rate is an end of their grid; empty if none."""
    found = {o: grid_edge(select(records, optimizer=o)) for o in values_of(records, "optimizer")}
    words = [f"{optimizer_name(o)}: best at the {edge} rate" for o, edge in found.items() if edge]
    return f" ({'; '.join(words)})" if words else ""
