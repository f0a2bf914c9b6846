"""The frozen prefix kept: the last stage and the head trained on what the stages before them made, at 224 px."""

from collections.abc import Iterator
from itertools import cycle

import torch
from common import load_large, main, measure, resnet18_weights, row
from plain import make_step

from course_lib.models.staged import evaluation_mode
from course_lib.models.starting import start_model
from course_lib.training.fitting import Trainer
from course_lib.training.inputs import Pixels, StageOutputs
from course_lib.training.recipe import Recipe

BATCH, CPU = 8, torch.device("cpu")
FROZEN = ("stem", "stage1", "stage2", "stage3")


def run(size: str) -> Iterator[dict]:
    """Training images a second with stages up to 3 frozen: cached, plain, and full fine-tuning for comparison."""
    images = load_large().take(range(64))
    source = Pixels(images, torch.full((3,), 0.5), torch.full((3,), 0.25), CPU)
    with resnet18_weights() as weights:
        settings = {"architecture": "resnet18", "start": weights, "optimizer": "sgd", "batch_size": BATCH}
        models = [start_model("resnet18", weights, images.num_classes) for _ in range(4)]
        for model in models[:2]:
            model.to(memory_format=torch.channels_last)
        with torch.no_grad(), evaluation_mode(models[0]):
            values = models[0].features(source.batch(torch.arange(len(images)))[0], "stage3")
        kept = StageOutputs(values.contiguous(), images.labels, "stage3")
        cached = Trainer(Recipe.full(multipliers={"inner": 0, "stage4": 1}, **settings), models[0], kept, seed=0)
        full = Trainer(Recipe.full(**settings), models[1], source, seed=0)
        cached.model.stages["stage4"].train()
        full.model.train()
    batch = source.batch(torch.arange(BATCH))
    fixed = iter(lambda: (batch[0].contiguous(), batch[1]), None)
    seconds = measure(
        {
            "cached": _stepper(cached),
            "plain": make_step(models[2], fixed, frozen=FROZEN),
            "full": _stepper(full),
        },
        rounds=8 if size == "quick" else 40,
    )
    cached_s, plain_s, full_s = (seconds[name] for name in ("cached", "plain", "full"))
    yield row("prefix", "last stage and head on kept outputs, images/s", BATCH / cached_s, peer=plain_s / cached_s)
    yield row("prefix", "the same in the plain frozen loop, images/s", BATCH / plain_s)
    yield row("prefix", "full fine-tuning, lean loop, images/s", BATCH / full_s, peer=plain_s / full_s)


def _stepper(trainer: Trainer):
    order = (rows for _ in cycle([0]) for rows in trainer.order.next_epoch())
    return lambda: trainer.step(*trainer.train.batch(next(order)))


if __name__ == "__main__":
    main(run)
