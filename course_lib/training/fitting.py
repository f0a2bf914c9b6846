"""The training loop: one for every recipe."""

import math
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

from course_lib.data.imageset import ImageSet
from course_lib.data.splits import Splits
from course_lib.data.statistics import channel_statistics
from course_lib.models.freezing import set_trainable, snapshot, train_mode
from course_lib.models.staged import StagedModel
from course_lib.models.weights import load_weights, start_model
from course_lib.training.device import deliberate_threads, peak_memory_mb, pick_device
from course_lib.training.penalties import StartingPointPenalty
from course_lib.training.prediction import evaluate, normalise
from course_lib.training.recipe import Recipe
from course_lib.training.run import EpochRecord, Run, describe_machine


def fit(
    recipe: Recipe,
    splits: Splits,
    *,
    seed: int = 0,
    device: str = "cpu",
    on_epoch: Callable[[EpochRecord], None] | None = None,
) -> Run:
    """Train as the recipe says; choose the epoch by validation accuracy, ties to the earlier one.

    The test part of `splits` stays sealed: `score_test` opens it. The same seed on one machine and thread count gives
    the same run bit for bit on a CPU. A loss that is NaN or infinite ends the run with status ``"diverged"``.

    Args:
        seed: decides the new weights and the order of the images.
        on_epoch: called after every epoch, for progress.

    Raises:
        ValueError: the recipe names an unknown stage, architecture or device, or the weights do not fit.
    """
    target, began = pick_device(device), time.perf_counter()
    if recipe.penalty and recipe.start is None:
        raise ValueError("the penalty L2-SP pulls towards borrowed weights: this recipe starts at random")
    mean, std = input_statistics(recipe, splits)
    outputs = recipe.num_outputs or splits.num_classes
    if outputs < splits.num_classes:
        raise ValueError(f"num_outputs = {outputs} is too few: the images have {splits.num_classes} classes")
    model = start_model(recipe.architecture, recipe.start, outputs, recipe.hidden, seed).to(target)
    trainer = _Trainer(recipe, model, mean.to(target), std.to(target), seed)
    if target.type == "cuda":
        torch.cuda.reset_peak_memory_stats(target)
    # Dropout draws from the global generator: seed it, and leave the caller's alone.
    with deliberate_threads(recipe.architecture), torch.random.fork_rng([target] if target.type == "cuda" else []):
        torch.manual_seed(seed)
        history, best = _train(trainer, splits, on_epoch)
    return Run(
        recipe=recipe,
        seed=seed,
        status="finished" if _is_finite(history[-1]) else "diverged",
        history=history,
        best_epoch=best and best.epoch,
        val_accuracy=best and best.val_accuracy,
        seconds=time.perf_counter() - began,
        peak_mb=peak_memory_mb(target),
        model=model.cpu().eval(),
        mean=mean,
        std=std,
        class_names=splits.class_names,
        size=splits.train.size,
        provenance=describe_machine(target),
    )


def _train(trainer: "_Trainer", splits: Splits, on_epoch) -> tuple[list[EpochRecord], EpochRecord | None]:
    """All epochs; leaves the model with the weights of the best one."""
    history, best, best_state = [], None, None
    for epoch in range(trainer.recipe.epochs):
        history.append(trainer.run_epoch(epoch, splits.train, splits.val))
        if on_epoch:
            on_epoch(history[-1])
        if not _is_finite(history[-1]):
            break
        if best is None or history[-1].val_accuracy > best.val_accuracy:  # strictly: ties go to the earlier epoch
            best, best_state = history[-1], snapshot(trainer.model)
    if best_state is not None:
        trainer.model.load_state_dict(best_state)
    return history, best


def input_statistics(recipe: Recipe, splits: Splits) -> tuple[Tensor, Tensor]:
    """Mean and std (3,) of the input's normalisation: of the training images unless the recipe says otherwise."""
    if recipe.statistics == "weights":
        if recipe.start is None:
            raise ValueError("statistics = 'weights' needs weights to start from: this recipe starts at random")
        meta = load_weights(recipe.start).meta
        return torch.tensor(meta["mean"]), torch.tensor(meta["std"])
    images = splits.train
    if recipe.statistics == "train_and_val":  # the homework's own choice: its whole train folder
        images = images.joined_with(splits.val)
    mean, std = channel_statistics(images)
    # A channel without any contrast has std 0; it must not turn into NaN.
    return torch.as_tensor(mean, dtype=torch.float32), torch.as_tensor(std, dtype=torch.float32).clamp_min(1e-3)


