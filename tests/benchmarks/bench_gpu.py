"""A GPU: ResNet-18 at 224 px, full fine-tuning, and what `bench_real` measures; no rows where there is no GPU."""

import sys
from collections.abc import Iterator

import torch
from bench_real import features, is_installed, tuning
from common import load_large, main, measure, row

from course_lib.models.starting import start_model
from course_lib.training.fitting import Trainer
from course_lib.training.inputs import Pixels
from course_lib.training.recipe import Recipe


def run(size: str) -> Iterator[dict]:
    """Batches of 8, 64 and 512, then the real network; the limit is a step on one batch that is there already."""
    if not torch.cuda.is_available():
        print("gpu: not measured, this machine has no CUDA device", file=sys.stderr)
        return
    device, images = torch.device("cuda"), load_large()
    for batch_size in (8, 64, 512):
        recipe = Recipe.scratch(architecture="resnet18", optimizer="sgd", batch_size=batch_size)
        model = start_model("resnet18", None, images.num_classes).to(device, memory_format=torch.channels_last)
        source = Pixels(images, torch.full((3,), 0.5), torch.full((3,), 0.25), device)
        trainer = Trainer(recipe, model.train(), source, seed=0)
        rows = torch.arange(batch_size, device=device)
        batch, steps = source.batch(rows), max(1, 4096 // batch_size)

        def lean(trainer=trainer, rows=rows, steps=steps) -> None:
            for _ in range(steps):
                trainer.step(*trainer.train.batch(rows))
            torch.cuda.synchronize()

        def synthetic(trainer=trainer, batch=batch, steps=steps) -> None:
            for _ in range(steps):
                trainer.step(*batch)
            torch.cuda.synchronize()

        seconds = measure({"lean": lean, "limit": synthetic}, rounds=5 if size == "quick" else 20)
        rate = batch_size * steps / seconds["lean"]
        what = f"ResNet-18, 224 px, batch {batch_size}, {torch.cuda.get_device_name()}, images/s"
        yield row("gpu", what, rate, limit=seconds["limit"] / seconds["lean"])
    if is_installed("gpu"):
        rounds = 5 if size == "quick" else 20
        yield features("gpu", images.take(range(512)), device, rounds)
        yield from tuning("gpu", load_large(112).take(range(512)), device, 64, rounds)


if __name__ == "__main__":
    main(run)
