"""Property tests of the checks: whatever the cases drawn, right answers pass and whole families of wrong ones fail."""

import math
from itertools import combinations

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course_lib.teaching.checks import list_checks
from course_lib.teaching.checks.cases import fixed_cases
from course_lib.teaching.checks.common import as_numbers, as_truth, attempt
from course_lib.teaching.checks.mistakes import number_fault

STAGES = ("stem", "stage1", "stage2", "stage3", "stage4")
SLOW = ("check_divergence", "check_freeze")
NUMBERS = {  # lesson, and name of the answer
    "check_luck": (7, "chance_of_luck"),
    "check_epochs": (6, "epochs_for"),
    "check_images_needed": (6, "images_needed"),
    "check_accuracy": (3, "accuracy_of"),
}
SEEDS = st.integers(0, 2**32 - 1)

quick = settings(
    max_examples=10, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
THINGS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text() | st.binary(),
    lambda parts: st.lists(parts) | st.tuples(parts, parts) | st.dictionaries(st.text(), parts),
    max_leaves=5,
)


def passes(check, answer, needs, seed):
    with fixed_cases(seed):
        return list_checks()[check](answer, *needs)


@quick
@given(seed=SEEDS)
def test_the_reference_passes_with_any_cases(exercise, reference, request, capsys, seed):
    if exercise.check in SLOW:
        pytest.skip("too slow to be tried many times")
    needs = exercise.needs(request.getfixturevalue)
    right = reference(exercise.lesson, exercise.name)
    assert passes(exercise.check, right, needs, seed), capsys.readouterr().out


@pytest.mark.parametrize("check", NUMBERS)
@quick
@given(constant=st.floats(), seed=SEEDS)
def test_no_constant_passes(check, capsys, constant, seed):
    assert not passes(check, lambda *_: constant, (), seed)


@pytest.mark.parametrize("check", NUMBERS)
@quick
@given(error=st.floats(1e-3, 10) | st.floats(-1, -1e-3), seed=SEEDS)
def test_no_wrong_factor_passes(check, reference, capsys, error, seed):
    right = reference(*NUMBERS[check])
    assert not passes(check, lambda *arguments: (1 + error) * right(*arguments), (), seed)


@quick
@given(shift=st.floats(0.15, 0.3), sign=st.sampled_from([-1, 1]), seed=SEEDS)
def test_a_flip_with_another_share_fails(capsys, shift, sign, seed):
    def flip(images, p, generator):
        chosen = torch.rand(len(images), generator=generator) < p + sign * shift
        return torch.where(chosen[:, None, None, None], images.flip(-1), images)

    assert not passes("check_flip", flip, (), seed)


@quick
@given(every=st.integers(1, 9), first=st.integers(0, 8), seed=SEEDS)
def test_a_flip_by_place_fails(capsys, every, first, seed):
    def flip(images, p, generator):
        chosen = (torch.arange(len(images)) + first) % every == 0
        return torch.where(chosen[:, None, None, None], images.flip(-1), images)

    assert not passes("check_flip", flip, (), seed)


@pytest.mark.parametrize("tested", [some for size in range(5) for some in combinations(STAGES, size)], ids=",".join)
def test_a_rule_for_some_stages_alone_fails(tested, capsys):
    def can_be_stored(recipe, inner_stages):
        return not recipe.augmentation and all(recipe.rate_of(stage) == 0 for stage in tested)

    assert not list_checks()["check_storable"](can_be_stored)


@quick
@given(weight=st.floats(1, 100), seed=SEEDS)
def test_a_choice_that_weighs_the_test_fails(capsys, weight, seed):
    def choose(records):
        rows = [(r, e) for r in records for e in r["history"]]
        record, epoch = max(rows, key=lambda row: row[1]["val_accuracy"] + weight * row[0]["test_accuracy"])
        return record["recipe"]["lr"], epoch["epoch"]

    assert not passes("check_choice", choose, (), seed)


@quick
@given(limit=st.floats(0.2, 50), power=st.floats(0.3, 1), seed=SEEDS)
def test_a_limit_that_grows_faster_than_the_logarithm_fails(capsys, limit, power, seed):
    assert not passes("check_start", lambda loss, n: loss < limit * n**power, (), seed)


@quick
@given(factor=st.floats(0, 1.15) | st.floats(2, 100), seed=SEEDS)
def test_another_factor_of_the_logarithm_fails(capsys, factor, seed):
    assert not passes("check_start", lambda loss, n: loss < factor * math.log(n), (), seed)


@quick
@given(kept=st.integers(0, 8), seed=SEEDS)
def test_a_top_k_that_ignores_k_fails(reference, capsys, kept, seed):
    top_k = reference(1, "top_k")
    assert not passes("check_top_k", lambda logits, k: top_k(logits, kept), (), seed)


@quick
@given(a=st.floats(-100, 100), b=st.floats(-100, 100), c=st.floats(0.1, 5))
def test_a_wrong_sum_is_found_and_a_right_one_is_not(a, b, c):
    def fault(function):
        return number_fault(function, [(a, b)], lambda a, b: a + b, ())

    assert fault(lambda a, b: np.float64(b) + a) is None
    assert fault(lambda a, b: a + b + c) is not None


@settings(quick, max_examples=100)
@given(thing=THINGS, count=st.integers(1, 3))
def test_any_answer_is_read_or_refused(thing, count):
    numbers, truth = as_numbers(thing, count), as_truth(thing)
    assert numbers is None or (len(numbers) == count and all(isinstance(number, float) for number in numbers))
    assert truth in (None, True, False)
    assert (
        attempt(lambda: thing) == (None, attempt(lambda: None)[1])
        if thing is None
        else attempt(lambda: thing)[1] is None
    )
