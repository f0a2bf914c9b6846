"""Scores of every source for every target before anything is fine-tuned, beside rankings that need no score.

The scores of all pairs ship in ``data/results/rates/source_scores.csv``; ``python -m course_lib.analysis.rates.scoring
FILE`` writes them again.
"""

import csv
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from course_lib.analysis.ranking import static_scores
from course_lib.analysis.rates.frozen_outputs import outputs_of
from course_lib.analysis.rates.sources import SourceMatrix, by_target, source_matrix
from course_lib.analysis.records import values_of
from course_lib.analysis.transferability import source_scores
from course_lib.data.mini.domains import DOMAINS
from course_lib.data.spec import prepare
from course_lib.data.splits import Splits
from course_lib.data.targets import judged_closeness, small_target, target_names
from course_lib.models.shipped import describe_shipped
from course_lib.paths import shipped_dir
from course_lib.sweeps.studies.rates.sources import STARTS

STATIC = "accuracy at home"
IMAGES = "images at home"
JUDGED = "judged by meaning"
HEAD_ONLY = "head-only training"
AFTERWARDS = "validation after fine-tuning"
_FILE = "source_scores.csv"
_COLUMNS = ("target", "source", "seed", "score", "value")
_SEEDS = 3
_FOLDS = 5
_SIZE = 48  # pixels a side of the shipped scores
_DIGITS = 6  # of a value in the file


def scores_of(source: str, splits: Splits) -> dict[str, float]:
    """Compute all scores of a source for a target from its training images, see `source_scores`."""
    features, probabilities = outputs_of(STARTS[source], splits)
    labels = splits.train.labels.numpy()
    rarest = int(np.bincount(labels).min())
    return source_scores(features, labels, probabilities, folds=min(_FOLDS, rarest))


def score_table(targets: Sequence[str], seeds: int = 1, *, size: int = _SIZE, images: int = 160) -> pd.DataFrame:
    """Compute the scores of every source for some targets: columns target, source, seed, score, value.

    Args:
        targets: names, see `target_names`.
        seeds: how many draws of the training images, from seed 0 on.
        size, images: of the targets, see `small_target`.
    """
    rows = []
    for target in targets:
        for seed in range(seeds):
            splits = prepare(small_target(target, size=size, seed=seed, images=images))
            for source in DOMAINS:
                found = scores_of(source, splits)
                rows += [(target, source, seed, name, round(value, _DIGITS)) for name, value in found.items()]
    return pd.DataFrame(rows, columns=_COLUMNS)


def shipped_scores() -> pd.DataFrame:
    """Read the scores of all pairs and three seeds that ship with the course: columns as of `score_table`."""
    return pd.read_csv(shipped_dir("data/results") / "rates" / _FILE)


def scores_for(records: Sequence[dict]) -> pd.DataFrame:
    """Find the scores for the targets of finished runs: shipped, or computed for images of another size.

    Args:
        records: runs of the study `sources`.
    """
    sizes = values_of(records, "size")
    if len(sizes) != 1:
        raise ValueError(f"runs at {sizes} pixels: give runs of one size")
    if sizes == [_SIZE]:
        return shipped_scores()
    return _computed(tuple(by_target(records)), len(values_of(records, "seed")), sizes[0])


@cache
def _computed(targets: tuple[str, ...], seeds: int, size: int) -> pd.DataFrame:
    return score_table(targets, seeds, size=size)


def score_matrices(table: pd.DataFrame, matrix: SourceMatrix) -> dict[str, np.ndarray]:
    """Scores as matrices (T, S) by name, mean over seeds; NaN where the matrix has no candidate.

    Raises:
        ValueError: the table lacks a target or a source of the matrix.
    """
    found = {}
    empty = np.isnan(matrix.candidates).all(axis=2)
    for name, own in table.groupby("score", sort=False):
        wide = own.pivot_table(index="target", columns="source", values="value")
        wide = wide.reindex(index=matrix.targets, columns=matrix.sources)
        if (lacking := wide.isna().to_numpy() & ~empty).any():
            target, source = (int(place) for place in np.argwhere(lacking)[0])
            pair = f"{matrix.sources[source]} for {matrix.targets[target]}"
            raise ValueError(f"no {name} of the source {pair}: compute it by score_table")
        found[name] = np.where(empty, np.nan, wide.to_numpy())
    return found


def all_rankings(
    matrix: SourceMatrix, table: pd.DataFrame, heads: Sequence[dict] = (), runs: Sequence[dict] = ()
) -> dict[str, np.ndarray]:
    """Every way to rank the sources, as matrices (T, S) by name; the first needs nothing of the target.

    Args:
        matrix: what the sources turned out to be worth.
        table: see `score_table`.
        heads: runs of the last layer alone: their validation accuracy is a score that costs a short training.
        runs: runs of full fine-tuning: their validation accuracy is known only when all the work is done, and it is
            of the very runs that are ranked.
    """
    candidates = matrix.candidates
    home = [describe_shipped(STARTS[source]).test_accuracy for source in matrix.sources]
    images = [DOMAINS[source].num_images for source in matrix.sources]
    judged = [[judged_closeness(target, source) for source in matrix.sources] for target in matrix.targets]
    found = {STATIC: static_scores(home, candidates), IMAGES: static_scores(images, candidates)}
    found[JUDGED] = np.where(np.isnan(candidates).all(axis=2), np.nan, judged)
    found |= score_matrices(table, matrix)
    for name, records in ((HEAD_ONLY, heads), (AFTERWARDS, runs)):
        if records:
            found[name] = source_matrix(records, part="val").candidates.mean(axis=2)
    return found


def write_scores(path: Path, targets: Sequence[str] | None = None, seeds: int = _SEEDS) -> None:
    """Compute the scores of all pairs and write them as CSV."""
    table = score_table(targets or target_names(), seeds)
    table.to_csv(path, index=False, quoting=csv.QUOTE_MINIMAL, float_format=f"%.{_DIGITS}g")


if __name__ == "__main__":
    write_scores(Path(sys.argv[1]))
