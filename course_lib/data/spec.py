"""Which images, split how: small enough to travel to a worker, which prepares them once."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, PositiveInt, field_validator

from course_lib.data.sources import load_images, source_state
from course_lib.data.splits import HOMEWORK_SEED, Splits, homework_split, stratified_split

_KEPT = 4  # specs; a study has one or two
_kept: dict["DataSpec", tuple[str | None, Splits]] = {}


class DataSpec(BaseModel):
    """A source, a size and a rule for splitting; the path of a folder is made absolute.

    `split` is ``"homework"`` (the homework's exact rule) or ``"stratified"``; `few_shot` swaps the homework's train
    and test folders.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = "mini:cartoon"
    size: PositiveInt = 48
    split: Literal["homework", "stratified"] = "homework"
    few_shot: bool = False
    seed: int = HOMEWORK_SEED

    @field_validator("source")
    @classmethod
    def _make_absolute(cls, source: str) -> str:
        kind, _, folder = source.partition(":")
        return f"folder:{Path(folder).expanduser().absolute()}" if kind == "folder" and folder else source


def prepare(spec: DataSpec) -> Splits:
    """Load the images of a spec and split them; kept for the next task of the process, until files change.

    Every call looks at the names, sizes and times of all the files: a few milliseconds a thousand.
    """
    state = source_state(spec.source)
    kept = _kept.pop(spec, None)
    if kept is None or kept[0] != state:
        kept = state, _load(spec)
    _kept[spec] = kept  # the latest comes last
    if len(_kept) > _KEPT:
        del _kept[next(iter(_kept))]
    return kept[1]


def _load(spec: DataSpec) -> Splits:
    images = load_images(spec.source, size=spec.size, progress=False)
    if spec.split == "homework":
        return homework_split(images, few_shot=spec.few_shot, seed=spec.seed)
    return stratified_split(images, seed=spec.seed)
