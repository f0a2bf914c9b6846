"""Probe of the routes that images take through a `RoutedNetwork`, and of what drawing them at test time costs."""

import numpy as np
import torch
from pydantic import NonNegativeInt
from torch import Tensor

from course_lib.data.fields import Settings
from course_lib.models.routed import RoutedNetwork
from course_lib.models.staged import evaluation_mode
from course_lib.training.answers import decode, encode
from course_lib.training.device import seeded
from course_lib.training.inputs import EVAL_BATCH, Inputs
from course_lib.training.prediction import compute_logits
from course_lib.training.score import Score
from course_lib.training.target import CLASSES


class Routes(Settings):
    """Probe: the likelier route of each test image, and the accuracy with routes that are drawn.

    Its score is that of the likelier routes, whatever the network does in evaluation. The texts of the score are
    ``routes`` (one sign for each image, whose binary digits are the gates, the first gate the lowest: see
    `decode_routes`), ``labels`` (one sign for each image), ``right_in`` (the number of passes that each image is right
    in) and ``pass_right`` (the number of images that each pass has right).

    Attributes:
        passes: how often all test images are answered with routes drawn anew.
    """

    passes: NonNegativeInt = 10

    @property
    def name(self) -> str:
        """``"routes"``."""
        return "routes"


def score_routes(probe: Routes, model: RoutedNetwork, inputs: Inputs, seed: int) -> Score:
    """Answer the probe; the caller's random generator is left alone.

    Args:
        seed: of the drawn routes.

    Raises:
        ValueError: the network has no routes, or the images have several concepts each.
    """
    if not isinstance(model, RoutedNetwork) or inputs.labels.ndim > 1:
        raise ValueError("the probe 'routes' is for a routed network (SpotTune) and images of one class each")
    form = model.form
    try:
        model.form = form.replace(routes="argmax")
        score = Score.of(CLASSES, compute_logits(model, inputs), inputs.labels)
        routes = _routes(model, inputs)
        model.form = form.replace(routes="sample")
        right = _right_in_passes(model, inputs, probe.passes, seed)
    finally:
        model.form = form
    texts = {
        "routes": encode((routes << np.arange(routes.shape[1])).sum(axis=1)),
        "labels": encode(inputs.labels.cpu().numpy()),
        "right_in": encode(right.sum(axis=0)),
        "pass_right": encode(right.sum(axis=1)),
    }
    return Score(score.metric, score.value, score.units, score.num_images, texts=texts)


def decode_routes(text: str, num_gates: int) -> np.ndarray:
    """Read the routes (N, G) from their text; True where a gate sends the image to the tuned copy."""
    return (np.asarray(decode(text))[:, None] >> np.arange(num_gates)) % 2 == 1


@torch.no_grad()
def _routes(model: RoutedNetwork, inputs: Inputs) -> np.ndarray:
    """The routes (N, G), 0 or 1."""
    rows = torch.arange(len(inputs), device=inputs.labels.device).split(EVAL_BATCH)
    with evaluation_mode(model):
        return torch.cat([model.routes(inputs.batch(part)[0]) for part in rows]).cpu().numpy().astype(int)


def _right_in_passes(model: RoutedNetwork, inputs: Inputs, passes: int, seed: int) -> np.ndarray:
    """Whether each image is right, (passes, N), with routes drawn anew in each pass."""
    right: list[Tensor] = []
    with seeded(seed, inputs.labels.device):
        for _ in range(passes):
            right.append((compute_logits(model, inputs).argmax(dim=1) == inputs.labels).cpu())
    return torch.stack(right).numpy() if right else np.zeros((0, len(inputs)), dtype=bool)
