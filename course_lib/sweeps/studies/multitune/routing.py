"""SpotTune as printed and as released, and its variant global-k."""

from itertools import product

from course_lib.models.forms import Routed
from course_lib.sweeps.studies.multitune.comparison import LAST, VARY, row_data
from course_lib.sweeps.studies.multitune.methods import (
    LAST_BLOCK,
    RELEASED_STEPS,
    SLOW,
    SPOTTUNE_STEPS,
    full,
    multitune,
    spottune,
)
from course_lib.sweeps.studies.multitune.profiles import DRAWN, MultituneProfile
from course_lib.sweeps.study import Study
from course_lib.sweeps.trial import Trial
from course_lib.training.recipe import Recipe
from course_lib.training.routes import Routes

FREEZING = {"strict": {"frozen": 0.0}, "released": {"frozen.weights": 0.0}}
STEPS = {"three steps": SPOTTUNE_STEPS, "one step": RELEASED_STEPS}
GATES = {"12 gates": ("stage",), "8 gates": ("stage2", "stage3")}
BLOCKS = tuple(f"stage{stage}.block{block}" for stage in (1, 2, 3) for block in (1, 2, 3, 4))
_ROUTES = Routes(passes=20)


def variants(profile: MultituneProfile, lr: float) -> list[Recipe]:
    """SpotTune with every combination of freezing and schedule, and the first of these with eight gates, too."""
    printed, few_gates = list(product(FREEZING, STEPS)), list(GATES)[1]
    chosen = [(*pair, next(iter(GATES))) for pair in printed] + [(*printed[0], few_gates)]
    return [
        spottune(
            profile,
            lr,
            name=f"{freezing}, {steps}, {gates}",
            network=Routed(gates=GATES[gates]),
            multipliers=FREEZING[freezing] | {"policy": SLOW},
            milestones=profile.milestones(STEPS[steps]),
        )
        for freezing, steps, gates in chosen
    ]


def controls(profile: MultituneProfile, lr: float) -> list[Recipe]:
    """Plain fine-tuning, and MultiTune with one new block, with the printed schedule of SpotTune."""
    steps = profile.milestones(SPOTTUNE_STEPS)
    return [full(profile, lr, milestones=steps), multitune(profile, lr, LAST_BLOCK, milestones=steps)]


def _routing(profile: MultituneProfile, source: str, seeds: range) -> list[Trial]:
    per_class = profile.rows[0]
    recipes = [(recipe, (LAST, _ROUTES)) for lr in profile.routing_rates for recipe in variants(profile, lr)]
    recipes += [(recipe, (LAST,)) for lr in profile.rates_of(per_class) for recipe in controls(profile, lr)]
    return [
        Trial(recipe, row_data(profile, one, per_class), seed, probes)
        for one in profile.sets(source)
        for seed in seeds
        for recipe, probes in recipes
    ]


def _global_k(profile: MultituneProfile, source: str, seeds: range) -> list[Trial]:
    """Global-k, and as its control the last k blocks tuned without any policy; stem, norm and head always train."""
    data = row_data(profile, profile.sets(source)[0], profile.rows[0])
    recipes: list[tuple[Recipe, tuple]] = []
    for lr, k in product(profile.k_rates, profile.k):
        form = Routed(k=k, routes="global", determinism=0.1)
        recipes.append((spottune(profile, lr, name=f"global-{k}", network=form), (LAST, _ROUTES)))
        frozen = dict.fromkeys(BLOCKS[: len(BLOCKS) - k], 0.0)
        recipes.append((full(profile, lr, name=f"last {k}", multipliers=frozen), (LAST,)))
    return [Trial(recipe, data, seed, probes) for seed in seeds for recipe, probes in recipes]


_COMMON = {"profiles": DRAWN, "document": "multitune", "data": "mini:beetles", "vary": VARY}
ROUTING = Study(
    "routing",
    "SpotTune with strict or released freezing, schedule and gates, drawn routes, and controls",
    _routing,
    **_COMMON,
)
GLOBAL_K = Study(
    "global_k", "SpotTune's global-k beside tuning the last k blocks, k from 0 to all", _global_k, **_COMMON
)
