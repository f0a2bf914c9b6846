"""From MultiTune as printed to MultiTune as released, switch by switch."""

from collections.abc import Iterator

from course_lib.models.forms import Joined, Routed
from course_lib.sweeps.studies.multitune.comparison import LAST, VARY, row_data
from course_lib.sweeps.studies.multitune.methods import (
    FLIP,
    LAST_BLOCK,
    LAST_STAGE,
    SLOW,
    SPOTTUNE_STEPS,
    full,
    multitune,
    spottune,
)
from course_lib.sweeps.studies.multitune.profiles import DRAWN, MultituneProfile
from course_lib.sweeps.study import Study
from course_lib.sweeps.trial import Trial
from course_lib.training.answers import Answers
from course_lib.training.recipe import Recipe
from course_lib.training.strategies import PULL

PAPER, RELEASED = "paper", "released"
FIRST_FILES = "first files"  # a switch of the data: `DataSpec.first_files`
FEW = 10  # images of each class with which the first files are compared
BRANCHES = ("A alone", "B alone")
BASELINES = ("SpotTune, as released", "SpotTune, as released, flips")
# The weight decay of the released code on its fine-grained and on its general set.
DECAYS = (5e-4, 0.0)
# What the released code does otherwise than the document says, in the order of the waterfall. Each is a setting of the
# recipe, or of its network. With "no pull" comes the weight decay of the set, see `DECAYS`.
SWITCHES: dict[str, dict] = {
    "one rate": {"multipliers": {}},  # the schedule overwrites the smaller rate in every epoch
    "no pull": {"penalty": PULL.replace(start="aliased")},  # w⁰ is w itself
    "one own block": {"own": "last_block"},
    "one new block": {"fresh": (f"a.{LAST_BLOCK}", f"b.{LAST_BLOCK}")},
    "shared norm": {"norm": "shared"},
    "flips, in validation, too": {"augmentation": FLIP, "augmentation_order": "after_normalisation_and_in_val"},
}


def switched(
    profile: MultituneProfile, lr: float, name: str, switches: tuple[str, ...], decay: float = DECAYS[0]
) -> Recipe:
    """Make the recipe of MultiTune as printed with some switches of `SWITCHES` thrown; without augmentation.

    Args:
        decay: weight decay where L2-SP does not pull.
    """
    changes: dict = {"augmentation": ()}
    for switch in switches:
        changes |= SWITCHES[switch]
    if "penalty" in changes:
        changes["weight_decay"] = decay
    form = {key: changes.pop(key) for key in ("own", "norm") if key in changes}
    return multitune(profile, lr, name=name, network=Joined(**form), **changes)


def switch_states() -> dict[str, tuple[str, ...]]:
    """The switches that are thrown by name of the state: one after the other, then each alone."""
    names = tuple(SWITCHES)
    states = {PAPER: ()} | {f"+ {name}": names[: i + 1] for i, name in enumerate(names)}
    return states | {f"only {name}": (name,) for name in names[1:]}


def _states(profile: MultituneProfile, lr: float, alone: bool, decay: float) -> Iterator[Recipe]:
    for name, thrown in switch_states().items():
        if alone or not name.startswith("only"):
            yield switched(profile, lr, name, thrown, decay)


def _controls(profile: MultituneProfile, lr: float) -> Iterator[Recipe]:
    """Each branch as a network of its own, and SpotTune as in MultiTune's code without and with MultiTune's flips.

    MultiTune's code mends the schedule of SpotTune's: the rate falls three times, as printed.
    """
    anew = {"fresh": (LAST_STAGE,), "penalty": PULL, "augmentation": ()}
    yield full(profile, lr, name=BRANCHES[0], **anew)
    yield full(profile, lr, name=BRANCHES[1], multipliers={LAST_STAGE: SLOW}, **anew)
    released = {
        "network": Routed(routes="sample"),
        "multipliers": {"frozen.weights": 0.0, "policy": SLOW},
        "milestones": profile.milestones(SPOTTUNE_STEPS),
        "weight_decay": DECAYS[0],
    }
    yield spottune(profile, lr, name=BASELINES[0], **released, augmentation=())
    yield spottune(profile, lr, name=BASELINES[1], **released, **SWITCHES["flips, in validation, too"])


def _on_all_images(profile: MultituneProfile, source: str, seed: int, lr: float) -> Iterator[Trial]:
    """Every state and the controls on the first set, the states of the waterfall on the other."""
    for one, alone, decay in zip(profile.sets(source), (True, False), DECAYS, strict=False):
        data = row_data(profile, one, None, size=profile.size, crop=None)
        for recipe in _states(profile, lr, alone, decay):
            yield Trial(recipe, data, seed, (LAST,))
        for recipe in _controls(profile, lr) if alone else ():
            answers = (Answers(keep="probabilities"),) if recipe.name in BRANCHES else ()
            yield Trial(recipe, data, seed, (LAST, *answers))


def _on_few_images(profile: MultituneProfile, source: str, seed: int, lr: float) -> Iterator[Trial]:
    """The last state on random files, which each seed draws anew, and on the first ones, which are the same for all.

    The validation images are the first files, too, beside the first ones; all of them beside random ones.
    """
    first = profile.sets(source)[0]
    for files in ({"seed": seed}, {"first_files": True}):
        data = row_data(profile, first, FEW, size=profile.size, crop=None, **files)
        yield Trial(switched(profile, lr, RELEASED, tuple(SWITCHES)), data, seed, (LAST,))


def _switches(profile: MultituneProfile, source: str, seeds: range) -> list[Trial]:
    settings = [(profile, source, seed, lr) for seed in seeds for lr in profile.rates]
    return [trial for own in settings for trial in (*_on_all_images(*own), *_on_few_images(*own))]


SWITCHED = Study(
    "switches",
    "from MultiTune as printed to MultiTune as released, one difference after the other",
    _switches,
    DRAWN,
    "multitune",
    data="mini:beetles",
    vary=VARY,
)
