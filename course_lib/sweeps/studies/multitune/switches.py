"""From MultiTune as printed to MultiTune as released, switch by switch."""

from collections.abc import Iterator

from course_lib.models.forms import Joined, Routed
from course_lib.sweeps.studies.multitune.comparison import LAST, VARY, row_data
from course_lib.sweeps.studies.multitune.methods import (
    FLIP,
    LAST_BLOCK,
    LAST_STAGE,
    RELEASED_STEPS,
    SLOW,
    full,
    multitune,
    spottune,
)
from course_lib.sweeps.studies.multitune.profiles import DRAWN, MultituneProfile
from course_lib.sweeps.study import Study
from course_lib.sweeps.trial import Trial
from course_lib.training.answers import Answers
from course_lib.training.penalties.settings import L2SP
from course_lib.training.recipe import Recipe

PAPER, RELEASED = "paper", "released"
FIRST_FILES = "first files"  # a switch of the data: `DataSpec.first_files`
FEW = 10  # images of each class with which the first files are compared
BRANCHES = ("A alone", "B alone")
BASELINES = ("SpotTune, as released", "SpotTune, as released, flips")
# What the released code does otherwise than the document says, in the order of the waterfall. Each is a setting of the
# recipe, or of its network.
SWITCHES: dict[str, dict] = {
    "one rate": {"multipliers": {}},  # the schedule overwrites the smaller rate in every epoch
    "no pull": {"penalty": L2SP(alpha=0.01, beta=0.01, start="aliased"), "weight_decay": 5e-4},  # w⁰ is w itself
    "one own block": {"own": "last_block"},
    "one new block": {"fresh": (f"a.{LAST_BLOCK}", f"b.{LAST_BLOCK}")},
    "shared norm": {"norm": "shared"},
    "flips, in validation, too": {"augmentation": FLIP, "augmentation_order": "after_normalisation_and_in_val"},
}


def switched(profile: MultituneProfile, lr: float, name: str, switches: tuple[str, ...]) -> Recipe:
    """Make the recipe of MultiTune as printed with some switches of `SWITCHES` thrown; without augmentation."""
    changes: dict = {"augmentation": ()}
    for switch in switches:
        changes |= SWITCHES[switch]
    form = {key: changes.pop(key) for key in ("own", "norm") if key in changes}
    return multitune(profile, lr, name=name, network=Joined(**form), **changes)


def switch_states() -> dict[str, tuple[str, ...]]:
    """The switches that are thrown by name of the state: one after the other, then each alone."""
    names = tuple(SWITCHES)
    states = {PAPER: ()} | {f"+ {name}": names[: i + 1] for i, name in enumerate(names)}
    return states | {f"only {name}": (name,) for name in names[1:]}


def _states(profile: MultituneProfile, lr: float, alone: bool) -> Iterator[Recipe]:
    for name, thrown in switch_states().items():
        if alone or not name.startswith("only"):
            yield switched(profile, lr, name, thrown)


def _controls(profile: MultituneProfile, lr: float) -> Iterator[Recipe]:
    """Each branch as a network of its own, and SpotTune as released without and with MultiTune's flips."""
    anew = {"fresh": (LAST_STAGE,), "penalty": L2SP(alpha=0.01, beta=0.01), "augmentation": ()}
    yield full(profile, lr, name=BRANCHES[0], **anew)
    yield full(profile, lr, name=BRANCHES[1], multipliers={LAST_STAGE: SLOW}, **anew)
    released = {
        "network": Routed(routes="sample"),
        "multipliers": {"frozen.weights": 0.0, "policy": SLOW},
        "milestones": profile.milestones(RELEASED_STEPS),
        "weight_decay": 5e-4,
    }
    yield spottune(profile, lr, name=BASELINES[0], **released, augmentation=())
    yield spottune(profile, lr, name=BASELINES[1], **released)


def _switches(profile: MultituneProfile, source: str, seeds: range) -> list[Trial]:
    """Every state on all images of the first set; on the other, and on few images, those of the waterfall."""
    first, *others = profile.sets(source)
    whole = {"size": profile.size, "crop": None}
    trials = []
    for seed in seeds:
        for lr in profile.rates:
            data = row_data(profile, first, None, **whole)
            trials += [Trial(recipe, data, seed, (LAST,)) for recipe in _states(profile, lr, alone=True)]
            trials += [
                Trial(recipe, data, seed, (LAST, Answers(keep="probabilities")) if recipe.name in BRANCHES else (LAST,))
                for recipe in _controls(profile, lr)
            ]
            last = switched(profile, lr, RELEASED, tuple(SWITCHES))
            for first_files in (False, True):
                few = row_data(profile, first, FEW, **whole, first_files=first_files)
                trials.append(Trial(last, few, seed, (LAST,)))
            for other in others:
                data = row_data(profile, other, None, **whole)
                trials += [Trial(recipe, data, seed, (LAST,)) for recipe in _states(profile, lr, alone=False)]
    return trials


SWITCHED = Study(
    "switches",
    "from MultiTune as printed to MultiTune as released, one difference after the other",
    _switches,
    DRAWN,
    "multitune",
    data="mini:beetles",
    vary=VARY,
)
