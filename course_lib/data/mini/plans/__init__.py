"""Body plans: functions that paint one object from a table of proportions.

`plan_named` finds one; a plan takes a pen in the object's frame and the table of a category.
"""

from importlib import import_module

_HOMES = {
    "quadruped": "quadruped",
    "biped": "biped",
    "snow": "biped",
    "strings": "instrument",
    "horn": "instrument",
    "drum": "instrument",
    "building": "building",
    "vehicle": "vehicle",
    "boat": "vehicle",
    "plane": "vehicle",
    "tree": "plant",
    "flower": "plant",
    "cactus": "plant",
    "mushroom": "plant",
    "blossom": "blossom",
    "swatch": "swatch",
    "beetle": "beetle",
    "fruit": "sundry",
    "shelled": "sundry",
    "legged": "sundry",
    "view": "sundry",
    "boxed": "sundry",
    "submarine": "sundry",
    "handtool": "tool",
    "scissors": "tool",
    "bird": "creature",
    "fish": "creature",
    "butterfly": "creature",
    "vessel": "thing",
    "seat": "thing",
    "lamp": "thing",
}


def plan_named(name: str):
    """The painting function of a body plan; ValueError names the plans there are."""
    if name not in _HOMES:
        raise ValueError(f"body plan {name!r} is unknown; choose one of {', '.join(sorted(_HOMES))}.")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
