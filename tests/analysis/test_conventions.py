"""The same α means four different things; the numbers of the example are worked out by hand."""

import pytest

from course_lib.analysis.conventions import CONVENTIONS, convention_table


def test_the_example_in_every_convention():
    """α/2·(1 + 4), twice that without ½, and 4 more under the brackets with the bias; a reference gives 0."""
    table = convention_table()
    expected = {
        "Li et al. (authors' code)": (0.25, (0.1, 0.2), 0.25),
        "tllib": (0.25, (0.1, 0.2), 0.45),
        "SpotTUnet": (0.5, (0.2, 0.4), 0.9),
        "Quick-Tune": (0.5, (0.2, 0.4), 0.9),
        "MultiTune, printed": (0.25, (0.1, 0.2), 0.25),
        "MultiTune, released": (0.0, (0.0, 0.0), 0.0),
        "this course": (0.25, (0.1, 0.2), 0.25),
    }
    assert list(table.index) == list(expected) == [convention.system for convention in CONVENTIONS]
    for system, (penalty, gradient, with_bias) in expected.items():
        row = table.loc[system]
        assert row["penalty"] == pytest.approx(penalty)
        assert row["gradient"] == pytest.approx(gradient)
        assert row["penalty_with_bias"] == pytest.approx(with_bias)
    assert table["penalty_with_bias"].nunique() == 4


def test_what_the_table_says_of_each_system():
    table = convention_table()
    assert table.index[~table["half"]].tolist() == ["SpotTUnet", "Quick-Tune"]
    assert table.index[table["tensors"] == "all"].tolist() == ["tllib", "SpotTUnet", "Quick-Tune"]
    assert table.index[table["start"] == "aliased"].tolist() == ["MultiTune, released"]
    assert table.loc["tllib", "weight_decay"] == "0.0005"
    assert table[["alpha", "beta"]].dropna().to_numpy().tolist() == [[0.01, 0.01]] * 5
