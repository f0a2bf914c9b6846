"""Which images, split how: a small description that travels to a worker, which loads and splits them once."""

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, NonNegativeInt, PositiveInt, field_validator, model_serializer, model_validator

from course_lib.data import splits as rules
from course_lib.data.concept_table import has_split
from course_lib.data.duplicates import drop_duplicates
from course_lib.data.fields import Settings
from course_lib.data.folder import find_parts
from course_lib.data.given import given_split, official_split
from course_lib.data.groups import compile_pattern, find_groups, is_table
from course_lib.data.imageset import ImageSet
from course_lib.data.quarters import source_split, target_split
from course_lib.data.sources import SPLIT_SOURCES, is_own, load_images, source_state, with_absolute_path
from course_lib.data.splits import HOMEWORK_SEED, Splits

_SOURCES_KEPT = 4  # a study has one or two
_SPLITS_KEPT = 128  # of each source; a split holds rows, labels and names, no pixels
_WHOLE = ("homework", "stratified", "per_class", "official", "given")  # source and target cut quarters of all images
_RULES_WITH = {  # field -> the rules of splitting that have it
    "few_shot": ("homework",),
    "per_class": ("per_class", "official", "target"),
    "first_files": ("official",),
    "val": ("stratified", "per_class", "official", "given", "source", "target"),
    "test": ("stratified", "given", "target"),
    "groups": ("stratified", "given"),
    "classes": _WHOLE,
    "partition": _WHOLE,
}
_LATER_FIELDS = ("classes", "per_class", "val", "test", "partition", "groups", "duplicates", "first_files", "crop")

_PartShare = Annotated[float, Field(gt=0, lt=1)]


