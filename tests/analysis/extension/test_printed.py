import pytest

from course_lib.analysis.extension import printed


def test_the_table_has_the_size_of_the_document():
    table = printed.printed_multipliers()
    assert table.shape == (7, 8)
    assert list(table.columns) == [0.25, 0.5, 1, 2, 4, 8, 16, 32]
    assert table.loc[0.1, 32] == table.to_numpy().max() == 0.470


def test_the_marks_are_where_the_highest_numbers_are():
    table, marks = printed.printed_multipliers(), printed.printed_marks()
    for epochs in table.columns:
        marked = marks.index[marks[epochs] != ""]
        assert list(marked) == [table[epochs].idxmax()]
    assert (marks == printed.BEST).to_numpy().sum() == 1
    assert marks.loc[0.1, 32] == printed.BEST


def test_statements_are_found_by_name():
    assert "top-five" in printed.printed_statement("features-top-five")
    with pytest.raises(ValueError, match="no statement 'nonsense': choose one of"):
        printed.printed_statement("nonsense")
    assert printed.printed_number("few_concepts") == 60
