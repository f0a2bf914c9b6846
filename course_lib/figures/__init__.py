"""Plotting functions, one for each kind of plot: each takes plain records or arrays and a title, and returns a Figure.

No function opens a window or keeps state in pyplot; `show` puts a figure with a description into a notebook.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["explorers"],
    submod_attrs={
        "accuracy": ["Dot", "dot_intervals"],
        "amounts": ["accuracy_by_amount"],
        "augmentation": ["augmentation_gains", "augmented_samples", "luck_of_selection", "short_name"],
        "cover": ["cover"],
        "curves": ["quantity_curves", "training_curves"],
        "drift": ["stage_drift"],
        "features": ["feature_planes"],
        "filters": ["filter_grid"],
        "guess": ["guess_and_measurement"],
        "heat": ["heat_maps"],
        "images": ["contact_sheet", "misclassified"],
        "learning": ["learning_curves"],
        "maps": ["before_and_after", "channel_maps"],
        "reliability": ["reliability_curve"],
        "sensitivity": ["rate_map", "rate_sensitivity"],
        "showing": ["save", "show"],
        "statistics": ["channel_spread", "pixel_histograms", "running_statistics", "value_histograms"],
        "steps": ["step_sizes"],
        "style": ["lr_color", "styled"],
        "timing": ["epoch_parts"],
        "top5": ["top5_bars"],
    },
)
