import pytest

from course_lib.analysis.homework import adam_longer, longer_table

SGD = [{"forward": 1.0, "step": 1.0, "validation": 1.0}] * 3
ADAM = [{"forward": 1.0, "step": s, "validation": 1.0} for s in (1.0, 1.4, 2.0)]
TIMES = {(8, "loop", "SGD"): SGD, (8, "loop", "Adam"): ADAM}


def test_adam_is_compared_turn_by_turn_without_the_validation():
    assert adam_longer(TIMES, 8, "loop") == pytest.approx([0, 20, 50])
    assert adam_longer(TIMES, 8, "loop", ("step",)) == pytest.approx([0, 40, 100])


def test_the_table_counts_three_times():
    table = longer_table(TIMES).set_index("timed")
    assert table["Adam longer by, %"].to_dict() == pytest.approx(
        {"training": 20.0, "training and validation": 13.3, "the step alone": 40.0}
    )
    assert table["highest"]["the step alone"] == 100.0
