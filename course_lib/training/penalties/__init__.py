"""Penalties: what a training adds to its loss or does to the weights after a step, as values of `Recipe.penalty`.

`settings` has the values, which know nothing of torch; each other module computes one kind of them.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "making": ["make_penalty"],
        "method": ["Method"],
        "settings": ["BSS", "L2", "L2SP", "MARS", "SPD", "Delta", "Penalty"],
    },
)
