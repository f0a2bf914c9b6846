"""MultiTune and SpotTune: an epoch against plain fine-tuning, and answers by route against computing both copies."""

from collections.abc import Iterator

from common import main, row

from course_lib.analysis.multitune.costs import cost_table, route_costs
from course_lib.data.spec import DataSpec, prepare


def run(size: str) -> Iterator[dict]:
    """CPU milliseconds of a training image by method, and of an answer by route; the peer is the plain way."""
    rounds = 2 if size == "quick" else 10
    data = DataSpec(source="mini:beetles", split="official", per_class=10, seed=0, size=36, crop=32)
    splits = prepare(data, progress=False)
    for cost in cost_table(splits, rounds=rounds).itertuples():
        what = f"{cost.method}, CPU ms a training image"
        yield row("two_networks", what, 1e3 * cost.seconds / len(splits.train), peer=1 / cost.ratio)
    for batch in (1, 32):
        for cost in route_costs(batch=batch, rounds=10 * rounds).itertuples():
            what = f"answer, {cost.route}, batches of {batch}, CPU ms an image"
            yield row("two_networks", what, cost.ms, peer=1 / cost.ratio)


if __name__ == "__main__":
    main(run)
