import pytest

from course_lib.analysis.multitune import differences
from course_lib.analysis.multitune.printed import printed_number


def test_one_of_ten_differences_exceeds_two_standard_errors():
    table = differences.printed_differences().set_index("set")
    assert len(table) == 10
    assert list(table.index[table["large"]]) == ["Aircraft"]
    assert [row.name for row in differences.large_differences()] == ["Aircraft"]
    assert list(table.index[table["flip"]]) == ["Aircraft", "CIFAR100"]
    expected = [4.44, 2.25, 1.53, -0.80, 1.40, 0.86, -0.15, 0.67, 0.00, -4.20]
    assert table["difference"].tolist() == pytest.approx(expected, abs=0.005)
    errors = [1.21, 1.58, 1.79, 2.06, 2.44, 0.58, 1.56, 1.81, 2.24, 2.93]
    assert table["standard error"].tolist() == pytest.approx(errors, abs=0.006)
    outside = (table["low"] > 0) | (table["high"] < 0)
    assert (outside == table["large"]).all(), "95 % intervals and two standard errors agree here"


def test_the_correlation_that_a_paired_comparison_would_need():
    """With it, the paired standard error √(1 − r) times the other is half the difference."""
    table = differences.printed_differences().set_index("set")
    needed = table["correlation for 2 SE"]
    assert needed["Aircraft"] == 0
    assert needed["CIFAR100-10"] == 1
    paired = (1 - needed) ** 0.5 * table["standard error"]
    small = (~table["large"]) & (table["difference"] != 0)
    assert (table["difference"].abs() / paired)[small].tolist() == pytest.approx([2] * small.sum())


def test_training_times_of_table_3():
    table = differences.printed_times().set_index("set")
    for name in ("Aircraft", "CIFAR100"):
        assert table.loc[name, "reduction"] == pytest.approx(
            printed_number(f"time_reduction_{name.lower()}"), abs=0.005
        )
    assert (table["MultiTune"] < table["SpotTune"]).all()
    assert table["reduction"].between(19, 35).all()
    # 22.50 minutes for 110 epochs of 2000 training and 2000 validation images
    assert table.loc["Aircraft-20", "MultiTune, ms"] == pytest.approx(22.50 * 60_000 / (110 * 4000))
    assert table.loc["CIFAR100", "SpotTune, ms"] == pytest.approx(454.80 * 60_000 / (110 * 50_000))


def test_the_documents_own_inconsistencies():
    found = {(each.first, round(each.second, 1)): each for each in differences.inconsistencies()}
    assert list(found) == [(43, 39.4), (60, 54.5), (5, 4)]
    assert "Aircraft-20" in found[43, 39.4].what
    assert found[5, 4].first_place == "abstract, Section 6"
    assert differences.inconsistencies_table()["first"].tolist() == [43, 60, 5]


@pytest.mark.parametrize(
    "quantity", ["difference_aircraft", "difference_cifar100", "difference_aircraft-15", "time_reduction_cifar100"]
)
def test_a_wrong_number_of_the_text_is_found(monkeypatch, quantity):
    def changed(name):
        return printed_number(name) + 1.2 * (name == quantity)

    monkeypatch.setattr(differences, "printed_number", changed)
    found = [each.first for each in differences.inconsistencies()]
    assert len(found) == 4
    assert changed(quantity) in found
