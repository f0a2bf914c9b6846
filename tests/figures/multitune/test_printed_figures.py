"""Figures of what the document on MultiTune prints: titles follow from the rows, and the layout is clean."""

from dataclasses import replace

import pytest

from course_lib.analysis.multitune.printed import PrintedAccuracy, printed_accuracies
from course_lib.figures.multitune import printed
from layout import assert_texts_stay_inside_and_apart, figures_of, title_of

FIGURES = {"printed_differences": printed.printed_differences}


def test_every_figure_is_known():
    """A new figure is entered above."""
    assert figures_of(printed) == set(FIGURES)


@pytest.mark.parametrize("name", FIGURES)
def test_the_layout_is_clean(name):
    figure = FIGURES[name]()
    assert_texts_stay_inside_and_apart(figure, name)
    label = figure.axes[0].xaxis.label.get_window_extent()
    assert 0 <= label.x0 < label.x1 <= figure.bbox.width


def test_the_title_counts_the_large_differences():
    rows = printed_accuracies()
    found = title_of(printed.printed_differences())
    assert found == "1 of 10 printed differences exceeds 2 standard errors (Aircraft, +4.4)"
    worse = [replace(rows[0], multitune=PrintedAccuracy(50.15, 1.0, 3333)), *rows[1:3]]
    assert title_of(printed.printed_differences(worse)).endswith(
        "1 of 3 printed differences exceeds 2 standard errors (Aircraft, −5.0)"
    )
    assert title_of(printed.printed_differences(rows[1:])) == "0 of 9 printed differences exceed 2 standard errors"


def test_whole_sets_are_marked():
    axes = printed.printed_differences().axes[0]
    names = [text.get_text() for text in axes.get_yticklabels()]
    assert [name for name in names if "†" in name] == ["Aircraft †", "CIFAR100 †"]
    assert axes.get_xlabel().endswith(printed.FLIP_NOTE)


def test_no_rows_are_refused():
    with pytest.raises(ValueError, match="no differences to draw"):
        printed.printed_differences([])
