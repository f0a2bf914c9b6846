"""Answers of a `RoutedNetwork` by the likelier route of each image and by routes that are drawn."""

from dataclasses import dataclass

import numpy as np
import torch

from course_lib.models.gates import TUNED
from course_lib.models.routed import RoutedNetwork
from course_lib.models.staged import evaluation_mode
from course_lib.training.device import seeded
from course_lib.training.inputs import EVAL_BATCH, Inputs


@dataclass(frozen=True)
class DrawnAnswers:
    """Routes and answers for N images with G gates.

    Attributes:
        chances: probability (N, G) of the tuned copy.
        likelier: class (N,) that the likelier route answers.
        routes: drawn routes (P, N, G), True for the tuned copy.
        answers: class (P, N) that each drawn route answers.
    """

    chances: np.ndarray
    likelier: np.ndarray
    routes: np.ndarray
    answers: np.ndarray


@torch.no_grad()
def draw_answers(model: RoutedNetwork, inputs: Inputs, passes: int, seed: int = 0) -> DrawnAnswers:
    """Answer all images by the likelier route and by `passes` drawn routes; the caller's generator is left alone.

    Raises:
        ValueError: the network has no routes, or no pass is asked for.
    """
    if not isinstance(model, RoutedNetwork) or passes < 1:
        raise ValueError(f"{passes} passes of {type(model).__name__}: give a routed network (SpotTune) and one or more")
    rows = torch.arange(len(inputs), device=inputs.labels.device).split(EVAL_BATCH)
    parts = []
    with evaluation_mode(model), seeded(seed, inputs.labels.device):
        for images in (inputs.batch(part)[0] for part in rows):
            logits = model.policy(images)
            routes = [model.policy.decide(logits, how, None) for how in ("argmax", *("sample",) * passes)]
            answers = [model.head(model.features(images, route)).argmax(dim=1) for route in routes]
            parts.append((logits.softmax(dim=2)[..., TUNED], torch.stack(routes), torch.stack(answers)))
    chances, routes, answers = (list(own) for own in zip(*parts, strict=True))
    joined = torch.cat(chances), torch.cat(routes, dim=1), torch.cat(answers, dim=1)
    chances, routes, answers = (own.cpu().numpy() for own in joined)
    return DrawnAnswers(chances, answers[0], routes[1:], answers[1:])
