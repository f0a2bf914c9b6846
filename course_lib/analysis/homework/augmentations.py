"""The rows of Table VIII: finished runs by row, and the gain of each row over training without augmentation."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from course_lib.analysis.comparisons import Comparison, compare_runs
from course_lib.analysis.homework.printed import printed_augmentations
from course_lib.analysis.intervals import Interval, accuracy_interval, independent_difference
from course_lib.analysis.records import num_units, setting
from course_lib.analysis.scores import mean_score
from course_lib.analysis.selection import best_runs

BASELINE = "none"
# What a transform changes; a row with several of them is named after the first.
KINDS = {
    "ColorJitter": "colour",
    "RandomGrayscale": "colour",
    "RandomInvert": "colour",
    "RandomHorizontalFlip": "flip and rotation",
    "RandomAffine": "flip and rotation",
    "GaussianBlur": "blur",
}


def by_augmentation(records: Iterable[dict], rows: Mapping[str, Sequence]) -> dict[str, list[dict]]:
    """The records of each row, by its name, in the order of `rows`; rows without a record are left out.

    Args:
        records: finished runs, whatever their order of transforms (pick one with `select`).
        rows: name → transforms, e.g. ``course_lib.sweeps.TABLE_VIII``.

    Raises:
        ValueError: a record whose transforms are no row's.
    """
    name_of = {_as_text(step.model_dump(mode="json") for step in steps): name for name, steps in rows.items()}
    found: dict[str, list[dict]] = {name: [] for name in rows}
    for record in records:
        transforms = setting(record, "augmentation") or []
        if (text := _as_text(transforms)) not in name_of:
            raise ValueError(f"no row has the transforms {text}: leave this run out, or give its row a name")
        found[name_of[text]].append(record)
    return {name: runs for name, runs in found.items() if runs}


def augmentation_kind(transforms: Sequence) -> str:
    """What a row changes: ``"colour"``, ``"flip and rotation"`` or ``"blur"``.

    Raises:
        ValueError: no transform, or one that Table VIII does not have.
    """
    first = transforms[0].name if transforms else "no transform"
    if first not in KINDS:
        raise ValueError(f"'{first}' is of no kind in Table VIII: it has {', '.join(KINDS)}")
    return KINDS[first]


def augmentation_gains(
    records_by_row: Mapping[str, Sequence[dict]], baseline: str = BASELINE, confidence: float = 0.95
) -> dict[str, Interval]:
    """Test accuracy of each row minus the baseline's, paired by seed and test image; each seed chooses its own rate.

    Two errors are added as squares: of training again (t-interval over the seeds' differences) and of testing on
    other images (bootstrap over the shared ones). A single seed knows only the second.

    Raises:
        ValueError: no record of the baseline, or a row without a scored run of a common seed.
    """
    _check_baseline(records_by_row, baseline)
    gains = {}
    for name in (name for name in records_by_row if name != baseline):
        found = _against(name, records_by_row, baseline)
        images = f", {num_units(found.pairs[0][0])} shared images"
        gains[name] = _with_method(found, confidence, images)
    return gains


def group_gains(
    records_by_row: Mapping[str, Sequence[dict]],
    groups: Mapping[str, str],
    baseline: str = BASELINE,
    confidence: float = 0.95,
) -> dict[str, Interval]:
    """Mean gain of each group's rows, with the two errors of `augmentation_gains`.

    A group's rows are averaged seed by seed first: all of them subtract the same runs of the baseline, whose error
    their number does not average out.

    Args:
        groups: row → name of its group.

    Raises:
        ValueError: as `augmentation_gains`, or a row of no group.
    """
    rows = [name for name in records_by_row if name != baseline]
    if unknown := [name for name in rows if name not in groups]:
        raise ValueError(f"'{unknown[0]}' is of no group: name one for each row")
    _check_baseline(records_by_row, baseline)
    found = {}
    for group in dict.fromkeys(groups[name] for name in rows):
        members = [_against(name, records_by_row, baseline) for name in rows if groups[name] == group]
        pairs = tuple(pair for member in members for pair in member.pairs)
        edges = "; ".join(dict.fromkeys(member.edge for member in members if member.edge))
        found[group] = _with_method(Comparison(pairs, edge=edges), confidence)
    return found


def printed_gains(baseline: str = BASELINE, confidence: float = 0.95) -> dict[str, Interval]:
    """Printed test accuracy of each row of Table VIII minus that of its baseline.

    Nothing is known about which images the two runs had in common, so the interval is that of two independent test
    sets (Newcombe's, from Wilson's two): shared images would make it narrower, another training wider.

    Raises:
        ValueError: Table VIII has no such baseline.
    """
    rows = printed_augmentations()
    if baseline not in rows:
        raise ValueError(f"Table VIII has no row '{baseline}': choose from {'; '.join(rows)}")
    wilson = {name: accuracy_interval(row.test_correct, row.num_test, confidence) for name, row in rows.items()}
    return {name: independent_difference(found, wilson[baseline]) for name, found in wilson.items() if name != baseline}


def groups_table(records_by_row: Mapping[str, Sequence[dict]], groups: Mapping[str, str]) -> pd.DataFrame:
    """Gain of each group of rows in points: measured mean with its interval, least and most, and the same as printed.

    Args:
        groups: row → name of its group, as of `group_gains`.
    """
    table = {("measured", "mean, with interval"): group_gains(records_by_row, groups)}
    for origin, found in (("measured", augmentation_gains(records_by_row)), ("printed", printed_gains())):
        points = pd.Series({name: 100 * found[name].estimate for name in groups}).groupby(groups, sort=False)
        table |= {(origin, "least"): points.min().round(1), (origin, "most"): points.max().round(1)}
    table["printed", "mean"] = points.mean().round(1)
    return pd.DataFrame(table)


# Rows that are one experiment under several names: the same pictures come out, whatever the kernel size.
SAME_EXPERIMENTS = {
    "none = kernel 1": (BASELINE, "GaussianBlur(1)"),
    "kernels 13–27": tuple(f"GaussianBlur({size})" for size in (13, 17, 23, 27)),
}


def same_experiments_table(records_by_row: Mapping[str, Sequence[dict]]) -> pd.DataFrame:
    """Highest minus lowest accuracy, in points, among rows of Table VIII that are one experiment: what noise does."""
    printed = printed_augmentations()
    lines = {}
    for group, names in SAME_EXPERIMENTS.items():
        values = {
            "printed test": [printed[name].test_percent for name in names],
            "printed validation": [printed[name].val_percent for name in names],
            "measured test": [100 * mean_score(best_runs(records_by_row[name])).estimate for name in names],
        }
        lines[group] = {f"{what}, highest − lowest": f"{max(v) - min(v):.2f} points" for what, v in values.items()}
    return pd.DataFrame(lines).T


def _check_baseline(records_by_row: Mapping[str, Sequence[dict]], baseline: str) -> None:
    if baseline not in records_by_row:
        raise ValueError(f"no run of '{baseline}' to compare with: there are {'; '.join(records_by_row) or 'no runs'}")


def _against(name: str, records_by_row: Mapping[str, Sequence[dict]], baseline: str) -> Comparison:
    return compare_runs(records_by_row[name], records_by_row[baseline], labels=(name, baseline))


def _with_method(found: Comparison, confidence: float, images: str = "") -> Interval:
    interval, seeds = found.interval(confidence), len(found.by_seed)
    return replace(interval, method=f"seeds and images, {seeds} seeds{images}") if seeds > 1 else interval


def _as_text(transforms: Iterable[Mapping]) -> str:
    # The mean colour that fills a picture's corners is another number before and after normalisation: not compared.
    return json.dumps([{k: v for k, v in step.items() if k != "fill"} for step in transforms], sort_keys=True)
