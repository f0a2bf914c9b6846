"""What is trained, and how: a `Recipe` says it, `fit` does it, a `Run` records it, `score_test` scores it once.

Everything here works on image sets in memory and models with named stages; it knows nothing of grids or lessons.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "device": ["pick_device"],
        "fitting": ["fit", "input_statistics"],
        "inputs": ["normalise"],
        "prediction": ["predict_probabilities"],
        "recipe": ["STRATEGIES", "L2SP", "Recipe", "make_recipe"],
        "run": ["TRAINING_VERSION", "EpochRecord", "Run"],
        "scoring": ["score_test"],
    },
)
