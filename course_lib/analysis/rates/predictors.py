"""Ways to predict the scale of graduated rates for a new task: each judged on tasks that it has not seen.

Every way gives an accuracy for each task and seed, on the large test part, and a cost in image-steps. What a way learns
from, it learns from the other tasks: leave one task out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from course_lib.analysis.costs import image_steps
from course_lib.analysis.intervals import Interval
from course_lib.analysis.racing import race
from course_lib.analysis.rates.scales import PRINTED_SCALE, Grid, gain, mean_accuracy, task_of
from course_lib.analysis.rates.table_learners import by_seed, nearest_columns, ridge_columns
from course_lib.analysis.records import score_of, setting
from course_lib.analysis.voting import vote_units
from course_lib.training.graduated import BASELINE_HEAD

FIXED, OTHERS, PAIR = f"fixed {PRINTED_SCALE:g}", "best of the other tasks", "best of 2 scales"
RIDGE, NEIGHBOURS, RACE = "ridge regression", "nearest tasks", "race of 11 scales"
BEST, SEEDS_BEST, RANDOM, PAIR_SEEDS = "best of 11 scales", "best of 11 seeds", "best of 11 random", "best of 2 seeds"
VOTE, SEEDS_VOTE, FEW_VOTE = "vote of 11 scales", "vote of 11 seeds", "vote of 3 seeds"
HEAD, HEAD_BEST, ORACLE = "last layer alone", "last layer, best rate", "scale best with other seeds"
FEW = 3  # seeds of the smaller vote
RULES = {"bit": "BiT rule", "auto_rgn": "Auto-RGN", "ldog": "L-DoG"}  # by name of the recipe


@dataclass(frozen=True)
class Predictor:
    """What a way to choose rates reaches.

    Attributes:
        name: of the way.
        test: (T, S) accuracy on the test images; NaN for a seed that was not tried.
        cost: (T,) image-steps of all its trainings.
        trainings: how many there are.
    """

    name: str
    test: np.ndarray
    cost: np.ndarray
    trainings: int

    @property
    def seeds(self) -> np.ndarray:
        """Whether each seed was tried, (S,)."""
        return ~np.isnan(self.test).any(axis=0)

    @property
    def accuracy(self) -> Interval:
        """Mean over the tasks with a bootstrap over them, of the seeds that were tried."""
        return mean_accuracy(self.test[:, self.seeds])

    @property
    def mean_cost(self) -> float:
        """Mean over the tasks, in image-steps."""
        return float(self.cost.mean())

    def gain_over(self, other: "Predictor", confidence: float = 0.95) -> Interval:
        """Mean difference, paired by task, over the seeds that both have tried.

        Raises:
            ValueError: there is no such seed.
        """
        both = self.seeds & other.seeds
        if not both.any():
            raise ValueError(f"'{self.name}' and '{other.name}' have no seed in common: train one that both have")
        return gain(self.test[:, both], other.test[:, both], confidence)


def scale_predictors(grid: Grid, heads: Grid, features: np.ndarray | None = None) -> list[Predictor]:
    """Ways that need no training beyond the grid of scales and the last layer alone.

    Args:
        features: facts of each task with each seed, (T, S, F), see `task_features`; without them no table learners.
    """
    one, num = grid.cost, len(grid.settings)
    learners = {} if features is None else {RIDGE: ridge_columns, NEIGHBOURS: nearest_columns}
    learned = {name: by_seed(columns, features, grid.test.mean(axis=2)) for name, columns in learners.items()}
    return [
        Predictor(HEAD, heads.at(BASELINE_HEAD), heads.cost, 1),
        Predictor(HEAD_BEST, heads.taken(heads.by_validation()), len(heads.settings) * heads.cost, len(heads.settings)),
        Predictor(FIXED, grid.at(PRINTED_SCALE), one, 1),
        Predictor(OTHERS, grid.taken(columns_of_others(grid.test)), one, 1),
        Predictor(PAIR, pair_of_others(grid), 2 * one, 2),
        *(Predictor(name, grid.taken(columns), one + heads.cost, 2) for name, columns in learned.items()),
        Predictor(BEST, grid.taken(grid.by_validation()), num * one, num),
        Predictor(ORACLE, oracle(grid), num * one, num),
    ]


def columns_of_others(test: np.ndarray) -> np.ndarray:
    """For each task the setting with the highest mean accuracy over all other tasks, (T,), from (T, K, S)."""
    means = test.mean(axis=2)
    return (means.sum(axis=0) - means).argmax(axis=1)


def pair_of_others(grid: Grid) -> np.ndarray:
    """Accuracy of the better of two scales by validation, (T, S).

    The two are those whose better one is the most accurate on average over all other tasks.
    """
    tasks = np.arange(len(grid.tasks))
    pairs = [np.array(pair) for pair in combinations(range(len(grid.settings)), 2)]
    better = np.stack([grid.taken(pair[grid.val[:, pair].argmax(axis=1)]) for pair in pairs], axis=1)  # (T, P, S)
    return better[tasks, columns_of_others(better)]


def oracle(grid: Grid) -> np.ndarray:
    """Accuracy at the setting that is best on the test images with the other seeds, (T, S).

    The best setting with the same seed would be the luckiest, too: the noise of training would count as a gain. With
    one seed there are no others, and the luckiest is taken.
    """
    seeds = grid.test.shape[2]
    others = (grid.test.sum(axis=2, keepdims=True) - grid.test) if seeds > 1 else grid.test
    return grid.taken(others.argmax(axis=1))


def voters(grid: Grid, records: Sequence[dict], seeds: Sequence[dict]) -> list[Predictor]:
    """Votes of all scales and of seeds of one scale, and the best of these seeds by validation.

    The seeds are the controls: what they reach, several networks reach that differ in nothing else.

    Args:
        records: runs of the study `scales`. seeds: of the study `scale_seeds`, on the images of seed 0.
    """
    two, few = ([run for run in seeds if setting(run, "seed") < number] for number in (2, FEW))
    return [
        _way(grid, VOTE, records, _vote),
        _way(grid, SEEDS_VOTE, seeds, _vote),
        _way(grid, FEW_VOTE, few, _vote),
        _way(grid, SEEDS_BEST, seeds, _best),
        _way(grid, PAIR_SEEDS, two, _best),
    ]


def racer(grid: Grid, records: Sequence[dict]) -> Predictor:
    """A race of the scales: the better half goes on after 1, 2, 4, … epochs; see `race`."""
    return _way(grid, RACE, records, _race)


def rule_predictors(grid: Grid, records: Sequence[dict]) -> list[Predictor]:
    """The rules that leave nothing to choose: BiT, Auto-RGN, L-DoG."""
    return [
        _way(grid, name, [run for run in records if setting(run, "name") == recipe], _best)
        for recipe, name in RULES.items()
    ]


def random_search(grid: Grid, records: Sequence[dict]) -> Predictor:
    """The best by validation of as many random recipes as there are scales."""
    return _way(grid, RANDOM, records, _best)


def predictors_table(predictors: Sequence[Predictor], against: Sequence[str] = (FIXED, OTHERS)) -> pd.DataFrame:
    """A row for each way, the cheapest first: accuracy, gain over the ways `against` with its verdict, cost.

    The cost is in trainings at one scale.
    """
    by_name = {own.name: own for own in predictors}
    unit = by_name[FIXED].mean_cost
    lines = {}
    for own in sorted(predictors, key=lambda own: (own.mean_cost, np.nanmean(own.test))):
        lines[own.name] = {"test accuracy": str(own.accuracy), "seeds": int(own.seeds.sum())}
        lines[own.name]["trainings"] = own.trainings
        lines[own.name]["cost"] = round(own.mean_cost / unit, 1)
        for name in against:
            lines[own.name][f"minus {name}"] = "–" if own.name == name else verdict(own.gain_over(by_name[name]))
    return pd.DataFrame.from_dict(lines, orient="index")


def verdict(difference: Interval) -> str:
    """The difference with its interval; ``"not shown"`` where that includes zero."""
    return f"{difference}" if difference.low > 0 or difference.high < 0 else f"{difference}, not shown"


def _way(
    grid: Grid, name: str, records: Sequence[dict], outcome: Callable[[Sequence[dict]], tuple[float, int]]
) -> Predictor:
    """Make the predictor whose outcome, accuracy and image-steps, is that of the runs on the same images of a task."""
    groups = {}
    for run in records:
        groups.setdefault((grid.tasks.index(task_of(run)), run["data"]["seed"]), []).append(run)
    test, cost = np.full(grid.test.shape[::2], np.nan), np.full(grid.test.shape[::2], np.nan)
    for place, runs in groups.items():
        test[place], cost[place] = outcome(runs)
    return Predictor(name, test, np.nanmean(cost, axis=1), max(map(len, groups.values())))


def _best(runs: Sequence[dict]) -> tuple[float, int]:
    """The best by validation, of equal ones the first."""
    best = max(runs, key=lambda run: score_of(run, "val") or 0.0)
    return score_of(best) or 0.0, sum(map(image_steps, runs))


def _vote(runs: Sequence[dict]) -> tuple[float, int]:
    return vote_units(runs).mean(), sum(map(image_steps, runs))


def _race(runs: Sequence[dict]) -> tuple[float, int]:
    found = race(runs)
    return score_of(found.winner) or 0.0, found.image_steps
