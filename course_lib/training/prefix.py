"""Outputs of a network's frozen first stages, computed once and kept."""

import hashlib
import json
import warnings
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn

from course_lib.data.augmentation import Transform
from course_lib.data.cache import cached_array
from course_lib.data.imageset import ImageSet
from course_lib.models.folding import fold_batch_norm
from course_lib.models.loaded import weights_hash
from course_lib.models.network import Network
from course_lib.models.staged import StagedModel
from course_lib.paths import MEMORY_LIMIT_MB, cache_dir
from course_lib.training.inputs import EVAL_BATCH, Inputs, Pixels, StageOutputs
from course_lib.training.penalties.settings import BSS, L2, L2SP, MARS, SPD, Delta
from course_lib.training.precision import autocast, precision
from course_lib.training.recipe import FOUNDING, LABEL, Part, Recipe
from course_lib.training.run import TRAINING_VERSION

# The settings with which kept outputs are proved to be what the plain loop computes. With any other that is not at its
# default nothing is kept.
UNDERSTOOD = frozenset(
    (*FOUNDING, LABEL, "augmentation", "augmentation_order", "cached_views", "fresh", "decays", "milestones",
     "step_factor", "warmup_epochs", "layer_rates", "aux_heads", "aux_weight", "class_weights", "ties")
)  # fmt: skip
UNDERSTOOD_PENALTIES = (L2, L2SP, Delta, BSS, SPD, MARS, type(None))


def frozen_prefix(recipe: Recipe, model: Network) -> str | None:
    """Find the last stage of the longest prefix of the network that the recipe freezes; None if there is none.

    A stage of rate 0 is in evaluation mode throughout, so its output for an image is always the same. The prefix ends
    where an auxiliary head begins. A network that is no chain has none, nor has a recipe with settings that are not
    `UNDERSTOOD`, or with another penalty than the `UNDERSTOOD_PENALTIES`.
    """
    chain = model.chain()
    if chain is None or recipe.changed() - UNDERSTOOD or type(recipe.penalty) not in UNDERSTOOD_PENALTIES:
        return None
    prefix = None
    for stage in chain.stages:
        if stage in chain.inner_stages and recipe.multiplier_of(stage) > 0:
            break
        prefix = stage
        if stage in chain.aux_after.values():
            break
    return prefix


def make_inputs(
    recipe: Recipe,
    model: Network,
    images: ImageSet,
    mean: Tensor,
    std: Tensor,
    device: torch.device,
    *,
    part: Part = "val",
    seed: int = 0,
    shortcuts: bool = True,
    crop: int | None = None,
) -> Inputs:
    """Make the inputs of a run: the outputs of the frozen prefix if the recipe has one, else pixels.

    Args:
        model: on `device`.
        part: what the images are for; see `Recipe.augments`.
        seed: of the augmentation.
        shortcuts: False always gives pixels.
        crop: the images are random windows of so many pixels a side, see `Splits.crop`.

    Raises:
        ValueError: `recipe.cached_views` without frozen first stages, without shortcuts, or with windows.
    """
    if crop and recipe.cached_views:
        raise ValueError(
            f"cached_views = {recipe.cached_views} keeps outputs of whole images, and crop = {crop} trains on other "
            f"windows in each epoch: leave one of them out"
        )
    transforms = recipe.augmentation if recipe.augments(part) else ()
    fresh = bool(transforms or crop) and not recipe.cached_views  # other images in every epoch: nothing to keep
    until = frozen_prefix(recipe, model) if shortcuts and not fresh else None
    if recipe.cached_views and not until:
        why = "this recipe trains the first stage" if shortcuts else "shortcuts = False keeps no outputs"
        raise ValueError(f"cached_views = {recipe.cached_views} are outputs of frozen stages: {why}, leave it out")
    if until:
        views = recipe.cached_views if transforms else None
        try:
            values = prefix_outputs(
                model.chain(), images, until, mean, std, device=device, transforms=transforms, num_views=views or 1
            )
            return StageOutputs(values, images.labels.to(device), until)
        except OSError as error:
            if views:  # without its pool of views this would be another training
                raise
            warnings.warn(f"{error}; until then each epoch computes the frozen stages again", stacklevel=2)
    normalise_first = recipe.augmentation_order != "before_normalisation"
    options = {"transforms": transforms, "seed": seed, "normalise_first": normalise_first, "crop": crop}
    return Pixels(images, mean, std, device, **options)


def prefix_outputs(
    model: StagedModel,
    images: ImageSet,
    until: str,
    mean: Tensor,
    std: Tensor,
    *,
    device: torch.device,
    transforms: tuple[Transform, ...] = (),
    num_views: int = 1,
    memory_limit_mb: float = MEMORY_LIMIT_MB,
) -> Tensor:
    """Compute the output of stage `until` for each image, once for each data set and network; it is kept on disk.

    Args:
        model: on `device`; its stages up to `until` run in evaluation mode.
        mean, std: (3,) of the input's normalisation.
        transforms: augment the images, `num_views` times each.
        memory_limit_mb: larger outputs are memory-mapped.

    Returns:
        (num_views · N, …) float32 on the CPU, view after view.

    Raises:
        OSError: the cache cannot be written.
    """
    pool = [num_views, [transform.model_dump(mode="json") for transform in transforms]]
    code = [TRAINING_VERSION, torch.__version__, device.type, str(precision(device))]
    identity = [*_content(model, images, until), mean.tolist(), std.tolist(), pool, code]
    digest = hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:12]
    source = Pixels(images, mean, std, device, transforms=transforms)  # one seed: one pool for all runs of a grid

    def make():
        first = source.batch(torch.arange(1, device=device))[0]
        run = fold_batch_norm(stages_until(model, until), first)
        with torch.no_grad():
            shape = run(first.clone()).shape[1:]
        return (num_views * len(images), *shape), _iter_outputs(run, source, batch_size, num_views), {}

    batch_size = prefix_batch(images.size)
    label, folder = f"{model.architecture} {until} {digest}", cache_dir() / "features"
    options = {"dtype": np.float32, "folder": folder, "memory_limit_mb": memory_limit_mb}
    outputs, _ = cached_array(label, images.size[0], identity, make, **options)
    return outputs


def stages_until(model: StagedModel, until: str) -> nn.Module:
    """Join the stages of a network up to `until`, the same modules, into one."""
    names = list(model.stages)[: list(model.stages).index(until) + 1]
    return nn.Sequential(*(model.stages[name] for name in names))


def prefix_batch(size: tuple[int, int]) -> int:
    """Choose a batch size for images of that size: few large images stay in the processor's cache."""
    return min(EVAL_BATCH, max(8, 400_000 // (size[0] * size[1])))


def _iter_outputs(run: nn.Module, source: Pixels, batch_size: int, num_views: int) -> Iterator[np.ndarray]:
    device = source.labels.device
    for _ in range(num_views):
        for rows in torch.arange(len(source), device=device).split(batch_size):
            with torch.no_grad(), autocast(device):
                outputs = run(source.batch(rows)[0])
            yield from outputs.float().contiguous().cpu().numpy()


def _content(model: StagedModel, images: ImageSet, until: str) -> tuple[str, str, str]:
    """Hash the content that the outputs are computed from: pixels and weights, not their names."""
    pixels = hashlib.sha256("".join(images.pixel_hashes()).encode()).hexdigest()
    stages = model.stage_names[: model.stage_names.index(until) + 1]
    state = {name: value for name, value in model.state_dict().items() if model.stage_of(name) in stages}
    return pixels, weights_hash(state), until
