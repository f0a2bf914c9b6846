"""The last-layer grid: the backbone once and all heads together, against the plain loop and against one by one.

The plain loop would take hours: its time for an image is measured over some batches and multiplied by the images that
the grid asks for, and so is the backbone's. The heads are trained in full, all together (and one by one with --full).
"""

import time
from collections.abc import Iterator

import torch
from common import load_large, main, measure, resnet18_weights, row
from plain import make_step

from course_lib.data.splits import homework_split
from course_lib.models.folding import fold_batch_norm
from course_lib.models.starting import start_model
from course_lib.training.device import one_thread
from course_lib.training.fitting import Trainer
from course_lib.training.headbank import HeadBank
from course_lib.training.inputs import Pixels, StageOutputs
from course_lib.training.prediction import evaluate
from course_lib.training.prefix import prefix_batch, stages_until
from course_lib.training.recipe import Recipe

RATES, OPTIMIZERS, EPOCHS, BATCH = (0.01, 0.03, 0.001, 0.003, 0.0001), ("sgd", "adam"), 50, 8
CPU, IMAGES = torch.device("cpu"), 64


def run(size: str) -> Iterator[dict]:
    """5 rates × 2 optimisers × 50 epochs at 224 px, batch 8, 1687 + 421 images."""
    splits = homework_split(load_large())
    num_images = len(splits.train) + len(splits.val)
    with resnet18_weights() as weights:
        model = start_model("resnet18", weights, splits.num_classes).to(memory_format=torch.channels_last)
        plain_s, backbone_s = time_an_image(splits.train, weights, rounds=6 if size == "quick" else 20)
        recipes = [
            Recipe.last_layer(
                architecture="resnet18", start=weights, optimizer=optimizer, lr=lr, epochs=EPOCHS, batch_size=BATCH
            )
            for optimizer in OPTIMIZERS
            for lr in RATES
        ]
        # What the heads learn from does not change their speed.
        train = StageOutputs(torch.randn(len(splits.train), model.num_features).abs(), splits.train.labels, "pool")
        val = StageOutputs(torch.randn(len(splits.val), model.num_features).abs(), splits.val.labels, "pool")
        with one_thread():
            together_s = _seconds(lambda: HeadBank(recipes, [0] * len(recipes), model, train).train(val))
            single_s = time_one_by_one(recipes, model, train, val, epochs=5 if size == "quick" else EPOCHS)
    plain = plain_s * num_images * EPOCHS * len(recipes)
    yield row("heads", "last-layer grid at 224 px, s", backbone_s * num_images + together_s,
              peer=plain / (backbone_s * num_images + together_s))  # fmt: skip
    yield row("heads", "backbone once for all images, s", backbone_s * num_images)
    yield row("heads", "ten heads together, s", together_s, peer=single_s / together_s)
    yield row("heads", "ten heads one by one, s", single_s)
    yield row("heads", "plain loop (from some of its batches), s", plain)


def time_an_image(images, weights: str, rounds: int) -> tuple[float, float]:
    """Seconds for an image: in the plain loop with a frozen backbone, and once through our backbone."""
    plain_model, our_model = (start_model("resnet18", weights, images.num_classes) for _ in range(2))
    our_model.to(memory_format=torch.channels_last)
    source = Pixels(images, torch.full((3,), 0.5), torch.full((3,), 0.25), CPU)
    few = source.batch(torch.arange(BATCH))
    batches = iter(lambda: (few[0].contiguous(), few[1]), None)
    step = make_step(plain_model, batches, frozen=tuple(plain_model.stages))

    folded = fold_batch_norm(stages_until(our_model, "pool"), source.batch(torch.arange(1))[0])

    @torch.no_grad()
    def backbone() -> None:
        for rows in torch.arange(IMAGES).split(prefix_batch(images.size)):
            folded(source.batch(rows)[0])

    def plain() -> None:
        for _ in range(IMAGES // BATCH):
            step()

    seconds = measure({"plain": plain, "backbone": backbone}, rounds)
    return tuple(seconds[name] / IMAGES for name in ("plain", "backbone"))


def time_one_by_one(recipes, model, train: StageOutputs, val: StageOutputs, epochs: int) -> float:
    """Seconds of one grid whose heads train one after another on the same outputs."""
    seconds = 0.0
    for recipe in recipes:
        trainer = Trainer(recipe, model, train, seed=0)

        def all_epochs(trainer=trainer) -> None:
            for epoch in range(epochs):
                trainer.train_epoch(epoch)
                evaluate(trainer.model, val)

        seconds += _seconds(all_epochs)
    return seconds * EPOCHS / epochs


def _seconds(call) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


if __name__ == "__main__":
    main(run)
