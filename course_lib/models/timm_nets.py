"""Networks of timm as `StagedModel`: any name that timm knows; its logits are timm's own, bit for bit."""

import copy
import difflib
import warnings
from contextlib import suppress
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.errors import need
from course_lib.models.catalogue import Architecture
from course_lib.models.cutting import CannotCutError, cut_network
from course_lib.models.folding import replace_module
from course_lib.models.staged import StagedModel, evaluation_mode, sequence

PREFIX = "timm:"
# Options by which a network made for one size takes images of others; those who do not know them refuse them.
_ANY_SIZE = ({"dynamic_img_size": True, "dynamic_img_pad": True}, {"dynamic_img_size": True})


def timm_architecture(name: str) -> Architecture:
    """Describe a network of timm, e.g. ``"resnet18"`` or ``"resnet18.a1_in1k"``, whose tag names its weights.

    Raises:
        ValueError: timm knows no such network or tag. MissingExtraError: timm is not installed.
    """
    entry = find_entry(name)
    plain = name.partition(".")[0]
    return Architecture(
        f"{PREFIX}{plain}",
        f"timm {need_timm().__version__}",
        "course_lib.models.timm_nets:staged",
        size=entry.input_size[-1],
        start=f"{PREFIX}{plain}.{entry.tag}" if entry.has_weights else None,
        has_classifier=entry.num_classes > 0,
    )


def need_timm() -> ModuleType:
    """Import timm. Raises MissingExtraError if it is not installed."""
    return need("timm", "imagenet")


def find_entry(name: str) -> Any:
    """Find timm's entry (a `PretrainedCfg`) for a name with or without tag; without, it is that of timm's default.

    Raises:
        ValueError: timm knows no such network or tag. MissingExtraError: timm is not installed.
    """
    timm = need_timm()
    plain, _, tag = name.partition(".")
    if not timm.is_model(plain):
        near = difflib.get_close_matches(plain, timm.list_models(), 3)
        hint = f"did you mean {' or '.join(near)}?" if near else "timm.list_models() lists all"
        raise ValueError(f"unknown network '{PREFIX}{name}' (timm {timm.__version__}): {hint}")
    tags = [full.partition(".")[2] for full in timm.list_pretrained(f"{plain}.*")]
    if tag and tag not in tags:
        raise ValueError(f"'{PREFIX}{plain}' has no weights '{tag}': choose one of {', '.join(tags) or 'none'}")
    return timm.get_pretrained_cfg(name)


def timm_name(architecture: str) -> str:
    """Find timm's own name of an architecture: ``"timm:resnet18"`` → ``"resnet18"``."""
    return architecture.removeprefix(PREFIX) if architecture.startswith(PREFIX) else f"tf_{architecture}"


def timm_net(architecture: str, **options: Any) -> nn.Module:
    """Build timm's own network, by default with random weights and its own number of outputs.

    Args:
        architecture: ``"timm:NAME"``, or one that is registered without prefix (``"efficientnet_lite0"``).
        options: as `timm.create_model` takes them.

    Raises:
        MissingExtraError: timm is not installed.
    """
    timm, name = need_timm(), timm_name(architecture)
    for any_size in _ANY_SIZE:
        with suppress(TypeError):
            return timm.create_model(name, **any_size, **options)
    return timm.create_model(name, **options)


def staged(architecture: str) -> StagedModel:
    """Build a network of timm with random weights, cut into stages."""
    return cut(architecture, timm_net(architecture))


def cut(architecture: str, net: nn.Module) -> StagedModel:
    """Cut a network of timm into a `StagedModel` made of the same modules; it computes the same logits.

    The stages end where timm's ``feature_info`` says; see `cut_network`. A network that is no chain has a single stage
    ``"body"``, and a warning says so.
    """
    classifiers, size = _classifier_paths(net), net.pretrained_cfg["input_size"][-1]
    one_size = _has_fixed_size(net, size)
    features = [(entry["module"], entry["reduction"]) for entry in getattr(net, "feature_info", ())]
    try:
        if len(classifiers) != 1:
            raise CannotCutError(f"it has {len(classifiers)} classifiers")
        functions = need("timm.layers", "imagenet").get_notrace_functions()
        untraced = [function for function in functions if callable(function)]
        stages, num_features = cut_network(net, classifiers[0], features, size, untraced)
        head = net.get_submodule(classifiers[0])
    except CannotCutError as error:
        warnings.warn(f"{architecture} has a single stage, 'body': {error}", stacklevel=2)
        stages, head, num_features = _whole(architecture, net, classifiers, size)
    first = next(iter(stages))
    if one_size:
        stages[first] = sequence(size=OneSize(architecture, size), net=stages[first])
    return StagedModel(architecture, stages, head, num_features)


class OneSize(nn.Module):
    """Lets images of one size pass; for a network with one weight for each position.

    Raises:
        ValueError: images of another size.
    """

    def __init__(self, architecture: str, size: int):
        super().__init__()
        self.architecture, self.size = architecture, size

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[-2:] != (self.size, self.size):
            found = " × ".join(map(str, x.shape[-2:]))
            raise ValueError(f"{self.architecture} takes images of {self.size} × {self.size} pixels, not {found}")
        return x


class NoClassifier(nn.Module):
    """Stands for a classifier that is no part of its own; a new head takes its place.

    Raises:
        ValueError: it is asked for logits.
    """

    def __init__(self, architecture: str):
        super().__init__()
        self.architecture = architecture

    def forward(self, x: Tensor) -> Tensor:
        raise ValueError(f"the classifier of {self.architecture} cannot be kept apart: give it num_classes, a new head")


def _classifier_paths(net: nn.Module) -> list[str]:
    found = net.get_classifier()
    wanted = [found] if isinstance(found, nn.Module) else list(found)
    return [path for path, module in net.named_modules() if any(module is one for one in wanted)]


@torch.no_grad()
def _whole(
    architecture: str, net: nn.Module, classifiers: list[str], size: int
) -> tuple[dict[str, nn.Module], nn.Module, int]:
    """Make one stage of a network; its classifiers, replaced by identities, hand on what they are given."""
    x = torch.randn(1, 3, size, size, generator=torch.Generator().manual_seed(0))
    with evaluation_mode(net):
        expected = net(x)
        heads = [net.get_submodule(path) for path in classifiers]
        for path in classifiers:
            replace_module(net, path, nn.Identity())
        features = net(x)
        apart = len(heads) == 1 and torch.equal(heads[0](features), expected)
    head = heads[0] if apart else NoClassifier(architecture)
    return {"body": net, "pool": nn.Flatten(1)}, head, features.flatten(1).shape[1]


def _has_fixed_size(net: nn.Module, size: int) -> bool:
    """Find out whether a network has a size of its own and refuses images of twice that size."""
    if not net.pretrained_cfg["fixed_input_size"]:
        return False
    try:
        copy.deepcopy(net).to("meta").eval()(torch.zeros(1, 3, 2 * size, 2 * size, device="meta"))
    except (AssertionError, RuntimeError):
        return True
    return False
