"""What the checks share: messages, calling a student's code, naming the mistake."""

import pytest
import torch

from course_lib.teaching import report_check
from course_lib.teaching.checks.common import as_numbers, attempt, fault_of, find_mistake


def test_messages_are_printed_one_a_line(capsys):
    assert report_check(False, ["first", "second"]) is False
    assert capsys.readouterr().out == "✘ first\n✘ second\n"


def test_a_mistake_is_named_only_if_it_explains_every_answer():
    mistakes = [("half of them", [1, 3]), ("all of them", [1, 2])]
    assert find_mistake([1, 2], mistakes, lambda a, b: a == b) == "all of them"
    assert find_mistake([5, 2], mistakes, lambda a, b: a == b) is None


@pytest.mark.parametrize(
    ("answer", "count", "numbers"),
    [
        (torch.tensor(2.0), 1, (2.0,)),
        ((1, torch.tensor([2.0])), 2, (1.0, 2.0)),
        (torch.ones(3), 1, None),
        ((1, 2, 3), 2, None),
        (None, 2, None),
        ("ab", 2, None),
    ],
)
def test_numbers_are_read_from_what_holds_them(answer, count, numbers):
    assert as_numbers(answer, count) == numbers


def test_nothing_a_student_writes_stops_a_check():
    assert attempt(lambda: 1 / 0)[1] == "it stops with ZeroDivisionError: division by zero"
    assert "returns nothing yet" in attempt(lambda: ...)[1]
    assert attempt(lambda: 0) == (0, None)
    assert "ValueError" in fault_of(lambda answer: float(answer), "two")
