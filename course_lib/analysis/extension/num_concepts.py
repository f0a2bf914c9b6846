"""Compare networks fine-tuned for many concepts with networks fine-tuned for few, on the same evaluated concepts."""

from collections.abc import Sequence

from course_lib.analysis.comparisons import Comparison
from course_lib.analysis.extension.concepts import concepts_of
from course_lib.analysis.extension.strategies import Sides, by_network, by_strategy, compare_sides
from course_lib.analysis.records import distinct


def by_number(records: Sequence[dict]) -> dict[int, list[dict]]:
    """Runs on keyframes by the number of concepts that they were trained for, rising."""
    numbers = sorted(distinct(len(concepts_of(record)) for record in records))
    return {number: [record for record in records if len(concepts_of(record)) == number] for number in numbers}


def paired_sides(records: Sequence[dict]) -> dict[tuple[str, str], Sides]:
    """Runs for many and for few concepts of each (network, strategy) that has a seed on both sides.

    Raises:
        ValueError: the runs are not of two numbers of concepts, or none can be paired.
    """
    numbers = by_number(records)
    if len(numbers) != 2:
        raise ValueError(f"runs were trained for {list(numbers)} concepts: give runs of two numbers")
    few, many = (_by_cell(runs) for runs in numbers.values())
    seeds = [{cell: {run["seed"] for run in own} for cell, own in side.items()} for side in (few, many)]
    found = {cell: (many[cell], few[cell]) for cell in few if cell in many and seeds[0][cell] & seeds[1][cell]}
    if not found:
        raise ValueError("no network has runs for few and for many concepts: let the study finish")
    return found


def more_concepts(records: Sequence[dict]) -> dict[tuple[str, str], Comparison]:
    """Compare many with few target concepts for each (network, strategy), paired by seed and evaluated concept.

    Both sides choose their rate by the validation score of all concepts that they were trained for.

    Args:
        records: limited to the evaluated concepts, see `on_evaluated`.

    Raises:
        ValueError: as `paired_sides`.
    """
    return {cell: compare_sides([sides]) for cell, sides in paired_sides(records).items()}


def mean_gain(records: Sequence[dict]) -> dict[str, Comparison]:
    """Compare many with few target concepts, mean over the networks, for each strategy.

    Raises:
        ValueError: as `paired_sides`.
    """
    cells = paired_sides(records)
    strategies = dict.fromkeys(strategy for _, strategy in cells)
    return {
        name: compare_sides([own for (_, strategy), own in cells.items() if strategy == name]) for name in strategies
    }


def _by_cell(records: Sequence[dict]) -> dict[tuple[str, str], list[dict]]:
    return {
        (network, strategy): own
        for network, runs in by_network(records).items()
        for strategy, own in by_strategy(runs).items()
    }
