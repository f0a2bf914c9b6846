"""Training: a `Recipe` says how, `fit` does it, a `Run` records it, probes score it once.

Everything here works on image sets in memory and networks with stage paths; nothing here knows of grids or lessons.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "answers": ["Answers"],
        "bit_rule": ["bit_recipe", "bit_resolution"],
        "device": ["pick_device"],
        "fitting": ["fit", "input_statistics"],
        "former": ["Former"],
        "graduated": ["graduated_recipe", "random_recipes"],
        "inputs": ["normalise"],
        "penalties.settings": ["BSS", "L2", "L2SP", "MARS", "SPD", "Delta"],
        "prediction": ["predict_probabilities"],
        "probes": ["Direct", "Inferred", "probe_test", "score_test"],
        "readouts": ["Readout", "last_layers"],
        "recipe": ["Recipe", "make_recipe"],
        "routes": ["Routes", "decode_routes"],
        "run": ["TRAINING_VERSION", "EpochRecord", "Run"],
        "strategies": ["STRATEGIES"],
        "target": ["CLASSES", "CONCEPTS", "target_of"],
    },
)
