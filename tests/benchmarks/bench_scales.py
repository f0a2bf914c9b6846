"""The jobs of the seventy tasks: scales and baseline of a sample of tasks, against the plain loop, job by job."""

import copy
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from common import main, row
from plain import write_folder
from torch import nn
from torch.utils.data import DataLoader
from torchvision.datasets import ImageFolder
from torchvision.transforms import v2

from course_lib.data.spec import prepare
from course_lib.data.splits import Splits
from course_lib.models import start_model
from course_lib.sweeps.jobs import make_jobs, run_job
from course_lib.sweeps.running import study_trials
from course_lib.sweeps.trial import Trial
from course_lib.training.device import one_thread
from course_lib.training.recipe import Recipe


def run(size: str) -> Iterator[dict]:
    """CPU seconds of the twelve jobs of each task, and the plain loop's over ours; one thread, both scores are told."""
    tasks = ("mini:task-14",) if size == "quick" else ("mini:task-14", "mini:task-21", "mini:task-40")
    trials = [
        trial
        for study in ("scales", "scale_heads")
        for trial in study_trials(study, "mini", seeds=1)
        if trial.data.source in tasks and not (study == "scale_heads" and trial.recipe.lr != 0.01)
    ]
    if size == "quick":
        trials = trials[::4]
    for data in {trial.data for trial in trials}:
        prepare(data)  # drawn before either is timed
    with one_thread():
        ours_s, ours = _timed(lambda: [record for job in make_jobs(trials) for record, _ in run_job(job, "cpu")])
        plain_s, plain = _timed(lambda: [plain_job(trial) for trial in trials])
    means = [100 * sum(own) / len(own) for own in ([record["test_accuracy"] for record in ours], plain)]
    what = f"{len(trials)} jobs of {len(tasks)} tasks, s; test {means[0]:.1f} %, peer {means[1]:.1f} %"
    yield row("scales", what, ours_s, peer=plain_s / ours_s)


def plain_job(trial: Trial) -> float:
    """Train, validate and test one job as a tutorial does: files decoded each epoch, frozen stages computed each time.

    Returns:
        The accuracy on the test images, of the epoch that is best on the validation images.
    """
    torch.manual_seed(trial.seed)
    splits, recipe = prepare(trial.data), trial.recipe
    model = start_model(recipe.architecture, recipe.start, splits.num_classes)
    with tempfile.TemporaryDirectory() as folder:
        train, val, test = _loaders(splits, Path(folder), recipe.batch_size)
        optimizer = _optimizer(model, recipe)
        best, kept = -1.0, None
        for _ in range(recipe.epochs):
            _train_epoch(model, recipe, optimizer, train)
            if (reached := _accuracy(model, val)) > best:
                best, kept = reached, copy.deepcopy(model.state_dict())
        model.load_state_dict(kept)
        return _accuracy(model, test)


def _loaders(splits: Splits, folder: Path, batch_size: int) -> list[DataLoader]:
    steps = [v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.5] * 3, [0.25] * 3)]
    parts = {"train": splits.train, "val": splits.val, "test": splits.test.open()}
    folders = {name: write_folder(images, folder / name) for name, images in parts.items()}
    return [
        DataLoader(_one_level(folders[name], v2.Compose(steps)), batch_size, shuffle=name == "train")
        for name in folders
    ]


def _one_level(folder: Path, transform: v2.Transform) -> ImageFolder:
    """Images below ``train/`` or ``test/``, as the names of a task's images begin."""
    (inner,) = folder.iterdir()
    return ImageFolder(inner, transform)


def _optimizer(model: nn.Module, recipe: Recipe) -> torch.optim.SGD:
    rates = recipe.rates((*model.inner_stages, "head"))
    groups = [
        {"params": list((model.head if name == "head" else model.stages[name]).parameters()), "lr": rate}
        for name, rate in rates.items()
        if rate
    ]
    return torch.optim.SGD(groups, momentum=recipe.momentum)


def _train_epoch(model: nn.Module, recipe: Recipe, optimizer, loader: DataLoader) -> None:
    model.train()
    for name, rate in recipe.rates(tuple(model.inner_stages)).items():
        if not rate:
            model.stages[name].eval().requires_grad_(False)
    for images, labels in loader:
        if len(images) == 1:
            continue  # BatchNorm needs two
        loss = nn.functional.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@torch.no_grad()
def _accuracy(model: nn.Module, loader: DataLoader) -> float:
    model.eval()
    right = sum(int((model(images).argmax(dim=1) == labels).sum()) for images, labels in loader)
    return right / len(loader.dataset)


def _timed(call) -> tuple[float, list]:
    began = time.process_time()
    result = call()
    return time.process_time() - began, result


if __name__ == "__main__":
    main(run)
