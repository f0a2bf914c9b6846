"""Networks with stage paths: building them, putting heads on, freezing stages, keeping weights on disk.

A `StagedModel` is the network that is one chain of stages; a `JoinedNetwork` and a `RoutedNetwork` are made of two.
Nothing here knows of data or training.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "activations": ["stage_maps"],
        "architectures": ["build", "first_convolution", "first_maps"],
        "catalogue": [
            "ARCHITECTURES",
            "NORMALISATION_MODES",
            "Architecture",
            "best_start",
            "list_architectures",
            "register_architecture",
        ],
        "forms": ["Joined", "Routed"],
        "freezing": ["changed_names", "set_trainable", "snapshot", "train_mode"],
        "heads": ["new_head", "replace_head"],
        "heatmaps": ["class_heat_maps", "occlusion_maps"],
        "loaded": ["LoadedWeights", "weights_hash"],
        "network": ["Network", "value_at"],
        "network_work": ["NetworkWork", "network_work"],
        "shipped": ["ShippedWeights", "describe_shipped", "list_weights"],
        "staged": ["StagedModel", "evaluation_mode"],
        "work": ["StageWork", "stage_work", "step_work"],
        "starting": ["start_model"],
        "weights": ["load_model", "load_weights", "save_weights"],
    },
)
