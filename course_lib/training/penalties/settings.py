"""Values of `Recipe.penalty`, one class for each kind, told apart by their field ``kind``."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PositiveFloat, PositiveInt, model_serializer

from course_lib.data.fields import Settings

Weight = Annotated[float, Field(ge=0)]
Stages = Annotated[tuple[str, ...], AfterValidator(lambda names: tuple(sorted(set(names))))]


class PenaltySettings(Settings):
    """What all penalties have in common.

    Attributes:
        title: the name of the method, for messages.
        needs_start: whether it compares with the weights that the training starts from, so that the recipe must name
            some.
    """

    title: ClassVar[str]
    needs_start: ClassVar[bool] = True

    def describe(self) -> str:
        """Say the method and its settings in words, e.g. ``"L2-SP (alpha 0.01, beta 0.01)"``."""
        always = [name for name, value in self if isinstance(value, float)]
        named = {name: value for name, value in self if name in always or name in self.changed()}
        return f"{self.title} ({', '.join(f'{name} {_in_words(value)}' for name, value in named.items())})"


class L2(PenaltySettings):
    """Pull towards zero: α/2·‖w_old‖² + β/2·‖w_new‖², w_old the inherited weights and w_new the others.

    The defaults are the baseline of Li, Grandvalet, Davoine (ICML 2018). Weights of convolutions and linear layers
    count; biases and BatchNorm do not.
    """

    title: ClassVar[str] = "L2"
    needs_start: ClassVar[bool] = False
    kind: Literal["l2"] = "l2"
    alpha: Weight = 1e-4
    beta: Weight = 1e-3


class L2SP(PenaltySettings):
    """Pull towards the starting point: α/2·‖w − w⁰‖² on inherited weights, β/2·‖w‖² on new ones.

    Source: Li, Grandvalet, Davoine (ICML 2018), eq. 3; MultiTune, eq. 2.
    """

    title: ClassVar[str] = "L2-SP"
    kind: Literal["l2sp"] = "l2sp"
    alpha: Weight = 0.01
    beta: Weight = 0.01
    half: bool = True  # False: α·‖w − w⁰‖² and β·‖w‖², as SpotTUnet and Quick-Tune write it
    tensors: Literal["weights", "all"] = "weights"  # "all": biases and BatchNorm's γ and β, too, as in tllib
    # "aliased" is a mistake to learn from: w⁰ refers to w itself, so the distance is zero for ever (MultiTune's code).
    start: Literal["cloned", "aliased"] = "cloned"

    @model_serializer(mode="wrap")
    def _write_briefly(self, write) -> dict:
        """Leave out what older records do not have, so that equal penalties are written alike."""
        kept = self.changed() | {"alpha", "beta"}
        return {name: value for name, value in write(self).items() if name in kept}


class Delta(PenaltySettings):
    """Pull the feature maps of stages towards those of the starting network, and new weights towards zero.

    Source: Li et al., DELTA (ICLR 2019).
    """

    title: ClassVar[str] = "DELTA"
    kind: Literal["delta"] = "delta"
    alpha: Weight = 0.01
    beta: Weight = 0.01
    stages: Annotated[Stages, Field(min_length=1)] | None = None  # None: all that give maps (N, C, h, w)
    attention: bool = True  # False: every channel counts alike


class BSS(PenaltySettings):
    """Batch spectral shrinkage: weight × sum of the k smallest squared singular values of a batch's features.

    Source: Chen et al. (NeurIPS 2019).
    """

    title: ClassVar[str] = "BSS"
    needs_start: ClassVar[bool] = False
    kind: Literal["bss"] = "bss"
    weight: PositiveFloat = 1e-3
    k: PositiveInt = 1


class SPD(PenaltySettings):
    """Selective projection decay: pull a tensor back after a step that led it away although the gradient did not.

    Source: Tian, Huang, Kira (NeurIPS 2024), arXiv 2411.01713.
    """

    title: ClassVar[str] = "SPD"
    kind: Literal["spd"] = "spd"
    strength: PositiveFloat = 1.0


class MARS(PenaltySettings):
    """Keep the weights in a ball around the starting point by projection after each step (MARS-PGM).

    Source: Gouk, Hospedales, Pontil (ICLR 2021); the authors search both radii between e^0.5 and e^3.5.
    """

    title: ClassVar[str] = "MARS-PGM"
    kind: Literal["mars"] = "mars"
    gamma: PositiveFloat  # radius of inherited layers: largest sum of |w − w⁰| over the inputs of an output
    head_gamma: PositiveFloat  # radius of new layers, around zero


def _in_words(value) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return "+".join(value) if isinstance(value, tuple) else str(value)


def _name_kind(value):
    """Read a bare name as the penalty with its defaults, and settings without a kind as L2-SP, as in old records."""
    if isinstance(value, str):
        return {"kind": value}
    if isinstance(value, Mapping) and "kind" not in value:
        return {"kind": "l2sp", **value}
    return value


AnyPenalty = L2 | L2SP | Delta | BSS | SPD | MARS
Penalty = Annotated[
    Annotated[AnyPenalty, Field(discriminator="kind")] | None, BeforeValidator(_name_kind)
]  # of a recipe; None: no penalty
