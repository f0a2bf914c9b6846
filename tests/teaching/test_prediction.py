"""Guesses: numbers and ranges, what stays hidden until they are given and compared."""

import math

import numpy as np
import pytest
import torch

from course_lib.figures.showing import DescribedImage
from course_lib.figures.style import new_figure, styled
from course_lib.teaching import Prediction, show, show_claims, show_text
from course_lib.teaching.display import Notice
from course_lib.teaching.prediction import distance, read_range

FINDING = "From scratch: 56 % of the validation images"


@styled
def a_figure(title=FINDING):
    figure = new_figure(title)
    axes = figure.subplots()
    axes.plot([0, 1], [20, 56])
    axes.set_xlabel("epoch")
    axes.set_ylabel("accuracy (%)")
    return figure


@pytest.mark.parametrize(
    ("value", "ends"),
    [
        (50, (50, 50)),
        (0, (0, 0)),
        (-1.5, (-1.5, -1.5)),
        (np.float32(2), (2, 2)),
        (torch.tensor(3.0), (3, 3)),
        ((40, 60), (40, 60)),
        ([60, 40], (40, 60)),
        ({40, 60}, (40, 60)),
        ((50,), (50, 50)),
        (range(40, 60), (40, 60)),
        (np.array([40, 60]), (40, 60)),
        (torch.tensor([40, 60]), (40, 60)),
        (("40", "60"), (40, 60)),
        ("50", (50, 50)),
        (" 50 % ", (50, 50)),
        ("0,6", (0.6, 0.6)),
        (".5", (0.5, 0.5)),
        ("1e-3", (0.001, 0.001)),
        ("40-60", (40, 60)),
        ("40–60 %", (40, 60)),
        ("40 % — 60 %", (40, 60)),
        ("40 to 60", (40, 60)),
        ("-1-3", (-1, 3)),
        ("−1 – 3", (-1, 3)),
        ("-3--1", (-3, -1)),
        ("0.5...0.7", (0.5, 0.7)),
        ("2 points", (2, 2)),
    ],
)
def test_a_guess_is_a_number_or_a_range(value, ends):
    assert read_range(value) == pytest.approx(ends)


@pytest.mark.parametrize(
    "value",
    [
        *(None, ..., True, "", "about half", "40-", "a-b", (), (1, 2, 3), [[1, 2]], "1-2-3", {"low": 1, "high": 2}),
        *(math.nan, math.inf, (0, math.inf), 10**400, "nan", "inf", torch.ones(3), np.zeros((2, 2)), object(), 1j),
    ],
)
def test_all_else_is_no_guess(value):
    assert read_range(value) is None
    assert Prediction("accuracy, %", value).is_missing


@pytest.mark.parametrize(
    ("guess", "measured", "words"),
    [
        (50, 80.5, "accuracy, %: you guessed 50, measured 80.5: you were 30.5 too low."),
        (90, torch.tensor(80.0), "you were 10 too high."),
        (80, 80.5, "spot on"),
        (0, 0, "spot on"),
        ((40, 60), 50, "you guessed 40 to 60, measured 50: right, it is inside your range, which is 20 wide."),
        ((40, 60), 60, "right"),
        ("40–60", 80.5, "it is 20.5 above your range."),
        ((40, 60), 30, "it is 10 below your range."),
        (50, math.nan, "accuracy, %: measured nan."),
        (50, None, "accuracy, %: measured None."),
    ],
)
def test_a_guess_is_compared_in_words(guess, measured, words, displayed, capsys):
    Prediction("accuracy, %", guess).compare(measured)
    assert words in capsys.readouterr().out


def test_the_distance_has_a_sign():
    assert distance((50, 50), 80.5) == -30.5
    assert distance((90, 95), 80.0) == 10.0
    assert distance((40, 60), 50.0) == 0.0


def test_guess_and_measurement_are_drawn_with_a_description(displayed):
    Prediction("accuracy, %", (40, 60)).compare(80.5)
    (picture,) = displayed
    assert isinstance(picture, DescribedImage)
    assert picture.alt == "accuracy, %: you guessed 40 to 60, measured 80.5: it is 20.5 above your range."


def test_a_guess_beyond_all_measure_is_compared_in_words_only(displayed, capsys):
    Prediction("accuracy, %", (-1e308, 1e308)).compare(56)
    assert "right" in capsys.readouterr().out
    assert displayed == []


