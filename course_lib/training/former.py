"""The former task: what fine-tuning has left of what the weights at the start could do."""

from typing import Literal

import torch
from torch import Tensor, nn

from course_lib.data.fields import Settings
from course_lib.data.spec import kept_images
from course_lib.models.network import Network
from course_lib.models.weights import load_model, load_weights
from course_lib.training.inputs import EVAL_BATCH, Pixels
from course_lib.training.prediction import compute_logits
from course_lib.training.score import Score
from course_lib.training.target import CLASSES


class Former(Settings):
    """Probe: the accuracy on the former task, that of the weights at the start, with their own head put back.

    Attributes:
        source: images of the former task that these weights were not trained on.
        epoch: the weights of the epoch that validation chose, or of the last one.
        statistics: ``"run"`` takes the normalisation of the images and the running statistics of BatchNorm as the run
            has left them. ``"former"`` takes those of the former task: the images are normalised as those of the
            weights at the start, and the running statistics are recomputed on them. What is lost then is lost by the
            weights.
    """

    source: str
    epoch: Literal["best", "last"] = "best"
    statistics: Literal["run", "former"] = "run"

    @property
    def name(self) -> str:
        """``"former mini:unseen"``, followed by what is not the default."""
        parts = [self.epoch] * (self.epoch != "best") + ["statistics=former"] * (self.statistics == "former")
        return " ".join(["former", self.source, *parts])


def score_former(
    probe: Former, model: Network, start: str, size: int, mean: Tensor, std: Tensor, device: torch.device
) -> Score:
    """Score a fine-tuned network on the task of its weights at the start. The network is changed.

    Args:
        model: on `device`; its head is replaced by that of `start`.
        start: name of the weights.
        size: pixels a side.
        mean, std: (3,) of the run.

    Raises:
        ValueError: the images have other classes than the weights.
    """
    weights, images = load_weights(start), kept_images(probe.source, size)
    if images.class_names != weights.meta["class_names"]:
        raise ValueError(f"'{probe.source}' has other classes than the weights '{start}': name the task of these")
    model.head = load_model(weights).head.to(device)
    own = probe.statistics == "former"
    inputs = Pixels(images, *(weights.normalisation if own else (mean, std)), device)
    if own:
        recompute_statistics(model, inputs)
    return Score.of(CLASSES, compute_logits(model, inputs), inputs.labels, images.fingerprint)


@torch.no_grad()
def recompute_statistics(model: Network, inputs: Pixels) -> None:
    """Replace the running statistics of BatchNorm by the mean over batches of these inputs; labels are not used."""
    layers = [module for module in model.modules() if isinstance(module, nn.modules.batchnorm._BatchNorm)]
    model.eval()
    momenta = [layer.momentum for layer in layers]
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # the plain average over batches
        layer.train()
    order = torch.randperm(len(inputs), generator=torch.Generator().manual_seed(0))  # no batch of a single class
    for rows in order.to(inputs.labels.device).split(EVAL_BATCH):
        model.logits(inputs.batch(rows)[0])
    for layer, momentum in zip(layers, momenta, strict=True):
        layer.momentum = momentum
    model.eval()
