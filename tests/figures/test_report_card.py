"""Figures of the report card: titles count what the rows hold, every bar is as long as its number."""

import pytest

import fake_card
from course_lib.figures import report_card as figures
from layout import all_axes, assert_texts_stay_inside_and_apart, title_of

ROWS = fake_card.rows()


def test_verdicts_by_document():
    figure = figures.verdicts_by_document(ROWS)
    assert_texts_stay_inside_and_apart(figure, "verdicts_by_document")
    title = title_of(figure)
    assert "Of 7 claims tested in the mini world, 3 are reproduced and 1 contradicted" in title
    assert "of 5 claims tested on real images, 2 are reproduced and 1 contradicted" in title
    for axes in all_axes(figure):
        ends = [bar.get_x() + bar.get_width() for bar in axes.patches]
        assert max(ends) == 4
    assert [text.get_text() for text in all_axes(figure)[0].get_yticklabels()] == ["alpha", "beta"]


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.998, 0.93])
def test_verdicts_at_level(confidence):
    figure = figures.verdicts_at_level(ROWS, confidence=confidence)
    assert_texts_stay_inside_and_apart(figure, "verdicts_at_level")
    assert f"At {100 * confidence:g} %: mini world" in title_of(figure)


def test_lower_confidence_decides_more_and_chance_with_it():
    axes = all_axes(figures.verdicts_at_level(ROWS))[0]
    lines = {line.get_label(): list(line.get_ydata()) for line in axes.lines}
    for name in ("reproduced", "contradicted", "reproduced by chance, expected"):
        assert lines[name] == sorted(lines[name], reverse=True)
    assert lines["reproduced"][0] > lines["reproduced"][-1]


def test_no_claims_are_refused():
    with pytest.raises(ValueError, match="no claims to plot"):
        figures.verdicts_by_document([])
    with pytest.raises(ValueError, match="between 0 and 1"):
        figures.verdicts_at_level(ROWS, confidence=1.0)
