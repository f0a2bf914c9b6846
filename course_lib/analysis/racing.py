"""Racing: start many settings, and go on with the better half after each round, whose length doubles."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from course_lib.analysis.costs import image_steps
from course_lib.analysis.records import history, images_behind, setting


@dataclass(frozen=True)
class Race:
    """The outcome of a race.

    Attributes:
        winner: the record of the run that won, trained to its end.
        rounds: of each round how many epochs the runs had then trained, and how many runs took part.
        image_steps: cost of all runs up to the round that they lost, and of the winner to its end.
    """

    winner: dict
    rounds: tuple[tuple[int, int], ...]
    image_steps: int


def race(records: Sequence[dict]) -> Race:
    """Race the runs of one task: all train for 1 epoch, the better half for 2, half of these for 4, and so on.

    The better half (rounded up) are those with the lower validation loss at the end of a round; of equal ones the
    earlier in the list, and a run that diverged is last. Once all epochs are trained, the lowest loss wins. The race is
    run afterwards, over finished trainings: with a schedule that does not look ahead, the first epochs of a long
    training are the short one.

    Source: successive halving (Karnin, Koren, Somekh, ICML 2013; Jamieson and Talwalkar, AISTATS 2016).

    Raises:
        ValueError: no records; they differ in images, seed or epochs; or a schedule depends on the number of epochs.
    """
    epochs = _check(records)
    alive, done, budget, cost, rounds = list(records), 0, 1, 0, []
    while len(alive) > 1:
        rounds.append((budget, len(alive)))
        cost += sum(image_steps(run, budget) - image_steps(run, done) for run in alive)
        left = 1 if budget == epochs else math.ceil(len(alive) / 2)
        alive = sorted(alive, key=lambda run, epoch=budget - 1: _loss(run, epoch))[:left]
        done, budget = budget, min(2 * budget, epochs)
    winner = alive[0]
    return Race(winner, tuple(rounds), cost + image_steps(winner) - image_steps(winner, done))


def _check(records: Sequence[dict]) -> int:
    """Check that the runs can race; return their number of epochs."""
    if not records:
        raise ValueError("no runs to race: the list of records is empty")
    if len({(images_behind(run), setting(run, "seed"), setting(run, "epochs")) for run in records}) > 1:
        raise ValueError("a race needs runs on the same images, with one seed and number of epochs: give one task's")
    if found := sorted({setting(run, "schedule") for run in records} - {"constant"}):
        raise ValueError(
            f"the schedule '{found[0]}' looks ahead, so the first epochs of a long run are not those of a short one: "
            "race runs of the schedule 'constant'"
        )
    return setting(records[0], "epochs")


def _loss(record: Mapping, epoch: int) -> float:
    """Validation loss at the end of an epoch (0-based); infinite for a run that diverged before."""
    epochs = history(record)
    loss = epochs[epoch]["val_loss"] if epoch < len(epochs) else None
    return math.inf if loss is None else loss
