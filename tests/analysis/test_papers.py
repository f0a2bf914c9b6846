import pytest

from course_lib.analysis.papers import paper_number, paper_rows, paper_statement
from course_lib.paths import shipped_dir


def test_every_shipped_table_is_rectangular():
    files = sorted(shipped_dir("data/papers").glob("*/*.csv"))
    assert {path.parent.name for path in files} >= {"homework", "rates", "extension", "multitune"}
    for path in files:
        rows = paper_rows(path.parent.name, path.stem)
        assert rows, path
        assert all(None not in row and None not in row.values() for row in rows), path  # too many or too few cells


def test_numbers_of_a_text():
    assert paper_number("rates", "tasks") == 70
    with pytest.raises(ValueError, match="the text of 'rates' has no 'task': choose one of largest_gain"):
        paper_number("rates", "task")


@pytest.mark.parametrize(("file", "column"), [("text", "quantity"), ("statements", "statement")])
def test_every_quantity_and_every_statement_is_named_once(file, column):
    paths = list(shipped_dir("data/papers").glob(f"*/{file}.csv"))
    assert len(paths) > 1
    for path in paths:
        names = [row[column] for row in paper_rows(path.parent.name, file)]
        assert len(names) == len(set(names)), path


def test_sentences_of_a_document():
    assert paper_statement("extension", "smaller-k").startswith("Smaller learning rate values")
    with pytest.raises(ValueError, match="'extension' has no statement 'small': choose one of literature-default"):
        paper_statement("extension", "small")


def test_a_missing_file_says_where_to_look():
    with pytest.raises(FileNotFoundError, match="choose a file of data/papers/rates"):
        paper_rows("rates", "nowhere")
    with pytest.raises(FileNotFoundError, match="choose a file of data/papers/nobody"):
        paper_rows("nobody", "text")
