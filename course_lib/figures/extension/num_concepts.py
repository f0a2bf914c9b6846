"""Figure of lesson 14: fine-tuned for few or for many concepts, the same ones evaluated."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from course_lib.analysis.extension import num_concepts
from course_lib.analysis.intervals import Interval
from course_lib.figures.style import BLACK, EDGE_NOTE, SERIES, draw_interval, new_figure, styled


@styled
def more_concepts(records: Sequence[dict]) -> Figure:
    """Plot MAP after fine-tuning for many concepts minus that for few, a row for each network and strategy.

    The title has the mean over the networks for each strategy.

    Args:
        records: runs of the study `num_concepts`, limited to the evaluated concepts.
    """
    found = num_concepts.more_concepts(records)
    kinds = list(dict.fromkeys(strategy for _, strategy in found))
    means = {strategy: own.interval() for strategy, own in num_concepts.mean_gain(records).items()}
    few, many = num_concepts.by_number(records)
    words = "; ".join(f"{strategy} {_verdict(mean)}" for strategy, mean in means.items())
    title = f"Fine-tuned for {many} concepts minus {few}, mean over the networks: {words}"
    networks = list(dict.fromkeys(network for network, _ in found))
    rows = [*((network, strategy) for network in networks for strategy in kinds if (network, strategy) in found)]
    figure = new_figure(title, width=11.0, height=2.5 + 0.42 * (len(rows) + len(kinds)))
    axes = figure.subplots()
    gaps = [(f"{network}, {strategy}", strategy, found[network, strategy].interval()) for network, strategy in rows]
    gaps += [(f"mean, {strategy}", strategy, mean) for strategy, mean in means.items()]
    for row, (_, strategy, gap) in enumerate(reversed(gaps)):
        number = kinds.index(strategy)
        look = {"color": SERIES[number], "marker": "os^D"[number % 4]}
        draw_interval(axes, 100 * gap.estimate, row, 100 * gap.low, 100 * gap.high, **look)
    axes.axvline(0, color=BLACK, linewidth=1.2)
    axes.axhline(len(kinds) - 0.5, color=BLACK, linewidth=0.8)
    axes.set_yticks(range(len(gaps)), [f"{name}{'†' if gap.edge else ''}" for name, _, gap in reversed(gaps)])
    method = gaps[0][2].method
    label = f"MAP with {many} target concepts minus {few}, the same evaluated (points)"
    axes.set_xlabel(f"{label}\n95 % intervals: {method}\n{EDGE_NOTE}")
    return figure


def _verdict(gap: Interval) -> str:
    return f"{gap}{'' if gap.low > 0 or gap.high < 0 else ', not shown'}"
