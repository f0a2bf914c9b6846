"""The cost of an answer of SpotTune: one copy of each block, both copies mixed, and a single network."""

import copy
from collections.abc import Callable

import pandas as pd
import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from course_lib.models.routed import RoutedNetwork
from course_lib.models.staged import evaluation_mode
from course_lib.training.inference import take_turns

SINGLE, SKIPPING, MIXING, POLICY = "single network", "routed, skipping", "both copies, mixed", "policy network"


@torch.no_grad()
def route_costs(model: RoutedNetwork, images: Tensor, *, rounds: int = 5) -> pd.DataFrame:
    """Measure multiply-adds and time of the ways to answer for a batch, as shares of computing both copies.

    Mixing computes both copies of every block for every image, as the released code does at test time, too. Skipping
    gives each image to the copy of its likelier route. A single network has no policy and one copy.

    Args:
        images: (N, 3, H, W), normalised, on the network's device.
        rounds: of the measurement of time; the shortest counts.

    Returns:
        A row for each way: ``"M multiply-adds"`` of an image, ``"share"`` of them and ``"share of time"``.
    """
    with evaluation_mode(model):
        mixed = copy.deepcopy(model)
        mixed.training = True  # of the network alone: its blocks mix, and their BatchNorm stays in evaluation
        decisions = model.routes(images)
        one_copy = torch.zeros_like(decisions)
        ways: dict[str, Callable[[], Tensor]] = {
            SINGLE: lambda: model.head(model.features(images, one_copy)),
            SKIPPING: lambda: model.head(model.features(images, model.routes(images))),
            MIXING: lambda: mixed.head(mixed.features(images, model.routes(images).float())),
            POLICY: lambda: model.policy(images),
        }
        work = {name: _multiply_adds(way) / len(images) for name, way in ways.items()}
        seconds = take_turns(ways, rounds)
    rows = {
        name: {
            "M multiply-adds": work[name] / 1e6,
            "share": work[name] / work[MIXING],
            "share of time": seconds[name] / seconds[MIXING],
        }
        for name in ways
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def _multiply_adds(way: Callable[[], Tensor]) -> float:
    with FlopCounterMode(display=False) as counter:
        way()
    return counter.get_total_flops() / 2
