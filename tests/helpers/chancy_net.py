"""A network that draws random numbers while it trains, as none of the course's own does."""

from torch import nn

from course_lib.models.catalogue import Architecture
from course_lib.models.mini import mini_resnet18
from course_lib.models.staged import StagedModel

NAME = "mini_resnet18_with_dropout"
ENTRY = Architecture(NAME, "for tests", "chancy_net:build", size=48, has_classifier=False, one_thread=True)


def build(name: str) -> StagedModel:
    """The mini ResNet-18 with a dropout behind its last stage."""
    model = mini_resnet18(name)
    model.stages["stage4"].append(nn.Dropout(0.5))
    return model
