import pytest
import torch
from torch import nn

from course_lib.models.architectures import build
from course_lib.models.heads import head_sizes, new_head, replace_head


def test_plain_head_is_a_linear_layer():
    head = new_head(128, 7)
    assert isinstance(head, nn.Linear)
    assert head_sizes(head) == ((), 7)


def test_hidden_layers_have_relu_between_and_none_at_the_end():
    head = new_head(8, 3, (6, 5))
    assert [type(layer).__name__ for layer in head] == ["Linear", "ReLU", "Linear", "ReLU", "Linear"]
    assert head(torch.randn(4, 8)).shape == (4, 3)
    assert head_sizes(head) == ((6, 5), 3)


@pytest.mark.parametrize("width", [0, -1, 2.5])
def test_bad_widths(width):
    with pytest.raises(ValueError, match="positive whole numbers"):
        new_head(8, 3, (width,))


def test_new_head_on_squeezenet_stands_behind_a_pool():
    model = build("squeezenet1_1")
    assert model.features(torch.randn(1, 3, 64, 64)).dim() == 4  # the original classifier pools itself
    with pytest.raises(ValueError, match="replace_head"):
        head_sizes(model.head)
    replace_head(model, 7, (16,))
    assert model.features(torch.randn(1, 3, 64, 64)).shape == (1, 512)
    assert model(torch.randn(1, 3, 64, 64)).shape == (1, 7)
