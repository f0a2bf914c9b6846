"""Answers of a `RoutedNetwork` by the likelier route of each image and by routes that are drawn."""

from dataclasses import dataclass

import numpy as np
import torch

from course_lib.models.gates import TUNED
from course_lib.models.routed import RoutedNetwork
from course_lib.models.staged import evaluation_mode
from course_lib.training.device import seeded
from course_lib.training.inputs import EVAL_BATCH, Inputs
from course_lib.training.precision import autocast


@dataclass(frozen=True)
class DrawnAnswers:
    """Routes and answers for N images with G gates.

    Attributes:
        chances: probability (N, G) of the tuned copy.
        likelier_routes: (N, G), True where the tuned copy is the likelier one.
        likelier: class (N,) that the likelier route answers.
        routes: drawn routes (P, N, G), True for the tuned copy.
        answers: class (P, N) that each drawn route answers.
    """

    chances: np.ndarray
    likelier_routes: np.ndarray
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
    device, parts = inputs.labels.device, torch.arange(len(inputs), device=inputs.labels.device).split(EVAL_BATCH)
    routes, answers = [], []
    with evaluation_mode(model), seeded(seed, device), autocast(device):
        logits = [model.policy(inputs.batch(part)[0]) for part in parts]
        for how in ("argmax", *("sample",) * passes):
            chosen = [model.policy.decide(own, how, None) for own in logits]
            features = (model.features(inputs.batch(part)[0], own) for part, own in zip(parts, chosen, strict=True))
            answers.append(torch.cat([model.head(own).argmax(dim=1) for own in features]))
            routes.append(torch.cat(chosen))
    chances = torch.cat(logits).float().softmax(dim=2)[..., TUNED]
    chances, routes, answers = (own.cpu().numpy() for own in (chances, torch.stack(routes), torch.stack(answers)))
    return DrawnAnswers(chances, routes[0], answers[0], routes[1:], answers[1:])
