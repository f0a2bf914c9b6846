"""Checks of lessons 11 and 12 on the rates of the stages."""

import pytest

from course_lib.teaching.checks.rates import stages
from course_lib.training import Recipe
from course_lib.training.graduated import STAGES, graduated_recipe


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


def graduated(rate_of, order=lambda inner: inner):
    """The function that gives each stage rate_of(scale, multiplier, base_rate, stage), the inner ones in an order."""

    def rates(scale, multipliers, head_multiplier, base_rate):
        named = dict(zip(STAGES, order(multipliers), strict=True)) | {"head": head_multiplier}
        return {stage: rate_of(scale, value, base_rate, stage) for stage, value in named.items()}

    return rates


def product(scale, multiplier, base_rate, stage):
    return scale * multiplier * base_rate


def except_head(rate_of):
    """The function whose head has the rate rate_of(scale, multipliers, head_multiplier, base_rate)."""
    return lambda *given: graduated(product)(*given) | {"head": rate_of(*given)}


def without(left_out):
    """The function that leaves out some stages, by (name, rate)."""
    return lambda *given: {s: r for s, r in graduated(product)(*given).items() if not left_out(s, r)}


def by_layers(scale, multipliers, head_multiplier, base_rate):
    names = [f"IL{n}" for n in range(1, 6)] + ["LL"]
    return dict(zip(names, [scale * m * base_rate for m in (*multipliers, head_multiplier)], strict=True))


WRONG = {
    "check_graduated_rates": [
        (graduated(lambda scale, m, base, s: m * base), "it forgets the scale"),
        (except_head(lambda scale, ms, head, base: head * base), "it does not scale the head"),
        (graduated(lambda scale, m, base, s: m * base * (scale if s == "head" else 1)), "it scales the head alone"),
        (graduated(product, lambda inner: inner[::-1]), "the multipliers are reversed"),
        (graduated(product, lambda inner: inner[1:] + inner[:1]), "the multipliers are shifted by one"),
        (lambda scale, ms, head, base: graduated(product)(scale, (*ms[1:], head), ms[0], base), "shifted by one"),
        (
            lambda scale, ms, head, base: graduated(product)(scale, (head, *ms[:-1]), ms[-1], base),
            "the head comes last",
        ),
        (graduated(lambda scale, m, base, s: scale * m), "it forgets the base rate"),
        (except_head(lambda scale, ms, head, base: scale * head), "it forgets the base rate of the head"),
        (graduated(lambda scale, m, base, s: scale * base), "it forgets the multipliers"),
        (graduated(lambda scale, m, base, s: m * base / scale), "it divides by the scale"),
        (graduated(lambda scale, m, base, s: (m or 1) * scale * base), "a multiplier of 0 is a number"),
        (without(lambda stage, rate: rate == 0), "the frozen stage 'stem' is missing"),
        (without(lambda stage, rate: stage == "head"), "the stage 'head' is missing"),
        (by_layers, "the stage 'stem' is missing"),
        (except_head(lambda scale, ms, head, base: scale * base), "it leaves out the multiplier of the head"),
        (except_head(lambda scale, ms, head, base: scale * ms[-1] * base), "not that of stage4"),
        (except_head(lambda scale, ms, head, base: scale * ms[-1] * head * base), "does not multiply that of stage4"),
        (except_head(lambda scale, ms, head, base: base), "neither its multiplier nor the scale"),
        (graduated(product, lambda inner: [sum(inner[: n + 1]) for n in range(5)]), "of those before"),
        (lambda *given: list(graduated(product)(*given).values()), "a dict from stage to rate, not list"),
        (graduated(lambda *given: [product(*given)] * 2), "should be one number, not list"),
        (lambda *given: graduated(product)(*given) | {"stage5": 0.0}, "'stage5' is none of the stages"),
        (graduated(lambda scale, m, base, s: scale * m * 0.001), "yours is"),
        (graduated(product, sorted), "not for multipliers that fall"),
        (graduated(lambda scale, m, base, s: scale * int(m) * base), "not for multipliers that are fractions"),
        (graduated(lambda scale, m, base, s: min(scale, 5) * m * base), "at scales of 0.25, 1 and 10"),
    ],
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
        (with_inner, "'inner' is none of the stages"),
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


@pytest.mark.parametrize("scale", [0.25, 1, 10])
def test_the_check_follows_the_rule_of_the_graduated_recipe(scale):
    multipliers = {**dict(zip(STAGES, (0, 1, 2, 4, 8), strict=True)), "head": 16}
    assert graduated_recipe(scale).rates((*STAGES, "head")) == pytest.approx(stages._rates(0.001, multipliers, scale))
