"""The studies of the document on extension strategies (Pittaras et al. 2017): several concepts in one image."""

from dataclasses import dataclass

from course_lib.data.spec import DataSpec
from course_lib.sweeps.profiles import Profile
from course_lib.sweeps.study import Study
from course_lib.sweeps.trial import Trial
from course_lib.training.readouts import Readout
from course_lib.training.recipe import make_recipe


@dataclass(frozen=True, kw_only=True)
class ExtensionProfile(Profile):
    """A profile of the studies of several concepts.

    Attributes:
        rates: the learning rates that validation chooses among.
    """

    rates: tuple[float, ...]


_MINI = {"architecture": "mini_resnet18", "weights": "mini_resnet18", "seeds": 3}
PROFILES = {
    profile.name: profile
    for profile in (
        ExtensionProfile(name="smoke", epochs=2, batch_size=128, size=32, rates=(0.003,), **_MINI),
        ExtensionProfile(name="mini", epochs=20, batch_size=64, size=48, rates=(0.01, 0.003, 0.001), **_MINI),
        ExtensionProfile(
            name="paper", epochs=32, batch_size=32, size=224, rates=(0.01, 0.003, 0.001), seeds=3,
            architecture="googlenet", weights="torchvision:googlenet",
        ),
    )
}  # fmt: skip

LAST_STAGES = ("stage3", "stage4", "pool")
# What every trained network is asked beside its own answer: the document's features with logistic regression, of one
# layer and of the last three by the mean of their scores.
READOUTS = (Readout(layers=LAST_STAGES[-1:]), Readout(layers=LAST_STAGES, fuse="mean"))


def _scenes(profile: ExtensionProfile, source: str, seeds: range) -> list[Trial]:
    """Fine-tuning the classifier and full fine-tuning at every rate, scored by mean average precision."""
    data = DataSpec(source=source, size=profile.size, split="stratified", seed=0)
    common = {"architecture": profile.architecture, "start": profile.weights, "optimizer": "adam"}
    common |= {"epochs": profile.epochs, "batch_size": profile.batch_size}
    recipes = [make_recipe(strategy, **common, lr=lr) for strategy in ("last_layer", "full") for lr in profile.rates]
    return [Trial(recipe, data, seed, READOUTS) for seed in seeds for recipe in recipes]


STUDIES = {
    study.name: study
    for study in (
        Study(
            "scenes",
            "several concepts in one drawn scene: the classifier and full fine-tuning, by MAP",
            _scenes,
            PROFILES,
            "extension",
            data="mini:scenes",
        ),
    )
}
