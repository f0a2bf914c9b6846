"""Scores of probes: a value, and the units whose mean it is."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from torch import Tensor

from course_lib.data.imageset import ImageSet
from course_lib.data.pools import pool_of
from course_lib.training.inferred_precision import xinfap
from course_lib.training.target import CLASSES, CONCEPTS, Target, Units

MAIN = "direct"  # name of the probe that every run answers: its main head on its own test images
INFERRED = "mxinfap"  # metric of concepts whose judgements are a sample: mean xinfAP, with NIST's constants


@dataclass(frozen=True, eq=False)
class Score:
    """The score of a finished run on test images.

    Attributes:
        metric: ``"accuracy"``, ``"map"`` or ``"mxinfap"``.
        value: the mean of the units that are known.
        units: right or wrong (1, 0) of each image, or the (inferred) average precision of each concept (NaN: no
            positive image).
        num_images: how many images were scored.
        tested_on: hash of the images, if they are not the run's own test images.
        texts: what a probe keeps beside its score, by name.
    """

    metric: str
    value: float
    units: Units
    num_images: int
    tested_on: str | None = None
    texts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, target: Target, scores, labels, tested_on: str | None = None) -> "Score":
        """Compute the score of a target from scores (N, C) that rise with probability and labels (N,) or (N, K)."""
        units = target.units(scores, labels)
        return cls(target.metric, target.score(units), units, len(labels), tested_on)

    @classmethod
    def inferred(cls, scores: Tensor, images: ImageSet) -> "Score":
        """Compute the xinfAP of each concept from scores (N, K), with what the images' pool has judged.

        Raises:
            ValueError: images of one class each, or without a pool.
        """
        if not images.has_concepts:
            raise ValueError("inferred average precision is a measure of concepts: these images have one class each")
        pool = pool_of(images)
        units = xinfap(pool.judgements, scores.float().cpu().numpy(), pool.strata)
        return cls(INFERRED, CONCEPTS.score(units), units, len(images))

    @classmethod
    def missing(cls, target: Target, metric: str | None = None) -> "Score":
        """The score of a probe that has no answer: value NaN, no units."""
        return cls(metric or target.metric, math.nan, np.array([]), 0)

    @property
    def outcomes(self) -> str:
        """``"0110…"``: one sign for each image, "1" for right. Of an accuracy only."""
        return "".join("1" if unit else "0" for unit in self.units.tolist())

    def record(self) -> dict:
        """Return the score as values for JSON: units as a string of 0 and 1, or as a list in which None is unknown.

        Average precisions are rounded to five digits, so that thousands of runs can ship.
        """
        value = self.value if math.isfinite(self.value) else None
        about = {**({"tested_on": self.tested_on} if self.tested_on else {}), **self.texts}
        if self.metric == CLASSES.metric:
            return {"metric": self.metric, "value": value, "units": self.outcomes, **about}
        units = [None if math.isnan(unit) else round(float(unit), 5) for unit in np.asarray(self.units, dtype=float)]
        return {"metric": self.metric, "value": value, "units": units, "num_images": self.num_images, **about}
