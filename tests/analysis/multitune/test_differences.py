import pytest

from course_lib.analysis.multitune import differences
from course_lib.analysis.multitune.printed import printed_number


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


def test_the_differences_of_table_3():
    table = differences.printed_differences()
    assert list(table.index[table["z"].abs() > 2]) == ["Aircraft"]
    assert table.loc["Aircraft", "difference"].startswith("4.4 points [2.")
    assert list(table.index[table["flips"] == "MultiTune alone"]) == ["Aircraft", "CIFAR100"]
    assert (table["MultiTune"] > table["SpotTune"]).sum() == 6


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
