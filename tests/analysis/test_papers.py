import pytest

from course_lib.analysis.papers import paper_number, paper_rows
from course_lib.paths import shipped_dir


def test_every_shipped_table_is_rectangular():
    files = sorted(shipped_dir("data/papers").glob("*/*.csv"))
    assert {path.parent.name for path in files} >= {"homework", "rates"}
    for path in files:
        rows = paper_rows(path.parent.name, path.stem)
        assert rows, path
        assert all(None not in row and None not in row.values() for row in rows), path  # too many or too few cells


def test_numbers_of_a_text():
    assert paper_number("rates", "tasks") == 70
    with pytest.raises(ValueError, match="the text of 'rates' has no 'task': choose one of largest_gain"):
        paper_number("rates", "task")


def test_every_quantity_of_a_text_is_named_once():
    for path in shipped_dir("data/papers").glob("*/text.csv"):
        names = [row["quantity"] for row in paper_rows(path.parent.name, "text")]
        assert len(names) == len(set(names)), path


def test_a_missing_file_says_where_to_look():
    with pytest.raises(FileNotFoundError, match="choose a file of data/papers/rates"):
        paper_rows("rates", "nowhere")
    with pytest.raises(FileNotFoundError, match="choose a file of data/papers/nobody"):
        paper_rows("nobody", "text")
