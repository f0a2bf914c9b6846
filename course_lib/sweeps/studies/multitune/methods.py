"""MultiTune, SpotTune and their opponents as recipes."""

from collections.abc import Iterator

from course_lib.sweeps.studies.multitune.profiles import ANEW, FAST_HEAD, MULTITUNE, ONE_BLOCK, MultituneProfile
from course_lib.training.recipe import Recipe, make_recipe
from course_lib.training.strategies import PULL, SLOW

FULL, SP, WIDE = "full", "L2-SP", "wider"
IMAGENET = ", ImageNet"  # ending of the name of a method that starts from these weights
SPOTTUNE = "SpotTune"
LATER = {FULL: "full, SpotTune's schedule", SPOTTUNE: "SpotTune, own schedule"}  # whose rate falls later
ALL_KEPT = "MultiTune, nothing anew"  # the control of both: two branches that begin with all pretrained weights
LAST_STAGE = "stage3"  # the "last block" of Table 1, read as the last of three macro blocks
LAST_BLOCK = "stage3.block4"  # … or as the last residual block, which is what the released code begins anew
MULTITUNE_STEPS, SPOTTUNE_STEPS = (20, 50, 80), (40, 60, 80)  # epochs from which the rate is a tenth (Section 4.2)
RELEASED_STEPS = (40,)  # of SpotTune's released code, in which the second and third step never act
FLIP = ({"name": "RandomHorizontalFlip"},)


def common_settings(profile: MultituneProfile, lr: float, steps: tuple[int, ...] = MULTITUNE_STEPS) -> dict:
    """Settings of all recipes: SGD with momentum 0.9, flips, and a rate that falls at shares of training."""
    return {
        "architecture": profile.architecture,
        "start": profile.weights,
        "optimizer": "sgd",
        "momentum": 0.9,
        "lr": lr,
        "epochs": profile.epochs,
        "batch_size": profile.batch_size,
        "schedule": "steps",
        "milestones": profile.milestones(steps),
        "augmentation": FLIP,
    }


def full(profile: MultituneProfile, lr: float, **changes) -> Recipe:
    """Plain full fine-tuning."""
    return Recipe(**{"name": FULL, **common_settings(profile, lr), **changes})


def multitune(profile: MultituneProfile, lr: float, anew: str | None = LAST_STAGE, **changes) -> Recipe:
    """MultiTune as printed (Table 1, equations 1 to 3).

    Args:
        anew: the "last block" that begins with random weights in both branches; None for none.
    """
    settings = {
        "name": {LAST_STAGE: MULTITUNE, LAST_BLOCK: ONE_BLOCK, None: ALL_KEPT}[anew],
        "fresh": (f"a.{anew}", f"b.{anew}") if anew else (),
        "multipliers": {f"b.{LAST_STAGE}": SLOW},
    }
    return make_recipe("multitune", **{**common_settings(profile, lr), **settings, **changes})


def spottune(profile: MultituneProfile, lr: float, **changes) -> Recipe:
    """SpotTune whose frozen copy is frozen completely, and which takes the likelier route of each image."""
    return make_recipe("spottune", **{"name": SPOTTUNE, **common_settings(profile, lr), **changes})


def fair_recipes(profile: MultituneProfile, lr: float, controls: bool) -> Iterator[Recipe]:
    """Make the recipe of every method at a rate, all with one schedule and the same augmentation.

    Args:
        controls: with a joined network of which nothing begins anew, and the wider network.
    """
    yield full(profile, lr)
    yield full(profile, lr, name=FAST_HEAD, multipliers={"head": 10.0})
    yield full(profile, lr, name=SP, penalty=PULL)
    yield multitune(profile, lr)
    yield multitune(profile, lr, LAST_BLOCK)
    yield spottune(profile, lr)
    yield full(profile, lr, name=ANEW, fresh=(LAST_BLOCK,), penalty=PULL)
    if controls:
        yield multitune(profile, lr, anew=None)
    if controls and profile.wide:
        yield full(profile, lr, name=WIDE, architecture=profile.wide, start=profile.wide)


def later_recipes(profile: MultituneProfile, lr: float) -> Iterator[Recipe]:
    """Plain fine-tuning and SpotTune with SpotTune's printed schedule."""
    steps = profile.milestones(SPOTTUNE_STEPS)
    yield full(profile, lr, name=LATER[FULL], milestones=steps)
    yield spottune(profile, lr, name=LATER[SPOTTUNE], milestones=steps)


def imagenet_recipes(profile: MultituneProfile, lr: float) -> Iterator[Recipe]:
    """Plain fine-tuning and L2-SP from ImageNet's weights."""
    changes = {
        "architecture": profile.imagenet,
        "start": f"imagenet:{profile.imagenet}",
        "statistics": "weights",
        "epochs": profile.imagenet_epochs,
        "milestones": tuple(sorted({profile.imagenet_epochs // 2, profile.imagenet_epochs - 1})),
    }
    yield full(profile, lr, name=FULL + IMAGENET, **changes)
    yield full(profile, lr, name=SP + IMAGENET, penalty=PULL, **changes)
