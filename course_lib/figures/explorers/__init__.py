"""Figures with sliders: for each a function of plain arguments that returns a Figure, its controls, and one shell.

The functions know nothing of widgets, so they also draw the static figure of a printed page; only `explore` does.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "augmentations": ["augmentation_controls", "augmented_batch", "compose"],
        "depth": ["depth_controls", "freeze_depth"],
        "layers": ["feature_map", "layer_controls"],
        "mistakes": ["mistake_controls", "mistake_gallery"],
        "rates": ["rate_controls", "rate_curves"],
        "shell": ["Explorer", "explore"],
    },
)
