"""Strategies by name, each as the settings in which it differs from a plain recipe."""

from collections.abc import Mapping

import torch

from course_lib.models.catalogue import find_architecture
from course_lib.models.network import INNER
from course_lib.training.penalties.settings import L2SP

PRETRAINED = "pretrained"  # the start that the architecture's registration names
# What rates are multiplied by: in the extension strategies those of pretrained stages; in MultiTune that of the last
# stage of branch b, 0.01 where all else has 0.1 (Table 1); in SpotTune that of the policy network.
SLOW = 0.1
LAST_STAGE = "last stage"  # stands in stage paths for the last of the architecture's stages, e.g. "stage4"
PULL = L2SP(alpha=0.01, beta=0.01)  # α and β of MultiTune's document
_FINE_TUNING = {"start": PRETRAINED, "multipliers": {INNER: SLOW}}
STRATEGIES: dict[str, dict] = {
    # The three of the homework.
    "scratch": {"start": None},
    "last_layer": {"start": PRETRAINED, "multipliers": {INNER: 0.0}, "lr": 1e-2},
    "full": {"start": PRETRAINED},
    # The three of Pittaras et al. (2017); what is new trains at the full rate.
    "ft1": _FINE_TUNING,  # FT1-def: a new classification layer
    "ft2": {**_FINE_TUNING, "fresh": ("stage4",)},  # FT2-re: the last stage begins anew, too
    "ft3": {**_FINE_TUNING, "hidden": (512,)},  # FT3-ex: extension layers before the new classification layer
    # Two networks, joined as in MultiTune (Wang et al. 2020, Table 1), or with a route for each image as in SpotTune.
    "multitune": {
        "start": PRETRAINED,
        "network": {"kind": "joined"},
        "fresh": (f"a.{LAST_STAGE}", f"b.{LAST_STAGE}"),
        "multipliers": {f"b.{LAST_STAGE}": SLOW},
        "penalty": PULL,
    },
    "spottune": {
        "start": PRETRAINED,
        "network": {"kind": "routed"},
        "multipliers": {"frozen": 0.0, "policy": SLOW},
        "decays": {"policy": 1e-3},
    },
    # Full fine-tuning with L2-SP (Li et al. 2018).
    "l2sp": {"start": PRETRAINED, "penalty": PULL},
}


def strategy_settings(strategy: str, architecture: str, settings: Mapping) -> dict:
    """Complete settings by those of a strategy.

    Fine-tuning starts from the weights that the architecture is registered with, if `settings` name no others. Stages
    that begin anew get the rate of the head, if `settings` give no multipliers.

    Args:
        architecture: of the recipe.
        settings: take the place of the strategy's own.

    Raises:
        ValueError: unknown strategy, or weights that it does not start from.
    """
    if strategy not in STRATEGIES:
        raise ValueError(f"unknown recipe '{strategy}': choose one of {', '.join(STRATEGIES)}")
    if strategy == "scratch" and settings.get("start") is not None:
        raise ValueError(f"the recipe 'scratch' starts from random weights, not from '{settings['start']}': use 'full'")
    complete = {**STRATEGIES[strategy], **settings}
    if complete["start"] == PRETRAINED:
        complete["start"] = _default_start(architecture)
    if isinstance(fresh := complete.get("fresh"), tuple | list) and "multipliers" not in settings:
        complete["multipliers"] = {**dict.fromkeys(fresh, 1.0), **complete.get("multipliers", {})}
    return {name: _with_last_stage(value, architecture) for name, value in complete.items()}


def _with_last_stage(value: object, architecture: str) -> object:
    """Put the path of the architecture's last stage into a setting told by stage paths."""
    if isinstance(value, dict):
        return {_with_last_stage(name, architecture): inner for name, inner in value.items()}
    if isinstance(value, tuple):
        return tuple(_with_last_stage(name, architecture) for name in value)
    if isinstance(value, str) and LAST_STAGE in value:
        return value.replace(LAST_STAGE, _last_stage(architecture))
    return value


def _last_stage(architecture: str) -> str:
    """Find the path of an architecture's last stage, all of its blocks."""
    from course_lib.models.architectures import build
    from course_lib.models.joined import last_block

    with torch.device("meta"), torch.random.fork_rng(devices=[]):
        return last_block(build(architecture, num_classes=2)).partition(".")[0]


def _default_start(architecture: str) -> str:
    start = find_architecture(architecture).start
    if start is None:
        raise ValueError(f"{architecture} has no pretrained weights of its own: name some with start = …")
    return start
