"""Checks of lessons 11 and 12 on the learning rate of each stage: scale × multiplier × base rate."""

import copy
import math
from collections.abc import Callable, Mapping
from functools import partial

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
from course_lib.teaching.checks.mistakes import Mistakes

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
    return verdict("stage_rates", fault_of(_rates_fault, stage_rates, _WRONG_RATES, _hidden), praise)


def check_graduated_rates(graduated_rates: Callable) -> bool:
    """Check the learning rate of each stage, ``scale × multiplier × base_rate``, from multipliers without names.

    Args:
        graduated_rates: ``graduated_rates(scale, multipliers, head_multiplier, base_rate) -> dict`` from stage to rate;
            `multipliers` is a tuple of five numbers, for stem and stage1 to stage4, 0 for a frozen stage.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    praise = "one scale moves the rates of all stages, that of the head, too."
    return verdict("graduated_rates", fault_of(_graduated_fault, graduated_rates), praise)


def _graduated_fault(graduated_rates: Callable) -> str | None:
    def stage_rates(base: float, multipliers: Rates, scale: float) -> object:
        inner = tuple(multipliers[stage] for stage in _STAGES)
        return graduated_rates(scale, inner, multipliers[_HEAD], base)

    return _rates_fault(stage_rates, (*_WRONG_RATES, *_WRONG_GRADUATED), _hidden_graduated)


def _rates_fault(stage_rates: Callable, mistakes: Mistakes, draw_hidden: Callable) -> str | None:
    draw = case_generator()
    cases = draw_until(lambda: [_draw(draw, frozen) for frozen in (0, 1, 2)], partial(_is_telling, mistakes))
    answers, fault = answers_to(lambda case: _ask(stage_rates, *case), cases)
    if fault:
        return fault
    expected = [_rates(*case) for case in cases]
    if all(map(_same, answers, expected)):
        return find_hidden_fault(lambda *case: _is_wrong(stage_rates, *case), draw_hidden(draw))
    results = ((message, [mistake(*case) for case in cases]) for message, mistake in mistakes)
    return find_mistake(answers, results, _same) or _other_fault(cases, answers, expected)


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


def _hidden_graduated(draw: np.random.Generator) -> dict[str, list[Case]]:
    base, multipliers, scale = _draw(draw, 1)
    document = dict(zip(_STAGES, (0, 1, 2, 4, 8), strict=True)) | {_HEAD: 16}
    fractions = dict(zip(_STAGES, (0.25, 0.5, 0.5, 1.5, 2.5), strict=True)) | {_HEAD: 12.5}
    return {
        "multipliers that fall": [(base, dict(zip(_STAGES, (8, 4, 2, 1, 0), strict=True)) | {_HEAD: 16}, scale)],
        "multipliers that are fractions": [(base, fractions, scale)],
        "stages that are all frozen": [(base, dict.fromkeys(_STAGES, 0) | {_HEAD: 10}, scale)],
        "a frozen stage between others": [(base, multipliers | {"stage2": 0}, scale)],
        "equal multipliers": [(base, dict.fromkeys(_STAGES, 5) | {_HEAD: 20}, scale)],
        "a head that is slower than a stage": [(base, multipliers | {_HEAD: 1}, scale)],
        "the document's multipliers at scales of 0.25, 1 and 10": [(0.001, document, by) for by in (0.25, 1, 10)],
        "other rates": [_draw(draw, int(frozen)) for frozen in draw.integers(0, 4, 6)],
    }


def _draw(draw: np.random.Generator, frozen: int) -> Case:
    """Rising multipliers as in the document's section 4.3, the first `frozen` of them 0."""
    steps = np.cumsum(draw.integers(1, 4, len(_STAGES) - frozen)).tolist()
    multipliers = dict(zip(_STAGES, [0] * frozen + steps, strict=True)) | {_HEAD: int(draw.integers(15, 30))}
    base = float(draw.choice([0.0005, 0.001, 0.002, 0.005]))
    return base, multipliers, float(draw.choice([0.25, 0.5, 1.5, 2.5, 3, 4]))


def _is_telling(mistakes: Mistakes, cases: list[Case]) -> bool:
    answers = [(m, [function(*case) for case in cases]) for m, function in (("", _rates), *mistakes)]
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
        return f"the stage '{missing[0]}' is missing: each stage has a rate."
    extra = [stage for stage in rates if stage not in multipliers]
    return f"{extra[0]!r} is none of the stages." if extra else None


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
_RELATIVE = "it divides by the multiplier of the head: the base rate is that of a multiplier of 1."
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


def _with_inner(order: Callable[[list[float]], list[float]]) -> Callable[..., Rates]:
    """The function that gives the inner stages their multipliers in another order."""

    def rates(base: float, multipliers: Rates, scale: float) -> Rates:
        inner = order([multipliers[stage] for stage in _STAGES])
        return _rates(base, dict(zip(_STAGES, inner, strict=True)) | {_HEAD: multipliers[_HEAD]}, scale)

    return rates


def _all_in_order(order: Callable[[list[float]], list[float]]) -> Callable[..., Rates]:
    """The function that gives all stages and the head their multipliers in another order."""
    return lambda base, multipliers, scale: _rates(
        base, dict(zip(multipliers, order(list(multipliers.values())), strict=True)), scale
    )


_REVERSED = "the multipliers are reversed: the first one is that of the stem."
_SHIFTED = "the multipliers are shifted by one: the first one is that of the stem, the last one that of stage4."
_WRONG_GRADUATED = (
    (_REVERSED, _with_inner(lambda inner: inner[::-1])),
    (_REVERSED, _all_in_order(lambda values: values[::-1])),
    (_SHIFTED, _with_inner(lambda inner: inner[1:] + inner[:1])),
    (_SHIFTED, _with_inner(lambda inner: inner[-1:] + inner[:-1])),
    (_SHIFTED, _all_in_order(lambda values: values[1:] + values[:1])),
    ("the head comes last: it has a multiplier of its own.", _all_in_order(lambda values: values[-1:] + values[:-1])),
    (
        "the head has a multiplier of its own, not that of stage4.",
        lambda base, multipliers, scale: _rates(base, multipliers | {_HEAD: multipliers["stage4"]}, scale),
    ),
    (
        "the head has its own multiplier: it does not multiply that of stage4.",
        lambda base, ms, scale: _rates(base, ms | {_HEAD: ms[_HEAD] * ms["stage4"]}, scale),
    ),
    (
        "the head's multiplier is for the head alone.",
        lambda base, ms, scale: _rates(base, {s: ms[_HEAD] * (1 if s == _HEAD else m) for s, m in ms.items()}, scale),
    ),
    (
        "each stage has a multiplier of its own: it is not the product or sum of those before.",
        _with_inner(lambda inner: np.cumsum(inner).tolist()),
    ),
    (
        "the head has neither its multiplier nor the scale: its rate follows the same rule.",
        _by_stage(lambda base, value, scale, head: base * (1 if head else scale * value)),
    ),
    (
        "it forgets the base rate of the head.",
        _by_stage(lambda base, value, scale, head: scale * value * (1 if head else base)),
    ),
)
