"""The cost of an answer at inference, as ratios to the direct output: time, multiply-accumulates and memory."""

from collections.abc import Mapping

import pandas as pd

from course_lib.analysis.extension.ways import ALL_FUSED, DIRECT, LAST_FUSED, POSITIONS
from course_lib.models.starting import start_model
from course_lib.sweeps.studies.extension.questions import LAST, layers_of
from course_lib.training.inference import InferenceCost, inference_costs
from course_lib.training.recipe import Recipe


def answer_costs(recipe: Recipe, num_concepts: int, size: int = 48, *, rounds: int = 30) -> dict[str, InferenceCost]:
    """Measure the direct output, one layer, the last three fused and all layers fused, of a network of a recipe.

    The weights are random: they change no cost. Auxiliary heads are not run.

    Args:
        num_concepts: K, outputs of the head and classifiers of each layer.
        size: pixels a side.
        rounds: of the measurement of time.
    """
    layers = layers_of(recipe)
    sets = {POSITIONS[place]: layers[place - LAST :][:1] for place in range(LAST)}
    sets |= {LAST_FUSED: layers[-LAST:], ALL_FUSED: layers}
    model = start_model(recipe.architecture, None, num_concepts, recipe.hidden)
    found = inference_costs(model, size, list(sets.values()), num_concepts, rounds=rounds)
    return dict(zip((DIRECT, *sets), found, strict=True))


def costs_table(costs: Mapping[str, Mapping[str, InferenceCost]]) -> pd.DataFrame:
    """Each cost as a multiple of that of the same network's direct output.

    Args:
        costs: network → way → cost, of `answer_costs`.
    """
    rows = [
        {"network": network, "way": way} | cost_ratios(own, ways[DIRECT])
        for network, ways in costs.items()
        for way, own in ways.items()
    ]
    return pd.DataFrame(rows)


def cost_ratios(own: InferenceCost, direct: InferenceCost) -> dict[str, float]:
    """Time, multiply-accumulate operations and memory as multiples of another way's."""
    return {
        "time": own.seconds / direct.seconds,
        "operations": own.macs / direct.macs,
        "memory": own.memory_mb / direct.memory_mb,
    }
