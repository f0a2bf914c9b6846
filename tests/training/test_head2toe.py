"""Head2Toe keeps the features that tell something."""

import numpy as np
import pytest
import torch

from course_lib.training.head2toe import SHARES, join_layers, select_features


def make(n, seed, *, concepts=True):
    """Two layers, of whose 100 features only the third and that of place 60 matter."""
    generator = torch.Generator().manual_seed(seed)
    layers = [torch.randn(n, width, generator=generator) for width in (40, 60)]
    layers[0][:, 3] *= 4
    layers[1][:, 20] *= 4
    columns = torch.stack([layers[0][:, 3] > 0, layers[1][:, 20] > 2], dim=1)
    return layers, columns.float() if concepts else (columns[:, 0].long() + columns[:, 1].long())


@pytest.mark.parametrize("concepts", [True, False])
def test_the_useful_features_are_kept(concepts):
    train, labels = make(200, 0, concepts=concepts)
    val, val_labels = make(150, 1, concepts=concepts)
    found = select_features(train, labels, val, val_labels)
    assert set(found.scores) == set(SHARES)
    assert found.scores[found.share] == max(found.scores.values())
    assert found.share < 1
    assert {3, 60} <= set(found.kept.tolist())
    assert len(found.kept) == round(found.share * 100)
    assert found.logits(val).shape == (150, 2 if concepts else 3)


def test_each_layer_of_an_image_has_unit_length():
    joined = join_layers(make(5, 0)[0])
    np.testing.assert_allclose([joined[:, :40].norm(dim=1), joined[:, 40:].norm(dim=1)], 1, rtol=1e-5)
    assert join_layers([torch.zeros(2, 3)]).abs().max() == 0


def test_what_is_not_judged_teaches_nothing():
    train, labels = make(120, 0)
    val, val_labels = make(80, 1)
    own = labels[:, :1].clone()
    own[:50] = float("nan")
    found = select_features(train, own, val, val_labels[:, :1], (0.1, 1.0))
    fewer = select_features([layer[50:] for layer in train], labels[50:, :1], val, val_labels[:, :1], (0.1, 1.0))
    assert found.kept.tolist() == fewer.kept.tolist()
    torch.testing.assert_close(found.logits(val), fewer.logits(val), rtol=1e-4, atol=1e-4)


def test_a_share_out_of_range():
    train, labels = make(20, 0)
    with pytest.raises(ValueError, match="share 1.5 of the features"):
        select_features(train, labels, train, labels, (0.5, 1.5))
    assert len(select_features(train, labels, train, labels, (0.001,)).kept) == 1
