"""The training loop: one for every recipe."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor

from course_lib.data.splits import Splits
from course_lib.data.statistics import channel_statistics
from course_lib.models.freezing import has_affine_pairs, snapshot
from course_lib.models.network import Network
from course_lib.models.norms import is_batch_norm
from course_lib.models.starting import start_model
from course_lib.models.stochastic_norm import make_plain
from course_lib.models.weights import load_weights
from course_lib.training.checkpoint import Checkpoint, Clock
from course_lib.training.device import deliberate_threads, one_thread, peak_memory_mb, pick_device, seeded
from course_lib.training.inputs import Inputs
from course_lib.training.keeping import check_numbers
from course_lib.training.penalties.making import check_start
from course_lib.training.precision import memory_format
from course_lib.training.prefix import make_inputs
from course_lib.training.recipe import Recipe
from course_lib.training.run import EpochRecord, Run, describe_machine
from course_lib.training.target import CLASSES, target_of
from course_lib.training.trainer import Trainer


def fit(
    recipe: Recipe,
    splits: Splits,
    *,
    seed: int = 0,
    device: str = "cpu",
    on_epoch: Callable[[EpochRecord], None] | None = None,
    shortcuts: bool = True,
    keep: Sequence[float] = (),
    checkpoint: Checkpoint | None = None,
) -> Run:
    """Train as the recipe says; choose the epoch by the validation score, ties to the earlier one (or see `ties`).

    The score is the accuracy for one class per image, and mean average precision (MAP) for concepts.

    The test part of `splits` stays sealed: `score_test` opens it. The same seed on one machine and thread count gives
    the same run bit for bit on a CPU. A loss that is NaN or infinite ends the run with status ``"diverged"``.

    Args:
        seed: decides the new weights, the order of the images and their augmentation (a pool of cached views, though,
            is one for all seeds).
        on_epoch: called after every epoch, for progress.
        shortcuts: compute the frozen prefix of the network once and not in every epoch; the result is the same up to
            rounding. False is the plain loop, to compare with or to measure its time.
        keep: numbers of epochs after which the weights are kept, too, for probes that ask for them; ``recipe.epochs``
            are those of the last epoch, a fraction is a share of the batches of an epoch (see `KeptStates`). With a
            constant rate they are the weights of a run of so many epochs.
        checkpoint: where the state is kept after epochs, and where the training goes on if it has one; `on_epoch` is
            not called for the epochs that were done before. A state without the weights that `keep` asks for is not
            used.

    Raises:
        ValueError: the recipe names an unknown stage, architecture or device, or the weights do not fit; a number of
            `keep` is beyond its epochs.
    """
    check_numbers(keep, recipe.epochs)
    clock = Clock()
    start = start_run(recipe, splits, seed, device)
    with deliberate_threads(recipe.architecture), seeded(seed, start.device):  # dropout draws from the global generator
        options = {"seed": seed, "shortcuts": shortcuts}
        common = (recipe, start.model)
        moments = (start.mean, start.std, start.device)
        train = make_inputs(*common, splits.train, *moments, part="train", crop=splits.crop, **options)
        val = make_inputs(*common, splits.val, *moments, part="val", **options)
        # A head on kept features is so small that it only waits for a second thread.
        with _clear_about_single_values(), one_thread(train.after == "pool" and start.device.type == "cpu"):
            trainer = Trainer(recipe, start.model, train, seed, keep)
            history, best = _train(trainer, val, on_epoch, checkpoint, clock)
        make_plain(start.model)
        model = start.model.to("cpu", memory_format=torch.contiguous_format).eval()
        run = start.finish(recipe, splits, seed, history, best, model, clock.seconds)
    done = len(history) - (run.status == "diverged")
    run.kept = {float(number): trainer.kept.states[number] if number <= done else None for number in keep}
    if not shortcuts:
        run.provenance["shortcuts"] = False  # its seconds are those of the plain loop
    return run


@dataclass(frozen=True)
class Start:
    """The model that a training starts from, on its device, and the normalisation of its input."""

    model: Network
    mean: Tensor  # (3,)
    std: Tensor  # (3,)
    device: torch.device

    def finish(
        self,
        recipe: Recipe,
        splits: Splits,
        seed: int,
        history: list[EpochRecord],
        best: EpochRecord | None,
        model: Network,
        seconds: float,
    ) -> Run:
        """Make the `Run` of the finished training."""
        return Run(
            recipe=recipe,
            seed=seed,
            status="finished" if is_finite(history[-1]) else "diverged",
            history=history,
            best_epoch=best and best.epoch,
            val_accuracy=best and best.val_accuracy,
            val_score=best and best.val_score,
            seconds=seconds,
            peak_mb=peak_memory_mb(self.device),
            model=model,
            mean=self.mean.cpu(),
            std=self.std.cpu(),
            class_names=splits.class_names,
            size=splits.train.size,
            provenance=describe_machine(self.device),
        )


def start_run(recipe: Recipe, splits: Splits, seed: int, device: str) -> Start:
    """Check that the recipe fits the images, and prepare the model.

    Raises:
        ValueError: as `fit`.
    """
    target = pick_device(device)
    check_start(recipe)
    model = start_model(
        recipe.architecture,
        recipe.start,
        _num_outputs(recipe, splits),
        recipe.hidden,
        seed,
        fresh=recipe.fresh,
        aux_heads=recipe.aux_heads,
        network=recipe.network,
    )
    model.check_paths("decays name", recipe.decays)
    if target_of(splits.val.labels) is not CLASSES and not (splits.val.labels == 1).any():
        raise ValueError("no validation image shows any concept: no epoch can be chosen, give more or other images")
    if not any(recipe.rates(model.trained_stages).values()):  # before anything is computed
        raise ValueError("nothing to train: every stage has multiplier 0")
    if recipe.normalisation == "affine_only" and not has_affine_pairs(model):
        raise ValueError(f"normalisation = 'affine_only': {model.architecture} has no normalisation layers to train")
    if recipe.normalisation == "stochastic" and not any(map(is_batch_norm, model.modules())):
        raise ValueError(f"normalisation = 'stochastic': {model.architecture} has no BatchNorm layers, leave it out")
    mean, std = input_statistics(recipe, splits)
    model.to(target, memory_format=memory_format(target))
    if target.type == "cuda":  # not before its first use: by number it has no statistics then
        torch.cuda.reset_peak_memory_stats(target)
    return Start(model, mean.to(target), std.to(target), target)


def _num_outputs(recipe: Recipe, splits: Splits) -> int:
    """Count the outputs of the head: one for each class or concept, or as many as the recipe says."""
    outputs, wanted = recipe.num_outputs or splits.num_classes, splits.num_classes
    if outputs < wanted:
        raise ValueError(f"num_outputs = {outputs} is too few: the images have {wanted} classes")
    if outputs > wanted and target_of(splits.train.labels) is not CLASSES:
        raise ValueError(f"num_outputs = {outputs}: the images have {wanted} concepts, and each needs its one output")
    return outputs


def _train(
    trainer: Trainer, val: Inputs, on_epoch, checkpoint: Checkpoint | None, clock: Clock
) -> tuple[list[EpochRecord], EpochRecord | None]:
    """Train all epochs; return history and best epoch. The model keeps the weights of the best epoch."""
    history, best, best_state = [], None, None
    if checkpoint and (found := checkpoint.take()) and trainer.can_go_on(found):
        history, best_state = trainer.restore(found, val), found["best_state"]
        best = None if found["best_epoch"] is None else history[found["best_epoch"]]
        clock.add(found["seconds"])
    for epoch in range(len(history), trainer.recipe.epochs):
        history.append(trainer.run_epoch(epoch, val))
        if on_epoch:
            on_epoch(history[-1])
        if not is_finite(history[-1]):
            break
        if best is None or _is_better(history[-1], best, trainer.recipe):
            best, best_state = history[-1], snapshot(trainer.evaluated)
        if checkpoint:
            about = {"best_epoch": best.epoch, "best_state": best_state, "seconds": clock.seconds}
            checkpoint.write(len(history), lambda about=about: trainer.state(history, val) | about)
    if best_state is not None:
        trainer.model.load_state_dict(best_state)
    return history, best


def _is_better(epoch: EpochRecord, best: EpochRecord, recipe: Recipe) -> bool:
    """Tell whether an epoch takes the place of the best so far; of equal scores the recipe's `ties` decides."""
    if recipe.ties == "loss" and epoch.score == best.score:
        return epoch.val_loss < best.val_loss
    return epoch.score > best.score


