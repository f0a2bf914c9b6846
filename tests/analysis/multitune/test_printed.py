import numpy as np
import pytest

from course_lib.analysis.intervals import count_shown
from course_lib.analysis.multitune import printed
from course_lib.analysis.multitune.printed import PrintedAccuracy

NAMES = [f"{name}{size}" for name in ("Aircraft", "CIFAR100") for size in ("", "-20", "-15", "-10", "-5")]


def both(row):
    return row.spottune, row.multitune


def test_the_ten_rows_are_those_of_the_document():
    rows = printed.printed_accuracies()
    assert [row.name for row in rows] == NAMES
    assert [row.num_images for row in rows] == [3333, 2000, 1500, 1000, 500, 10000, 2000, 1500, 1000, 500]
    # column totals of Table 3
    assert sum(row.spottune.percent for row in rows) == pytest.approx(463.88)
    assert sum(row.multitune.percent for row in rows) == pytest.approx(469.88)
    assert sum(row.spottune.minutes for row in rows) == pytest.approx(659.34)
    assert sum(row.multitune.minutes for row in rows) == pytest.approx(473.26)


def test_every_printed_accuracy_is_a_whole_number_of_images():
    """It is one run: the mean of five would be a multiple of a fifth of an image."""
    found = [one for row in printed.printed_accuracies() for one in both(row)]
    assert all(one.is_whole_count for one in found)
    assert [one.correct for one in both(printed.printed_row("Aircraft"))] == [1838, 1986]
    assert [one.correct for one in both(printed.printed_row("Aircraft-15"))] == [588, 611]


def test_whole_numbers_of_images_are_no_accident():
    """Of all percentages with two digits few are whole numbers of images, and other sizes do not fit."""
    sizes = {row.num_images for row in printed.printed_accuracies() if row.per_class is not None}
    percents = np.arange(10001) / 100
    shares = {size: np.mean([PrintedAccuracy(p, 1, size).is_whole_count for p in percents]) for size in sizes}
    assert shares == pytest.approx({2000: 0.2, 1500: 0.15, 1000: 0.1, 500: 0.05}, abs=0.001)
    all_four = np.prod(list(shares.values()))
    assert all_four**4 < 1e-14, "two methods on two sets of each size"
    for name, wrong in (("Aircraft-20", 1500), ("Aircraft-15", 2000), ("CIFAR100-10", 750), ("CIFAR100-15", 1000)):
        row = printed.printed_row(name)
        assert not all(PrintedAccuracy(one.percent, one.minutes, wrong).is_whole_count for one in both(row))


def test_the_released_logs_are_whole_numbers_of_images():
    for name in ("log_peak", "log_final", "other_log_peak", "other_log_final", "spottune_log_peak"):
        assert PrintedAccuracy(printed.printed_number(name), 1, 3333).is_whole_count, name
    assert printed.printed_number("log_peak") == printed.printed_row("Aircraft").multitune.percent
    own = printed.printed_row("CIFAR100-10").spottune
    assert own.percent == printed.printed_number("spottune_log_cifar100-10_peak")


def test_errors_of_a_row_by_hand():
    """1986 and 1838 of 3333: difference 148/3333, variance 0.5959·0.4041/3333 + 0.5515·0.4485/3333."""
    row = printed.printed_row("Aircraft")
    assert row.difference.estimate == pytest.approx(148 / 3333)
    error = np.sqrt((0.59586 * 0.40414 + 0.55146 * 0.44854) / 3333)
    assert row.standard_error == pytest.approx(error, rel=1e-4)
    assert row.z == pytest.approx(0.044404 / error, rel=1e-4)
    assert (row.difference.high - row.difference.low) / 2 == pytest.approx(1.96 * error, rel=0.01)


def test_settings_of_both_networks():
    a, b = (printed.printed_table1()[name] for name in "AB")
    assert (a.lr_last_block, a.lr_others, b.lr_last_block, b.lr_others) == (0.1, 0.1, 0.01, 0.1)
    for branch in (a, b):
        assert (branch.fresh, branch.decay_epochs, branch.decay_rate) == ("Last block", (20, 50, 80), 0.1)


def test_the_sets_of_table_2_add_up():
    sets = printed.printed_table2()
    assert list(sets) == ["Aircraft", "CIFAR100"]
    for one in sets.values():
        assert one.train + one.val + one.test == pytest.approx(one.images, abs=1)
    assert sets["Aircraft"].mean == (0.47983041, 0.51074066, 0.53437998)
    assert sets["CIFAR100"].std == (0.26745098, 0.25647059, 0.27607843)


def test_the_layers_of_the_text_are_26():
    blocks, each, convolutions = map(printed.printed_number, ("macro_blocks", "residual_blocks", "convolutions"))
    assert 1 + blocks * each * convolutions + 1 == printed.printed_number("layers")


def test_statements_and_bad_names():
    assert "integration of two different" in printed.printed_statement("due-to-integration")
    with pytest.raises(ValueError, match="'multitune' has no statement 'nonsense': choose one of beats-both"):
        printed.printed_statement("nonsense")
    with pytest.raises(ValueError, match="the text of 'multitune' has no 'etas'"):
        printed.printed_number("etas")
    with pytest.raises(ValueError, match="no row 'Aircraft-30': choose one of Aircraft, Aircraft-20"):
        printed.printed_row("Aircraft-30")


def test_one_of_ten_differences_exceeds_two_standard_errors():
    rows = printed.printed_accuracies()
    assert [row.name for row in rows if abs(row.z) > 2] == ["Aircraft"]
    expected = [4.44, 2.25, 1.53, -0.80, 1.40, 0.86, -0.15, 0.67, 0.00, -4.20]
    assert [100 * row.difference.estimate for row in rows] == pytest.approx(expected, abs=0.005)
    errors = [1.21, 1.58, 1.79, 2.06, 2.44, 0.58, 1.56, 1.81, 2.24, 2.93]
    assert [100 * row.standard_error for row in rows] == pytest.approx(errors, abs=0.006)
    assert count_shown(row.difference for row in rows) == (1, 0), "95 % intervals and two standard errors agree here"
