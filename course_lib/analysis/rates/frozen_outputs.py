"""Outputs of a pretrained network on the training images of a target, before anything is trained."""

import numpy as np

from course_lib.data.splits import Splits


def outputs_of(weights: str, splits: Splits) -> tuple[np.ndarray, np.ndarray]:
    """Frozen features (N, D) and class probabilities (N, K) of a pretrained network on a target's training images.

    Args:
        weights: name of the weights.
        splits: of the target; the input is normalised by its training images, as when the network is fine-tuned.
    """
    import torch

    from course_lib.models.weights import load_model
    from course_lib.training import Recipe, input_statistics
    from course_lib.training.inputs import Pixels
    from course_lib.training.prediction import layer_features

    model = load_model(weights)
    statistics = input_statistics(Recipe.full(start=weights, architecture=model.architecture), splits)
    found = layer_features(model, Pixels(splits.train, *statistics, torch.device("cpu")), ("pool", "head"))
    return found["pool"].numpy(), found["head"].softmax(dim=1).numpy()
