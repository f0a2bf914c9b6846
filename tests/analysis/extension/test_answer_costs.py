"""Costs of an answer: what is counted, not what a clock says."""

from course_lib.analysis.extension.inference import answer_costs
from course_lib.analysis.extension.ways import ALL_FUSED, DIRECT, LAST_FUSED, POSITIONS
from course_lib.training.recipe import Recipe

CONCEPTS = 7


def test_more_layers_cost_their_classifiers_alone():
    recipe = Recipe(name="FT3-ex1-64", architecture="mini_squeezenet", hidden=(64,), aux_heads=())
    found = answer_costs(recipe, CONCEPTS, 32, rounds=1)
    assert list(found) == [DIRECT, *POSITIONS, LAST_FUSED, ALL_FUSED]
    added = {way: own.macs - found[DIRECT].macs for way, own in found.items()}
    assert added[POSITIONS[1]] == 64 * CONCEPTS
    assert added[POSITIONS[2]] == CONCEPTS**2
    assert added[POSITIONS[0]] < 0, "the layer below the extension needs no head"
    assert added[POSITIONS[1]] < added[LAST_FUSED] < added[ALL_FUSED]
    assert found[ALL_FUSED].memory_mb > found[LAST_FUSED].memory_mb > found[DIRECT].memory_mb
