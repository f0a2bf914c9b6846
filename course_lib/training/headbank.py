"""Many linear heads in one tensor, trained by the same matrix products."""

import math
import time
from collections.abc import Sequence
from itertools import groupby

import torch
from torch import Tensor, nn

from course_lib.models.staged import StagedModel
from course_lib.models.starting import start_head
from course_lib.training.device import wait_for
from course_lib.training.inputs import BatchOrder, StageOutputs
from course_lib.training.recipe import Recipe
from course_lib.training.run import EpochRecord

_BETAS, _EPS = (0.9, 0.999), 1e-8  # torch.optim.Adam's


class HeadBank:
    """Heads as one tensor (S, R, C, D + 1): S seeds, R heads for each, first those of SGD; the last column is the bias.

    Heads of one seed see the same batches. Where seeds have different numbers of heads, their rows are filled up with
    copies whose results nobody reads.

    Args:
        recipes, seeds: one of each for every head.
        model: gives the number of features and of outputs.
        train: the outputs of its backbone, (N, D).
    """

    def __init__(self, recipes: Sequence[Recipe], seeds: Sequence[int], model: StagedModel, train: StageOutputs):
        self.stages = model.trained_stages
        for recipe in recipes:
            recipe.rates(self.stages)  # refuses a stage the model does not have
        first, device, outputs = recipes[0], train.labels.device, model.head.out_features
        rows, self.num_sgd = _arrange(recipes, seeds)
        row_seeds = sorted(set(seeds))
        self.place = {
            slot: (s, r) for s, row in enumerate(rows) for r, slot in enumerate(row) if seeds[slot] == row_seeds[s]
        }
        self.recipes = [[recipes[slot] for slot in row] for row in rows]
        starts = [start_head(model.num_features, outputs, (), seed) for seed in row_seeds]
        start = torch.stack([torch.cat([h.weight, h.bias[:, None]], dim=1) for h in starts]).detach()  # (S, C, D + 1)
        self.weights = start[:, None].repeat(1, len(rows[0]), 1, 1).to(device)
        self._moments = [torch.zeros_like(self.weights) for _ in range(2)]  # Adam's two; SGD's momentum is the first
        self._momentum = self._settings(lambda r: r.momentum)[:, : self.num_sgd]
        # Weight decay, and on weights but not on biases the penalty's pull towards zero.
        self._decay = self._settings(lambda r: r.weight_decay).repeat(1, 1, 1, model.num_features + 1)
        self._decay[..., :-1] += self._settings(lambda r: r.penalty.beta if r.penalty else 0.0)
        self._decays, self._has_momentum = bool(self._decay.any()), bool(self._momentum.any())
        self._steps = 0
        self._inputs, self._labels = _with_ones(train.values), train.labels
        self._targets = nn.functional.one_hot(train.labels, outputs).float()  # (N, C)
        self._orders = [BatchOrder(train, first.batch_size, first.shuffle, seed) for seed in row_seeds]
        self._logits = torch.empty(len(rows), len(train), len(rows[0]), outputs, device=device)
        self._epochs = first.epochs

    def train(self, val: StageOutputs) -> tuple[list[list[EpochRecord]], list[int], list[Tensor]]:
        """Train all heads; return history, best epoch (−1: none) and its weights (C, D + 1) of each, in order."""
        best = torch.full(self.weights.shape[:2], -1, device=self.weights.device)
        best_epoch, best_weights, alive = best.clone(), self.weights.clone(), best < 0
        val_inputs, results, seconds = _with_ones(val.values), [], []
        for epoch in range(self._epochs):
            began = time.perf_counter()
            train_loss, train_right = self._run_epoch(epoch)
            logits = self._forward(val_inputs.expand(len(self.weights), -1, -1))
            val_loss, val_right = _measure(logits, val.labels.expand(len(self.weights), -1))
            results.append(torch.stack([train_loss, train_right.float(), val_loss, val_right.float()]))  # (4, S, R)
            alive = alive & train_loss.isfinite() & val_loss.isfinite()
            better = alive & (val_right > best)
            best, best_epoch = torch.where(better, val_right, best), torch.where(better, epoch, best_epoch)
            best_weights = torch.where(better[..., None, None], self.weights, best_weights)
            wait_for(self.weights.device)
            seconds.append(round((time.perf_counter() - began) / len(self.place), 6))
        table = torch.stack(results).tolist()  # [epoch][what][s][r]
        places, chosen = [self.place[slot] for slot in sorted(self.place)], best_epoch.tolist()
        histories = [self._history(table, seconds, s, r, len(val)) for s, r in places]
        return histories, [chosen[s][r] for s, r in places], [best_weights[s, r] for s, r in places]

    def _run_epoch(self, epoch: int) -> tuple[Tensor, Tensor]:
        """Train one epoch; return mean loss and number of right answers while training, (S, R)."""
        rates = self._settings(lambda r: r.rate_of("head", epoch))
        batches = [torch.stack(rows) for rows in zip(*(order.next_epoch() for order in self._orders), strict=True)]
        images = torch.cat(batches, dim=1) % len(self._labels)  # (S, N): the same image in any of its views
        sizes = [rows.shape[1] for rows in batches]
        targets, seen = self._targets[images][:, :, None].split(sizes, dim=1), self._logits.split(sizes, dim=1)
        for rows, target, logits in zip(batches, targets, seen, strict=True):
            inputs = self._inputs[rows]  # (S, B, D + 1)
            logits.copy_(self._forward(inputs))
            # The gradient of the mean cross-entropy by the logits is (softmax − target)/B.
            by_logits = logits.softmax(dim=-1).sub_(target).flatten(2)
            self._update(by_logits.mT, inputs, rates)
        return _measure(self._logits, self._labels[images])

    def _forward(self, inputs: Tensor) -> Tensor:
        """(S, B, D + 1) -> (S, B, R, C)."""
        return torch.bmm(inputs, self.weights.flatten(1, 2).mT).unflatten(2, self.weights.shape[1:3])

    def _update(self, by_logits: Tensor, inputs: Tensor, rates: Tensor) -> None:
        """Take one step of SGD and Adam as in torch.optim; by_logits (S, R·C, B), inputs (S, B, D + 1)."""
        pull = self._decay * self.weights if self._decays else self.weights
        gradient = torch.baddbmm(
            pull.flatten(1, 2), by_logits, inputs, beta=float(self._decays), alpha=1 / inputs.shape[1]
        ).view_as(self.weights)
        self._steps += 1
        sgd, adam = slice(0, self.num_sgd), slice(self.num_sgd, None)
        first, second = self._moments
        if self.num_sgd:
            direction = gradient[:, sgd]
            if self._has_momentum:
                direction = first[:, sgd].mul_(self._momentum).add_(direction)
            self.weights[:, sgd].addcmul_(direction, rates[:, sgd], value=-1)
        if self.num_sgd < self.weights.shape[1]:
            gradient, first, second = gradient[:, adam], first[:, adam], second[:, adam]
            first.lerp_(gradient, 1 - _BETAS[0])
            second.mul_(_BETAS[1]).addcmul_(gradient, gradient, value=1 - _BETAS[1])
            corrections = [1 - beta**self._steps for beta in _BETAS]
            scale = second.sqrt().div_(math.sqrt(corrections[1])).add_(_EPS)
            self.weights[:, adam].addcmul_(first / scale, rates[:, adam], value=-1 / corrections[0])

    def _settings(self, value) -> Tensor:
        """Collect a number from each head's recipe, (S, R, 1, 1)."""
        numbers = [[float(value(recipe)) for recipe in row] for row in self.recipes]
        return torch.tensor(numbers, device=self.weights.device)[..., None, None]

    def _history(self, table: list, seconds: list[float], s: int, r: int, num_val: int) -> list[EpochRecord]:
        history, num_train = [], len(self._labels)
        for epoch, (train_loss, train_right, val_loss, val_right) in enumerate(table):
            losses = {"train_loss": train_loss[s][r], "val_loss": val_loss[s][r]}
            right = {"train_accuracy": train_right[s][r] / num_train, "val_accuracy": val_right[s][r] / num_val}
            rates = self.recipes[s][r].rates(self.stages, epoch)
            history.append(EpochRecord(epoch=epoch, rates=rates, seconds=seconds[epoch], **losses, **right))
        return history


