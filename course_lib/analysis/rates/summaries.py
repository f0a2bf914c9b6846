"""Tables of the document on learning rates (Dube et al. 2018, sections 4.1 and 4.2): printed and measured.

The mini world's pairs are not the document's. So rows stand below each other and not side by side; what both have is a
number over all pairs.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from course_lib.analysis.intervals import Interval
from course_lib.analysis.rates import layers
from course_lib.analysis.rates.printed import printed_bests, printed_gains, printed_number
from course_lib.data.transfers import Transfer

LOW, HIGH = 0.01, 0.1  # the document's two rates of the last layer
_ByPair = dict[Transfer, list[dict]]


def gains_table(records: Sequence[dict]) -> pd.DataFrame:
    """Table 1, printed and measured: accuracy of the last layer alone at both rates, and the gain of the better one."""
    rows = [
        {
            "origin": "printed",
            "pair": f"{row.target} ← {row.source}",
            f"LL {LOW:g}": f"{row.low_percent:.2f} %",
            f"LL {HIGH:g}": f"{row.high_percent:.2f} %",
            "better LL": f"{row.better_lr:g}",
            "gain": f"{row.gain_percent:.2f} %",
        }
        for row in printed_gains()
    ]
    for pair, runs in layers.by_pair(records).items():
        better, gain = layers.relative_head_gain(runs, LOW, HIGH)
        row = {"origin": "measured", "pair": pair.name}
        row |= {f"LL {head:g}": str(layers.accuracy_by_rate(runs, head)[0.0]) for head in (LOW, HIGH)}
        rows.append(row | {"better LL": f"{better:g}", "gain": str(gain)})
    return pd.DataFrame(rows).set_index(["origin", "pair"])


def bests_table(records: Sequence[dict]) -> pd.DataFrame:
    """Table 2, printed and measured: the best inner rates α, and the difference of the best accuracies.

    A measured α has a value for each seed. A dagger marks a pair in which most seeds choose the highest rate tried.
    """
    rows = [
        {
            "origin": "printed",
            "pair": f"{row.target} ← {row.source}",
            f"α at LL {LOW:g}": f"{row.alpha_low:g}",
            f"α at LL {HIGH:g}": f"{row.alpha_high:g}",
            "best of 0.1 − best of 0.01": f"{row.difference_points:.2f} points",
        }
        for row in printed_bests()
    ]
    for pair, runs in layers.by_pair(records).items():
        row = {"origin": "measured", "pair": pair.name}
        row |= {f"α at LL {head:g}": _alphas(runs, head) for head in (LOW, HIGH)}
        rows.append(row | {"best of 0.1 − best of 0.01": str(layers.head_gain(runs, LOW, HIGH))})
    return pd.DataFrame(rows).set_index(["origin", "pair"])


def inner_table(records: Sequence[dict]) -> pd.DataFrame:
    """Gain of faster inner layers over frozen ones, and over the lowest rate above 0, the control: a row for a pair."""
    lowest = min(rate for rate in map(layers.inner_rate, records) if rate > 0)
    rows = {}
    for pair, runs in layers.by_pair(records).items():
        row = {"over frozen": str(layers.inner_gain(runs))}
        if any(layers.inner_rate(run) > lowest for run in runs):
            row[f"over IL {lowest:g}"] = str(layers.inner_gain(runs, still=lowest))
        rows[pair.name] = row
    return pd.DataFrame.from_dict(rows, orient="index")


def choice_table(records: Sequence[dict]) -> pd.DataFrame:
    """How much higher the best accuracy is where the test images choose the inner rate: a row for each pair."""
    rows = {
        pair.name: {f"LL {head:g}": str(layers.choice_optimism(runs, head)) for head in (LOW, HIGH)}
        for pair, runs in layers.by_pair(records).items()
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def summary_table(records: Sequence[dict]) -> pd.DataFrame:
    """What sections 4.1 and 4.2 say of all pairs together, printed and measured."""
    pairs = layers.by_pair(records)
    rows = {}
    for lines in (_head_rows, _sensitivity_rows, _best_rows):
        rows |= lines(pairs)
    rows |= {
        f"rank correlation of α and images per label, LL {head:g}": (
            "no number (Fig. 9)",
            str(layers.rank_correlation(records, head)),
        )
        for head in (LOW, HIGH)
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["printed", "measured"])


def _head_rows(pairs: _ByPair) -> dict[str, tuple[str, str]]:
    printed, gaps = printed_gains(), [layers.head_only_gain(runs, LOW, HIGH) for runs in pairs.values()]
    gains = {pair.name: layers.relative_head_gain(runs, LOW, HIGH)[1] for pair, runs in pairs.items()}
    largest = max(gains, key=lambda name: gains[name].estimate)
    row = max(printed, key=lambda row: row.gain_percent)
    better = sum(row.better_lr == LOW for row in printed)
    return {
        "last layer alone: which LL is better": (
            f"{LOW:g} in {better}, {HIGH:g} in {len(printed) - better}",
            _signs(gaps, f"{LOW:g}", f"{HIGH:g}"),
        ),
        "largest gain of the better LL": (
            f"{row.gain_percent:.2f} % ({row.target})",
            f"{gains[largest]} ({largest.split()[0]})",
        ),
    }


def _sensitivity_rows(pairs: _ByPair) -> dict[str, tuple[str, str]]:
    rows = {}
    for head in (LOW, HIGH):
        betas = [layers.sensitivity(runs, head).estimate for runs in pairs.values()]
        noise = [layers.noise_sensitivity(runs, head) for runs in pairs.values()]
        found = f"{100 * np.median(betas):.0f} % (noise alone: {100 * np.median(noise):.0f} %)"
        rows[f"median β, LL {head:g}"] = (f"{printed_number(f'beta_{head:g}_median'):.2f} %", found)
    for name, same in (("β of LL 0.1 − β of LL 0.01", False), ("the same, with the same inner rates", True)):
        gaps = [layers.sensitivity_gap(runs, LOW, HIGH, same_inner=same) for runs in pairs.values()]
        above = sum(gap.estimate > 0 for gap in gaps)
        printed = "–" if same else f"above 0 in all {len(printed_gains())}"
        rows[name] = (printed, f"above 0 in {above}; {_signs(gaps, 'below', 'above')}")
    return rows


def _best_rows(pairs: _ByPair) -> dict[str, tuple[str, str]]:
    printed = printed_bests()
    up, down = (sum(sign * row.difference_points > 0 for row in printed) for sign in (1, -1))
    gaps = [layers.head_gain(runs, LOW, HIGH) for runs in pairs.values()]
    rows = {
        "best accuracy: which LL is better": (
            f"{LOW:g} in {down}, {HIGH:g} in {up}, equal in {len(printed) - up - down}",
            _signs(gaps, f"{LOW:g}", f"{HIGH:g}"),
        )
    }
    for head, alphas in ((LOW, [row.alpha_low for row in printed]), (HIGH, [row.alpha_high for row in printed])):
        edges = sum(bool(layers.alpha_edge(runs, head)) for runs in pairs.values())
        name = f"pairs whose α is the highest rate tried, LL {head:g}"
        rows[name] = (f"{alphas.count(head)} of {len(printed)}", f"{edges} of {len(pairs)}")
    return rows


def _signs(gaps: Sequence[Interval], below: str, above: str) -> str:
    """``"0.01 in 0, 0.1 in 2, undecided in 6"``: counts of the intervals below 0, above 0 and around 0."""
    down, up = sum(gap.high < 0 for gap in gaps), sum(gap.low > 0 for gap in gaps)
    return f"{below} in {down}, {above} in {up}, undecided in {len(gaps) - down - up}"


def _alphas(runs: Sequence[dict], head: float) -> str:
    text = ", ".join(f"{rate:g}" for rate in layers.best_inner_rates(runs, head))
    return f"{text} †" if layers.alpha_edge(runs, head) else text
