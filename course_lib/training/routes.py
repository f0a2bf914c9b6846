"""Probe of the routes that images take through a `RoutedNetwork`, and of what drawing them at test time costs."""

import numpy as np
import torch
from pydantic import NonNegativeInt
from torch.nn.functional import one_hot

from course_lib.data.fields import Settings
from course_lib.models.routed import RoutedNetwork
from course_lib.training.answers import decode, encode
from course_lib.training.drawn_answers import draw_answers
from course_lib.training.inputs import Inputs
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
    drawn = draw_answers(model, inputs, max(probe.passes, 1), seed)
    score = Score.of(CLASSES, one_hot(torch.from_numpy(drawn.likelier)).to(inputs.labels.device), inputs.labels)
    labels, routes = inputs.labels.cpu().numpy(), drawn.likelier_routes
    right = drawn.answers[: probe.passes] == labels  # (passes, N)
    texts = {
        "routes": encode((routes << np.arange(routes.shape[1])).sum(axis=1)),
        "labels": encode(labels),
        "right_in": encode(right.sum(axis=0)),
        "pass_right": encode(right.sum(axis=1)),
    }
    return Score(score.metric, score.value, score.units, score.num_images, texts=texts)


def decode_routes(text: str, num_gates: int) -> np.ndarray:
    """Read the routes (N, G) from their text; True where a gate sends the image to the tuned copy."""
    return (np.asarray(decode(text))[:, None] >> np.arange(num_gates)) % 2 == 1
