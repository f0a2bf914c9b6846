"""A network as a chain of named stages and a head."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from torch import Tensor, nn

from course_lib.models.network import HEAD, Network


class Stages(nn.ModuleDict):
    """Modules by stage path; ``"stage3.block4"`` is kept as the module ``block4`` inside the module ``stage3``.

    Iterating gives the paths in the order in which they were given.
    """

    def __init__(self, stages: Mapping[str, nn.Module]):
        super().__init__()
        self._paths = tuple(stages)
        for path, module in stages.items():
            self[path] = module

    def __setitem__(self, path: str, module: nn.Module) -> None:
        if path not in self._paths:
            self._paths = (*self._paths, path)
        place = self
        *outer, name = path.split(".")
        for part in outer:
            if part not in place._modules:
                place.add_module(part, nn.ModuleDict())
            place = place._modules[part]
        place.add_module(name, module)

    def __getitem__(self, path: str) -> nn.Module:
        return self.get_submodule(path)

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __contains__(self, path: str) -> bool:
        return path in self._paths

    def keys(self) -> tuple[str, ...]:
        return self._paths

    def values(self) -> list[nn.Module]:
        return [self[path] for path in self._paths]

    def items(self) -> list[tuple[str, nn.Module]]:
        return [(path, self[path]) for path in self._paths]


class StagedModel(Network):
    """An image classifier cut into named stages: ``"stem"``, ``"stage1"`` … ``"stage4"``, ``"pool"`` and ``"head"``.

    The stages up to ``"pool"`` are the backbone; the head turns the pool's output into logits. ``"pool"`` has no
    parameters. A network that is also told by its blocks has stages such as ``"stage3.block1"``; where a stage is asked
    for by a shorter path, ``"stage3"``, the last of them is meant. Parameter names are ``stages.<stage>.…``, ``head.…``
    and, of auxiliary heads, ``aux.<name>.…``.

    Args:
        architecture: the name it was built under.
        stages: modules by name, in the order in which they run.
        head: from the pool's output (N, D) to logits (N, C).
        num_features: D.

    Attributes:
        stages: `Stages` of the backbone.
        head: nn.Module.
        aux: nn.ModuleDict of auxiliary heads by name; the path of ``aux["aux1"]`` is ``"head.aux1"``.
        aux_after: the stage whose output an auxiliary head is given, by its name.
        num_features: D, the number of values per image that a new head sees.
        architecture: the name it was built under.
    """

    def __init__(self, architecture: str, stages: Mapping[str, nn.Module], head: nn.Module, num_features: int):
        super().__init__()
        self.architecture = architecture
        self.num_features = num_features
        self.stages = Stages(stages)
        self.head = head
        self.aux = nn.ModuleDict()
        self.aux_after: dict[str, str] = {}

    @property
    def stage_names(self) -> tuple[str, ...]:
        """All names of the chain in the order in which they run; the last is ``"head"``."""
        return (*self.stages, HEAD)

    @property
    def paths(self) -> tuple[str, ...]:
        return (*self.stages, HEAD, *(f"{HEAD}.{name}" for name in self.aux))

    def add_auxiliary_head(self, after: str, head: nn.Module) -> str:
        """Attach an auxiliary head to a stage's output and return its path: ``"head.aux1"``, ``"head.aux2"`` …

        Args:
            after: a stage before the head.
            head: from the output of that stage to logits (N, C).

        Raises:
            ValueError: no such stage.
        """
        if after not in self.stages:
            raise ValueError(f"no auxiliary head can follow '{after}': this model has {', '.join(self.stages)}")
        name = f"aux{len(self.aux) + 1}"
        self.aux[name], self.aux_after[name] = head, after
        return f"{HEAD}.{name}"

    def logits(self, x: Tensor, after: str | None = None) -> dict[str, Tensor]:
        if not self.aux:
            return {HEAD: self.features(x, until=HEAD, after=after)}
        found = {}
        names = self.stage_names
        given = None if after is None else self._position(after)
        for position in range(given or 0, len(names)):
            if position != given:
                x = self.stage_module(names[position])(x)
            found |= {f"{HEAD}.{a}": self.aux[a](x) for a, stage in self.aux_after.items() if stage == names[position]}
        if missing := set(self.head_paths) - {HEAD} - set(found):
            raise ValueError(f"the output of '{after}' comes too late for the auxiliary head '{min(missing)}'")
        return {HEAD: x, **found}

    def chain(self) -> "StagedModel":
        return self

    def features(self, x: Tensor, until: str = "pool", after: str | None = None) -> Tensor:
        """Compute the output of a stage.

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

    def stage_module(self, path: str) -> nn.Module:
        """The module of a stage or of a head. Raises ValueError if there is none of that path."""
        head, _, aux = path.partition(".")
        if head == HEAD and aux in self.aux:
            return self.aux[aux]
        return self.head if path == HEAD else self.stages[self.stage_names[self._position(path)]]

    def stage_of(self, name: str) -> str:
        """Find the stage of a parameter or buffer, e.g. ``"stage3"`` for ``"stages.stage3.0.conv1.weight"``.

        Raises:
            ValueError: the name belongs to no stage.
        """
        if found := [path for path in self.stages if name.startswith(f"stages.{path}.")]:
            return found[0]
        parts = name.split(".")
        if len(parts) > 2 and parts[0] == "aux" and parts[1] in self.aux:
            return f"{HEAD}.{parts[1]}"
        if len(parts) > 1 and parts[0] == HEAD:
            return HEAD
        raise ValueError(f"'{name}' is no parameter of this model: names begin with 'stages.<stage>.' or 'head.'")

    def _position(self, stage: str) -> int:
        found = [i for i, path in enumerate(self.stage_names) if f"{path}.".startswith(f"{stage}.")]
        if not found:
            raise ValueError(f"unknown stage '{stage}': this model has {', '.join(self.stage_names)}")
        return found[-1]


@contextmanager
def evaluation_mode(model: nn.Module) -> Iterator[None]:
    """Put a model into evaluation mode inside the block; afterwards every module has its former mode again."""
    was_training = {module: module.training for module in model.modules()}
    model.eval()
    try:
        yield
    finally:
        for module, training in was_training.items():
            module.training = training


def sequence(**modules: nn.Module) -> nn.Sequential:
    """Make a sequence of named modules."""
    return nn.Sequential(OrderedDict(modules))