def _arrange(recipes: Sequence[Recipe], seeds: Sequence[int]) -> tuple[list[list[int]], int]:
    """Arrange heads in rows, one row for each seed; return the rows and how many heads of a row follow SGD.

    A row that is too short is filled up with any head of the same optimiser.
    """

    def kind(slot: int) -> tuple[int, bool]:
        return seeds[slot], recipes[slot].optimizer == "adam"

    groups = {key: list(group) for key, group in groupby(sorted(range(len(recipes)), key=kind), key=kind)}
    widths = {adam: max((len(g) for (_, a), g in groups.items() if a == adam), default=0) for adam in (False, True)}
    fillers = {adam: slot for (_, adam), (slot, *_) in groups.items()}
    rows = []
    for seed in sorted(set(seeds)):
        row = []
        for adam, width in widths.items():
            own = groups.get((seed, adam), [])
            row += own + [fillers[adam]] * (width - len(own)) if width else []
        rows.append(row)
    return rows, widths[False]


def _measure(logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Mean cross-entropy and number of right answers, (S, R), of logits (S, N, R, C) and labels (S, N)."""
    picked = labels[:, :, None, None].expand(*logits.shape[:3], 1)
    loss = -logits.log_softmax(dim=-1).gather(3, picked).mean(dim=(1, 3))
    return loss, (logits.argmax(dim=-1) == labels[:, :, None]).sum(dim=1)


def _with_ones(values: Tensor) -> Tensor:
    """(N, D) -> (N, D + 1) with a last column of ones, which the bias multiplies."""
    return torch.cat([values, values.new_ones(len(values), 1)], dim=1)