@pytest.mark.parametrize(("value", "said"), [(None, "replace None by"), ("about half", "replace 'about half', which")])
def test_nothing_measured_is_shown_without_a_guess(value, said, displayed, capsys):
    guess = Prediction("accuracy, %", value)
    show(a_figure())
    show(a_figure(), "from 20 to 56 %", colors=64)
    show_claims(["full-gain"])
    show_text("accuracy 56 %")
    assert [type(thing) for thing in displayed] == [Notice] * 4
    assert said in displayed[0].sentence
    assert displayed[0].sentence in displayed[0]._repr_html_()
    assert "56" not in "".join(thing._repr_html_() + repr(thing) for thing in displayed)
    guess.compare(56)
    out = capsys.readouterr().out
    assert out.strip() == guess.reminder
    assert "56" not in out


def test_a_missing_guess_hides_figures_of_pyplot_and_closes_them(displayed):
    import matplotlib.pyplot as plt

    guess = Prediction("accuracy, %")
    figure, _ = plt.subplots()
    show(figure, "a line")
    assert not plt.get_fignums()
    assert guess.is_missing


def test_findings_come_with_the_comparison(displayed, capsys):
    guess = Prediction("accuracy, %", 50)
    first = a_figure()
    for figure in (first, a_figure(), a_figure("Another finding of 57 %")):
        show(figure)
    assert "56" not in first.get_suptitle()
    assert [picture.alt for picture in displayed] == [displayed[0].alt] * 3
    assert displayed[0].alt.endswith("Axes: accuracy (%) against epoch.")
    assert capsys.readouterr().out == ""
    guess.compare(56)
    found = capsys.readouterr().out
    assert found.count(FINDING) == 1  # the cell ran twice
    assert "Another finding of 57 %" in found
    guess.compare(56)
    assert FINDING not in capsys.readouterr().out  # told once
    after = a_figure()
    show(after)
    assert displayed[-1].alt == " ".join(after.get_suptitle().split()) == FINDING


def test_a_description_by_hand_is_withheld_like_a_title(displayed, capsys):
    from matplotlib.figure import Figure

    guess = Prediction("accuracy, %", 50)
    show(Figure(), "it rises from 20 to 56 %")
    assert "56" not in displayed[0].alt
    guess.compare(56)
    assert "it rises from 20 to 56 %" in capsys.readouterr().out


def test_of_several_guesses_all_must_be_given_and_compared(displayed, capsys):
    first, second = Prediction("mean", 0.5), Prediction("deviation")
    show(a_figure())
    assert isinstance(displayed.pop(), Notice)
    first.compare(0.7)  # given, so it may be compared
    assert "you guessed 0.5" in capsys.readouterr().out
    second = Prediction("deviation", (0.2, 0.3))  # the cell again, with a guess
    show(a_figure())
    assert "56" not in displayed[-1].alt
    second.compare(0.25)
    assert FINDING in capsys.readouterr().out


def test_a_cell_that_runs_again_asks_nothing_twice(displayed):
    guess = Prediction("accuracy, %", 50)
    guess.compare(56)
    guess = Prediction("accuracy, %", 50)  # its answer has been seen
    show(a_figure())
    assert displayed[-1].alt == FINDING
    assert guess.range == (50, 50)


def test_a_guess_made_after_the_answer_does_not_replace_the_first(displayed, capsys):
    Prediction("accuracy, %", (40, 50)).compare(56)
    assert "first guess" not in capsys.readouterr().out
    Prediction("accuracy, %", 56).compare(56)
    assert "Your first guess, 40 to 50, is the one that counts." in capsys.readouterr().out


def test_a_question_that_is_gone_hides_nothing(displayed):
    """Its text was edited, and the cell ran again: no variable holds the former guess."""
    guess = Prediction("accuracy, per cent")
    guess = Prediction("accuracy, %", 50)
    guess.compare(56)
    show(a_figure())
    assert displayed[-1].alt == FINDING


def test_reveal_shows_everything_without_a_guess(displayed, capsys):
    guess = Prediction("accuracy, %", None, reveal=True)
    show(a_figure())
    show_text("accuracy 56 %")
    guess.compare(56)
    assert [picture.alt for picture in displayed] == [FINDING]
    assert capsys.readouterr().out == "accuracy 56 %\naccuracy, %: measured 56.\n"
    Prediction("accuracy, %", 50, reveal=True).compare(56)
    assert "you guessed 50" in capsys.readouterr().out
