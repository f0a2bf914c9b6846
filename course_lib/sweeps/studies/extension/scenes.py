"""The first study of several concepts: the classifier and full fine-tuning on drawn scenes."""

from course_lib.data.spec import DataSpec
from course_lib.sweeps.studies.extension.profiles import PROFILES, ExtensionProfile
from course_lib.sweeps.study import Study
from course_lib.sweeps.trial import Trial
from course_lib.training.readouts import Readout
from course_lib.training.recipe import make_recipe

LAST_STAGES = ("stage3", "stage4", "pool")
# What every trained network is asked beside its own answer: the document's features with logistic regression, of one
# layer and of the last three by the mean of their scores.
READOUTS = (Readout(layers=LAST_STAGES[-1:]), Readout(layers=LAST_STAGES, fuse="mean"))


def _scenes(profile: ExtensionProfile, source: str, seeds: range) -> list[Trial]:
    """Fine-tuning the classifier and full fine-tuning at every rate, scored by mean average precision."""
    data = DataSpec(source=source, size=profile.size, split="stratified", seed=0)
    common = {"architecture": profile.architecture, "start": profile.weights, "optimizer": "adam"}
    common |= {"epochs": profile.scene_epochs, "batch_size": profile.scene_batch_size}
    recipes = [make_recipe(strategy, **common, lr=lr) for strategy in ("last_layer", "full") for lr in profile.rates]
    return [Trial(recipe, data, seed, READOUTS) for seed in seeds for recipe in recipes]


SCENES = Study(
    "scenes",
    "several concepts in one drawn scene: the classifier and full fine-tuning, by MAP",
    _scenes,
    PROFILES,
    "extension",
    data="mini:scenes",
)
