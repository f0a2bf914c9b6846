"""Compare networks fine-tuned for many concepts with networks fine-tuned for few, on the same evaluated concepts."""

from collections.abc import Sequence
from dataclasses import replace

from course_lib.analysis.comparisons import Comparison, compare_runs
from course_lib.analysis.extension.concepts import concepts_of
from course_lib.analysis.extension.strategies import by_network, by_strategy, edge_of, mean_of
from course_lib.analysis.records import distinct


def by_number(records: Sequence[dict]) -> dict[int, list[dict]]:
    """Runs on keyframes by the number of concepts that they were trained for, rising."""
    numbers = sorted(distinct(len(concepts_of(record)) for record in records))
    return {number: [record for record in records if len(concepts_of(record)) == number] for number in numbers}


def more_concepts(records: Sequence[dict]) -> dict[tuple[str, str], Comparison]:
    """Compare many with few target concepts for each (network, strategy), paired by seed and evaluated concept.

    Both sides choose their rate by the validation score of all concepts that they were trained for. A pair of network
    and strategy without runs on both sides is left out.

    Args:
        records: limited to the evaluated concepts, see `on_evaluated`.

    Raises:
        ValueError: the runs are not of two numbers of concepts, or none can be paired.
    """
    numbers = by_number(records)
    if len(numbers) != 2:
        raise ValueError(f"runs were trained for {list(numbers)} concepts: give runs of two numbers")
    few, many = (_by_cell(runs) for runs in numbers.values())
    found = {}
    for cell in [cell for cell in few if cell in many]:
        if {run["seed"] for run in few[cell]} & {run["seed"] for run in many[cell]}:
            paired = compare_runs(many[cell], few[cell], labels=("many concepts", "few concepts"))
            found[cell] = replace(paired, edge=edge_of(many[cell], few[cell]))
    if not found:
        raise ValueError("no network has runs for few and for many concepts: let the study finish")
    return found


def mean_gain(comparisons: dict[tuple[str, str], Comparison], strategy: str) -> Comparison:
    """Average the comparisons of one strategy over the networks.

    Raises:
        ValueError: no comparison of this strategy.
    """
    own = [found for (_, name), found in comparisons.items() if name == strategy]
    if not own:
        raise ValueError(f"no comparison of '{strategy}': choose among {', '.join({name for _, name in comparisons})}")
    return mean_of(own)


def _by_cell(records: Sequence[dict]) -> dict[tuple[str, str], list[dict]]:
    return {
        (network, strategy): own
        for network, runs in by_network(records).items()
        for strategy, own in by_strategy(runs).items()
    }
