import pytest

from course_lib.analysis.homework.printed import (
    printed_channels,
    printed_mistakes,
    printed_number,
    printed_result,
    printed_results,
    printed_top5,
    read_rows,
)


def test_all_tables_are_there():
    tables = [row.table for row in printed_results()]
    assert {t: tables.count(t) for t in dict.fromkeys(tables)} == {
        **dict.fromkeys(["II", "III", "IV", "V", "VI", "VII"], 2),
        "VIII": 28,
    }


def test_every_accuracy_is_a_whole_number_of_images():
    """Half a unit of the last digit, but for three printings that are off by at most one unit."""
    odd = []
    for row in printed_results():
        for percent, right, total in (
            (row.val_percent, row.val_correct, row.num_val),
            (row.test_percent, row.test_correct, row.num_test),
        ):
            off = abs(percent - 100 * right / total)
            assert off < 0.01, f"Table {row.table}: {percent} % is no whole number of {total} images"
            if off > 0.005 + 1e-9:
                odd.append((row.table, percent, right))
    assert odd == [("II", 60.6, 143), ("III", 80.5, 190), ("VII", 85.1, 40)]


def test_sizes_follow_from_the_split():
    for row in printed_results():
        assert row.num_train + row.num_val + row.num_test == 2344
        assert (row.num_test == 2108) == row.few_shot == (row.table in ("V", "VI", "VII", "VIII"))


def test_spot_checks_against_the_document():
    row = printed_result("last_layer", "adam")
    assert (row.table, row.lr, row.epoch, row.val_percent, row.test_percent) == ("III", 0.0001, 38, 88.36, 81.78)
    row = printed_result("scratch", "adam", few_shot=True)
    assert (row.table, row.lr, row.epoch, row.val_percent, row.test_percent) == ("V", 0.003, 23, 61.70, 44.92)
    best = max(printed_results(table="VIII"), key=lambda r: r.test_percent)
    assert (best.augmentation, best.test_percent) == ("RandomHorizontalFlip(p=0.5), RandomAffine(± 10 deg)", 84.54)
    assert sum(r.val_percent == 97.87 for r in printed_results(table="VIII")) == 8


def test_other_files():
    assert printed_top5()[0] == ("Samoyed", 0.9504)
    assert len(printed_top5()) == 5
    assert printed_channels() == ([0.8116, 0.7858, 0.7380], [0.2730, 0.2863, 0.3374])
    assert printed_number("adam_epoch") / printed_number("sgd_epoch") == pytest.approx(1.34, abs=0.01)
    mistakes = read_rows("misclassified")
    assert len(mistakes) == 27
    for first in mistakes[::3]:
        assert first["label"] != first["predicted"]


def test_mistakes_of_figure_28():
    first = printed_mistakes("scratch")[0]
    assert list(first.values()) == ["28a", "horse", "dog 50.4 %", "giraffe 20.3 %", "horse 15.9 %"]
    assert [len(printed_mistakes(name)) for name in ("scratch", "last_layer", "full")] == [3, 3, 3]
    with pytest.raises(ValueError, match="no mistakes of strategy 'half'"):
        printed_mistakes("half")


def test_bad_requests_say_what_to_do():
    with pytest.raises(ValueError, match="no 'stratgy'"):
        printed_results(stratgy="full")
    with pytest.raises(ValueError, match="strategy 'half'"):
        printed_result("half", "sgd")
    with pytest.raises(ValueError, match="no 'minutes'"):
        printed_number("minutes")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        read_rows("nowhere")
