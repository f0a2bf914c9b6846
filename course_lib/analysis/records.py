"""Read the record of a run by name. No other module of the analysis, figures and lessons spells the keys of a score.

A record is the dict that the ledger keeps of a finished run. Its score is made of *units*: for accuracy 0 or 1 for each
test image, for MAP the average precision of each concept. The score is the mean of its units.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import numpy as np

from course_lib.training.answers import decode, decode_probabilities

ACCURACY, MAP = "accuracy", "map"
MAIN_PROBE = "direct"  # the trained network's own answer on the test images
THINGS = {ACCURACY: "images", MAP: "concepts", "mxinfap": "concepts"}  # the units of a metric, in the plural


def setting(record: Mapping, name: str):
    """Value of a setting: from the record itself, its recipe or its data; else the default of such a field; else None.

    A record written before a setting existed has no value for it: the run used the default.
    """
    for part in (record, record.get("recipe") or {}, record.get("data") or {}):
        if name in part:
            return part[name]
    return default_of(name)


def default_of(name: str):
    """Default of a field of `Recipe` or `DataSpec` as JSON holds it; None for any other name."""
    return _defaults().get(name)


def settings_of(records: Sequence[Mapping]) -> list[dict]:
    """All settings of data and recipe of each record: the same names for all, defaults where a record lacks one."""
    given = [{**(r.get("data") or {}), **(r.get("recipe") or {})} for r in records]
    names = dict.fromkeys(name for own in given for name in own)
    return [{name: own[name] if name in own else default_of(name) for name in names} for own in given]


def select(records: Iterable[dict], **settings) -> list[dict]:
    """The records whose settings have these values, e.g. ``select(records, optimizer="sgd", few_shot=False)``.

    Lists and dicts are compared by content, tuples as lists: ``select(records, multipliers={"inner": 0})``.
    """
    wanted = {name: _as_json(value) for name, value in settings.items()}
    return [r for r in records if all(_as_json(setting(r, name)) == value for name, value in wanted.items())]


def values_of(records: Iterable[dict], name: str) -> list:
    """The different values of a setting, in order of first appearance; lists and dicts are compared by content."""
    return distinct(setting(record, name) for record in records)


def distinct(values: Iterable) -> list:
    """The different values, in order of first appearance; they need not be hashable."""
    found = {}
    for value in values:
        found.setdefault(_hashable(value), value)
    return list(found.values())


def metric_of(record: Mapping, probe: str = MAIN_PROBE) -> str:
    """Metric of a score: ``"accuracy"``, or of images with several labels ``"map"`` or ``"mxinfap"`` (inferred)."""
    found = _score(record, probe) or record
    return found.get("metric") or ACCURACY


def things_of(record: Mapping, probe: str = MAIN_PROBE) -> str:
    """What the units of a score are: ``"images"`` or ``"concepts"``."""
    return THINGS[metric_of(record, probe)]


def score_of(record: Mapping, part: str = "test", probe: str = MAIN_PROBE) -> float | None:
    """Score of a run: on the test images, or on the validation images at the chosen epoch; None if it has none.

    Args:
        part: ``"test"`` or ``"val"``.
        probe: which test score; validation images have one score only.

    Raises:
        ValueError: an unknown part.
    """
    if part not in ("test", "val"):
        raise ValueError(f"unknown part '{part}': choose test or val")
    if part == "val":
        return record.get("val_accuracy" if metric_of(record) == ACCURACY else "val_score")
    found = _score(record, probe)
    if found is not None:
        return found["value"]
    return record.get("test_accuracy") if probe == MAIN_PROBE else None


def units_of(record: Mapping, probe: str = MAIN_PROBE) -> np.ndarray:
    """Units of a test score (U,): 0 or 1 for each image, or the average precision of each concept.

    A concept without a positive test image has no average precision and is left out.

    Raises:
        ValueError: the run has no such score.
    """
    if not is_scored(record, probe):
        known = ", ".join(record.get("scores") or ()) or "none"
        raise ValueError(f"a run has no test score of the probe '{probe}' (its record holds {known}): run it again")
    found = _score(record, probe)
    units = as_units(record["test_outcomes"] if found is None else found["units"])
    return units[~np.isnan(units)]


def is_scored(record: Mapping, probe: str = MAIN_PROBE) -> bool:
    """Whether the record holds the units of this score."""
    found = _score(record, probe)
    return bool(found["units"] if found is not None else probe == MAIN_PROBE and record.get("test_outcomes"))


def num_units(record: Mapping, part: str = "test", probe: str = MAIN_PROBE) -> int | None:
    """Number of images or concepts of a score on the ``"test"`` or ``"val"`` images; None if unknown."""
    found = _score(record, probe) if part == "test" else None
    return len(units_of(record, probe)) if found is not None else num_images(record, part)


def probes_of(record: Mapping) -> tuple[str, ...]:
    """Names of the probes that a run has answered, the main one first."""
    others = tuple(name for name in record.get("scores") or () if name != MAIN_PROBE)
    return ((MAIN_PROBE,) if is_scored(record) else ()) + others


def val_correct(record: Mapping) -> float | None:
    """Number of validation images right, a whole number, so that equal accuracies of two devices compare equal.

    The score itself where the record does not tell the number of images, and for MAP.
    """
    score = score_of(record, "val")
    countable = score is not None and num_images(record, "val") and metric_of(record) == ACCURACY
    return round(score * num_images(record, "val")) if countable else score


def images_right(record: Mapping) -> int | None:
    """Number of test images right; None for a run that was not scored, or whose score is not an accuracy."""
    if record.get("test_correct") is not None:
        return record["test_correct"]
    score = score_of(record)
    countable = score is not None and metric_of(record) == ACCURACY
    return round(score * num_images(record, "test")) if countable else None


def num_images(record: Mapping, part: str) -> int | None:
    """Number of images of a part (``"train"``, ``"val"`` or ``"test"``); None if the record does not tell it."""
    return record.get(f"num_{part}")


def answers_of(record: Mapping) -> np.ndarray:
    """The class that a run answered for each test image, (N,), from the probe `Answers`.

    Raises:
        ValueError: the run was not asked for its answers.
    """
    return decode(_kept(record, "answers"))


def labels_of(record: Mapping) -> np.ndarray:
    """The right class of each test image, (N,), from the probe `Answers`.

    Raises:
        ValueError: the run was not asked for its answers.
    """
    return decode(_kept(record, "labels"))


def probabilities_of(record: Mapping) -> np.ndarray:
    """The probability of each class for each test image, (N, C), rounded to ninths, from the probe `Answers`.

    Raises:
        ValueError: the run was not asked for its answers, or not for probabilities.
    """
    return decode_probabilities(_kept(record, "probabilities"), len(answers_of(record)))


def history(record: Mapping) -> list[dict]:
    """One dict for each epoch: losses, accuracies, rates, seconds."""
    return record["history"]


def best_epoch(record: Mapping) -> int | None:
    """The epoch that validation chose (0-based); None if no epoch ended with finite losses."""
    return record.get("best_epoch")


def diverged(records: Iterable[dict]) -> list[dict]:
    """The runs whose loss became NaN or infinite."""
    return [r for r in records if r.get("status") == "diverged"]


def origin_of(record: Mapping) -> dict:
    """Provenance of the run: hashes of images, split and weights, hardware, library versions."""
    return record.get("provenance") or {}


def images_behind(record: Mapping, probe: str = MAIN_PROBE) -> tuple:
    """Identify the images that a score is of, by which scores can be paired.

    Of a run's own test images: the settings of its data, and the hashes of the images and of their split. Of a probe on
    other data: the hash of those images.
    """
    found = _score(record, probe) or {}
    if found.get("tested_on"):
        return (found["tested_on"],)
    settings = (setting(record, name) for name in ("source", "size", "split", "few_shot", "num_test"))
    origin = origin_of(record)
    return *settings, origin.get("data_fingerprint"), origin.get("split_hash")


def as_units(units: str | Sequence[float]) -> np.ndarray:
    """Units as an array (U,) of floats, from ``"0110…"`` or from numbers.

    Raises:
        ValueError: a text with other signs than 0 and 1.
    """
    if not isinstance(units, str):
        return np.asarray(units, dtype=float)
    if wrong := set(units) - {"0", "1"}:
        raise ValueError(f"an outcome string holds {min(wrong)!r}: only '0' (wrong) and '1' (right) are allowed")
    return np.frombuffer(units.encode(), dtype=np.uint8) - float(ord("0"))


def _kept(record: Mapping, name: str) -> str:
    """What the probe `Answers` keeps under a name."""
    found = _score(record, "answers") or {}
    if name not in found:
        how = " with keep='probabilities'" if name == "probabilities" else ""
        raise ValueError(
            f"a run's record has no {name} for each test image: give its trial the probe Answers{how}, "
            "and leave out runs that diverged"
        )
    return found[name]


def _score(record: Mapping, probe: str) -> dict | None:
    return (record.get("scores") or {}).get(probe)


@cache
def _defaults() -> dict:
    from course_lib.data.spec import DataSpec  # both import torch
    from course_lib.training.recipe import Recipe

    return DataSpec().model_dump(mode="json") | Recipe().model_dump(mode="json")


def _as_json(value):
    """The value as JSON would give it back: tuples become lists, settings with fields become dicts."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {key: _as_json(own) for key, own in value.items()}
    return [_as_json(own) for own in value] if isinstance(value, list | tuple) else value


def _hashable(value):
    value = _as_json(value)
    if isinstance(value, dict):
        return frozenset((key, _hashable(own)) for key, own in value.items())
    return tuple(map(_hashable, value)) if isinstance(value, list) else value
