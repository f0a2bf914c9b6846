"""The document's strategies as recipes: FT1-def, FT2-re and FT3-ex (slides "Literature review" and "FT3-ex")."""

from collections.abc import Iterator

from course_lib.sweeps.studies.extension.profiles import ExtensionProfile, SourceNetwork
from course_lib.training.recipe import Recipe

MOMENTUM = 0.9  # our choice, as batch size, the constant rate and the ReLU of an extension layer; the slides give none
LAST_STAGES = ("stage3", "stage4")
DEFAULT = "FT1-def"
FULL = "full"  # full fine-tuning, k = 1: the control of FT2-re, which trains its last stages at k = 1, too


def common_settings(network: SourceNetwork, profile: ExtensionProfile) -> dict:
    """Settings of all recipes of a network: SGD with momentum at a constant rate."""
    return {
        "architecture": network.architecture,
        "start": network.weights,
        "aux_heads": network.aux_heads,
        "optimizer": "sgd",
        "momentum": MOMENTUM,
        "epochs": profile.epochs,
        "batch_size": profile.batch_size,
    }


def strategies(network: SourceNetwork, profile: ExtensionProfile, lr: float) -> Iterator[Recipe]:
    """Make a recipe of every strategy at one learning rate of the new layers; pretrained layers have lr × k."""
    common = common_settings(network, profile) | {"lr": lr}
    slow, frozen = {"inner": profile.k}, {"inner": 0.0}
    yield Recipe(name=DEFAULT, multipliers=slow, **common)
    yield Recipe(name=FULL, **common)
    for count in profile.reinitialised:
        fresh = LAST_STAGES[-count:]
        new = dict.fromkeys(fresh, 1.0)
        yield Recipe(name=f"FT2-re{count}", fresh=fresh, multipliers=slow | new, **common)
        yield Recipe(name=f"FT2-re{count}-frozen", fresh=fresh, multipliers=frozen | new, **common)
    for layers, widths in ((1, profile.widths), (2, profile.widths_of_two)):
        for width in widths:
            yield extended(network, profile, lr, (width,) * layers)


def extended(network: SourceNetwork, profile: ExtensionProfile, lr: float, hidden: tuple[int, ...]) -> Recipe:
    """Make the recipe FT3-exL-D: L extension layers of width D before the new classification layer, without any FT1."""
    name = f"FT3-ex{len(hidden)}-{hidden[0]}" if hidden else DEFAULT
    settings = common_settings(network, profile) | {"lr": lr, "multipliers": {"inner": profile.k}}
    return Recipe(name=name, hidden=hidden, **settings)
