"""The test set, opened once."""

from course_lib.data.splits import Splits
from course_lib.training.device import deliberate_threads, pick_device
from course_lib.training.prediction import evaluate
from course_lib.training.run import Run


def score_test(run: Run, splits: Splits, device: str = "cpu") -> float:
    """Accuracy of the run's best model on the sealed test set; recorded in the run.

    Raises:
        ValueError: the run was scored before (the test set is scored once), or has no model worth scoring.
    """
    if run.test_accuracy is not None:
        raise ValueError(f"this run's test set was scored already ({run.test_accuracy:.4f}): train again for another")
    if run.best_epoch is None:
        raise ValueError("this run diverged before its first epoch ended: there is no model to score")
    target = pick_device(device)
    with deliberate_threads(run.recipe.architecture):
        _, right = evaluate(run.model.to(target), splits.test.open(), run.mean, run.std, target)
    run.model.cpu()
    run.test_outcomes = "".join("1" if r else "0" for r in right.tolist())
    run.test_accuracy = right.float().mean().item()
    return run.test_accuracy