class _Trainer:
    """Model, optimiser and order of images of one training."""

    def __init__(self, recipe: Recipe, model: StagedModel, mean: Tensor, std: Tensor, seed: int):
        self.recipe, self.model, self.mean, self.std = recipe, model, mean, std
        self.stages = trained_stages(model)
        self.rates = recipe.rates(self.stages)
        set_trainable(model, self.rates, recipe.normalisation)
        self.penalty = StartingPointPenalty(model, recipe.penalty) if recipe.penalty else None
        self.optimizer = make_optimizer(recipe, model)
        self.order = torch.Generator().manual_seed(seed)

    def run_epoch(self, epoch: int, train: ImageSet, val: ImageSet) -> EpochRecord:
        """Train on every image once, then measure on the validation images."""
        began = time.perf_counter()
        for group in self.optimizer.param_groups:
            group["lr"] = self.recipe.rate_of(group["stage"], epoch)
        train_mode(self.model, self.rates, self.recipe.normalisation)
        device = self.mean.device
        loss, right = torch.zeros((), device=device), torch.zeros((), device=device)
        for rows in self._batches(len(train)):
            batch_loss, batch_right = self._step(*train.batch(rows))
            loss += batch_loss * len(rows)
            right += batch_right
        val_loss, outcomes = evaluate(self.model, val, self.mean, self.std, device)
        return EpochRecord(
            epoch=epoch,
            train_loss=loss.item() / len(train),
            train_accuracy=right.item() / len(train),
            val_loss=val_loss,
            val_accuracy=outcomes.float().mean().item(),
            rates=effective_rates(self.optimizer, self.stages),
            seconds=round(time.perf_counter() - began, 4),
        )

    def _batches(self, count: int) -> list[Tensor]:
        rows = torch.randperm(count, generator=self.order) if self.recipe.shuffle else torch.arange(count)
        batches = list(rows.split(self.recipe.batch_size))
        if len(batches) > 1 and len(batches[-1]) == 1:  # BatchNorm cannot normalise a single image
            batches[-2:] = [torch.cat(batches[-2:])]
        return batches

    def _step(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        device = self.mean.device
        labels = labels.to(device)
        logits = self.model(normalise(images.to(device), self.mean, self.std))  # (N, C)
        loss = nn.functional.cross_entropy(logits, labels)
        self.optimizer.zero_grad()
        (loss + self.penalty() if self.penalty else loss).backward()
        self.optimizer.step()
        return loss.detach(), (logits.argmax(dim=1) == labels).sum()


def trained_stages(model: StagedModel) -> tuple[str, ...]:
    """The stages that have a learning rate: those with parameters, and the head."""
    return (*model.inner_stages, "head")


def make_optimizer(recipe: Recipe, model: StagedModel) -> torch.optim.Optimizer:
    """SGD or Adam with one parameter group for each stage that trains, labelled with its ``"stage"``."""
    groups = []
    for stage in trained_stages(model):
        trained = [p for p in model.stage_parameters(stage) if p.requires_grad]
        if trained:
            groups.append({"params": trained, "stage": stage, "lr": recipe.rate_of(stage)})
    if not groups:
        raise ValueError("nothing to train: every stage has multiplier 0")
    if recipe.optimizer == "adam":
        return torch.optim.Adam(groups, lr=recipe.lr, weight_decay=recipe.weight_decay)
    return torch.optim.SGD(groups, lr=recipe.lr, momentum=recipe.momentum, weight_decay=recipe.weight_decay)


def effective_rates(optimizer: torch.optim.Optimizer, stages: tuple[str, ...]) -> dict[str, float]:
    """The rate each stage is really trained at, read from the optimiser; 0 for stages it does not hold."""
    held = {group["stage"]: group["lr"] for group in optimizer.param_groups}
    return {stage: held.get(stage, 0.0) for stage in stages}


def _is_finite(epoch: EpochRecord) -> bool:
    return math.isfinite(epoch.train_loss) and math.isfinite(epoch.val_loss)
