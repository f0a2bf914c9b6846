"""Which images, split how: small enough to travel to a worker, which prepares them once."""

from functools import lru_cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, PositiveInt

from course_lib.data.sources import load_images
from course_lib.data.splits import HOMEWORK_SEED, Splits, homework_split, stratified_split


class DataSpec(BaseModel):
    """A source, a size and a rule for splitting.

    `split` is ``"homework"`` (the homework's exact rule) or ``"stratified"``; `few_shot` swaps the homework's train
    and test folders.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = "mini:cartoon"
    size: PositiveInt = 48
    split: Literal["homework", "stratified"] = "homework"
    few_shot: bool = False
    seed: int = HOMEWORK_SEED


@lru_cache(maxsize=4)
def prepare(spec: DataSpec) -> Splits:
    """Load the images of a spec and split them; kept for the next task of the same process."""
    images = load_images(spec.source, size=spec.size, progress=False)
    if spec.split == "homework":
        return homework_split(images, few_shot=spec.few_shot, seed=spec.seed)
    return stratified_split(images, seed=spec.seed)
