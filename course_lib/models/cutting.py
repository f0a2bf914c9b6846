"""Cutting a network into a chain of named stages by its graph, for networks whose forward pass is code."""

import copy
import math
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, fx, nn

from course_lib.models.staged import evaluation_mode, sequence

MAX_STAGES = 4  # after the stem


class CannotCutError(ValueError):
    """A network's forward pass is no chain of modules that tracing can follow."""


def cut_network(
    net: nn.Module,
    classifier: str,
    features: Sequence[tuple[str, int]],
    size: int,
    untraced: Collection[Callable] = (),
) -> tuple[dict[str, nn.Module], int]:
    """Cut a network in front of its classifier into stages that are made of its own modules and compute the same.

    The stem ends with the last feature of less than a quarter of the image's side (an image side ÷ map side below 4),
    or before the first feature if there is none. The other features end a stage each; if there are more than four, a
    stage holds several. A stage ends only where a single tensor is handed on, so a network may have fewer stages.
    ``"pool"`` has no parameters; modules with parameters behind the pooling are the stage ``"neck"``. Maps between
    stages are (N, C, h, w), tokens (N, L, D).

    Args:
        net: from images (N, 3, H, W) to logits.
        classifier: path of the module that computes the logits from (N, D).
        features: path of the module that gives a feature, and image side ÷ map side; in the order in which they run.
        size: pixels a side of an image that the network takes.
        untraced: functions that look at shapes, called as they are.

    Returns:
        (stages, D): modules by name, ``"stem"``, ``"stage1"`` … ``"neck"``, ``"pool"``, or ``"body"`` and ``"pool"``.

    Raises:
        CannotCutError: the network cannot be traced, or its classifier is not the last thing that it computes.
    """
    paths = [path for path, _ in features]
    graph = _trace(net, {part for path in (*paths, classifier) for part in _parents(path)}, untraced)
    line = _Line(net, graph, _shapes(net, graph, size))
    end = line.classifier_position(classifier)
    pool = line.next_cut(line.pooled_position(after=max((line.last(path) for path in paths), default=0), end=end))
    neck = max(pool, 1 + max((i for i in range(end) if line.has_parameters(i)), default=0))
    ends = [*_stage_ends(line, features, pool), pool]
    names = ["stem", *(f"stage{k}" for k in range(1, len(ends)))] if len(ends) > 1 else ["body"]
    if neck > pool:
        names, ends = [*names, "neck"], [*ends, line.next_cut(neck)]
    stages = {name: line.module(*places) for name, places in zip(names, pairwise((0, *ends)), strict=True)}
    stages["pool"] = line.module(ends[-1], end) if ends[-1] < end else nn.Flatten(1)
    _check_shares(net, classifier, stages)
    return stages, line.shape(end - 1)[1]


