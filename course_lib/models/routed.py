"""Frozen and tuned copies of one backbone's blocks, and a route through them for each image: SpotTune."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from course_lib.models.forms import Routed
from course_lib.models.gates import Policy, global_k_loss
from course_lib.models.network import HEAD, Network
from course_lib.models.norms import is_norm
from course_lib.models.staged import StagedModel, Stages

POLICY, TUNED, FROZEN, WEIGHTS, NORM = "policy", "tuned", "frozen", "weights", "norm"


class RoutedNetwork(Network):
    """A route for each image: see `Routed`.

    In training, both copies of a block compute all images of a batch, and the policy's decisions mix them. In
    evaluation each image goes through one copy of each block alone. Parameter names are ``tuned.<stage>.…``,
    ``frozen.<stage>.…``, ``policy.…`` and ``head.…``.

    Args:
        settings: gates and decisions.
        frozen, tuned: of one architecture, with the same weights; their heads are not used.
        policy: with an output for each of `gated_blocks`.
        head: from (N, D) to logits (N, C).

    Attributes:
        skips: False computes both copies of each block in evaluation, too, and takes of each image the one of its
            route: the same answers, for programs that have to run one graph for all images. Routes are not counted.
    """

    def __init__(self, settings: Routed, frozen: StagedModel, tuned: StagedModel, policy: Policy, head: nn.Module):
        super().__init__()
        self.form, self.architecture, self.num_features = settings, frozen.architecture, frozen.num_features
        self.gated = gated_blocks(settings, frozen)
        blocks = [path for path in frozen.inner_stages if path.startswith("stage")]
        self.order = tuple(frozen.stages)
        self.frozen = Stages({path: frozen.stages[path] for path in blocks})
        self.tuned = Stages(
            {path: tuned.stages[path] for path in self.order if path in self.gated or path not in blocks}
        )
        self.policy, self.passed, self.head = policy, nn.Identity(), head
        self.skips = True
        self._decisions: Tensor | None = None
        self._tuned, self._seen = torch.zeros(len(self.gated), dtype=torch.long), 0

    def __getstate__(self) -> dict:
        """Leave out the decisions of a training batch: a tensor inside a graph cannot be copied."""
        return {**self.__dict__, "_decisions": None}

    @property
    def paths(self) -> tuple[str, ...]:
        frozen = (f"{FROZEN}.{kind}.{path}" for kind in (WEIGHTS, NORM) for path in self.frozen)
        return (*(f"{TUNED}.{path}" for path in self.tuned), *frozen, POLICY, HEAD)

    def stage_module(self, path: str) -> nn.Module:
        if path not in self.paths:
            raise ValueError(f"unknown stage '{path}': this model has {', '.join(self.paths)}")
        if path in (POLICY, HEAD):
            return self.policy if path == POLICY else self.head
        copy, _, stage = path.partition(".")
        if copy == TUNED:
            return self.tuned[stage]
        kind, _, stage = stage.partition(".")
        return nn.ModuleList(_leaves(self.frozen[stage], norms=kind == NORM))

    def stage_of(self, name: str) -> str:
        copy, _, rest = name.partition(".")
        if copy in (POLICY, HEAD):
            return copy
        stages = {TUNED: self.tuned, FROZEN: self.frozen}.get(copy, {})
        for path in stages:
            if rest.startswith(f"{path}."):
                kind = NORM if is_norm(self.get_submodule(name.rpartition(".")[0])) else WEIGHTS
                return f"{TUNED}.{path}" if copy == TUNED else f"{FROZEN}.{kind}.{path}"
        raise ValueError(f"'{name}' is no parameter of this model: names begin with tuned., frozen., policy. or head.")

    def logits(self, x: Tensor, after: str | None = None) -> dict[str, Tensor]:
        return {HEAD: self.head(self.features(x))}

    def features(self, x: Tensor, routes: Tensor | None = None) -> Tensor:
        """Compute what the head is given: images (N, 3, H, W) -> (N, D).

        Args:
            routes: in evaluation, other routes (N, G) than the policy's, True for the tuned copy of a block.
        """
        routes = self._route(x) if routes is None else routes
        for path in self.order:
            if path not in self.frozen:
                x = self.tuned[path](x)
            elif path not in self.gated:
                x = self.frozen[path](x)
            else:
                x = self._block(path, x, routes[:, self.gated.index(path)])
        return self.passed(x)

    def routes(self, x: Tensor) -> Tensor:
        """Decide the routes (N, G) of images (N, 3, H, W) as in evaluation: True for the tuned copy of a block."""
        return self.policy.decide(self.policy(x), self.form.routes, self.form.k)

    def extra_loss(self) -> Tensor | float:
        """Compute the terms of global-k for the training batch that was computed last; 0 without `Routed.k`."""
        if self._decisions is None:
            return 0.0
        decisions, self._decisions, form = self._decisions, None, self.form
        return global_k_loss(decisions, form.k, form.budget, form.determinism)

    def take_shares(self) -> tuple[float, ...] | None:
        """Return the share of the images evaluated since the last call that each gate tuned; None if none were."""
        if not self._seen:
            return None
        shares = self._tuned / self._seen
        self._tuned, self._seen = torch.zeros_like(self._tuned), 0
        return tuple(round(share, 4) for share in shares.tolist())

    def _route(self, x: Tensor) -> Tensor:
        """Decide the routes (N, G): decisions 0. or 1. with a gradient in training, else True or False."""
        if self.training:
            decisions = self.policy.draw(self.policy(x), self.form.temperature)
            self._decisions = None if self.form.k is None else decisions
            return decisions
        routes = self.routes(x)
        if self.skips:
            self._tuned, self._seen = self._tuned + routes.sum(dim=0).cpu(), self._seen + len(routes)
        return routes

    def _block(self, path: str, x: Tensor, decisions: Tensor) -> Tensor:
        share = decisions.view(-1, *(1,) * (x.ndim - 1))
        if self.training:
            return (1 - share) * self.frozen[path](x) + share * self.tuned[path](x)
        if not self.skips:
            return torch.where(share, self.tuned[path](x), self.frozen[path](x))
        parts = [
            (copy[path], rows) for copy, rows in ((self.frozen, ~decisions), (self.tuned, decisions)) if rows.any()
        ]
        if len(parts) == 1:
            return parts[0][0](x)
        computed = [(block(x[rows]), rows) for block, rows in parts]
        result = computed[0][0].new_empty((len(x), *computed[0][0].shape[1:]))
        for values, rows in computed:
            result[rows] = values
        return result


def gated_blocks(settings: Routed, model: StagedModel) -> tuple[str, ...]:
    """List the paths of the blocks that have a gate, in their order.

    Raises:
        ValueError: a beginning of a path that no block has, or no gate at all.
    """
    blocks = [path for path in model.inner_stages if path.startswith("stage")]
    for begin in settings.gates:
        if not any(path.startswith(begin) for path in blocks):
            known = ", ".join(blocks) or "none"
            raise ValueError(f"gates name the unknown block '{begin}': {model.architecture} has {known}")
    gated = tuple(path for path in blocks if path.startswith(settings.gates))
    if not gated or (settings.k or 0) > len(gated):
        raise ValueError(f"gates = {list(settings.gates)} and k = {settings.k}: there are {len(gated)} gates")
    return gated


def _leaves(block: nn.Module, *, norms: bool) -> Iterator[nn.Module]:
    """The modules of a block that hold parameters of their own: those that normalise, or the others."""
    for module in block.modules():
        if list(module.parameters(recurse=False)) and is_norm(module) == norms:
            yield module
