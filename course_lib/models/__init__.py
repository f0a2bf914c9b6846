"""Networks as a row of named stages: building them, putting heads on, freezing parts, keeping weights on disk.

Everything here speaks of a `StagedModel`, the one notion of a backbone; it knows nothing of data or training.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "activations": ["stage_maps"],
        "architectures": ["build", "first_convolution", "first_maps"],
        "catalogue": ["ARCHITECTURES", "NORMALISATION_MODES", "list_architectures", "list_weights"],
        "freezing": ["changed_names", "set_trainable", "snapshot", "train_mode"],
        "heads": ["new_head", "replace_head"],
        "staged": ["StagedModel", "evaluation_mode"],
        "work": ["StageWork", "stage_work", "step_work"],
        "weights": ["LoadedWeights", "load_model", "load_weights", "save_weights", "start_model", "weights_hash"],
    },
)
