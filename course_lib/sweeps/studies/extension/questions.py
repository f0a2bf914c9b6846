"""What the runs of the document's grids are asked, beside the network's own answer."""

from course_lib.sweeps.studies.extension.profiles import ExtensionProfile
from course_lib.training.direct import Direct, Inferred
from course_lib.training.probes import Probe
from course_lib.training.readouts import Readout, last_layers
from course_lib.training.recipe import Recipe

POOLED = "mini:keyframes"  # whose test images have a pool of judgements
LAST = 3  # layers whose classifiers the document fuses
CHOSEN = {"c": "validation"}


def grid_questions(profile: ExtensionProfile) -> tuple[Probe, ...]:
    """The network's own answer after every number of epochs of the table of k and e."""
    return tuple(Direct(epoch=epochs) for epochs in profile.grid_epochs)


def layers_of(recipe: Recipe) -> tuple[str, ...]:
    """Layers whose outputs are features, from stage 1 on; "pool" is stage 4 averaged over all positions."""
    return last_layers(recipe, 5 + len(recipe.hidden))


def heads_of(recipe: Recipe) -> tuple[str, ...]:
    """The main head and the auxiliary ones."""
    return ("head", *(f"head.aux{i + 1}" for i in range(len(recipe.aux_heads))))


def fused(recipe: Recipe) -> Readout:
    """The document's features: a logistic regression for each of the last three layers, fused by their mean."""
    return Readout(layers=last_layers(recipe, LAST), fuse="mean", **CHOSEN)


def questions(recipe: Recipe, source: str, thorough: bool = False) -> tuple[Probe, ...]:
    """Features of the last three layers, each and fused, and the auxiliary heads.

    Args:
        recipe: of the run.
        source: of its images.
        thorough: ask for every layer and for other ways of fusion, too.
    """
    layers, heads, last = layers_of(recipe), heads_of(recipe), last_layers(recipe, LAST)
    asked: list[Probe] = [Readout(layers=(layer,), **CHOSEN) for layer in (layers if thorough else last)]
    asked.append(fused(recipe))
    if thorough:
        asked += _fusions(layers, last)
    if len(heads) > 1:
        asked += [*(Direct(head=head) for head in heads[1:]), Direct(head="+".join(heads))]
        asked += [*(Readout(layers=(head,), **CHOSEN) for head in heads[1:])]
        asked.append(Readout(layers=(*last, *heads[1:]), fuse="mean", **CHOSEN))
    return (*asked, Inferred(), Inferred(of=fused(recipe))) if source == POOLED else tuple(asked)


def _fusions(layers: tuple[str, ...], last: tuple[str, ...]) -> list[Probe]:
    """Support vector machines, early fusion, all layers, and a selection among all features (Head2Toe)."""
    return [
        Readout(layers=last, by="svm", fuse="mean", **CHOSEN),
        Readout(layers=last, **CHOSEN),
        Readout(layers=layers, fuse="mean", **CHOSEN),
        Readout(layers=layers, **CHOSEN),
        Readout(layers=layers, fuse="head2toe"),
    ]
