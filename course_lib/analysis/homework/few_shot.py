"""What a small training set costs, and how much of it more optimiser steps give back (Section VI)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from course_lib.analysis.comparisons import compare_runs
from course_lib.analysis.homework.printed import STRATEGY_NAMES, printed_result
from course_lib.analysis.intervals import Interval, accuracy_interval, independent_difference
from course_lib.analysis.measures import final_loss
from course_lib.analysis.records import select
from course_lib.analysis.scores import mean_score
from course_lib.analysis.selection import best_runs

Grids = Mapping[str, Sequence[dict]]  # strategy → its finished runs


@dataclass(frozen=True)
class Loss:
    """Test accuracy that a strategy loses from the large to the small training set.

    Attributes:
        lost: the difference; each accuracy has test images of its own, so the interval holds the errors of both.
        growth: the share of wrong images after, divided by that before.
    """

    strategy: str
    optimizer: str
    printed: bool
    lost: Interval
    growth: float


def few_shot_losses(many: Grids, few: Grids) -> list[Loss]:
    """What each strategy loses with each optimiser: printed and measured, in turn.

    Args:
        many, few: the runs of each strategy with the large and with the small training set.
    """
    found = []
    for name in many:
        for optimizer in ("sgd", "adam"):
            printed = [printed_result(name, optimizer, few_shot=flag) for flag in (False, True)]
            found.append(_loss(name, optimizer, [accuracy_interval(p.test_correct, p.num_test) for p in printed], True))
            chosen = [best_runs(select(grids[name], optimizer=optimizer)) for grids in (many, few)]
            found.append(_loss(name, optimizer, [mean_score(runs) for runs in chosen], False))
    return found


def _loss(name: str, optimizer: str, scores: Sequence[Interval], printed: bool) -> Loss:
    before, after = scores
    growth = (1 - after.estimate) / (1 - before.estimate) if before.estimate < 1 else np.inf
    return Loss(name, optimizer, printed, independent_difference(before, after), growth)


def losses_table(losses: Sequence[Loss]) -> pd.DataFrame:
    """The losses as a table to read, one row each."""
    rows = [
        (
            STRATEGY_NAMES[loss.strategy],
            loss.optimizer,
            "printed" if loss.printed else "measured",
            str(loss.lost),
            round(loss.growth, 2),
        )
        for loss in losses
    ]
    return pd.DataFrame(rows, columns=["strategy", "optimizer", "origin", "points lost", "errors grow by a factor of"])


@dataclass(frozen=True)
class StepsAndImages:
    """Test accuracy that more steps add with the same few images, and that more images add in as many steps.

    Attributes:
        short, long, many: runs of one recipe: few images; few images and as many steps as the large set takes; many.
        steps: long minus short, over the shared test images.
        seeds: long minus short, over the seeds; None for one seed.
        images: many minus long, on different test images.
    """

    name: str
    optimizer: str
    lr: float
    short: Sequence[dict]
    long: Sequence[dict]
    many: Sequence[dict]
    steps: Interval
    seeds: Interval | None
    images: Interval

    @property
    def label(self) -> str:
        """Strategy, optimiser and rate, e.g. ``"from scratch, Adam 0.01"``."""
        return f"{STRATEGY_NAMES[self.name]}, {'SGD' if self.optimizer == 'sgd' else 'Adam'} {self.lr:g}"

    @property
    def amounts(self) -> str:
        """Images, epochs and steps of the three kinds of run, in words."""
        parts = []
        for run in (runs[0] for runs in (self.short, self.long, self.many)):
            epochs, batches = run["recipe"]["epochs"], -(-run["num_train"] // run["recipe"]["batch_size"])
            parts.append(f"{run['num_train']} images, {epochs} × {batches} batches = {epochs * batches} steps")
        return "; ".join(parts)


def steps_and_images(few: Grids, long: Sequence[dict], many: Grids) -> list[StepsAndImages]:
    """Split what the large training set brings into more steps and more images: one entry for each recipe of `long`.

    Args:
        few, many: the runs of each strategy with the small and with the large training set.
        long: runs with the small set and as many optimiser steps as the large set takes.
    """
    found = []
    for kind in dict.fromkeys((r["recipe"]["name"], r["recipe"]["optimizer"], r["recipe"]["lr"]) for r in long):
        name, optimizer, lr = kind
        arms = [select(runs, name=name, optimizer=optimizer, lr=lr) for runs in (few[name], long, many[name])]
        longer = compare_runs(arms[1], arms[0])
        over_seeds = longer.over_seeds() if len(longer.by_seed) > 1 else None
        images = independent_difference(mean_score(arms[2]), mean_score(arms[1]))
        found.append(StepsAndImages(*kind, *arms, longer.over_units(), over_seeds, images))
    return found


def steps_table(found: Sequence[StepsAndImages]) -> pd.DataFrame:
    """What more steps and more images bring, one row a recipe, with the training losses of the short and long runs."""
    rows = [
        {
            "recipe": each.label,
            "training loss": f"{_last_loss(each.short):.3f} → {_last_loss(each.long):.3f}",
            "more steps bring (over test images)": str(each.steps),
            "more steps bring (over seeds)": str(each.seeds) if each.seeds else "one seed",
            "more images bring": str(each.images),
        }
        for each in found
    ]
    return pd.DataFrame(rows)


def _last_loss(runs: Sequence[dict]) -> float:
    """Training loss of the last epoch, mean over the finished seeds."""
    return float(np.mean([final_loss(run) for run in runs if run["status"] == "finished"]))
