"""Networks made of two copies of a backbone, as settings: `Joined` (MultiTune) and `Routed` (SpotTune)."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, NonNegativeFloat, PositiveFloat, model_serializer, model_validator

from course_lib.data.fields import Settings, Share

STAGES = ("stage",)  # the beginning of the paths of all stages between the stem and what follows the last block


class _Form(Settings):
    """Settings of a network of two copies; only those that differ from their defaults are written into a key.

    So a later setting changes no key of a training that does without it.

    Attributes:
        random: paths of the stages that begin with random weights whatever the training starts from; heads left out.
    """

    random: ClassVar[tuple[str, ...]] = ()

    @model_serializer(mode="wrap")
    def _write_briefly(self, write) -> dict:
        return {name: value for name, value in write(self).items() if name in self.changed() | {"kind"}}


class Joined(_Form):
    """Two branches side by side, and one head on their features: Z = W · concat[η X₁; (1 − η) X₂].

    Stage paths are ``"a.stem"`` … and ``"b.stem"`` …, and ``"head"``. Both branches begin with the same weights; their
    recipes differ by path, e.g. ``multipliers={"b.stage3": 0.1}``.

    Source: MultiTune (Wang, Plested, Gedeon, ICONIP 2020), Section 3.2, equation 1.

    Attributes:
        eta: η, the share of branch a.
        own: what branch b has of its own: the whole ``"network"``, or, as in the released code, only the
            ``"last_block"``, which reads what comes before the last block of branch a. (The released code computes the
            other blocks of branch b, too, and discards their outputs; this network does without.)
        norm: whether branch b has its own BatchNorm after the last block, or both share one, as in the released code.
    """

    kind: Literal["joined"] = "joined"
    eta: Share = 0.5
    own: Literal["network", "last_block"] = "network"
    norm: Literal["own", "shared"] = "own"

    def describe(self) -> str:
        """Say in a line what the network is."""
        own = "" if self.own == "network" else ", of which b has only the last block of its own"
        method = f"MultiTune; η, the share of a, is {self.eta:g}"
        return f"two copies of the network as branches a and b with one head ({method}){own}"


class Routed(_Form):
    """Each image takes its own route through frozen and tuned copies of the blocks; a policy network decides.

    Stage paths are ``"tuned.stem"``, ``"tuned.stage1"`` …, ``"frozen.weights.stage1"`` … (convolutions of the frozen
    copies), ``"frozen.norm.stage1"`` … (their BatchNorm), ``"policy"`` and ``"head"``. Every block has a frozen copy,
    which trains unless its multiplier is 0. Stem, normalisation after the last block and head have one copy. The policy
    network begins with random weights.

    Source: SpotTune (Guo et al., CVPR 2019); ``k`` is its variant global-k, Section 3.3, which all images share.

    Attributes:
        gates: beginnings of the paths of the blocks that have a gate; blocks without one have only their frozen copy.
        temperature: τ of the Gumbel-softmax. It changes the gradient of a decision, not how often which one is drawn.
        routes: in evaluation the likelier copy of each block (``"argmax"``), a drawn one (``"sample"``, as in the
            released code), or with `k` the k blocks that training tuned most often, for all images (``"global"``).
        k: number of blocks to tune; None for no such term in the loss.
        budget: weight of (Σ n − k)² in the loss, n the share of a batch's images that tune a block.
        determinism: weight of −Σ n log n in the loss, with `k`.
    """

    random: ClassVar[tuple[str, ...]] = ("policy",)

    kind: Literal["routed"] = "routed"
    gates: tuple[str, ...] = STAGES
    temperature: PositiveFloat = 5.0
    routes: Literal["argmax", "sample", "global"] = "argmax"
    k: NonNegativeFloat | None = None
    budget: NonNegativeFloat = 1.0
    determinism: NonNegativeFloat = 0.0

    def describe(self) -> str:
        """Say in a line what the network is."""
        words = (
            "a frozen and a tuned copy of each block, and a policy network that chooses one for each image (SpotTune)"
        )
        if self.gates != STAGES:
            words += f", with a choice in {', '.join(self.gates)} only"
        if self.k is not None:
            words += f", global-k with {self.k:g} tuned blocks"
        return words + (", routes drawn anew in each answer" if self.routes == "sample" else "")

    @model_validator(mode="after")
    def _check_k(self) -> Self:
        if self.k is None and (unused := {"budget", "determinism"} & self.changed()):
            raise ValueError(f"{min(unused)} = {getattr(self, min(unused)):g} has no effect without k: leave it out")
        if self.k is None and self.routes == "global":
            raise ValueError("routes = 'global' tunes k blocks for all images: give k")
        if self.routes == "global" and self.k != round(self.k):
            raise ValueError(f"k = {self.k:g}: routes = 'global' tunes k blocks in evaluation, so give a whole number")
        return self


Form = Annotated[Joined | Routed, Field(discriminator="kind")]
