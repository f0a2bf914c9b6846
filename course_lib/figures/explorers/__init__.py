"""Figures with sliders: each is a function of plain arguments that returns a Figure, and a dictionary of its controls.

These functions use no widgets, so they also draw the static figure of a printed page; only `explore` uses widgets.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "augmentations": ["augmentation_controls", "augmented_batch", "compose"],
        "concept_ranking": ["concept_ranking", "ranking_controls"],
        "depth": ["depth_controls", "freeze_depth"],
        "layer_fusion": ["fusion_controls", "layer_fusion", "last_three_weights"],
        "layers": ["feature_map", "layer_controls"],
        "mistakes": ["mistake_controls", "mistake_gallery"],
        "rates": ["rate_controls", "rate_curves"],
        "shell": ["Explorer", "explore"],
    },
)
