"""Check of lesson 04 on stored features: a rule for recipes of many kinds."""

from collections.abc import Callable

import numpy as np

from course_lib.teaching.checks.cases import case_generator
from course_lib.teaching.checks.common import as_truth, attempt, fault_of, find_hidden_fault, verdict
from course_lib.training import Recipe

_STAGES = ("stem", "stage1", "stage2", "stage3", "stage4")
_SMALLEST = 1e-4  # multiplier; with the smallest lr of 0.001 a rate of 1e-7, above what np.isclose takes for 0
_FROZEN = {"inner": 0}

Case = tuple[Recipe, tuple[str, ...], bool, str]  # recipe, inner stages, whether its features can be stored, why


def check_storable(can_be_stored: Callable) -> bool:
    """Check a function that says whether a recipe's features may be computed once and stored.

    Args:
        can_be_stored: ``can_be_stored(recipe, inner_stages) -> bool``.

    Returns:
        whether it is right for recipes of many kinds; the message names the kind of recipe that it is wrong about.
    """
    fault = fault_of(_storable_fault, can_be_stored)
    return verdict("can_be_stored", fault, "stored where nothing before the head moves and the images stay the same.")


def _storable_fault(can_be_stored: Callable) -> str | None:
    """What is wrong with the answers, or None."""
    draw = case_generator()
    for case in _shown_cases(draw):
        if fault := _case_fault(can_be_stored, *case):
            return fault
    hidden = {
        "networks with other stages": _cases_of_stages(draw, _draw_stages(draw)),
        "other recipes": [_draw_case(draw, _STAGES) for _ in range(30)],
    }
    return find_hidden_fault(lambda *case: _case_fault(can_be_stored, *case), hidden)


def _case_fault(can_be_stored: Callable, recipe: Recipe, stages: tuple[str, ...], wanted: bool, why: str) -> str | None:
    answer, fault = attempt(can_be_stored, recipe, stages)
    if fault:
        return fault
    if (truth := as_truth(answer)) is None:
        return f"it should return True or False, not {type(answer).__name__}."
    return None if truth == wanted else f"{truth} is wrong for one recipe: {why}."


def _shown_cases(draw: np.random.Generator) -> list[Case]:
    """A case of each kind; each stage moves alone in one of them."""
    alone = [
        (Recipe.full(multipliers={**_FROZEN, stage: 1}, lr=_draw_rate(draw)), _STAGES, False, f"{name} moves, {why}")
        for stage, name, why in _MOVES
    ]
    all_stages = "with full fine-tuning every stage moves, and the features with it"
    small = "a small rate moves the stages, too: only 0 is frozen"
    still = "random filters that stand still give the same features each time, if not good ones"
    head = "rate, optimiser and hidden layers of the head change nothing before the head"
    return [
        (Recipe.last_layer(lr=_draw_rate(draw)), _STAGES, True, "the last layer alone moves"),
        (Recipe.full(lr=0.1), _STAGES, False, all_stages),
        (Recipe.full(multipliers={"inner": _SMALLEST}, lr=0.001), _STAGES, False, small),
        *(alone[place] for place in draw.permutation(len(alone))),
        _augmented(draw, _STAGES),
        (Recipe.scratch(multipliers=_FROZEN), _STAGES, True, still),
        (_another_head(draw), _STAGES, True, head),
    ]


_MOVES = (
    ("stem", "the stem", "and all later stages build on it"),
    *((stage, stage, "and the stages after it get other inputs") for stage in ("stage1", "stage2", "stage3")),
    ("stage4", "stage4", "and it makes the features"),
)


def _draw_rate(draw: np.random.Generator) -> float:
    return float(10 ** draw.uniform(-3, -0.5))


def _moving(draw: np.random.Generator, moving: tuple[str, ...], stages: tuple[str, ...]) -> Case:
    """A case in which some stages move, each at a rate of its own."""
    factors = {stage: float(draw.choice([1, 0.1, 0.01, _SMALLEST])) for stage in moving}
    make = Recipe.full if draw.random() < 0.5 else Recipe.scratch
    return make(lr=_draw_rate(draw), multipliers={**_FROZEN, **factors}), stages, False, "some stages move"


def _augmented(draw: np.random.Generator, stages: tuple[str, ...]) -> Case:
    """A case with random changes of the images."""
    from course_lib.data import RandomHorizontalFlip

    recipe = Recipe.last_layer(lr=_draw_rate(draw), augmentation=(RandomHorizontalFlip(),))
    return recipe, stages, False, "augmentation makes other images in every epoch, so other features"


def _another_head(draw: np.random.Generator) -> Recipe:
    return Recipe.last_layer(
        optimizer="sgd", lr=_draw_rate(draw), weight_decay=0.1, hidden=(int(draw.integers(16, 99)),)
    )


def _draw_stages(draw: np.random.Generator) -> tuple[str, ...]:
    """Names of the inner stages of another network."""
    return ("stem", *(f"block{number}" for number in range(1, int(draw.integers(3, 8)))))


def _cases_of_stages(draw: np.random.Generator, stages: tuple[str, ...]) -> list[Case]:
    """Cases of one network: no stage moves, and each stage moves alone."""
    still = Recipe.last_layer(lr=_draw_rate(draw)), stages, True, "the last layer alone moves"
    return [still, *(_moving(draw, (stage,), stages) for stage in stages)]


def _draw_case(draw: np.random.Generator, stages: tuple[str, ...]) -> Case:
    """A random recipe for a network with these stages."""
    kind = int(draw.integers(5))
    if kind == 0:
        return _augmented(draw, stages)
    if kind == 1:
        return Recipe.last_layer(lr=_draw_rate(draw)), stages, True, ""
    if kind == 2:
        return _another_head(draw), stages, True, ""
    count = 1 if kind == 3 else int(draw.integers(1, len(stages)))
    return _moving(draw, tuple(draw.choice(stages, count, replace=False).tolist()), stages)
