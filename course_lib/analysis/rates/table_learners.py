"""Table learners: predict the best setting of a task from facts of the task, learnt from all other tasks."""

from collections.abc import Callable, Sequence

import numpy as np

NEAREST = (3, 5, 7, 10, 15, 20, 30)  # numbers of tasks among which `nearest_columns` chooses

Learner = Callable[[np.ndarray, np.ndarray], np.ndarray]


def by_seed(learner: Learner, features: np.ndarray, accuracies: np.ndarray) -> np.ndarray:
    """Predict the column of each task and seed, (T, S), from the facts that one seed alone knows of the task.

    Args:
        features: (T, S, F). accuracies: (T, K), means over the seeds; those of a task itself are not used for it.
    """
    return np.stack([learner(own, accuracies) for own in features.swapaxes(0, 1)], axis=1)


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

    def predict(others: np.ndarray, task: int) -> int:
        model = make_pipeline(StandardScaler(), RidgeCV(alphas=np.logspace(-1, 4, 11)))
        return model.fit(features[others], _centred(accuracies[others])).predict(features[[task]])[0].argmax()

    return _leave_one_out(predict, len(features))


def nearest_columns(features: np.ndarray, accuracies: np.ndarray, numbers: Sequence[int] = NEAREST) -> np.ndarray:
    """Predict the best setting of each task as that with the best mean over the tasks with the nearest facts, (T,).

    How many tasks are near is chosen among the other tasks by leaving each of them out; of equally good numbers the
    smallest.

    Args:
        features: (T, F), each brought to variance 1 over the other tasks. accuracies: (T, K).
        numbers: of near tasks, among which the choice is; of fewer tasks all.
    """

    def predict(others: np.ndarray, task: int) -> int:
        reached = np.zeros(len(numbers))
        for inner in others:
            columns = _near_bests(features, accuracies, others[others != inner], inner, numbers)
            reached += accuracies[inner, columns]
        return _near_bests(features, accuracies, others, task, numbers)[reached.argmax()]

    return _leave_one_out(predict, len(features))


def _near_bests(
    features: np.ndarray, accuracies: np.ndarray, others: np.ndarray, task: int, numbers: Sequence[int]
) -> np.ndarray:
    """Column with the best mean over the nearest tasks, for each number of them."""
    spread = features[others].std(axis=0)
    distance = ((features[others] - features[task]) / np.where(spread > 0, spread, 1)) ** 2
    nearest = others[distance.sum(axis=1).argsort(kind="stable")]
    sums = _centred(accuracies[nearest]).cumsum(axis=0)
    return sums[np.minimum(numbers, len(others)) - 1].argmax(axis=1)


def _leave_one_out(predict: Callable[[np.ndarray, int], int], num_tasks: int) -> np.ndarray:
    every = np.arange(num_tasks)
    return np.array([predict(np.delete(every, task), task) for task in every])


def _centred(accuracies: np.ndarray) -> np.ndarray:
    return accuracies - accuracies.mean(axis=1, keepdims=True)
