"""Networks of two backbones from their settings."""

from collections.abc import Callable

from torch import nn

from course_lib.models.architectures import build, first_convolution
from course_lib.models.forms import Joined, Routed
from course_lib.models.gates import Policy
from course_lib.models.heads import new_head
from course_lib.models.joined import JoinedNetwork
from course_lib.models.network import Network
from course_lib.models.resnet26 import policy_network
from course_lib.models.routed import RoutedNetwork, gated_blocks
from course_lib.models.staged import StagedModel

COPIES = {"joined": ("a", "b"), "routed": ("frozen", "tuned")}  # the paths of the two copies of a backbone


def compose(
    settings: Joined | Routed, first: StagedModel, second: StagedModel, make_head: Callable[[int], nn.Module]
) -> Network:
    """Make a network of two backbones; the policy's weights are drawn from torch's global generator.

    Args:
        first, second: the copies in the order of `COPIES`.
        make_head: makes a head for that many features.

    Raises:
        ValueError: the architecture lacks what the settings ask for.
    """
    if isinstance(settings, Joined):
        return JoinedNetwork(settings, first, second, make_head(2 * first.num_features))
    num_gates = len(gated_blocks(settings, first))
    policy = Policy(policy_network(2 * num_gates, first_convolution(first).out_channels), num_gates)
    return RoutedNetwork(settings, first, second, policy, make_head(first.num_features))


def build_composed(
    settings: Joined | Routed, architecture: str, num_classes: int, hidden: tuple[int, ...] = ()
) -> Network:
    """Build a network of two backbones with random weights, drawn from torch's global generator.

    Raises:
        ValueError: as `build` and `compose`.
    """
    copies = [build(architecture, num_classes) for _ in COPIES[settings.kind]]
    return compose(settings, *copies, lambda num_features: new_head(num_features, num_classes, hidden))
