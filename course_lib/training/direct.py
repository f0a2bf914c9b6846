"""Probes of the network's own answer, and inferred average precision of any ranking."""

import math
from typing import Literal

from pydantic import PositiveFloat, field_validator

from course_lib.data.fields import Settings
from course_lib.data.spec import DataSpec
from course_lib.models.network import HEAD
from course_lib.training.readouts import Readout
from course_lib.training.recipe import Recipe
from course_lib.training.score import MAIN


class Direct(Settings):
    """Probe: the score of a head of the network itself.

    Attributes:
        head: the path of the head; several, joined by "+", are answered by the mean of their probabilities (late
            fusion): ``"head+head.aux1+head.aux2"``.
        epoch: the weights of the epoch that validation chose, of the last one, or after that number of epochs; a
            fraction is a share of the batches of an epoch, see `KeptStates`.
        data: test images of other data, split by its own rule; the run's own by default.
    """

    head: str = HEAD
    epoch: Literal["best", "last"] | PositiveFloat = "best"
    data: DataSpec | None = None

    @field_validator("epoch", mode="before")
    @classmethod
    def _need_epoch(cls, epoch: object) -> object:
        is_number = isinstance(epoch, int | float) and not isinstance(epoch, bool) and 0 < epoch < math.inf
        if not is_number and epoch not in ("best", "last"):
            raise ValueError("ask for 'best', 'last' or a number of epochs above 0")
        return epoch

    @field_validator("head")
    @classmethod
    def _check_heads(cls, head: str) -> str:
        names = head.split("+")
        if len(set(names)) < len(names):
            raise ValueError("a head is named twice: it counts once")
        return head

    @property
    def heads(self) -> tuple[str, ...]:
        """The paths of the heads."""
        return tuple(self.head.split("+"))

    @property
    def name(self) -> str:
        """``"direct"``, followed by what is not the default: ``"direct head.aux1"``, ``"direct after 0.25"``."""
        parts = [self.head] * (self.head != HEAD) + [_in_words(self.epoch)] * (self.epoch != "best")
        if self.data:
            changed = {name: getattr(self.data, name) for name in sorted(self.data.changed() - {"source"})}
            parts += [self.data.source, *(f"{name}={value}" for name, value in changed.items())]
        return " ".join([MAIN, *parts])


class Inferred(Settings):
    """Probe: inferred average precision, as if only the judgements of a pool were known of the test images.

    The pool and its strata are those of `pool_of` the test images; the constants are NIST's, see `xinfap`.

    Attributes:
        of: the probe whose scores rank the run's own test images.
    """

    of: Direct | Readout = Direct()

    @field_validator("of")
    @classmethod
    def _check_images(cls, of: Direct | Readout) -> Direct | Readout:
        if isinstance(of, Direct) and of.data:
            raise ValueError("only the run's own test images have a pool: leave `data` out")
        return of

    @property
    def epoch(self) -> str | float:
        """The epoch whose weights rank the images."""
        return getattr(self.of, "epoch", "best")

    @property
    def name(self) -> str:
        """``"inferred direct"``, ``"inferred logistic pool"``."""
        return f"inferred {self.of.name}"


def _in_words(epoch: str | float) -> str:
    return epoch if isinstance(epoch, str) else f"after {epoch:g}"


def epochs_asked(probe: object, recipe: Recipe) -> float | None:
    """Find after how many epochs a probe wants the weights; None: those that validation chose."""
    epoch = getattr(probe, "epoch", "best")
    if isinstance(epoch, str):
        return None if epoch == "best" else float(recipe.epochs)
    return epoch
