"""A network as a row of named stages and a head."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from torch import Tensor, nn


class StagedModel(nn.Module):
    """An image classifier cut into named stages: ``"stem"``, ``"stage1"`` … ``"stage4"``, ``"pool"`` and ``"head"``.

    The stages up to ``"pool"`` are the backbone; the head turns the pool's output into logits. ``"pool"`` has no
    parameters. Parameter names are ``stages.<stage>.…`` and ``head.…``.

    Args:
        architecture: the name it was built under.
        stages: modules by name, in the order in which they run.
        head: from the pool's output (N, D) to logits (N, C).
        num_features: D.

    Attributes:
        stages: nn.ModuleDict of the backbone.
        head: nn.Module.
        num_features: D, the number of values per image that a new head sees.
        architecture: the name it was built under.
    """

    def __init__(self, architecture: str, stages: Mapping[str, nn.Module], head: nn.Module, num_features: int):
        super().__init__()
        self.architecture = architecture
        self.num_features = num_features
        self.stages = nn.ModuleDict(stages)
        self.head = head

    @property
    def stage_names(self) -> tuple[str, ...]:
        """All names in the order in which they run; the last is ``"head"``."""
        return (*self.stages, "head")

    @property
    def inner_stages(self) -> tuple[str, ...]:
        """The stages before the head that have parameters."""
        return tuple(name for name, module in self.stages.items() if next(module.parameters(), None) is not None)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (N, C) of normalised images (N, 3, H, W)."""
        return self.features(x, until="head")

    def features(self, x: Tensor, until: str = "pool", after: str | None = None) -> Tensor:
        """The output of a stage.

        Args:
            x: normalised images (N, 3, H, W); with `after`, the output of that stage.
            until: the last stage to run; ``"pool"`` gives (N, D), the stages before it (N, C, h, w), ``"head"`` logits.
            after: the stage whose output `x` is; so ``features(features(x, "stage3"), "head", after="stage3")`` is
                ``forward(x)``, and what a frozen prefix computes need only be computed once.

        Raises:
            ValueError: no such stage, or `until` does not come after `after`.
        """
        names = self.stage_names
        first = 0 if after is None else self._position(after) + 1
        last = self._position(until)
        if last < first:
            raise ValueError(f"stage '{until}' does not come after '{after}': the order is {', '.join(names)}")
        for name in names[first : last + 1]:
            x = self.stage_module(name)(x)
        return x

    def stage_module(self, stage: str) -> nn.Module:
        """The module of a stage or of the head. Raises ValueError if there is none of that name."""
        self._position(stage)
        return self.head if stage == "head" else self.stages[stage]

    def stage_parameters(self, stage: str) -> Iterator[nn.Parameter]:
        """The parameters of a stage or of the head; none for ``"pool"``. Raises ValueError for an unknown stage."""
        return self.stage_module(stage).parameters()

    def stage_of(self, name: str) -> str:
        """The stage that a parameter or buffer belongs to, e.g. ``"stage3"`` for ``"stages.stage3.0.conv1.weight"``.

        Raises:
            ValueError: the name belongs to no stage.
        """
        parts = name.split(".")
        if len(parts) > 2 and parts[0] == "stages" and parts[1] in self.stages:
            return parts[1]
        if len(parts) > 1 and parts[0] == "head":
            return "head"
        raise ValueError(f"'{name}' is no parameter of this model: names begin with 'stages.<stage>.' or 'head.'")

    def _position(self, stage: str) -> int:
        if stage not in self.stage_names:
            raise ValueError(f"unknown stage '{stage}': this model has {', '.join(self.stage_names)}")
        return self.stage_names.index(stage)


@contextmanager
def evaluation_mode(model: nn.Module) -> Iterator[None]:
    """Evaluation mode inside the block; afterwards every module is in the mode it was in, also if they differed."""
    was_training = {module: module.training for module in model.modules()}
    model.eval()
    try:
        yield
    finally:
        for module, training in was_training.items():
            module.training = training
