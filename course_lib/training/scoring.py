"""The test set, opened once."""

import torch

from course_lib.data.splits import Splits
from course_lib.training.device import deliberate_threads, memory_format, pick_device
from course_lib.training.prediction import evaluate
from course_lib.training.prefix import make_inputs
from course_lib.training.run import Run


def score_test(run: Run, splits: Splits, device: str = "cpu", *, shortcuts: bool = True) -> float:
    """Accuracy of the run's best model on the sealed test set; recorded in the run.

    Raises:
        ValueError: the run was scored before (the test set is scored once), or has no model worth scoring.
    """
    if run.test_accuracy is not None:
        raise ValueError(f"this run's test set was scored already ({run.test_accuracy:.4f}): train again for another")
    if run.best_epoch is None:
        raise ValueError("this run diverged before its first epoch ended: there is no model to score")
    target = pick_device(device)
    model = run.model.to(target, memory_format=memory_format(target))
    with deliberate_threads(run.recipe.architecture):
        options = {"part": "test", "shortcuts": shortcuts}
        test = make_inputs(run.recipe, model, splits.test.open(), run.mean, run.std, target, **options)
        _, right = evaluate(model, test)
    model.to("cpu", memory_format=torch.contiguous_format)
    run.test_outcomes = "".join("1" if r else "0" for r in right.tolist())
    run.test_accuracy = int(right.sum()) / len(right)
    return run.test_accuracy
