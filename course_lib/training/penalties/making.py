"""The method of a penalty, ready for a training."""

from course_lib.models.network import Network
from course_lib.training.inputs import Inputs
from course_lib.training.penalties.maps import MapDistance
from course_lib.training.penalties.method import Method
from course_lib.training.penalties.projections import BallProjection, SelectiveDecay
from course_lib.training.penalties.spectrum import SpectralShrinkage
from course_lib.training.penalties.weights import WeightDistance
from course_lib.training.recipe import Recipe

_ON_WEIGHTS = {
    "l2": WeightDistance, "l2sp": WeightDistance, "bss": SpectralShrinkage, "spd": SelectiveDecay,
    "mars": BallProjection,
}  # fmt: skip


def make_penalty(model: Network, recipe: Recipe, train: Inputs) -> Method:
    """Make the method of a recipe's penalty; of a recipe without one, a method that does nothing.

    Args:
        model: on its starting weights, prepared by `set_trainable`.
        train: the training images.

    Raises:
        ValueError: the penalty does not fit the network or the recipe.
    """
    if recipe.penalty is None:
        return Method()
    if recipe.penalty.kind == "delta":
        return MapDistance(model, recipe, train)
    return _ON_WEIGHTS[recipe.penalty.kind](model, recipe)


def check_start(recipe: Recipe) -> None:
    """Refuse a penalty that compares with a start where there is none.

    Raises:
        ValueError: the recipe starts at random.
    """
    if recipe.penalty and recipe.penalty.needs_start and recipe.start is None:
        raise ValueError(
            f"the penalty {recipe.penalty.title} pulls towards borrowed weights: this recipe starts at random, name "
            "some with start = …"
        )
