"""The network that a training starts from: bodies from weights or random ones, and new heads."""

from pathlib import Path

import numpy as np
import torch
from torch import nn

from course_lib.models.architectures import build
from course_lib.models.catalogue import find_architecture
from course_lib.models.composing import COPIES, compose
from course_lib.models.forms import Joined, Routed
from course_lib.models.heads import add_auxiliary_heads, new_head
from course_lib.models.loaded import LoadedWeights
from course_lib.models.network import Network, value_at
from course_lib.models.staged import StagedModel
from course_lib.models.weights import fill, load_weights


def start_model(
    architecture: str,
    weights: str | Path | LoadedWeights | None,
    num_classes: int,
    hidden: tuple[int, ...] = (),
    seed: int = 0,
    *,
    fresh: tuple[str, ...] = (),
    aux_heads: tuple[str, ...] = (),
    network: Joined | Routed | None = None,
) -> Network:
    """Build the network that a training starts from: a body from weights, or a random one, and a new head.

    The head depends on `seed` and its widths only, so runs that differ in their body start from the same head. The
    caller's generator is left alone.

    Args:
        architecture: one of `list_architectures`.
        weights: what `load_weights` takes or gives; None for a random body.
        num_classes: outputs of the head.
        hidden: widths of the head's hidden layers.
        seed: decides everything that is drawn.
        fresh: stages that begin with random weights although `weights` has them; the same random weights as without
            any `weights`. Source: FT2-re, Pittaras et al. (2017).
        aux_heads: stages after which an auxiliary head sits, with the paths ``"head.aux1"``, ``"head.aux2"`` …
        network: makes one network of two copies of the body; None for a single one.

    Raises:
        ValueError: unknown architecture or stage, weights of another architecture or of two bodies, or an auxiliary
            head on a network of two bodies.
        FileNotFoundError: as `load_weights`.
    """
    architecture = find_architecture(architecture).name
    loaded = load_weights(weights) if isinstance(weights, str | Path) else weights
    _check_fit(architecture, loaded)
    if network is None:
        model = _start_body(architecture, loaded, num_classes, _seeds(seed)[0], fresh, hidden, aux_heads)
        model.check_paths("fresh names", fresh)
        model.head = start_head(model.num_features, num_classes, hidden, seed)
        return model
    if aux_heads:
        raise ValueError(f"aux_heads = {list(aux_heads)}: a network of two bodies has one head, leave them out")
    return _start_composed(network, architecture, loaded, num_classes, hidden, seed, fresh)


def start_head(num_features: int, num_classes: int, hidden: tuple[int, ...] = (), seed: int = 0) -> nn.Module:
    """Make the head that `start_model` gives a model for that seed: (N, num_features) -> (N, num_classes)."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(_seeds(seed)[1])
        return new_head(num_features, num_classes, hidden)


def _start_body(
    architecture: str,
    loaded: LoadedWeights | None,
    num_classes: int,
    seed: int,
    fresh: tuple[str, ...],
    hidden: tuple[int, ...] = (),
    aux_heads: tuple[str, ...] = (),
) -> StagedModel:
    """Build a body, all stages but the fresh ones from weights, with auxiliary heads; its head is a random one."""
    with torch.random.fork_rng(devices=[]):  # everything is drawn on the CPU
        torch.default_generator.manual_seed(seed)
        model = build(architecture, num_classes, hidden)
        if loaded is not None:
            _fill_body(model, loaded, fresh)
        add_auxiliary_heads(model, aux_heads, num_classes, hidden)
    return model


def _start_composed(
    network: Joined | Routed,
    architecture: str,
    loaded: LoadedWeights | None,
    num_classes: int,
    hidden: tuple[int, ...],
    seed: int,
    fresh: tuple[str, ...],
) -> Network:
    """Build a network of two bodies; what begins anew in both of them is drawn for each."""
    second, policy = _further_seeds(seed)
    bodies = [
        _start_body(architecture, loaded, num_classes, body_seed, _fresh_in(copy, fresh))
        for copy, body_seed in zip(COPIES[network.kind], (_seeds(seed)[0], second), strict=True)
    ]
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(policy)
        model = compose(network, *bodies, lambda num_features: start_head(num_features, num_classes, hidden, seed))
    model.check_paths("fresh names", fresh)
    return model


def _fresh_in(copy: str, fresh: tuple[str, ...]) -> tuple[str, ...]:
    """The names of fresh stages without the beginning that names a copy."""
    inside = tuple(name.removeprefix(f"{copy}.") for name in fresh if name.startswith(f"{copy}."))
    return (*inside, *(("inner",) if {copy, "inner"} & set(fresh) else ()))


def _check_fit(architecture: str, loaded: LoadedWeights | None) -> None:
    if loaded is None:
        return
    if loaded.meta["architecture"] != architecture:
        raise ValueError(f"the weights are of {loaded.meta['architecture']}, the model is {architecture}: choose one")
    if loaded.meta.get("network"):
        raise ValueError(
            f"the weights are of a network of two copies of {architecture}: no training can start from them, choose "
            "those of one network"
        )


def _fill_body(model: StagedModel, loaded: LoadedWeights, fresh: tuple[str, ...]) -> None:
    """Copy loaded weights into all stages but the fresh ones, which stay random."""
    body = {name: value for name, value in loaded.state.items() if not name.startswith("head.")}
    stays = {name for name in body if value_at(dict.fromkeys(fresh, True), model.stage_of(name), False)}
    random = model.state_dict()
    body = {name: random[name] if name in stays else value for name, value in body.items()}
    fill(model.stages, {name.removeprefix("stages."): value for name, value in body.items()}, model.architecture)


def _seeds(seed: int) -> tuple[int, int]:
    """Derive the seeds of the body and of the head."""
    body, head = (int(value) for value in np.random.SeedSequence(seed).generate_state(2))
    return body, head


def _further_seeds(seed: int) -> tuple[int, int]:
    """Derive the seeds of a second body and of a policy network."""
    second, policy = (int(value) for value in np.random.SeedSequence([seed, 2]).generate_state(2))
    return second, policy
