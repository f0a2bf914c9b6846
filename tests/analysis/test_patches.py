"""Favourite patches of filters, and how smooth filters are."""

import numpy as np
import pytest
import torch
from torch import nn

from course_lib.analysis import favourite_patches, neighbour_correlation
from course_lib.analysis.patches import cut

RNG = np.random.default_rng(0)


def answer(images, filters):
    return nn.functional.conv2d(torch.as_tensor(images), torch.as_tensor(filters), stride=2, padding=3)


def test_a_hidden_copy_of_the_filter_is_its_favourite():
    images, filters = RNG.normal(size=(5, 3, 24, 24)) * 0.1, RNG.normal(size=(2, 3, 7, 7))
    images[3, :, 5:12, 7:14] = 4 * filters[1]
    found = favourite_patches(answer(images, filters), images, filters, count=3)
    assert found[1].windows[0].tolist() == [3, 5, 7]
    assert found[1].cosines[0] == pytest.approx(1)
    assert abs(found[1].others[0]) < 0.5
    assert len(found[0].windows) == 3
    assert len({image for image, *_ in found[0].windows.tolist()}) == 3  # each in another image


def test_the_strongest_answer_is_that_of_the_patch():
    """The window's scalar product with the filter is the answer that it was chosen for."""
    images, filters = RNG.normal(size=(4, 3, 20, 20)), RNG.normal(size=(3, 3, 7, 7))
    answers = answer(images, filters).numpy()
    for index, favourites in enumerate(favourite_patches(answers, images, filters)):
        products = [(cut(images, window, 7) * filters[index]).sum() for window in favourites.windows]
        assert products == sorted(products, reverse=True)
        assert products[0] == pytest.approx(answers[:, index, 2:-2, 2:-2].max())


@pytest.mark.parametrize(
    ("answers", "images"),
    [((1, 2, 12, 12), (1, 3, 24, 24)), ((4, 2, 4, 4), (4, 3, 8, 8)), ((4, 2, 9, 9), (4, 1, 9, 9))],
)
def test_shapes_that_do_not_fit_are_refused(answers, images):
    with pytest.raises(ValueError, match="do not fit"):
        favourite_patches(np.zeros(answers), np.zeros(images), np.zeros((2, 3, 7, 7)))


def test_noise_is_not_smooth_and_a_slope_is():
    assert abs(neighbour_correlation(RNG.normal(size=(32, 3, 7, 7)))) < 0.05
    slope = np.broadcast_to(np.arange(7.0)[:, None], (2, 3, 7, 7))
    assert neighbour_correlation(slope) == pytest.approx(1)
