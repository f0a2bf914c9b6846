"""Strategies by name, each as the settings in which it differs from a plain recipe."""

from collections.abc import Mapping

from course_lib.models.catalogue import find_architecture
from course_lib.models.network import INNER
from course_lib.training.penalties.settings import L2SP

PRETRAINED = "pretrained"  # the start that the architecture's registration names
SLOW = 0.1  # what the rate of pretrained stages is multiplied by, in the extension strategies
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
    # Full fine-tuning with L2-SP (Li et al. 2018), and α and β of MultiTune's document.
    "l2sp": {"start": PRETRAINED, "penalty": L2SP(alpha=0.01, beta=0.01)},
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
        complete["multipliers"] = {**complete.get("multipliers", {}), **dict.fromkeys(fresh, 1.0)}
    return complete


def _default_start(architecture: str) -> str:
    start = find_architecture(architecture).start
    if start is None:
        raise ValueError(f"{architecture} has no pretrained weights of its own: name some with start = …")
    return start