class _Line:
    """The steps of a traced network in the order in which they run; a position is that before a step."""

    def __init__(self, net: nn.Module, graph: fx.Graph, shapes: dict[str, tuple[int, ...]]):
        self.net, self.shapes = net, shapes
        self.steps = [node for node in graph.nodes if node.op not in ("placeholder", "get_attr", "output")]
        while self._is_identity(self.steps[-1]):  # behind the classifier, where other networks have a flatten
            self.steps.pop()
        self.image = next(node for node in graph.nodes if node.op == "placeholder")
        self._order = {node: i for i, node in enumerate(self.steps)}

    def last(self, path: str) -> int:
        """Position of the last step inside the module `path`; -1 if there is none."""
        return max(self._inside(path), default=-1)

    def first(self, path: str) -> int:
        """Position of the first step inside the module `path`; -1 if there is none."""
        return min(self._inside(path), default=-1)

    def _inside(self, path: str) -> Iterator[int]:
        for i, node in enumerate(self.steps):
            if node.op == "call_module" and f"{node.target}.".startswith(f"{path}."):
                yield i

    def _is_identity(self, node: fx.Node) -> bool:
        return node.op == "call_module" and isinstance(self.net.get_submodule(node.target), nn.Identity)

    def shape(self, position: int) -> tuple[int, ...]:
        """Shape of what a step gives for one image; empty if it is no tensor."""
        return self.shapes.get(self.steps[position].name, ())

    def has_parameters(self, position: int) -> bool:
        node = self.steps[position]
        own = node.op == "call_module" and next(self.net.get_submodule(node.target).parameters(), None) is not None
        return own or any(given.op == "get_attr" for given in node.all_input_nodes)

    def handed_on(self, position: int) -> list[fx.Node]:
        """Find the results of earlier steps that later ones need."""
        earlier = (self.image, *self.steps[:position])
        return [node for node in earlier if any(self._order.get(user, math.inf) >= position for user in node.users)]

    def next_cut(self, position: int) -> int:
        """Find the first place from there on where a single tensor is handed on."""
        while position < len(self.steps):
            handed = self.handed_on(position)
            if len(handed) == 1 and len(self.shapes.get(handed[0].name, ())) >= 2:
                return position
            position += 1
        return position

    def skip_plain(self, position: int) -> int:
        """Skip modules without parameters, e.g. the max-pool of a stem."""
        while self.steps[position].op == "call_module" and not self.has_parameters(position):
            position += 1
        return position

    def classifier_position(self, path: str) -> int:
        """Position of the classifier, the last step. Raises CannotCutError if it is not, or takes no (N, D)."""
        last = self.steps[-1]
        if last.op != "call_module" or last.target != path or len(self.handed_on(len(self.steps) - 1)) != 1:
            raise CannotCutError(f"its classifier '{path}' is not the last thing that it computes")
        if len(self.shape(len(self.steps) - 2)) != 2:
            raise CannotCutError(f"its classifier '{path}' takes no vector of features")
        return len(self.steps) - 1

    def pooled_position(self, after: int, end: int) -> int:
        """Find the first step whose result has one value for each channel."""
        shapes = ((i, self.shape(i)) for i in range(after + 1, end))
        return next((i for i, shape in shapes if len(shape) >= 2 and math.prod(shape) == max(shape)), end)

    def module(self, begin: int, end: int) -> nn.Module:
        """Make the module of the steps from `begin` to `end`, out of the network's own modules."""
        steps = self.steps[begin:end]
        given, result = self.handed_on(begin)[0], steps[-1]
        turned = _has_channels_last(self.shapes[given.name]), _has_channels_last(self.shape(end - 1))
        if not any(turned) and _is_sequence(given, steps):
            members = {node.target.replace(".", "_"): self.net.get_submodule(node.target) for node in steps}
            if len(members) == 1 and not isinstance(only := next(iter(members.values())), nn.Identity):
                return only
            if len(members) == len(steps):
                return sequence(**members)
        return fx.GraphModule(self.net, _subgraph(given, steps, result, turned))


def _trace(net: nn.Module, opened: Collection[str], untraced: Collection[Callable]) -> fx.Graph:
    """Trace a network; of its modules only those at the paths `opened` are looked into.

    Raises:
        CannotCutError: it cannot be traced, or computes something else in training than in evaluation.
    """
    graphs = []
    with evaluation_mode(net):  # puts the former modes back
        for training in (True, False):
            root = _OneArgument(net).train(training)
            try:
                graphs.append(_Tracer(opened, untraced).trace(root))
            except Exception as error:  # foreign code meets a stand-in for its tensors: any error is possible
                raise CannotCutError("its forward pass depends on values or shapes") from error
    steps = [[(node.op, str(node.target)) for node in graph.nodes] for graph in graphs]
    if steps[0] != steps[1]:
        raise CannotCutError("its forward pass is another one in training")
    for node in graphs[1].nodes:
        if node.op in ("call_module", "get_attr"):
            node.target = node.target.removeprefix("net.")
    return graphs[1]


