"""Check of lesson 11 on the learning rate of each stage: scale × multiplier × base rate."""

import copy
import math
from collections.abc import Callable, Mapping

import numpy as np

from course_lib.teaching.checks.cases import are_told_apart, case_generator, draw_until
from course_lib.teaching.checks.common import (
    answers_to,
    as_numbers,
    attempt,
    fault_of,
    find_hidden_fault,
    find_mistake,
    verdict,
)

Rates = dict[str, float]
Case = tuple[float, Rates, float]  # (base, multipliers, scale)
_STAGES = ("stem", "stage1", "stage2", "stage3", "stage4")
_HEAD = "head"


def check_stage_rates(stage_rates: Callable) -> bool:
    """Check the learning rate of each stage, ``scale × multiplier × base``.

    Args:
        stage_rates: ``stage_rates(base, multipliers, scale) -> dict`` from stage to rate; `multipliers` is a dict from
            stage to multiplier, 0 for a frozen stage.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    praise = "every stage has its rate, the frozen ones have 0."
    return verdict("stage_rates", fault_of(_rates_fault, stage_rates), praise)


def _rates_fault(stage_rates: Callable) -> str | None:
    draw = case_generator()
    cases = draw_until(lambda: [_draw(draw, frozen) for frozen in (0, 1, 2)], _is_telling)
    answers, fault = answers_to(lambda case: _ask(stage_rates, *case), cases)
    if fault:
        return fault
    expected = [_rates(*case) for case in cases]
    if all(map(_same, answers, expected)):
        return find_hidden_fault(lambda *case: _is_wrong(stage_rates, *case), _hidden(draw))
    mistakes = ((message, [mistake(*case) for case in cases]) for message, mistake in _WRONG_RATES)
    return find_mistake(answers, mistakes, _same) or _other_fault(cases, answers, expected)


def _hidden(draw: np.random.Generator) -> dict[str, list[Case]]:
    base, multipliers, scale = _draw(draw, 1)
    names = [f"conv{n}" for n in draw.permutation(9)[:4]]
    return {
        "stages with other names": [(base, dict(zip(names, (0, 1, 2, 5), strict=True)), scale)],
        "a frozen head": [(base, multipliers | {_HEAD: 0}, scale)],
        "a single stage": [(base, {_HEAD: 16}, scale)],
        "stages that are all frozen": [(base, dict.fromkeys(multipliers, 0), scale)],
        "multipliers that are fractions": [(base, {"stem": 0.25, "stage1": 0.5, _HEAD: 1.5}, scale)],
        "a scale of 1": [(base, multipliers, 1)],
        "other rates": [_draw(draw, int(frozen)) for frozen in draw.integers(0, 4, 6)],
    }


def _draw(draw: np.random.Generator, frozen: int) -> Case:
    """Rising multipliers as in the document's section 4.3, the first `frozen` of them 0."""
    steps = np.cumsum(draw.integers(1, 4, len(_STAGES) - frozen)).tolist()
    multipliers = dict(zip(_STAGES, [0] * frozen + steps, strict=True)) | {_HEAD: int(draw.integers(15, 30))}
    base = float(draw.choice([0.0005, 0.001, 0.002, 0.005]))
    return base, multipliers, float(draw.choice([0.25, 0.5, 1.5, 2.5, 3, 4]))


def _is_telling(cases: list[Case]) -> bool:
    answers = [(m, [function(*case) for case in cases]) for m, function in (("", _rates), *_WRONG_RATES)]
    return are_told_apart(answers, _same)


def _ask(stage_rates: Callable, base: float, multipliers: Rates, scale: float) -> tuple[Rates | None, str | None]:
    """(stage → rate, None) from the student's function, or (None, fault)."""
    given = copy.deepcopy(multipliers)
    answer, fault = attempt(stage_rates, base, given, scale)
    if fault:
        return None, fault
    if given != multipliers:
        return None, "it changes the dict `multipliers` that it is given: make a new one."
    rates = dict(answer.items()) if isinstance(answer, Mapping) or _is_series(answer) else None
    if rates is None:
        return None, f"it should return a dict from stage to rate, not {type(answer).__name__}."
    if fault := _stages_fault(rates, multipliers):
        return None, fault
    numbers = {stage: as_numbers(rates[stage], 1) for stage in multipliers}
    if bad := [stage for stage, number in numbers.items() if number is None]:
        return None, f"the rate of '{bad[0]}' should be one number, not {type(rates[bad[0]]).__name__}."
    return {stage: number for stage, (number,) in numbers.items()}, None


def _is_series(answer: object) -> bool:
    """Whether it is a pandas Series, which has a label for each value as a dict has a key."""
    return hasattr(answer, "items") and hasattr(answer, "index") and getattr(answer, "ndim", None) == 1


