"""Networks with stage paths, and the rule that finds a stage's setting by its path."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TypeVar

from torch import Tensor, nn

from course_lib.data.fields import Settings

HEAD, INNER = "head", "inner"
T = TypeVar("T")


def is_head(path: str) -> bool:
    """Tell whether a stage path belongs to a head: ``"head"``, ``"head.aux1"`` …"""
    return path.partition(".")[0] == HEAD


def value_at(values: Mapping[str, T], path: str, default: T) -> T:
    """Find the value for a stage path: the longest dotted prefix wins, then ``"inner"``, then the default.

    ``"inner"`` stands for all stages that are no head. So ``{"b": 1, "b.stage3": 0.1, "inner": 0}`` gives 0.1 for
    ``"b.stage3"``, 1 for ``"b.stage2"`` and 0 for ``"a.stage2"``.
    """
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        if (prefix := ".".join(parts[:length])) in values:
            return values[prefix]
    return default if is_head(path) else values.get(INNER, default)


def check_names(what: str, names: Collection[str], paths: Sequence[str]) -> None:
    """Refuse names that are neither a stage path, nor the beginning of one, nor ``"inner"``.

    Args:
        what: says in the message where the names stand, e.g. ``"multipliers name"``.
        paths: of the stages that there are.

    Raises:
        ValueError: one of the names fits no stage.
    """
    known = {".".join(path.split(".")[:length]) for path in paths for length in range(1, path.count(".") + 2)}
    if unknown := sorted(set(names) - known - {INNER}):
        raise ValueError(f"{what} the unknown stage '{unknown[0]}': this model has {', '.join(paths)}")


class Network(nn.Module):
    """An image classifier whose parameters belong to named stages, each with a dotted path.

    A subclass sets `paths` and `stage_module`, and computes `logits`. Rates, decays, freezing and re-initialisation
    are told by path, see `value_at`.

    Attributes:
        architecture: the name it was built under, or that of its backbones.
        form: the settings of a network of two backbones; None for a single one.
        passed: passes on what the head of a network of two backbones is given, so that hooks can read it.
    """

    architecture: str
    form: Settings | None = None
    passed: nn.Module

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of all stages, those of the heads last."""
        raise TypeError(f"{type(self).__name__} names no stages: a network needs the property 'paths'")

    def stage_module(self, path: str) -> nn.Module:
        """The module of a stage. Raises ValueError if no stage has that path."""
        raise TypeError(f"{type(self).__name__} has no stages: a network needs the method 'stage_module'")

    def logits(self, x: Tensor, after: str | None = None) -> dict[str, Tensor]:
        """Compute the logits (N, C) of every head by its path, from normalised images (N, 3, H, W).

        Args:
            after: the stage whose output `x` is, for a network that is a chain.
        """
        raise TypeError(f"{type(self).__name__} computes nothing: a network needs the method 'logits'")

    def chain(self) -> "Network | None":
        """Return the network as a `StagedModel`, whose prefix can be kept; None if it is no chain of stages."""
        return None

    def extra_loss(self) -> Tensor | float:
        """Compute what the network adds to the loss of the training batch that it computed last."""
        return 0.0

    def take_shares(self) -> tuple[float, ...] | None:
        """Return the share of images that each gate of a `RoutedNetwork` tuned since the last call; else None."""
        return None

    def forward(self, x: Tensor) -> Tensor:
        """Compute the logits (N, C) of the main head, from normalised images (N, 3, H, W)."""
        return self.logits(x)[HEAD]

    @property
    def inner_stages(self) -> tuple[str, ...]:
        """Paths of the stages that are no heads and have parameters."""
        return tuple(path for path in self.paths if not is_head(path) and self._has_parameters(path))

    @property
    def head_paths(self) -> tuple[str, ...]:
        """Paths of the heads; ``"head"`` is the main one."""
        return tuple(path for path in self.paths if is_head(path))

    @property
    def trained_stages(self) -> tuple[str, ...]:
        """Paths of the stages that have a learning rate: those with parameters, and the heads."""
        return (*self.inner_stages, *self.head_paths)

    def stage_parameters(self, path: str) -> Iterator[nn.Parameter]:
        """The parameters of a stage; none for ``"pool"``. Raises ValueError if no stage has that path."""
        return self.stage_module(path).parameters()

    def stage_of(self, name: str) -> str:
        """Find the path of the stage that a parameter or buffer belongs to.

        Raises:
            ValueError: the name belongs to no stage.
        """
        if name not in self._places():
            raise ValueError(f"'{name}' is no parameter of this model: state_dict() has {', '.join(self._places())}")
        return self._places()[name]

    def check_paths(self, what: str, names: Collection[str]) -> None:
        """`check_names` against the stages of this network."""
        check_names(what, names, self.paths)

    def _places(self) -> dict[str, str]:
        """The path of the stage of each parameter and buffer, by name."""
        by_tensor = {
            id(value): path
            for path in self.paths
            for value in self.stage_module(path).state_dict(keep_vars=True).values()
        }
        state = self.state_dict(keep_vars=True)
        return {name: by_tensor[id(value)] for name, value in state.items() if id(value) in by_tensor}

    def _has_parameters(self, path: str) -> bool:
        return next(self.stage_module(path).parameters(), None) is not None
