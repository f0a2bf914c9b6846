"""Two branches of one architecture whose features share a head: MultiTune."""

import torch
from torch import Tensor, nn

from course_lib.models.forms import Joined
from course_lib.models.network import HEAD, Network
from course_lib.models.staged import StagedModel, Stages

BRANCHES = ("a", "b")
NORM = "norm"  # the stage between the last block and the pool


class JoinedNetwork(Network):
    """Z = W · concat[η X₁; (1 − η) X₂]: see `Joined`.

    Parameter names are ``branches.a.<stage>.…``, ``branches.b.<stage>.…`` and ``head.…``.

    Args:
        settings: what the branches share, and η.
        a, b: of one architecture; their heads are not used, nor the stages of `b` that the branches share.
        head: from the joined features (N, 2D) to logits (N, C).

    Raises:
        ValueError: a BatchNorm is to be shared that the architecture does not have.
    """

    def __init__(self, settings: Joined, a: StagedModel, b: StagedModel, head: nn.Module):
        super().__init__()
        self.form, self.architecture = settings, a.architecture
        if settings.norm == "shared" and NORM not in a.stages:
            raise ValueError(f"norm = 'shared': {a.architecture} has no stage '{NORM}' after its last block")
        own = own_stages(settings, a)
        self.branches = nn.ModuleDict({"a": a.stages, "b": Stages({path: b.stages[path] for path in own})})
        self.num_features = 2 * a.num_features
        self.passed, self.head = nn.Identity(), head
        self.trunk = tuple(list(a.stages)[: list(a.stages).index(own[0])])

    @property
    def paths(self) -> tuple[str, ...]:
        return (*(f"{name}.{path}" for name, stages in self.branches.items() for path in stages), HEAD)

    def stage_module(self, path: str) -> nn.Module:
        if path not in self.paths:
            raise ValueError(f"unknown stage '{path}': this model has {', '.join(self.paths)}")
        branch, _, stage = path.partition(".")
        return self.head if path == HEAD else self.branches[branch][stage]

    def stage_of(self, name: str) -> str:
        for path in self.paths:
            if name.startswith(f"{HEAD}." if path == HEAD else f"branches.{path}."):
                return path
        raise ValueError(f"'{name}' is no parameter of this model: names begin with 'branches.' or 'head.'")

    def logits(self, x: Tensor, after: str | None = None) -> dict[str, Tensor]:
        return {HEAD: self.head(self.features(x))}

    def features(self, x: Tensor) -> Tensor:
        """Compute what the head is given, concat[η X₁; (1 − η) X₂]: images (N, 3, H, W) -> (N, 2D)."""
        a, b = self.branches["a"], self.branches["b"]
        for path in self.trunk:
            x = a[path](x)
        first, second = x, x
        for path in list(a)[len(self.trunk) :]:
            first = a[path](first)
            second = (b if path in b else a)[path](second)
        eta = self.form.eta
        return self.passed(torch.cat((eta * first, (1 - eta) * second), dim=1))

    def branch_weights(self) -> dict[str, Tensor]:
        """Split the weights of the head's first layer by branch, each (C, D) or (hidden width, D)."""
        first = next(layer for layer in self.head.modules() if isinstance(layer, nn.Linear))
        return dict(zip(BRANCHES, first.weight.detach().chunk(2, dim=1), strict=True))


def own_stages(settings: Joined, model: StagedModel) -> tuple[str, ...]:
    """List the stages that branch b has of its own, in their order; those without parameters are always shared."""
    own = model.inner_stages
    if settings.own == "last_block":
        own = own[own.index(last_block(model)) :]
    return tuple(path for path in own if path != NORM or settings.norm == "own")


def last_block(model: StagedModel) -> str:
    """Find the path of the last block, or of the last stage of a network that is not told by its blocks.

    Raises:
        ValueError: the network is one piece.
    """
    blocks = [path for path in model.inner_stages if path.startswith("stage")]
    if not blocks:
        raise ValueError(f"{model.architecture} is one piece, without stages: choose another architecture")
    return blocks[-1]
