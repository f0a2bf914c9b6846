"""The lean loop, against the tutorials' loop and against the limit: steps on one batch that is there already."""

import tempfile
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import torch
from common import load_large, main, measure, row
from plain import endless_batches, make_step, write_folder

from course_lib.data.imageset import ImageSet
from course_lib.data.sources import load_images
from course_lib.models.convolution import TinyMapConv2d
from course_lib.models.starting import start_model
from course_lib.training.device import one_thread
from course_lib.training.fitting import Trainer
from course_lib.training.inputs import Pixels
from course_lib.training.recipe import Recipe

MOMENTS = torch.full((3,), 0.5), torch.full((3,), 0.25)


def run(size: str) -> Iterator[dict]:
    """The small net at 48 px, batch 64, and ResNet-18 at 224 px, batch 16."""
    small = load_images("mini:cartoon", size=48, progress=False)
    with one_thread():
        yield from compare("mini_resnet18", small, 64, rounds=60 if size == "quick" else 300)
        yield from tiny_maps(rounds=60 if size == "quick" else 300)
        yield from several_at_once()
    yield from compare("resnet18", load_large(), 16, rounds=7 if size == "quick" else 30)


def compare(architecture: str, images: ImageSet, batch_size: int, rounds: int) -> Iterator[dict]:
    """Training images a second: lean loop, plain loop, limit. A round is one step of each."""
    some = images.take(range(0, len(images), max(1, len(images) // 512)))
    recipe = Recipe.scratch(architecture=architecture, optimizer="sgd", batch_size=batch_size)

    def make_trainer() -> Trainer:
        model = start_model(architecture, None, images.num_classes).to(memory_format=torch.channels_last)
        return Trainer(recipe, model.train(), Pixels(images, *MOMENTS, torch.device("cpu")), seed=0)

    lean, synthetic = make_trainer(), make_trainer()
    batch = synthetic.train.batch(torch.arange(batch_size))
    order = (rows for _ in cycle([0]) for rows in lean.order.next_epoch() if len(rows) == batch_size)
    with tempfile.TemporaryDirectory() as folder:
        batches = endless_batches(write_folder(some, Path(folder)), batch_size)
        seconds = measure(
            {
                "lean": lambda: lean.step(*lean.train.batch(next(order))),
                "plain": make_step(start_model(architecture, None, images.num_classes), batches),
                "limit": lambda: synthetic.step(*batch),
            },
            rounds,
        )
    what = f"images/s, {architecture}, {images.size[0]} px, batch {batch_size}, {torch.get_num_threads()} threads"
    lean_s, plain_s, limit_s = seconds["lean"], seconds["plain"], seconds["limit"]
    yield row("loop", f"lean loop, {what}", batch_size / lean_s, peer=plain_s / lean_s, limit=limit_s / lean_s)
    yield row("loop", f"tutorial's loop, {what}", batch_size / plain_s, limit=limit_s / plain_s)


def tiny_maps(rounds: int, batch_size: int = 64) -> Iterator[dict]:
    """A convolution of the small net's last stage, forward and backward, without the padding and with it."""
    usual = torch.nn.Conv2d(128, 128, 3, padding=1, bias=False).to(memory_format=torch.channels_last)
    maps = torch.randn(batch_size, 128, 2, 2).to(memory_format=torch.channels_last).requires_grad_()
    pull = torch.randn_like(maps)

    def run_through(convolution: torch.nn.Module) -> None:
        maps.grad = usual.weight.grad = None
        convolution(maps).backward(pull)

    tiny = TinyMapConv2d.of(usual)
    seconds = measure({"tiny": lambda: run_through(tiny), "usual": lambda: run_through(usual)}, rounds)
    ratio = seconds["usual"] / seconds["tiny"]
    yield row(
        "loop", f"convolution of 2×2 maps, images/s, batch {batch_size}", batch_size / seconds["tiny"], peer=ratio
    )


def several_at_once(models: int = 5, batch_size: int = 32, rounds: int = 8) -> Iterator[dict]:
    """Why several runs share no step but have a process each: vmap over small nets is slower than one after another."""
    nets = [start_model("mini_resnet18", None, 7, seed=seed).train() for seed in range(models)]
    parameters, buffers = torch.func.stack_module_state(nets)
    images, labels = torch.randn(models, batch_size, 3, 48, 48), torch.randint(7, (models, batch_size))
    base = start_model("mini_resnet18", None, 7).train()
    trained = [value.requires_grad_() for value in parameters.values()]
    optimizer = torch.optim.SGD(trained, lr=1e-3)

    def forward(p, b, x):
        return torch.func.functional_call(base, (p, b), (x,))

    def together() -> None:
        logits = torch.vmap(forward)(parameters, buffers, images)
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="sum") / batch_size
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    device = torch.device("cpu")
    recipe = Recipe.scratch(optimizer="sgd", batch_size=batch_size)
    pixels = Pixels(load_images("mini:cartoon", size=48, progress=False), *MOMENTS, device)
    trainer = Trainer(recipe, start_model("mini_resnet18", None, 7).to(memory_format=torch.channels_last), pixels, 0)
    batch = pixels.batch(torch.arange(batch_size))

    def in_turn() -> None:
        for _ in range(models):
            trainer.step(*batch)

    seconds = measure({"vmap": together, "in turn": in_turn}, rounds)
    rate = models * batch_size / seconds["vmap"]
    yield row("loop", f"{models} small nets by vmap, images/s", rate, peer=seconds["in turn"] / seconds["vmap"])


if __name__ == "__main__":
    main(run)