class DataSpec(Settings):
    """A source, a size and a rule for splitting.

    Attributes:
        source: see `source_names`; the path of a folder or CSV file is made absolute.
        size: pixels a side.
        split: ``"homework"`` (`homework_split`), ``"stratified"`` (`stratified_split`), ``"per_class"``
            (`per_class_split`), ``"official"`` (`official_split`), ``"given"`` (`given_split`), ``"source"``
            (`source_split`) or ``"target"`` (`target_split`). By default ``"given"`` for a folder or table that is
            split already, ``"stratified"`` for other tables, ``"homework"`` for others.
        few_shot: swap the homework's train and test folders.
        seed: of the split and of the partition.
        classes: only the images of these classes, renumbered in this order (of concepts: only these columns).
        per_class: number of training images of each class, for the rules ``"per_class"``, ``"official"`` and
            ``"target"``; with ``"official"`` the validation and the test part are the same for every number.
        val, test: shares of the images, as in the function of the rule; None is that function's default.
        partition: (i, k) takes only part i, counted from 0, of the k parts that `partition` makes of the whole source.
        groups: keep together the images of a group, see `find_groups`; the path of a CSV file is made absolute.
        duplicates: ``"drop"`` drops exact copies before the images are split (`drop_duplicates`); with ``"error"``, a
            split that puts copies into different parts is refused.
        first_files: with ``"official"`` and `per_class`, see `official_split`.
        crop: training sees a random window of `crop` by `crop` pixels of each image, another one in each epoch;
            validation and test see the whole image.

    Raises:
        ValueError: a field of another rule, or a value that no source could satisfy.
    """

    source: str = "mini:cartoon"
    size: PositiveInt = 48
    split: Literal["homework", "stratified", "per_class", "official", "given", "source", "target"] = "homework"
    few_shot: bool = False
    seed: int = HOMEWORK_SEED
    classes: tuple[str, ...] | None = None
    per_class: PositiveInt | None = None
    val: _PartShare | None = None
    test: _PartShare | None = None
    partition: tuple[NonNegativeInt, PositiveInt] | None = None
    groups: str | None = None
    duplicates: Literal["error", "drop"] = "error"
    first_files: bool = False
    crop: PositiveInt | None = None

    @classmethod
    def for_training(cls, source: str, *, val: float = 0.2, test: float = 0.2, **fields) -> Self:
        """Describe images to train on that no lesson prescribes: a folder's or table's own parts, else shares.

        Args:
            source: see `source_names`.
            val, test: shares of the images; of a source that is split already, of its train part, and only if it has
                no such part.
            fields: others of this class.
        """
        fields.setdefault("split", "given" if _is_split(source) else "stratified")
        return cls(source=source, val=val, test=test, **fields)

    def without_paths(self) -> dict:
        """Return the fields as plain values for JSON, of paths only the name."""
        fields = self.model_dump(mode="json")
        if is_own(self.source):
            kind, _, path = self.source.partition(":")
            fields["source"] = f"{kind}:{Path(path).name}"
        if self.groups and is_table(self.groups):
            fields["groups"] = Path(self.groups).name
        return fields

    @model_validator(mode="before")
    @classmethod
    def _use_given_parts(cls, fields: object) -> object:
        """A folder that is split already is used so, unless fields of another rule are set; a table has no homework."""
        if not isinstance(fields, dict):  # a spec within other settings
            return fields
        other = [name for name, known in _RULES_WITH.items() if "given" not in known and fields.get(name)]
        if "split" in fields or other:
            return fields
        if _is_split(fields.get("source")):
            return fields | {"split": "given"}
        return fields | {"split": "stratified"} if str(fields.get("source")).startswith("csv:") else fields

    @field_validator("source")
    @classmethod
    def _make_absolute(cls, source: str) -> str:
        return with_absolute_path(source)

    @field_validator("classes")
    @classmethod
    def _need_different_classes(cls, classes: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if classes is not None and not len(set(classes)) == len(classes) >= 1:
            raise ValueError("give at least one class, and each class once")
        return classes

    @field_validator("partition")
    @classmethod
    def _need_known_part(cls, partition: tuple[int, int] | None) -> tuple[int, int] | None:
        if partition is not None and partition[0] >= partition[1]:
            raise ValueError(f"the parts are numbered from 0 to {partition[1] - 1}")
        return partition

    @field_validator("groups")
    @classmethod
    def _need_usable_groups(cls, groups: str | None) -> str | None:
        if groups is None:
            return None
        if is_table(groups):
            return str(Path(groups).expanduser().absolute())
        return compile_pattern(groups).pattern

    @model_validator(mode="after")
    def _match_rule(self) -> Self:
        for name, known in _RULES_WITH.items():
            if name in self.changed() and self.split not in known:
                remedy = " or ".join(f"'{rule}'" for rule in known)
                raise ValueError(
                    f"{name} = {getattr(self, name)!r} does not go with split = '{self.split}': "
                    f"leave it out, or choose split = {remedy}"
                )
        if self.split == "per_class" and self.per_class is None:
            raise ValueError("split = 'per_class' needs per_class, the number of training images of each class")
        if self.first_files and self.per_class is None:
            raise ValueError("first_files = True needs per_class, the number of files of each class")
        if self.crop is not None and self.crop > self.size:
            raise ValueError(f"crop = {self.crop} is larger than size = {self.size}: choose a smaller window")
        return self

    @model_serializer(mode="wrap")
    def _leave_out_later_fields(self, handler) -> dict:
        """The first five fields always, so that the records of finished runs stay as they are; others where set."""
        unset = {name: type(self).model_fields[name].default for name in _LATER_FIELDS}
        return {name: value for name, value in handler(self).items() if name not in unset or value != unset[name]}


@dataclass
class _Loaded:
    """A loaded source, the state of its files when it was loaded, and its latest splits."""

    state: str | None
    images: ImageSet
    splits: dict[tuple, Splits] = field(default_factory=dict)  # by spec and state of the groups' table


_loaded: dict[tuple[str, int], _Loaded] = {}  # (source, size); the latest used comes last


def prepare(spec: DataSpec, *, progress: bool = False) -> Splits:
    """Load the images of a spec and split them; both are kept for the process's next trial, until files change.

    All specs of one source and size share its pixels. Every call looks at the names, sizes and times of all the files:
    a few milliseconds a thousand. `Splits.notes` tells what was found when a folder was read.

    Args:
        spec: the images and their split.
        progress: whether to show a bar (on stderr) while files are decoded.

    Raises:
        ValueError: the images cannot be split so; the rule's function says why.
        ValueError, FileNotFoundError, ConnectionError: as `load_images`.
    """
    source = _load(spec.source, spec.size, progress)
    key = (spec, _table_state(spec.groups))
    splits = source.splits.get(key) or _split(source.images, spec)
    return _keep_latest(source.splits, key, splits, _SPLITS_KEPT)


def kept_images(source: str, size: int) -> ImageSet:
    """Load all images of a source; they are kept as by `prepare`.

    Raises:
        ValueError, FileNotFoundError, ConnectionError: as `load_images`.
    """
    return _load(source, size).images


def _is_split(source: object) -> bool:
    """Whether `source` has parts of its own: a folder or table that is split already, or VOC."""
    if source in SPLIT_SOURCES:
        return True
    if not isinstance(source, str) or not is_own(source):
        return False
    kind, _, path = source.partition(":")
    return bool(find_parts(Path(path))) if kind == "folder" else has_split(Path(path))


def _table_state(groups: str | None) -> tuple[int, int] | None:
    """Size and time of the CSV file of the groups, if it is one and there."""
    try:
        about = os.stat(groups) if groups and is_table(groups) else None
    except OSError:  # it is told when it is read
        return None
    return about and (about.st_size, about.st_mtime_ns)


def _load(source: str, size: int, progress: bool = False) -> _Loaded:
    state = source_state(source)
    found = _loaded.get((source, size))
    if found is None or found.state != state:
        found = _Loaded(state, load_images(source, size=size, progress=progress))
    return _keep_latest(_loaded, (source, size), found, _SOURCES_KEPT)


def _keep_latest(kept: dict, key: object, value: object, most: int) -> object:
    """Put `value` at the end of `kept`, which loses its oldest entry if it has more than `most`."""
    kept.pop(key, None)
    kept[key] = value
    if len(kept) > most:
        del kept[next(iter(kept))]
    return value


def _split(images: ImageSet, spec: DataSpec) -> Splits:
    chosen = []
    if spec.duplicates == "drop":
        images = drop_duplicates(images)
        chosen.append("copies dropped")
    if spec.partition is not None:  # before classes are chosen: parts are disjoint whichever classes each one keeps
        part, num_parts = spec.partition
        images = rules.partition(images, num_parts, seed=spec.seed)[part]
        chosen.append(f"part {part} of {num_parts}")
    if spec.classes is not None:
        images = images.of_classes(spec.classes)
        chosen.append(f"classes {', '.join(spec.classes)}")
    splits = _apply_rule(images, spec)
    if spec.crop is not None:
        chosen.append(f"trains on random windows of {spec.crop} pixels")
    return replace(splits, rule="; ".join([splits.rule, *chosen]), crop=spec.crop) if chosen else splits


def _apply_rule(images: ImageSet, spec: DataSpec) -> Splits:
    options = {name: value for name in ("val", "test") if (value := getattr(spec, name)) is not None}
    if spec.groups is not None:
        options["groups"] = find_groups(images.names, spec.groups)
    match spec.split:
        case "homework":
            return rules.homework_split(images, few_shot=spec.few_shot, seed=spec.seed)
        case "per_class":
            return rules.per_class_split(images, n=spec.per_class, seed=spec.seed, **options)
        case "official":
            options |= {"n": spec.per_class, "first_files": spec.first_files}
            return official_split(images, seed=spec.seed, **options)
        case "given":
            return given_split(images, seed=spec.seed, **options)
        case "source":
            return source_split(images, seed=spec.seed, **options)
        case "target":
            return target_split(images, n=spec.per_class, seed=spec.seed, **options)
    return rules.stratified_split(images, seed=spec.seed, **options)
