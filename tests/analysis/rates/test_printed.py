import numpy as np
import pytest

from course_lib.analysis.rates.printed import (
    alpha_correlations,
    inconsistencies,
    inconsistencies_table,
    printed_bests,
    printed_figures,
    printed_gains,
    printed_number,
    printed_series,
    printed_set,
)


def test_both_tables_have_the_pairs_of_the_two_sets():
    pairs = printed_set("A") + printed_set("B")
    assert (len(printed_set("A")), len(printed_set("B"))) == (5, 3)
    for table in (printed_gains(), printed_bests()):
        assert [(row.target, row.source.rstrip("s")) for row in table] == pairs


def test_gains_of_table_1_recomputed():
    found = [round(row.recomputed_gain, 2) for row in printed_gains()]
    assert found == [15.53, 1.65, 24.45, 12.62, 126.21, 59.79, 12.90, 62.30]
    assert [row.gain_percent for row in printed_gains()] == [15.47, 1.63, 24.44, 12.52, 127.79, 59.75, 12.92, 62.22]
    assert [row.better_lr for row in printed_gains()] == [0.01, 0.1, 0.01, 0.01, 0.01, 0.01, 0.1, 0.01]


def test_rounding_explains_all_gains_but_one():
    """Bounds by trying the corners of what rounds to the printed accuracies."""
    odd = []
    for row in printed_gains():
        corners = [
            100 * (max(low, high) / min(low, high) - 1)
            for low in (row.low_percent - 0.005, row.low_percent + 0.005)
            for high in (row.high_percent - 0.005, row.high_percent + 0.005)
        ]
        assert row.gain_bounds == pytest.approx((min(corners), max(corners)))
        if not row.is_consistent:
            odd.append(row.target)
    assert odd == ["fungus"]


def test_the_text_fits_the_tables_where_it_can():
    assert max(row.gain_percent for row in printed_gains()) == pytest.approx(printed_number("largest_gain"), abs=1)
    assert printed_number("tasks") * len(printed_series("scales")) == printed_number("jobs") == 770
    assert len(printed_series("scales")) == printed_number("num_scales") == 11
    images = printed_number("images_per_task") / printed_number("classes_per_task")
    assert images * printed_number("train_share") / 100 == printed_number("train_images_per_class")
    for row in printed_bests():
        assert row.alpha_low in printed_series("inner_rates_0.01")
        assert row.alpha_high in printed_series("inner_rates_0.1")


def test_spot_checks_against_the_document():
    numbers = ("baseline_accuracy", "most_frequent_scale_accuracy", "best_of_scales_accuracy")
    assert [printed_number(name) for name in numbers] == [78.1, 79.7, 88.0]
    assert [printed_number(f"beta_{lr}_median") for lr in ("0.01", "0.1")] == [28.96, 83.52]
    assert [printed_number(f"{end}_source_gain") for end in ("worst", "best")] == [-8, 67]
    assert printed_series("scales") == [0.25, 0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 7, 10]
    assert printed_series("graduated_multipliers") == [0, 1, 2, 4, 8]
    tool = printed_bests()[1]
    assert (tool.target, tool.alpha_low, tool.alpha_high, tool.difference_points) == ("tool", 0.0001, 0.1, -1.41)
    assert list(printed_figures()) == list(range(1, 12))
    assert "mult at 20" in printed_figures()[10]["caption"]


def test_the_documents_own_inconsistencies():
    found = {(each.first, round(each.second, 2)): each for each in inconsistencies()}
    assert list(found) == [(127.79, 126.21), (0.1, 0.01), (10, 20), (10, 4)]
    assert found[127.79, 126.21].what == "gain of the better LL, fungus/plant"
    assert "belongs to tool/weapon" in found[0.1, 0.01].what
    assert found[10, 20].second_place == "Fig. 10, caption"
    table = inconsistencies_table()
    assert table["first"].tolist() == [each.first for each in inconsistencies()]
    assert table.columns.tolist() == ["what", "first", "first_place", "second", "second_place", "unit"]


def test_correlations_of_alpha():
    """Against correlations of mean ranks, written out: α of LL 0.01 has the ranks 2, 2, 2, 6, 6, 6, 6, 6."""
    table = alpha_correlations().set_index("quantity")
    assert (table["pairs"] == 8).all()
    low, high = [2, 2, 2, 6, 6, 6, 6, 6], [1.5, 8, 1.5, 5, 5, 5, 5, 5]
    difference = [6, 2, 3, 8, 7, 4, 5, 1]  # 0.00, −1.41, −0.88, 0.98, 0.78, −0.71, −0.12, −2.86
    row = table.loc["max of LL 0.1 − max of LL 0.01"]
    assert row["α of LL 0.01"] == pytest.approx(np.corrcoef(low, difference)[0, 1])
    assert row["α of LL 0.1"] == pytest.approx(np.corrcoef(high, difference)[0, 1])
    other = table.loc["the other α"]
    assert other["α of LL 0.01"] == other["α of LL 0.1"] == pytest.approx(np.corrcoef(low, high)[0, 1])


def test_bad_requests_say_what_to_do():
    with pytest.raises(ValueError, match="no set 'C': use A or B"):
        printed_set("C")
    with pytest.raises(ValueError, match="no series 'scale': choose one of inner_rates_0.01"):
        printed_series("scale")
    with pytest.raises(ValueError, match="the text of 'rates' has no 'gain'"):
        printed_number("gain")
