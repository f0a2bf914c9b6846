"""One training step after another: model, optimiser, order of images, and the state of all of them."""

import time
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from course_lib.models.freezing import set_trainable, train_mode
from course_lib.models.network import HEAD, Network
from course_lib.training.auto_rgn import NUM_BATCHES, RelativeGradients
from course_lib.training.average import WeightAverage
from course_lib.training.checkpoint import generator_states, pack_history, restore_generators, unpack_history
from course_lib.training.inputs import BatchOrder, Inputs
from course_lib.training.keeping import KeptStates
from course_lib.training.optimizers import effective_rates, make_optimizer
from course_lib.training.penalties.making import make_penalty
from course_lib.training.precision import autocast
from course_lib.training.prediction import evaluate
from course_lib.training.recipe import Recipe
from course_lib.training.run import EpochRecord
from course_lib.training.target import CLASSES, balanced_weights, target_of


class Trainer:
    """Model, optimiser and order of images of one training.

    Args:
        recipe: what to train, at which rates.
        model: on the device of `train`; prepared in place.
        train: what the network is fed with.
        seed: of the order of the images.
        keep: numbers of epochs after which the weights are kept, see `KeptStates`.
    """

    def __init__(self, recipe: Recipe, model: Network, train: Inputs, seed: int, keep: Iterable[float] = ()):
        self.recipe, self.model, self.train = recipe, model, train
        self.target = target_of(train.labels)
        self.stages = model.trained_stages
        self.rates = recipe.rates(self.stages)
        set_trainable(model, self.rates, recipe.normalisation)
        self.penalty = make_penalty(model, recipe, train)
        self.class_weights = balanced_weights(train.labels) if recipe.class_weights == "balanced" else None
        self.optimizer = make_optimizer(recipe, model)
        moving = tuple(stage for stage in self.stages if self.rates[stage] > 0)
        self.average = WeightAverage(model, moving) if recipe.finds_steps else None
        self.gradients = RelativeGradients(model, moving) if recipe.layer_rates == "auto_rgn" else None
        self.order = BatchOrder(train, recipe.batch_size, recipe.shuffle, seed)
        self.kept = KeptStates(keep, len(self.order.sizes))

    @property
    def evaluated(self) -> Network:
        """The network that is evaluated and kept: the one that trains, or its running average."""
        return self.average.model if self.average else self.model

    def state(self, history: list[EpochRecord], val: Inputs) -> dict:
        """Collect all that the next epochs depend on, for a `Checkpoint`."""
        generators = generator_states(self._generators(val), self.train.labels.device)
        states = {"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict()}
        if self.average:
            states["average"] = self.average.state()
        return {**states, "kept": self.kept.states, "generators": generators, "history": pack_history(history)}

    def can_go_on(self, state: dict) -> bool:
        """Tell whether a state of `state` has all the weights that were to be kept until then."""
        return self.kept.can_go_on(state["kept"], len(state["history"]) * len(self.order.sizes))

    def restore(self, state: dict, val: Inputs) -> list[EpochRecord]:
        """Go back to a state of `state`; return the epochs that are done."""
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        if self.average:
            self.average.restore(state["average"])
        self.kept.restore(state["kept"])
        restore_generators(state["generators"], self._generators(val), self.train.labels.device)
        return unpack_history(state["history"])

    def _generators(self, val: Inputs) -> dict[str, torch.Generator | None]:
        return {"order": self.order.generator, "train": self.train.generator, "val": val.generator}

    def run_epoch(self, epoch: int, val: Inputs) -> EpochRecord:
        """Train on every image once, then measure on the validation images."""
        began = time.perf_counter()
        train_loss, train_accuracy = self.train_epoch(epoch)
        val_loss, units = evaluate(self.evaluated, val)
        score = self.target.score(units)
        return EpochRecord(
            epoch=epoch,
            train_loss=train_loss,
            train_accuracy=train_accuracy,
            val_loss=val_loss,
            val_accuracy=score if self.target is CLASSES else None,
            val_score=None if self.target is CLASSES else score,
            rates=effective_rates(self.optimizer, self.stages),
            seconds=round(time.perf_counter() - began, 4),
            routes=self.evaluated.take_shares(),
        )

    def train_epoch(self, epoch: int) -> tuple[float, float]:
        """Train on every image once; return mean loss and accuracy while training, batch by batch."""
        train_mode(self.model, self.rates, self.recipe.normalisation)
        batches = self.order.next_epoch()
        self._set_rates(epoch, batches)
        loss, right = torch.zeros(2, device=self.train.labels.device)  # read once an epoch: reading waits for the GPU
        for step, rows in enumerate(batches, start=epoch * len(batches) + 1):
            batch_loss, batch_right = self.step(*self.train.batch(rows))
            loss += batch_loss * len(rows)
            right += batch_right
            self.kept.after_step(step, self.evaluated)
        return loss.item() / len(self.train), right.item() / len(self.train)

    def step(self, inputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Take one step of the optimiser on a batch; return mean loss and number of right answers, on the device."""
        logits = self._logits(inputs)
        loss = self._loss(logits[HEAD], labels)
        self.optimizer.zero_grad()
        self._penalised(loss, logits, labels).backward()
        self.penalty.before_step()
        self.optimizer.step()
        self.penalty.after_step()
        if self.average:
            self.average.update()
        return loss.detach(), self.target.batch_right(logits[HEAD], labels)

    def _set_rates(self, epoch: int, batches: Sequence[Tensor]) -> None:
        """Set the rate of each stage for an epoch whose batches have these rows."""
        shares = {}
        if self.gradients:
            shares = self.gradients.shares(self._whole_loss(*self.train.batch(rows)) for rows in batches[:NUM_BATCHES])
        for group in self.optimizer.param_groups:
            group["lr"] = self.recipe.rate_of(group["stage"], epoch) * shares.get(group["stage"], 1.0)

    def _whole_loss(self, inputs: Tensor, labels: Tensor) -> Tensor:
        """Compute the loss that training follows the gradient of."""
        logits = self._logits(inputs)
        return self._penalised(self._loss(logits[HEAD], labels), logits, labels)

    def _logits(self, inputs: Tensor) -> dict[str, Tensor]:
        """Compute the logits (N, C) of each head, by path."""
        with autocast(inputs.device, self.train.after), self.penalty.watching(inputs, self.train.after):
            return self.model.logits(inputs, after=self.train.after)

    def _loss(self, logits: Tensor, labels: Tensor) -> Tensor:
        return self.target.loss(logits.float(), labels, self.class_weights)

    def _penalised(self, loss: Tensor, logits: dict[str, Tensor], labels: Tensor) -> Tensor:
        """Add to the main head's loss those of the auxiliary heads, the network's own terms and the penalty."""
        for path in sorted(logits.keys() - {HEAD}):
            loss = loss + self.recipe.aux_weight * self._loss(logits[path], labels)
        return loss + self.model.extra_loss() + self.penalty.term()
