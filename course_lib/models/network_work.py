"""Multiply-adds of a network for one image: of a training step, and of an answer."""

import copy
from collections.abc import Callable, Collection
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from course_lib.models.joined import JoinedNetwork
from course_lib.models.network import HEAD, Network
from course_lib.models.routed import FROZEN, NORM, POLICY, TUNED, WEIGHTS, RoutedNetwork
from course_lib.models.staged import StagedModel, evaluation_mode
from course_lib.models.work import count_operations


@dataclass(frozen=True)
class NetworkWork:
    """Multiply-adds of a network's convolutions and matrix products for one image.

    Attributes:
        step: of a training step, forward and backward.
        answer: of an answer. In a `RoutedNetwork` each image computes one copy of each block, whichever it is.
        answer_of_all: of an answer that computes all copies of each block; `answer` if the network skips none.
    """

    step: int
    answer: int
    answer_of_all: int


@dataclass(frozen=True)
class _Piece:
    """A module that runs once in a step.

    Attributes:
        path: the stage whose weights it holds.
        before: names of the pieces whose outputs it is given; none for the image.
        norms: a stage with its normalisation alone, if that is a stage of its own.
        gather: makes its input of these outputs.
        skipped: whether an answer can do without it.
    """

    module: nn.Module
    path: str
    before: tuple[str, ...] = ()
    norms: str | None = None
    gather: Callable[[list[Tensor]], Tensor] = lambda outputs: outputs[0]
    skipped: bool = False


def network_work(model: Network, size: int, moving: Collection[str]) -> NetworkWork:
    """Count the multiply-adds of a network, auxiliary heads left out, for one image of `size` × `size` pixels.

    What two branches share is counted once. In training a `RoutedNetwork` computes both copies of each block.

    Args:
        moving: paths of the stages that train.

    Raises:
        ValueError: a stage that the model does not have, or a network of another kind.
    """
    model.check_paths("moving names", moving)
    model = copy.deepcopy(model).to("meta").requires_grad_(True)
    pieces = _pieces(model)
    image, outputs, forward, reached = torch.zeros(1, 3, size, size, device="meta"), {}, {}, {}
    step = 0
    with evaluation_mode(model):
        for name, piece in pieces.items():
            x = piece.gather([outputs[other] for other in piece.before]) if piece.before else image
            forward[name] = count_operations(piece.module, x, [])
            below = any(reached[other] for other in piece.before)
            step += forward[name] + _backward(piece, x, below, moving, forward[name])
            reached[name] = below or bool({piece.path, piece.norms} & set(moving))
            with torch.no_grad():
                outputs[name] = piece.module(x)
    skipped = sum(forward[name] for name, piece in pieces.items() if piece.skipped)
    of_all = sum(forward.values())
    return NetworkWork(step // 2, (of_all - skipped) // 2, of_all // 2)


def _backward(piece: _Piece, x: Tensor, below: bool, moving: Collection[str], forward: int) -> int:
    """The backward operations of a piece; `below` tells whether the gradient has a moving stage below to reach."""
    passes_on = below or (piece.norms in moving and piece.path not in moving)
    x = x.clone().requires_grad_(passes_on)
    wanted = [*(piece.module.parameters() if piece.path in moving else ()), *([x] if passes_on else ())]
    return count_operations(piece.module, x, wanted) - forward if wanted else 0


def _pieces(model: Network) -> dict[str, _Piece]:
    for kind, find in ((StagedModel, _of_chain), (JoinedNetwork, _of_joined), (RoutedNetwork, _of_routed)):
        if isinstance(model, kind):
            return find(model)
    raise ValueError(
        f"the operations of a {type(model).__name__} are not known: it is no StagedModel, no joined and no "
        "routed network"
    )


def _of_chain(model: StagedModel) -> dict[str, _Piece]:
    return _chain({path: (model.stage_module(path), path) for path in model.stage_names})


def _chain(modules: dict[str, tuple[nn.Module, str]], before: tuple[str, ...] = ()) -> dict[str, _Piece]:
    """Pieces that run one after the other: name → (module, stage path)."""
    pieces = {}
    for name, (module, path) in modules.items():
        pieces[name] = _Piece(module, path, before)
        before = (name,)
    return pieces


def _of_joined(model: JoinedNetwork) -> dict[str, _Piece]:
    a, b = model.branches["a"], model.branches["b"]
    trunk = [path for path in a if path in model.trunk]
    pieces = _chain({f"a.{path}": (module, f"a.{path}") for path, module in a.items()})
    rest = [path for path in a if path not in trunk]
    owner = {path: "b" if path in b else "a" for path in rest}
    second = {f"b.{path}": (model.branches[owner[path]][path], f"{owner[path]}.{path}") for path in rest}
    pieces |= _chain(second, (f"a.{trunk[-1]}",) if trunk else ())
    ends = (f"a.{rest[-1]}", f"b.{rest[-1]}")
    return {**pieces, HEAD: _Piece(model.head, HEAD, ends, gather=lambda outputs: torch.cat(outputs, dim=1))}


def _of_routed(model: RoutedNetwork) -> dict[str, _Piece]:
    pieces = {POLICY: _Piece(model.policy, POLICY)}
    before: tuple[str, ...] = ()
    for path in model.order:
        own = {}
        if path in model.tuned:
            own[f"{TUNED}.{path}"] = _Piece(model.tuned[path], f"{TUNED}.{path}", before)
        if path in model.frozen:
            weights, norms = (f"{FROZEN}.{kind}.{path}" for kind in (WEIGHTS, NORM))
            own[f"{FROZEN}.{path}"] = _Piece(model.frozen[path], weights, before, norms, skipped=path in model.gated)
        pieces |= own
        before = (*own, POLICY) if path in model.gated else tuple(own)
    return {**pieces, HEAD: _Piece(model.head, HEAD, before)}
