"""A penalty on the change of feature maps: DELTA."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from itertools import dropwhile

import torch
from torch import Tensor

from course_lib.models.network import Network, check_names
from course_lib.models.staged import StagedModel
from course_lib.training.inputs import Inputs, peek
from course_lib.training.penalties.attention import channel_attention
from course_lib.training.penalties.method import Method, new_weights, squared_norm
from course_lib.training.recipe import Recipe


class MapDistance(Method):
    """DELTA: α·Σ over stages of ½·Σ_c W_c·‖FM_c − FM⁰_c‖²/(h·w) + β/2·‖w_new‖², the first term the mean over images.

    FM (C, h, w) is the output of a stage for an image and FM⁰ that of the starting network in evaluation mode; the mean
    of the W_c over the channels is 1, see `channel_attention`. The authors take the last convolution of each of four
    stages, and sum over the images of a batch; without attention their code does not divide by h·w.
    Source: Li et al., DELTA (ICLR 2019).

    Args:
        model: prepared by `set_trainable`; a copy of it is the starting network.
        recipe: with the penalty `Delta`.
        train: the training images, for the attention.

    Raises:
        ValueError: the network is no chain of stages, none of them gives maps, or the settings name one that does not.
    """

    def __init__(self, model: Network, recipe: Recipe, train: Inputs):
        settings = recipe.penalty
        if (chain := model.chain()) is None:
            what = f"a network of two copies of {model.architecture}" if recipe.network else model.architecture
            raise ValueError(
                f"the penalty DELTA compares the outputs of a chain of stages, which {what} is not: "
                "use another penalty, e.g. L2-SP"
            )
        self.alpha, self.beta, self.new = settings.alpha, settings.beta, new_weights(model, recipe)
        self.start = deepcopy(chain).eval().requires_grad_(False)
        wanted = _stages_with_maps(self.start, train, settings.stages)
        moving = dropwhile(lambda stage: not recipe.multiplier_of(stage), chain.inner_stages)
        self.stages = [stage for stage in moving if stage in wanted]  # in a frozen prefix nothing changes
        self._modules = {stage: model.stage_module(stage) for stage in self.stages}
        attention = channel_attention(self.start, train, self.stages) if settings.attention and self.stages else {}
        self.weights = {stage: attention.get(stage) for stage in self.stages}
        self._sum: Tensor | float = 0.0

    @contextmanager
    def watching(self, inputs: Tensor, after: str | None) -> Iterator[None]:
        """Compare the output of each stage as soon as it is computed: a later stage may overwrite it."""
        self._sum, self._map, self._last = 0.0, inputs, after
        with ExitStack() as hooks:
            for stage, module in self._modules.items():
                hook = module.register_forward_hook(lambda _m, _i, found, stage=stage: self._compare(stage, found))
                hooks.callback(hook.remove)
            yield
        self._map = None

    def _compare(self, stage: str, found: Tensor) -> None:
        with torch.no_grad():
            self._map, self._last = self.start.features(self._map, until=stage, after=self._last), stage
        self._sum = self._sum + map_distance(found.float(), self._map.float(), self.weights[stage])

    def term(self) -> Tensor | float:
        total, self._sum = self._sum, 0.0
        return self.alpha * total + 0.5 * self.beta * squared_norm(self.new)


def map_distance(found: Tensor, start: Tensor, weights: Tensor | None = None) -> Tensor:
    """Compute ½·Σ_c W_c·‖FM_c − FM⁰_c‖²/(h·w) of maps (N, C, h, w), the mean over images; W (C,), None: all 1."""
    by_channel = (found - start).square().mean(dim=(2, 3))  # (N, C)
    return 0.5 * (by_channel if weights is None else by_channel * weights).sum(dim=1).mean()


@torch.no_grad()
def _stages_with_maps(model: StagedModel, train: Inputs, wanted: tuple[str, ...] | None) -> list[str]:
    """List the wanted stages; without any wish, all with parameters that give maps (N, C, h, w)."""
    if wanted is not None:
        check_names("penalty.stages name", wanted, model.stage_names)
    shapes = _shapes(model, train)
    maps = [stage for stage in model.inner_stages if stage not in shapes or len(shapes[stage]) == 4]
    if not maps:
        raise ValueError(
            f"the penalty DELTA compares maps (N, C, h, w), and no stage of {model.architecture} gives any: use "
            "another penalty, e.g. L2-SP"
        )
    if flat := sorted(set(wanted or ()) - set(maps)):
        raise ValueError(f"penalty.stages name '{flat[0]}', which gives no maps (N, C, h, w): use {', '.join(maps)}")
    return maps if wanted is None else list(wanted)


def _shapes(model: StagedModel, train: Inputs) -> dict[str, torch.Size]:
    """Find the shape of the output of each stage that is not computed beforehand."""
    x, last, shapes = peek(train, torch.arange(1, device=train.labels.device))[0], train.after, {}
    names = list(model.stages)
    for stage in names[names.index(last) + 1 if last else 0 :]:
        x, last = model.features(x, until=stage, after=last), stage
        shapes[stage] = x.shape
    return shapes
