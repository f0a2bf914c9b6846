"""What must hold of every figure's layout, texts inside and apart; its title; which figures a module has."""

import inspect
import itertools


def figures_of(module):
    """Names of the public functions that a module of figures defines."""
    functions = inspect.getmembers(module, inspect.isfunction)
    own = {name for name, function in functions if inspect.getmodule(inspect.unwrap(function)) is module}
    return {name for name in own if not name.startswith("_")}


def title_of(figure):
    """The title in one line."""
    return " ".join(figure.get_suptitle().split())


def all_axes(figure):
    return [axes for axes in figure.axes if axes.get_label() != "<colorbar>"]


def assert_texts_stay_inside_and_apart(figure, name):
    """No tick label or title is cut off, and neither tick labels of an axis nor legend and axes overlap."""
    figure.draw_without_rendering()
    width, height = figure.bbox.width, figure.bbox.height
    for axes in all_axes(figure):
        box = axes.get_tightbbox()
        assert box.x0 > -2, name
        assert box.y0 > -2, name
        assert box.x1 < width + 2, name
        assert box.y1 < height + 2, name
        low, high = axes.get_xlim()
        labels = zip(axes.get_xticks(), axes.get_xticklabels(), strict=False)  # inner panels have none
        boxes = [text.get_window_extent() for at, text in labels if text.get_text() and low <= at <= high]
        boxes.sort(key=lambda b: b.x0)
        assert all(a.x1 <= b.x0 for a, b in itertools.pairwise(boxes)), f"{name}: tick labels overlap"
        legends = [legend.get_window_extent() for legend in figure.legends]
        assert not any(legend.overlaps(box) for legend in legends), f"{name}: the legend lies on an axis"
    below = getattr(figure, "_supxlabel", None)  # of the whole figure, where one was written
    written = below and below.get_text() and below.get_window_extent()
    assert not written or not any(legend.get_window_extent().overlaps(written) for legend in figure.legends), name
