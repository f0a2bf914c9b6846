"""What the runs of the document's grids are asked."""

from course_lib.sweeps.studies.extension.profiles import ExtensionProfile
from course_lib.training.probes import Direct, Probe
from course_lib.training.recipe import Recipe


def grid_questions(profile: ExtensionProfile) -> tuple[Probe, ...]:
    """The network's own answer after every number of epochs of the table of k and e."""
    return tuple(Direct(epoch=epochs) for epochs in profile.grid_epochs)


def questions(recipe: Recipe, source: str) -> tuple[Probe, ...]:
    return ()
