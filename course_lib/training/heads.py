"""Last-layer training of many recipes and seeds as one batched problem: the frozen backbone runs once for all."""

import time
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from course_lib.data.splits import Splits
from course_lib.models.staged import StagedModel
from course_lib.training.device import deliberate_threads, one_thread
from course_lib.training.fitting import is_finite, start_run
from course_lib.training.headbank import HeadBank
from course_lib.training.inputs import StageOutputs
from course_lib.training.penalties.settings import L2SP, Penalty
from course_lib.training.prefix import make_inputs
from course_lib.training.recipe import Recipe
from course_lib.training.run import EpochRecord, Run
from course_lib.training.target import CLASSES, target_of

# The settings that a bank of heads understands: in the first its heads may differ, in the second all must be alike.
# With any other setting that is not at its default a recipe trains alone.
FREE = (
    "name", "lr", "optimizer", "momentum", "weight_decay", "multipliers", "schedule", "milestones", "step_factor",
    "warmup_epochs", "penalty", "normalisation",
)  # fmt: skip
SHARED = (
    "architecture", "start", "num_outputs", "statistics", "epochs", "batch_size", "shuffle", "augmentation",
    "augmentation_order", "cached_views",
)  # fmt: skip


def shared_settings(recipe: Recipe) -> str | None:
    """Return what recipes must have in common for their heads to train together; None: this one trains alone."""
    if recipe.finds_steps or recipe.changed().difference(FREE, SHARED) or not _is_understood(recipe.penalty):
        return None
    multipliers = {"inner": 1.0, **recipe.multipliers}
    frozen = all(value == 0 for stage, value in multipliers.items() if stage != "head")
    if not frozen or recipe.multiplier_of("head") == 0 or recipe.start is None:
        return None
    if recipe.augmentation and not recipe.cached_views:
        return None
    neutral = {name: Recipe.model_fields[name].get_default(call_default_factory=True) for name in FREE}
    return recipe.replace(**neutral).identity()


def _is_understood(penalty: Penalty) -> bool:
    """Tell whether a bank of heads computes a penalty: L2-SP as its authors wrote it, of any α and β, or none."""
    return penalty is None or (type(penalty) is L2SP and penalty.changed() <= {"alpha", "beta"})


def fit_heads(recipes: Sequence[Recipe], splits: Splits, seeds: Sequence[int], *, device: str = "cpu") -> list[Run]:
    """Train the heads of `recipes`, each with the seed at its place, all together on the outputs of one backbone.

    Each run is what `fit` gives for its recipe and seed, up to rounding; `seconds` are its share of the time. The
    models of the runs share one backbone.

    Raises:
        ValueError: the recipes do not all share what `shared_settings` says, or as `fit`.
        OSError: the cache for the backbone's outputs cannot be written.
    """
    if {shared_settings(recipe) for recipe in recipes} - {shared_settings(recipes[0]) or "none"}:
        raise ValueError("only recipes that train nothing but a linear head, in the same way, train together")
    if target_of(splits.train.labels) is not CLASSES:
        raise ValueError("heads train together for one class per image only: of concepts each recipe trains alone")
    if splits.crop:
        raise ValueError(f"heads train together on kept outputs, crop = {splits.crop} gives other images each epoch")
    began = time.perf_counter()
    start = start_run(recipes[0], splits, seeds[0], device)
    with deliberate_threads(recipes[0].architecture):
        moments = (start.mean, start.std, start.device)
        train = make_inputs(recipes[0], start.model, splits.train, *moments, part="train")
        val = make_inputs(recipes[0], start.model, splits.val, *moments, part="val")
        if not (isinstance(train, StageOutputs) and isinstance(val, StageOutputs)):
            raise OSError("the outputs of the backbone could not be kept: the heads train one by one")
    with one_thread():  # products this small only wait for a second one
        histories, best_epochs, weights = HeadBank(recipes, seeds, start.model, train).train(val)
        seconds = (time.perf_counter() - began) / len(recipes)
        model, runs = start.model.to("cpu", memory_format=torch.contiguous_format).eval(), []
        for slot, (recipe, seed) in enumerate(zip(recipes, seeds, strict=True)):
            history = _shorten(histories[slot])
            best = None if best_epochs[slot] < 0 else history[best_epochs[slot]]
            own = _with_head(model, weights[slot])
            runs.append(start.finish(recipe, splits, seed, history, best, own, seconds))
            runs[-1].provenance["trained_together"] = len(recipes)
    return runs


def _shorten(history: list[EpochRecord]) -> list[EpochRecord]:
    """Cut a history after the first epoch that diverged, where `fit` stops, too."""
    for epoch in history:
        if not is_finite(epoch):
            return history[: epoch.epoch + 1]
    return history


def _with_head(model: StagedModel, weights: Tensor) -> StagedModel:
    """Put a head on the same backbone (no copy), from weights (C, D + 1) whose last column is the bias."""
    head = nn.Linear(weights.shape[1] - 1, weights.shape[0])
    head.load_state_dict({"weight": weights[:, :-1].cpu(), "bias": weights[:, -1].cpu()})
    return StagedModel(model.architecture, model.stages, head, model.num_features).eval()
