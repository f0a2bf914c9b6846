"""Generated cases: new at each call, the same from a fixed seed, drawn until they tell mistakes apart."""

import pytest

from course_lib.teaching.checks import list_checks
from course_lib.teaching.checks.cases import are_told_apart, case_generator, draw_until, fixed_cases, torch_generator


def seen_by(check):
    """What a check gives to a function, as text."""
    seen = []
    list_checks()[check](lambda *arguments: seen.append(str(arguments)))
    return seen


@pytest.mark.parametrize("check", ["check_top_k", "check_epochs", "check_luck", "check_choice", "check_paired"])
def test_cases_are_new_at_each_call_unless_the_seed_is_fixed(check, capsys):
    assert seen_by(check) != seen_by(check)
    with fixed_cases(7):
        first = seen_by(check)
        assert seen_by(check) == first
    with fixed_cases(8):
        assert seen_by(check) != first


def test_a_seed_is_fixed_inside_its_block_alone():
    with fixed_cases(1):
        with fixed_cases(2):
            inner = case_generator().random()
        outer = case_generator().random()
        assert outer == case_generator().random() != inner
    assert case_generator().random() != case_generator().random()


def test_tensors_are_drawn_from_the_same_seed():
    with fixed_cases(3):
        first, again = (torch_generator(case_generator()).initial_seed() for _ in range(2))
    assert first == again


def test_drawing_stops_at_the_first_telling_case_or_at_the_last_of_many():
    numbers = iter(range(10**6))
    assert draw_until(lambda: next(numbers), lambda number: number > 4) == 5
    assert draw_until(lambda: 0, lambda number: False) == 0


def test_answers_are_told_apart_by_one_case():
    def same(a, b):
        return a == b

    assert are_told_apart([("a", [1, 2]), ("b", [1, 3])], same)
    assert not are_told_apart([("a", [1, 2]), ("b", [1, 2])], same)
    assert are_told_apart([("a", [1, 2]), ("a", [1, 2])], same)
