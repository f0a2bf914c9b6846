"""Tables of the learning rate multiplier k of the pretrained layers and the number of epochs e, FT1-def.

All functions take runs whose scores are limited to the evaluated concepts, see `on_evaluated`. The learning rate of the
new layer decides what a multiplier means, so each has a table of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from course_lib.analysis.comparisons import Comparison
from course_lib.analysis.extension.printed import printed_multipliers
from course_lib.analysis.intervals import Interval, seed_interval
from course_lib.analysis.records import MAIN_PROBE, probes_of, score_of, select, setting, units_of, values_of
from course_lib.training.direct import Direct

_RESAMPLES = 2000


def multiplier_of(record: Mapping) -> float:
    """Learning rate multiplier k of the pretrained layers; a recipe does not name one of 1."""
    return (setting(record, "multipliers") or {}).get("inner", 1.0)


def probe_after(epochs: float) -> str:
    """Name of the probe that scores the network after that number of epochs."""
    return Direct(epoch=epochs).name


def epochs_of(records: Sequence[dict]) -> list[float]:
    """Numbers of epochs after which the runs were scored, rising."""
    start = f"{MAIN_PROBE} after "
    return sorted({float(name.removeprefix(start)) for r in records for name in probes_of(r) if name.startswith(start)})


def rates_of(records: Sequence[dict]) -> list[float]:
    """Learning rates of the new layer, rising."""
    return sorted(values_of(records, "lr"))


def cells(records: Sequence[dict], lr: float, confidence: float = 0.95) -> dict[tuple[float, float], Interval]:
    """MAP at each (k, e) at one rate of the new layer: mean over seeds with its t-interval.

    Raises:
        ValueError: fewer than two seeds at a k.
    """
    runs = _by_multiplier(records, lr)
    return {
        (k, epochs): seed_interval([score_of(run, probe=probe_after(epochs)) for run in own], confidence)
        for k, own in runs.items()
        for epochs in epochs_of(records)
    }


def table(records: Sequence[dict], lr: float) -> pd.DataFrame:
    """MAP as a fraction, mean over seeds: a row for each k and a column for each e, as `printed_multipliers`."""
    runs, epochs = _by_multiplier(records, lr), epochs_of(records)
    rows = {
        k: [np.mean([score_of(run, probe=probe_after(e)) for run in own]) for e in epochs] for k, own in runs.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=pd.Index(epochs, name="epochs")).rename_axis("k")


def best_of_epochs(values: pd.DataFrame) -> dict[float, float]:
    """The k with the highest number of each e; of equal ones the lowest."""
    return {float(epochs): float(k) for epochs, k in values.idxmax().items()}


def best_cell(values: pd.DataFrame) -> tuple[float, float]:
    """The (k, e) with the highest number of all."""
    k, epochs = values.stack().idxmax()
    return float(k), float(epochs)


def edge_of(values: Sequence[float], best: float) -> str:
    """Which end of its grid the best value is: ``"lowest"``, ``"highest"`` or empty."""
    return {min(values): "lowest", max(values): "highest"}.get(best, "") if len(set(values)) > 1 else ""


def best_table(records: Sequence[dict]) -> pd.DataFrame:
    """The best k of each e and rate of the new layer, with its rate k · lr, and whether it is at an edge of the grid.

    The test images choose: a description of the tables, and no estimate of what a choice reaches.
    """
    rows = []
    for lr in rates_of(records):
        found = table(records, lr)
        for epochs, k in best_of_epochs(found).items():
            row = {"lr": lr, "epochs": epochs, "best k": k, "pretrained layers' rate": k * lr}
            rows.append(row | {"MAP %": 100 * found.loc[k, epochs], "edge": edge_of(list(found.index), k)})
    return pd.DataFrame(rows)


def chosen_multiplier(records: Sequence[dict]) -> tuple[float, float, str]:
    """The (k, lr) with the highest mean validation score, with the edges of the grid that it lies at, in words.

    Validation also chooses the number of epochs of each run, up to the longest.
    """
    places = {(k, lr): own for lr in rates_of(records) for k, own in _by_multiplier(records, lr).items()}
    best = max(places, key=lambda place: np.mean([score_of(run, "val") for run in places[place]]))
    sides = {name: edge_of([place[i] for place in places], best[i]) for i, name in enumerate(("k", "lr"))}
    return *best, ", ".join(f"the {end} {name} tried" for name, end in sides.items() if end)


def multipliers_of(records: Sequence[dict]) -> list[float]:
    """Multipliers k of the pretrained layers, rising."""
    return sorted({multiplier_of(record) for record in records})


def smaller_gap(records: Sequence[dict], lr: float, epochs: Sequence[float]) -> Comparison:
    """Compare the lowest k with the highest after so many epochs, paired by seed and concept; several e are averaged.

    Raises:
        ValueError: no run at this rate of the new layer, or no common seed.
    """
    runs = _by_multiplier(records, lr)
    sides = [[run for e in epochs for run in _after(runs[k], e)] for k in (min(runs), max(runs))]
    return _paired(*sides, len(epochs))


def longer_gap(records: Sequence[dict], lr: float, more: float, fewer: float) -> Comparison:
    """Compare two numbers of epochs of the same runs, paired by seed and concept; mean over all k."""
    runs = [run for own in _by_multiplier(records, lr).values() for run in own]
    return Comparison(tuple(zip(_after(runs, more), _after(runs, fewer), strict=True)))


def by_rate(records: Sequence[dict], epochs: float) -> pd.DataFrame:
    """MAP after so many epochs by the rate of the pretrained layers, k · lr, with t-intervals over seeds."""
    rows = []
    for lr in rates_of(records):
        for (k, own), found in cells(records, lr).items():
            if own == epochs:
                row = {"lr": lr, "k": k, "rate": k * lr, "MAP": found.estimate, "low": found.low, "high": found.high}
                rows.append(row)
    return pd.DataFrame(rows).sort_values("rate", kind="stable").reset_index(drop=True)


def explained(records: Sequence[dict], epochs: float, confidence: float = 0.95) -> dict[str, Interval]:
    """Share of the variance of MAP over all (k, lr) after so many epochs that one number explains (R²).

    The number is ``"rate"`` (k · lr, the rate of the pretrained layers), ``"k"`` or ``"lr"``; MAP is fitted by a
    parabola in its logarithm. ``"rate − k"`` and ``"rate − lr"`` are differences of shares. The intervals are
    percentile bootstraps over concepts and seeds together.

    Raises:
        ValueError: as `by_rate`.
    """
    places = by_rate(records, epochs)[["lr", "k", "rate"]]
    runs = {lr: _by_multiplier(records, lr) for lr in rates_of(records)}
    cells = [[[units_of(run, probe_after(epochs)) for run in runs[lr][k]]] for lr, k in places[["lr", "k"]].to_numpy()]
    units = np.array(cells)  # (cells, 1, seeds, concepts)
    means = np.concatenate([units.mean(axis=(2, 3)).T, _resampled(units)[:, :, 0]])  # the estimate, then the resamples
    shares = {name: _explained(np.log10(places[name].to_numpy(dtype=float)), means) for name in places}
    shares |= {f"rate − {name}": shares["rate"] - shares[name] for name in ("k", "lr")}
    return {name: _percentiles(values[0], values[1:], units, confidence) for name, values in shares.items()}


def _explained(x: np.ndarray, means: np.ndarray) -> np.ndarray:
    """R² of a parabola in x for each row of MAPs (rows, cells)."""
    design = np.vander(x, min(3, len(np.unique(x))))
    rest = means - means @ np.linalg.pinv(design).T @ design.T
    return 1 - rest.var(axis=1) / means.var(axis=1)


@dataclass(frozen=True)
class PrintedAgreement:
    """Spearman's correlation of a measured table with the printed one.

    Attributes:
        all_cells: over all cells. Both tables rise with e, so this says little about k.
        within_epochs: of the k at the same e, mean over e: what it says about k.
        mirrored: over all cells, of the printed table with itself in the reverse order of k: the control, a table that
            rises with e and is wrong about k.
    """

    all_cells: Interval
    within_epochs: Interval
    mirrored: float


def printed_agreement(records: Sequence[dict], lr: float, confidence: float = 0.95) -> PrintedAgreement:
    """Correlate the ranks of a table with those of the printed one, over the cells that both have.

    The intervals are percentile bootstraps over concepts and seeds together.

    Raises:
        ValueError: fewer than three common k, or fewer than two common e.
    """
    printed, runs = printed_multipliers(), _by_multiplier(records, lr)
    ks = [k for k in printed.index if k in runs]
    epochs = [e for e in printed.columns if e in epochs_of(records)]
    if len(ks) < 3 or len(epochs) < 2:
        raise ValueError(f"{len(ks)} k and {len(epochs)} e are in both tables: a correlation needs three and two")
    theirs = printed.loc[ks, epochs].to_numpy()
    ours = _units(runs, ks, epochs)  # (k, e, seeds, concepts)
    drawn = _resampled(ours)  # (resamples, k, e)
    tables = ours.mean(axis=(2, 3))
    found = (_percentiles(of(tables, theirs), of(drawn, theirs), ours, confidence) for of in (_overall, _within))
    return PrintedAgreement(*found, mirrored=float(_overall(theirs[::-1], theirs)))


def _by_multiplier(records: Sequence[dict], lr: float) -> dict[float, list[dict]]:
    """Runs at one rate of the new layer by k, rising."""
    runs = select(records, lr=lr)
    if not runs:
        raise ValueError(f"no run at lr {lr:g}: choose one of {', '.join(f'{rate:g}' for rate in rates_of(records))}")
    return {k: [run for run in runs if multiplier_of(run) == k] for k in multipliers_of(runs)}


def _after(runs: Sequence[dict], epochs: float) -> list[dict]:
    """The runs with the score after that number of epochs in place of their main score."""
    probe = probe_after(epochs)
    return [run | {"scores": run["scores"] | {MAIN_PROBE: run["scores"][probe]}} for run in runs]


def _paired(one: Sequence[dict], other: Sequence[dict], repeats: int) -> Comparison:
    """Pairs of equal seed; each seed has `repeats` of them, in the same order on both sides."""
    seeds = [seed for seed in values_of(one, "seed") if seed in values_of(other, "seed")]
    sides = [[run for seed in seeds for run in select(side, seed=seed)] for side in (one, other)]
    if not seeds or any(len(side) != repeats * len(seeds) for side in sides):
        raise ValueError("both sides need one run for each seed: give a finished grid")
    return Comparison(tuple(zip(*sides, strict=True)))


def _units(runs: Mapping[float, Sequence[dict]], ks: Sequence[float], epochs: Sequence[float]) -> np.ndarray:
    found = [[[units_of(run, probe_after(e)) for run in runs[k]] for e in epochs] for k in ks]
    return np.array(found)


def _resampled(units: np.ndarray) -> np.ndarray:
    """Tables (resamples, k, e) of resampled seeds and concepts, the same for all cells."""
    draw = np.random.default_rng(0)
    seeds, concepts = (
        draw.multinomial(number, np.full(number, 1 / number), size=_RESAMPLES) / number for number in units.shape[2:]
    )
    return np.einsum("kesc,bs,bc->bke", units, seeds, concepts, optimize=True)


def _percentiles(estimate, drawn: np.ndarray, units: np.ndarray, confidence: float) -> Interval:
    low, high = np.quantile(drawn, [0.5 - confidence / 2, 0.5 + confidence / 2])
    method = f"bootstrap, {units.shape[3]} concepts and {units.shape[2]} seeds"
    return Interval(float(estimate), float(low), float(high), method, unit="")


def _overall(ours: np.ndarray, printed: np.ndarray) -> np.ndarray:
    """Spearman's correlation over all cells of each table (…, k, e)."""
    return _spearman(ours.reshape(*ours.shape[:-2], -1), printed.ravel())


def _within(ours: np.ndarray, printed: np.ndarray) -> np.ndarray:
    """Spearman's correlation over the k of each e, mean over e."""
    return _spearman(ours.swapaxes(-1, -2), printed.T).mean(axis=-1)


def _spearman(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Spearman's correlation along the last axis; 0 where the values are all equal."""
    a, b = (stats.rankdata(values, axis=-1) - (values.shape[-1] + 1) / 2 for values in (a, b))
    size = np.sqrt((a**2).sum(axis=-1) * (b**2).sum(axis=-1))
    return (a * b).sum(axis=-1) / np.maximum(size, 1e-12)
