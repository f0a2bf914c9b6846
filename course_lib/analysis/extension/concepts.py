"""Limit the scores of runs on keyframes to the evaluated concepts, of which the document's measure is the mean."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from course_lib.analysis.records import MAIN_PROBE, is_scored, origin_of, setting
from course_lib.data.mini.keyframes import CONCEPTS, EVALUATED
from course_lib.sweeps.studies.extension.grids import KEYFRAMES

LIMITED = "unit_concepts"  # key of a record whose scores are limited


def on_evaluated(records: Iterable[dict]) -> list[dict]:
    """Limit all test scores of runs on keyframes to `EVALUATED`; records of other images stay as they are.

    A network that was trained for few concepts and one that was trained for many have the same units then, in the
    order of `EVALUATED`, and can be paired: the test part of keyframes is given and has the same images for all.
    The validation score stays that of all concepts that a run was trained for, as is its choice of epoch and rate.

    Raises:
        ValueError: a run was not trained for all evaluated concepts, or a score has another number of units.
    """
    return [_limited(record) if setting(record, "source") == KEYFRAMES else record for record in records]


def concepts_of(record: Mapping) -> tuple[str, ...]:
    """Names of the concepts that a run on keyframes was trained for, in the order of its outputs."""
    return tuple(setting(record, "classes") or CONCEPTS)


def answered(records: Iterable[dict], probe: str) -> list[dict]:
    """Put the score of a probe in place of the network's own answer, in the runs that were asked for it.

    Functions that read the main score read that of the probe then. The validation score stays that of the network's own
    answer: it alone is known, and it chooses the rate.
    """
    return [
        record | {"scores": record["scores"] | {MAIN_PROBE: record["scores"][probe]}}
        for record in records
        if probe in (record.get("scores") or {}) and is_scored(record, probe)
    ]


def _limited(record: dict) -> dict:
    if LIMITED in record or not record.get("scores"):
        return record
    names = concepts_of(record)
    if missing := [name for name in EVALUATED if name not in names]:
        raise ValueError(f"a run was not trained for '{missing[0]}': give runs of all {len(EVALUATED)} evaluated ones")
    places = [names.index(name) for name in EVALUATED]
    given = setting(record, "split") == "official"
    images = f"{origin_of(record).get('data_fingerprint')}, given test part" if given else None
    scores = {name: _limit(score, places, len(names), images) for name, score in record["scores"].items()}
    return record | {"scores": scores, LIMITED: list(EVALUATED)}


def _limit(score: dict, places: Sequence[int], number: int, images: str | None) -> dict:
    """The score of the concepts at these places; of a run that diverged, without units, as it is."""
    units = score.get("units")
    if not units:
        return score
    if len(units) != number:
        raise ValueError(f"a score has {len(units)} units for {number} concepts: its record is of other data")
    kept = np.array([units[place] for place in places], dtype=float)
    limited = score | {"units": kept.tolist(), "value": float(np.nanmean(kept))}
    return limited | ({"tested_on": images} if images and not score.get("tested_on") else {})
