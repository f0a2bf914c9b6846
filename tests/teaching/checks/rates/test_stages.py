"""Check of lesson 11 on the rates of the stages."""

import pytest

from course_lib.teaching.checks.rates import stages
from course_lib.training import Recipe


def each(rate_of):
    """The function that gives each stage rate_of(base, multiplier, scale, stage)."""
    return lambda base, multipliers, scale: {s: rate_of(base, m, scale, s) for s, m in multipliers.items()}


def change_given(base, multipliers, scale):
    for stage in multipliers:
        multipliers[stage] *= base * scale
    return multipliers


def pop_frozen(base, multipliers, scale):
    for stage in [stage for stage, value in multipliers.items() if value == 0]:
        multipliers.pop(stage)
    return {stage: scale * base * value for stage, value in multipliers.items()}


def divide_by_head(base, multipliers, scale):
    return {stage: scale * base * value / multipliers["head"] for stage, value in multipliers.items()}


def known_stages(base, multipliers, scale):
    known = ("stem", "stage1", "stage2", "stage3", "stage4", "head")
    return {stage: scale * base * multipliers[stage] for stage in known}


def with_inner(base, multipliers, scale):
    return each(lambda b, m, s, stage: b * m * s)(base, multipliers, scale) | {"inner": 0.0}


WRONG = {
    "check_stage_rates": [
        (each(lambda base, m, scale, stage: m * base), "it forgets the scale"),
        (each(lambda base, m, scale, stage: m * base * (scale if stage == "head" else 1)), "it scales the head alone"),
        (each(lambda base, m, scale, stage: m * base * (1 if stage == "head" else scale)), "does not scale the head"),
        (divide_by_head, "it divides by the multiplier of the head"),
        (lambda base, ms, scale: divide_by_head(base, ms, 1), "it divides by the multiplier of the head"),
        (lambda base, ms, scale: [scale * m * base for m in ms.values()], "a dict from stage to rate, not list"),
        (lambda base, ms, scale: scale * base, "a dict from stage to rate, not float"),
        (lambda base, ms, scale: {s: scale * m * base for s, m in ms.items() if m}, "the frozen stage 'stem' is miss"),
        (pop_frozen, "it changes the dict"),
        (change_given, "it changes the dict"),
        (lambda base, ms, scale: {"head": ms["head"] * base * scale}, "is missing: each stage"),
        (with_inner, "'inner' is no stage of `multipliers`"),
        (each(lambda base, m, scale, stage: m * scale), "it forgets the base rate"),
        (each(lambda base, m, scale, stage: base * scale), "it forgets the multipliers"),
        (each(lambda base, m, scale, stage: m), "these are the multipliers"),
        (each(lambda base, m, scale, stage: m * base / scale), "it divides by the scale"),
        (each(lambda base, m, scale, stage: (m or 1) * base * scale), "a multiplier of 0 is a number"),
        (each(lambda base, m, scale, stage: (m + scale) * base), "it adds the scale"),
        (each(lambda base, m, scale, stage: round(m * base * scale, 2)), "yours is"),
        (each(lambda base, m, scale, stage: f"{m * base * scale}"), "should be one number, not str"),
        (each(lambda base, m, scale, stage: [m * base * scale] * 2), "should be one number, not list"),
        (known_stages, "not for stages with other names"),
        (each(lambda base, m, scale, stage: (m or int(stage == "head")) * base * scale), "not for a frozen head"),
        (each(lambda base, m, scale, stage: int(m) * base * scale), "not for multipliers that are fractions"),
    ],
}


@pytest.mark.parametrize("scale", [0.25, 1, 10])
def test_the_check_follows_the_rule_of_the_recipe(scale):
    base, multipliers = 0.001, {"stem": 0, "stage1": 1, "stage2": 2, "stage3": 4, "stage4": 8, "head": 16}
    recipe = Recipe(lr=base * scale, multipliers=multipliers)
    assert recipe.rates(tuple(multipliers)) == pytest.approx(stages._rates(base, multipliers, scale))
