"""Weights to start from."""

import pytest
import torch

from course_lib.models.weights import save_weights, start_model


@pytest.fixture(scope="session")
def weights(tmp_path_factory):
    """Weights of a random net whose running statistics are not the default ones."""
    torch.manual_seed(1)
    model = start_model("mini_resnet18", None, 5, (), 1)
    with torch.no_grad():
        model.train()
        model(torch.randn(64, 3, 32, 32))
    path = tmp_path_factory.mktemp("weights") / "start.safetensors"
    meta = {"source": "a test", "mean": [0.4, 0.5, 0.6], "std": [0.2, 0.2, 0.2], "size": 32}
    save_weights(model, path, {**meta, "class_names": list("abcde")})
    return str(path)
