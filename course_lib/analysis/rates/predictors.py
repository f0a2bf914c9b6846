"""Ways to predict the scale of graduated rates for a new task: each judged on tasks that it has not seen.

Every way gives an accuracy for each task and seed, on the large test part, and a cost in image-steps. What a way learns
from, it learns from the other tasks: leave one task out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from course_lib.analysis.costs import image_steps
from course_lib.analysis.intervals import Interval
from course_lib.analysis.racing import race
from course_lib.analysis.rates.scales import PRINTED_SCALE, Grid, gain, mean_accuracy, task_of
from course_lib.analysis.records import score_of, setting
from course_lib.analysis.voting import vote_units
from course_lib.training.graduated import BASELINE_HEAD

NEAREST = 7  # tasks of which the table learner takes the mean
FIXED, OTHERS, BEST, VOTE = f"fixed {PRINTED_SCALE:g}", "best of the other tasks", "best of 11", "vote of 11 scales"
SEEDS_VOTE, RACE, RIDGE, NEIGHBOURS = "vote of 11 seeds", "race of 11", "ridge regression", "nearest tasks"
RANDOM, HEAD, HEAD_BEST = "best of 11 random", "last layer alone", "last layer, best rate"
ORACLE = "oracle of other seeds"
RULES = {"bit": "BiT rule", "auto_rgn": "Auto-RGN", "ldog": "L-DoG"}  # by name of the recipe


@dataclass(frozen=True)
class Predictor:
    """What a way to choose rates reaches.

    Attributes:
        name: of the way.
        test: (T, S) accuracy on the test images; NaN where a task or seed was not tried.
        cost: (T,) image-steps of all its trainings; NaN where a task was not tried.
        trainings: how many there are.
    """

    name: str
    test: np.ndarray
    cost: np.ndarray
    trainings: int

    @property
    def accuracy(self) -> Interval:
        """Mean over the tasks that were tried, with a bootstrap over them."""
        tried = self.test[~np.isnan(self.test).all(axis=1)]
        return mean_accuracy(np.nanmean(tried, axis=1))

    @property
    def num_tasks(self) -> int:
        """Number of tasks that were tried."""
        return int((~np.isnan(self.test).all(axis=1)).sum())

    @property
    def mean_cost(self) -> float:
        """Mean over the tasks that were tried, in image-steps."""
        return float(np.nanmean(self.cost))

    def gain_over(self, other: "Predictor", confidence: float = 0.95) -> Interval:
        """Mean difference, paired by task, over the tasks and seeds that both have tried."""
        both = ~np.isnan(self.test + other.test)
        if not both.any():
            raise ValueError(f"'{self.name}' and '{other.name}' have no run in common: train one that both have")
        seeds = both.any(axis=0)
        tasks = both[:, seeds].all(axis=1)
        own, others = (way.test[tasks][:, seeds] for way in (self, other))
        return gain(own, others, confidence)


def scale_predictors(grid: Grid, heads: Grid, features: np.ndarray) -> list[Predictor]:
    """Ways that need no training beyond the grid of scales and the last layer alone.

    Args:
        features: facts of each task, (T, F), see `task_features`.
    """
    one, num = grid.cost, len(grid.settings)
    learned = {
        RIDGE: ridge_columns(features, grid.test.mean(axis=2)),
        NEIGHBOURS: nearest_columns(features, grid.test.mean(axis=2)),
    }
    return [
        Predictor(HEAD, heads.at(BASELINE_HEAD), heads.cost, 1),
        Predictor(HEAD_BEST, heads.taken(heads.by_validation()), len(heads.settings) * heads.cost, len(heads.settings)),
        Predictor(FIXED, grid.at(PRINTED_SCALE), one, 1),
        Predictor(OTHERS, grid.taken(columns_of_others(grid.test)), one, 1),
        *(Predictor(name, grid.taken(columns), one + heads.cost, 2) for name, columns in learned.items()),
        Predictor(BEST, grid.taken(grid.by_validation()), num * one, num),
        Predictor(ORACLE, oracle(grid), num * one, num),
    ]


def columns_of_others(test: np.ndarray) -> np.ndarray:
    """For each task the setting with the highest mean accuracy over all other tasks, (T,), from (T, K, S)."""
    means = test.mean(axis=2)
    return (means.sum(axis=0) - means).argmax(axis=1)


def oracle(grid: Grid) -> np.ndarray:
    """Accuracy at the setting that is best on the test images with the other seeds, (T, S).

    The best setting with the same seed would be the luckiest, too: the noise of training would count as a gain. With
    one seed there are no others, and the luckiest is taken.
    """
    seeds = grid.test.shape[2]
    others = (grid.test.sum(axis=2, keepdims=True) - grid.test) if seeds > 1 else grid.test
    return grid.taken(others.argmax(axis=1))


def ridge_columns(features: np.ndarray, accuracies: np.ndarray) -> np.ndarray:
    """Predict the best setting of each task by ridge regression on the facts of all other tasks, (T,).

    What is predicted is the accuracy of each setting minus the task's mean. The strength of the ridge is chosen among
    the other tasks by leaving each of them out.

    Args:
        features: (T, F). accuracies: (T, K).
    """
    from sklearn.linear_model import RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    def predict(others: np.ndarray, task: int) -> np.ndarray:
        model = make_pipeline(StandardScaler(), RidgeCV(alphas=np.logspace(-1, 4, 11)))
        return model.fit(features[others], _centred(accuracies[others])).predict(features[[task]])[0]

    return _leave_one_out(predict, len(features))


def nearest_columns(features: np.ndarray, accuracies: np.ndarray, k: int = NEAREST) -> np.ndarray:
    """Predict the best setting of each task as that with the best mean over the `k` tasks with the nearest facts, (T,).

    Args:
        features: (T, F), each brought to mean 0 and variance 1 over the other tasks. accuracies: (T, K).
    """

    def predict(others: np.ndarray, task: int) -> np.ndarray:
        spread = features[others].std(axis=0)
        distance = ((features[others] - features[task]) / np.where(spread > 0, spread, 1)) ** 2
        nearest = others[distance.sum(axis=1).argsort(kind="stable")[:k]]
        return _centred(accuracies[nearest]).mean(axis=0)

    return _leave_one_out(predict, len(features))


def voters(grid: Grid, records: Sequence[dict], seeds: Sequence[dict]) -> list[Predictor]:
    """The vote of the runs at all scales, and its control: as many runs at one scale that differ in their seed.

    Args:
        records: runs of the study `scales`. seeds: of the study `scale_seeds`, on the images of seed 0.
    """
    vote, control = np.full(grid.test.shape[::2], np.nan), np.full(grid.test.shape[::2], np.nan)
    for (task, seed), runs in _groups(records).items():
        vote[grid.tasks.index(task), seed] = vote_units(runs).mean()
    by_task = _groups(seeds, lambda run: (task_of(run),))
    for (task,), runs in by_task.items():
        control[grid.tasks.index(task), 0] = vote_units(runs).mean()
    num = len(grid.settings)
    cost = np.array([sum(map(image_steps, by_task.get((task,), ()))) or np.nan for task in grid.tasks])
    return [Predictor(VOTE, vote, num * grid.cost, num), Predictor(SEEDS_VOTE, control, cost, num)]


def racer(grid: Grid, records: Sequence[dict]) -> Predictor:
    """A race of the scales: the better half goes on after 1, 2, 4, … epochs; see `race`."""
    test, cost = np.full(grid.test.shape[::2], np.nan), np.zeros(grid.test.shape[::2])
    for (task, seed), runs in _groups(records).items():
        found = race(runs)
        place = grid.tasks.index(task), seed
        test[place], cost[place] = score_of(found.winner) or 0.0, found.image_steps
    return Predictor(RACE, test, cost.mean(axis=1), len(grid.settings))


def rule_predictors(grid: Grid, records: Sequence[dict]) -> list[Predictor]:
    """The rules that leave nothing to choose: BiT, Auto-RGN, L-DoG."""
    return [
        _best_of(grid, name, [run for run in records if setting(run, "name") == recipe])
        for recipe, name in RULES.items()
    ]


def random_search(grid: Grid, records: Sequence[dict]) -> Predictor:
    """The best by validation of as many random recipes as there are scales."""
    return _best_of(grid, RANDOM, records)


def predictors_table(predictors: Sequence[Predictor], against: Sequence[str] = (FIXED, OTHERS)) -> pd.DataFrame:
    """A row for each way, the cheapest first: accuracy, gain over the ways `against` with its verdict, cost.

    The cost is in trainings at one scale.
    """
    by_name = {own.name: own for own in predictors}
    unit = by_name[FIXED].mean_cost
    lines = {}
    for own in sorted(predictors, key=lambda own: (own.mean_cost, np.nanmean(own.test))):
        lines[own.name] = {"test accuracy": str(own.accuracy), "tasks": own.num_tasks}
        lines[own.name]["trainings"] = own.trainings
        lines[own.name]["cost"] = round(own.mean_cost / unit, 1)
        for name in against:
            lines[own.name][f"minus {name}"] = "–" if own.name == name else verdict(own.gain_over(by_name[name]))
    return pd.DataFrame.from_dict(lines, orient="index")


def verdict(difference: Interval) -> str:
    """The difference with its interval; ``"not shown"`` where that includes zero."""
    return f"{difference}" if difference.low > 0 or difference.high < 0 else f"{difference}, not shown"


def _best_of(grid: Grid, name: str, records: Sequence[dict]) -> Predictor:
    """The best by validation of each task's and seed's runs, of equal ones the first; NaN for seeds without runs."""
    test, cost, most = np.full(grid.test.shape[::2], np.nan), np.full(grid.test.shape[::2], np.nan), 0
    for (task, seed), runs in _groups(records).items():
        best = max(runs, key=lambda run: score_of(run, "val") or 0.0)
        place, most = (grid.tasks.index(task), seed), max(most, len(runs))
        test[place], cost[place] = score_of(best) or 0.0, sum(map(image_steps, runs))
    return Predictor(name, test, np.nanmean(cost, axis=1), most)


def _groups(records: Sequence[dict], key=lambda run: (task_of(run), setting(run, "seed"))) -> Mapping[tuple, list]:
    found = {}
    for run in records:
        found.setdefault(key(run), []).append(run)
    return found


def _leave_one_out(predict, num_tasks: int) -> np.ndarray:
    every = np.arange(num_tasks)
    return np.array([int(np.argmax(predict(np.delete(every, task), task))) for task in every])


def _centred(accuracies: np.ndarray) -> np.ndarray:
    return accuracies - accuracies.mean(axis=1, keepdims=True)