def input_statistics(recipe: Recipe, splits: Splits) -> tuple[Tensor, Tensor]:
    """Compute mean and std (3,) for the input: of the training images unless the recipe says otherwise."""
    if recipe.statistics == "weights":
        if recipe.start is None:
            raise ValueError("statistics = 'weights' needs weights to start from: this recipe starts at random")
        return load_weights(recipe.start).normalisation
    images = splits.train
    if recipe.statistics == "train_and_val":  # the homework's own choice: its whole train folder
        images = images.joined_with(splits.val)
    mean, std = channel_statistics(images)
    # A channel without any contrast has std 0; it must not turn into NaN.
    return torch.as_tensor(mean, dtype=torch.float32), torch.as_tensor(std, dtype=torch.float32).clamp_min(1e-3)


@contextmanager
def _clear_about_single_values() -> Iterator[None]:
    """Translate PyTorch's error about BatchNorm on a batch of one image into the settings of a recipe."""
    try:
        yield
    except ValueError as error:
        if "more than 1 value per channel" not in str(error):
            raise
        raise ValueError(
            "a batch of one image leaves BatchNorm one value per channel in a deep stage, which has no variance: "
            "use batch_size = 2 or more, or larger images"
        ) from error


def is_finite(epoch: EpochRecord) -> bool:
    """Tell whether both losses of an epoch are finite."""
    return math.isfinite(epoch.train_loss) and math.isfinite(epoch.val_loss)