def _stages_fault(rates: Mapping, multipliers: Rates) -> str | None:
    """What is wrong with the stages that have a rate, or None."""
    missing = [stage for stage in multipliers if stage not in rates]
    if missing and all(multipliers[stage] == 0 for stage in missing):
        return f"the frozen stage '{missing[0]}' is missing: its rate is 0, and that belongs in the dict."
    if missing:
        return f"the stage '{missing[0]}' is missing: each stage of `multipliers` has a rate."
    extra = [stage for stage in rates if stage not in multipliers]
    return f"{extra[0]!r} is no stage of `multipliers`." if extra else None


def _is_wrong(stage_rates: Callable, *case) -> bool:
    rates, fault = _ask(stage_rates, *case)
    return fault is not None or not _same(rates, _rates(*case))


def _same(mine: Rates, other: Rates) -> bool:
    return all(math.isclose(mine[stage], rate, rel_tol=1e-6, abs_tol=1e-12) for stage, rate in other.items())


def _other_fault(cases: list[Case], answers: list[Rates], expected: list[Rates]) -> str:
    """A fault that is none of the usual mistakes, told by the first rate that is wrong."""
    wrong = (
        (case, stage, rate, mine[stage])
        for case, mine, true in zip(cases, answers, expected, strict=True)
        for stage, rate in true.items()
        if not _same({stage: mine[stage]}, {stage: rate})
    )
    (base, multipliers, scale), stage, rate, mine = next(wrong)
    where = f"base {base:g}, scale {scale:g} and multiplier {multipliers[stage]:g}"
    return f"with {where} the rate of '{stage}' is {rate:g}, yours is {mine:g}."


def _rates(base: float, multipliers: Rates, scale: float) -> Rates:
    return {stage: scale * multiplier * base for stage, multiplier in multipliers.items()}


def _by_stage(rate_of: Callable[..., float]) -> Callable[..., Rates]:
    """The function that gives each stage rate_of(base, its multiplier, scale, whether it is the head)."""

    def rates(base: float, multipliers: Rates, scale: float) -> Rates:
        return {stage: rate_of(base, value, scale, stage == _HEAD) for stage, value in multipliers.items()}

    return rates


def _relative_to(reference: Callable, scaled: bool) -> Callable[..., Rates]:
    """The function that divides all multipliers by one number of them."""

    def rates(base: float, multipliers: Rates, scale: float) -> Rates:
        return _rates(base / reference(multipliers), multipliers, scale if scaled else 1)

    return rates


_NO_SCALE = "it forgets the scale: it multiplies the rate of every stage."
_RELATIVE = "it divides by the multiplier of the head: `base` is the rate of a multiplier of 1, not the head's."
_WRONG_RATES = (
    (_NO_SCALE, _by_stage(lambda base, value, scale, head: value * base)),
    (
        "it scales the head alone: the scale multiplies the rate of every stage.",
        _by_stage(lambda base, value, scale, head: value * base * (scale if head else 1)),
    ),
    (
        "it does not scale the head: the scale multiplies the rate of every stage.",
        _by_stage(lambda base, value, scale, head: value * base * (1 if head else scale)),
    ),
    (_RELATIVE, _relative_to(lambda multipliers: multipliers[_HEAD], scaled=True)),
    (_RELATIVE, _relative_to(lambda multipliers: multipliers[_HEAD], scaled=False)),
    (
        "it divides by the sum of the multipliers: multiply by each as it is.",
        _relative_to(lambda multipliers: sum(multipliers.values()), scaled=True),
    ),
    ("it forgets the base rate.", _by_stage(lambda base, value, scale, head: scale * value)),
    ("it forgets the multipliers.", _by_stage(lambda base, value, scale, head: scale * base)),
    ("these are the multipliers, not yet rates.", _by_stage(lambda base, value, scale, head: value)),
    ("it divides by the scale: multiply.", _by_stage(lambda base, value, scale, head: value * base / scale)),
    ("it adds the scale: multiply.", _by_stage(lambda base, value, scale, head: (value + scale) * base)),
    ("it adds the base rate: multiply.", _by_stage(lambda base, value, scale, head: value * scale + base)),
    (
        "a multiplier of 0 is a number like any other: the rate of a frozen stage is 0.",
        _by_stage(lambda base, value, scale, head: (value or 1) * scale * base),
    ),
    ("it scales twice.", _by_stage(lambda base, value, scale, head: scale**2 * value * base)),
    (
        "it leaves out the multiplier of the head.",
        _by_stage(lambda base, value, scale, head: scale * base * (1 if head else value)),
    ),
)
