"""Which runs may be compared: those whose settings are all equal but what a study varies. And settings in words."""

from collections import Counter
from collections.abc import Mapping, Sequence

from course_lib.analysis.records import distinct, origin_of, settings_of
from course_lib.sweeps.study import VARY

LABEL = "name"  # of a recipe: runs that differ in it alone are the same training
_SHOWN = 4  # values of a setting in a message


def check_comparable(records: Sequence[dict], vary: Sequence[str] = VARY) -> None:
    """Check that the runs differ in the settings `vary`, the seed and the recipe's label alone.

    All settings of recipe and data count, and the hashes of the images, of their split and of the weights at the
    start. A setting that a record lacks has its default: an older run could not have another value.

    Raises:
        ValueError: they differ in another setting; the message names it with its values.
    """
    settings = settings_of(records)
    for name in _different(settings, vary):
        values = [in_words(name, value) for value in distinct(own[name] for own in settings)]
        shown = ", ".join(values[:_SHOWN]) + (f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else "")
        advice = "give runs of one split" if name == "seed" else f"pick one with select(records, {name}=…)"
        raise ValueError(f"records mix {name} = {shown}: {advice}")
    for name, about in _hashes(records, vary).items():
        if len(found := {origin_of(r).get(name) for r in records} - {None}) > 1:
            raise ValueError(f"records mix {len(found)} kinds of {about} under one name: compare runs of one of them")


def widen(records: Sequence[dict], more: Sequence[dict], vary: Sequence[str] = VARY) -> list[dict]:
    """Add those runs to a grid that differ from one of its runs in the settings `vary` and the seed alone.

    Args:
        more: runs of other studies, of whatever settings.
    """
    settings, known = settings_of([*records, *more]), {record["key"] for record in records}
    alike = [{name: value for name, value in own.items() if name not in (*vary, LABEL, "seed")} for own in settings]
    grids = distinct(alike[: len(records)])
    added = zip(more, alike[len(records) :], strict=True)
    return [*records, *(run for run, own in added if own in grids and run["key"] not in known)]


def comparable_groups(records: Sequence[dict], vary: Sequence[str] = VARY) -> dict[str, list[dict]]:
    """Lists of comparable runs, by a heading that names as few settings as tell the lists apart.

    Lists and runs keep the order in which they first appear. A single list has an empty heading.
    """
    settings = settings_of(records)
    names = [name for name in (settings[0] if settings else ()) if name not in vary]
    headings = [""] * len(records)
    for name in names:
        longer = [f"{h}, {_in_heading(name, own[name])}" for h, own in zip(headings, settings, strict=True)]
        headings = longer if len(set(longer)) > len(set(headings)) else headings
    groups = {}
    for heading, own, record in zip(headings, settings, records, strict=True):
        groups.setdefault((heading.removeprefix(", "), _fills(own.get("augmentation"))), []).append(record)
    alike = Counter(heading for heading, _ in groups)
    return {f"{h}, fill {fill}" if alike[h] > 1 else h: runs for (h, fill), runs in groups.items()}


def _fills(augmentation: Sequence[Mapping] | None) -> str:
    """The fill colours of transforms, which a heading names only where nothing else tells two groups apart."""
    return ", ".join(str(step["fill"]) for step in augmentation or () if "fill" in step)


def in_words(name: str, value) -> str:
    """The value of a setting in a few words; a list of transforms without what is a transform's default."""
    if name == "augmentation":
        return ", ".join(_transform_in_words(step) for step in value or ()) or "none"
    return str(value)


def _different(settings: Sequence[Mapping], vary: Sequence[str]) -> list[str]:
    """Names of the settings in which they differ, but for those that may."""
    first = settings[0] if settings else {}
    free = {*vary, LABEL}
    return [name for name in first if name not in free and any(own[name] != first[name] for own in settings)]


def _hashes(records: Sequence[Mapping], vary: Sequence[str]) -> dict[str, str]:
    """The hashes that must be equal, unless a setting that decides them is varied."""
    data = {name for record in records for name in record.get("data") or ()}
    found = {} if data & set(vary) else {"data_fingerprint": "images", "split_hash": "split"}
    return found if {"start", "architecture"} & set(vary) else found | {"weights_hash": "weights"}


def _in_heading(name: str, value) -> str:
    if name == LABEL:
        return value
    if name == "augmentation":
        return in_words(name, value) if value else "no augmentation"
    return f"{name} {'by default' if value is None else in_words(name, value)}"


def _transform_in_words(step: Mapping) -> str:
    """``RandomAffine(degrees=10.0)``; without the fill, which follows from the images' normalisation."""
    from pydantic import TypeAdapter

    from course_lib.data.augmentation import Transform

    given = TypeAdapter(Transform).validate_python(step).model_dump(exclude_defaults=True, exclude={"name", "fill"})
    return f"{step['name']}({', '.join(f'{key}={value}' for key, value in given.items())})"