class _OneArgument(nn.Module):
    """A network that takes images and nothing else."""

    def __init__(self, net: nn.Module):
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)


class _Tracer(fx.Tracer):
    def __init__(self, opened: Collection[str], untraced: Collection[Callable]):
        super().__init__(autowrap_functions=tuple(untraced))
        self.opened = {"net", *(f"net.{path}" for path in opened)}

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return module_qualified_name not in self.opened


class _Shapes(fx.Interpreter):
    def __init__(self, module: fx.GraphModule):
        super().__init__(module)
        self.found: dict[str, tuple[int, ...]] = {}

    def run_node(self, n: fx.Node):
        result = super().run_node(n)
        if isinstance(result, Tensor):
            self.found[n.name] = tuple(result.shape)
        return result


def _shapes(net: nn.Module, graph: fx.Graph, size: int) -> dict[str, tuple[int, ...]]:
    """Find the shape of each step's tensor for one image, on a copy without values."""
    twin = _Shapes(fx.GraphModule(copy.deepcopy(net).to("meta").eval(), graph))
    try:
        twin.run(torch.zeros(1, 3, size, size, device="meta"))
    except Exception as error:  # foreign code: any error is possible
        raise CannotCutError(f"its forward pass cannot run step by step with {size} pixels") from error
    return twin.found


def _stage_ends(line: _Line, features: Sequence[tuple[str, int]], pool: int) -> list[int]:
    """Choose where the stem and all stages but the last end."""
    found = [(path, scale) for path, scale in features if line.last(path) >= 0]
    coarse = [path for path, scale in found if scale >= 4]
    fine = [path for path, scale in found if scale < 4]
    if not coarse:
        return []
    stem = line.skip_plain(line.last(fine[-1]) + 1) if fine else line.first(coarse[0])
    groups = np.array_split(np.array(coarse), min(MAX_STAGES, len(coarse)))
    wanted = [stem, *(line.last(str(group[-1])) + 1 for group in groups[:-1])]
    ends = sorted({line.next_cut(position) for position in wanted})
    places = pairwise((*(end for end in ends if 0 < end < pool), pool))
    return [begin for begin, end in places if any(line.has_parameters(i) for i in range(begin, end))]


def _parents(path: str) -> list[str]:
    parts = path.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts))]


def _has_channels_last(shape: tuple[int, ...]) -> bool:
    """Tell whether the maps of a square image are (N, h, w, C)."""
    return len(shape) == 4 and shape[1] == shape[2] != shape[3]


def _is_sequence(given: fx.Node, steps: Sequence[fx.Node]) -> bool:
    chain = pairwise((given, *steps))
    return all(node.op == "call_module" and node.args == (before,) and not node.kwargs for before, node in chain)


def _subgraph(given: fx.Node, steps: Sequence[fx.Node], result: fx.Node, turned: tuple[bool, bool]) -> fx.Graph:
    """Copy steps into a graph of their own; maps with channels last are turned where they come in and go out."""
    graph = fx.Graph()
    image = graph.placeholder("x")
    copied = {given: graph.call_method("permute", (image, 0, 2, 3, 1)) if turned[0] else image}

    def find(node: fx.Node) -> fx.Node:
        if node not in copied:  # a parameter
            copied[node] = graph.node_copy(node)
        return copied[node]

    for node in steps:
        copied[node] = graph.node_copy(node, find)
    last = copied[result]
    graph.output(graph.call_method("permute", (last, 0, 3, 1, 2)) if turned[1] else last)
    return graph


def _check_shares(net: nn.Module, classifier: str, stages: dict[str, nn.Module]) -> None:
    """Refuse stages that share a parameter, or lack one of the network's."""
    parts = [*stages.values(), net.get_submodule(classifier)]
    counted = [id(value) for part in parts for value in part.state_dict(keep_vars=True).values()]
    if sorted(counted) != sorted(id(value) for value in net.state_dict(keep_vars=True).values()):
        raise CannotCutError("its stages share parameters, or do not use all of them")
