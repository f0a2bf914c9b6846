"""Statistics of channels: exact, in one pass, in any order; the homework's numbers on the real cartoons."""

import numpy as np
import pytest
import torch

from course_lib.data import Moments, PixelHistogram, channel_statistics, count_pixels, streaming_statistics


@pytest.fixture
def pixels():
    random = np.random.default_rng(3)
    return torch.from_numpy(
        random.integers(0, 256, (50, 3, 9, 7), dtype=np.uint8) // np.array([1, 2, 7]).reshape(3, 1, 1)
    )


def reference(pixels):
    values = pixels.numpy().astype(np.float64).transpose(1, 0, 2, 3).reshape(3, -1) / 255
    return values.mean(axis=1), values.std(axis=1)


@pytest.mark.parametrize("batch_size", [1, 2, 7, 49, 50, 64])
@pytest.mark.parametrize("order", ["as is", "backwards", "shuffled"])
def test_moments_in_any_order_and_batch_size(pixels, batch_size, order):
    pixels = pixels.to(torch.uint8)
    turned = {"as is": pixels, "backwards": pixels.flip(0), "shuffled": pixels[torch.randperm(50)]}[order]
    moments = streaming_statistics(turned.split(batch_size))
    mean, std = reference(pixels)
    np.testing.assert_allclose(moments.mean, mean, rtol=1e-12)
    np.testing.assert_allclose(moments.std, std, rtol=1e-12)
    assert moments.count == 50 * 9 * 7


def test_merging_is_associative_and_symmetric(pixels):
    a, b, c = (Moments.of(part.to(torch.uint8)) for part in pixels.split([3, 40, 7]))
    for one, other in [(a.merge(b).merge(c), a.merge(b.merge(c))), (a.merge(b), b.merge(a))]:
        np.testing.assert_allclose(one.mean, other.mean, rtol=1e-13)
        np.testing.assert_allclose(one.var, other.var, rtol=1e-12)
        assert one.count == other.count


def test_merge_of_two_images_by_hand():
    black, white = torch.zeros(3, 1, 1, dtype=torch.uint8), torch.full((3, 1, 3), 255, dtype=torch.uint8)
    both = Moments.of(black).merge(Moments.of(white))
    assert both.count == 4
    assert both.mean.tolist() == [0.75] * 3
    assert both.var.tolist() == [3 / 16] * 3  # of 0, 1, 1, 1, divided by 4


def test_merging_survives_where_the_naive_formula_fails():
    values = (1000 + torch.rand(20, 3, 8, 8, generator=torch.Generator().manual_seed(0)) / 100).float()
    true = values.double().movedim(1, 0).flatten(1).var(dim=1, correction=0)
    flat = values.movedim(1, 0).flatten(1)
    naive = flat.square().mean(dim=1) - flat.mean(dim=1).square()
    merged = streaming_statistics(values.split(4)).var
    assert (merged / true - 1).abs().max() < 1e-6
    assert (naive / true - 1).abs().max() > 100  # wrong by more than a hundred times the value


def test_histogram_is_exact_in_any_order(pixels):
    pixels = pixels.to(torch.uint8)
    whole = PixelHistogram().update(pixels)
    parts = [PixelHistogram().update(part) for part in pixels[torch.randperm(50)].split(9)]
    merged = parts[0]
    for part in reversed(parts[1:]):
        merged = part.merge(merged)
    assert torch.equal(merged.counts, whole.counts)
    assert torch.equal(merged.mean, whole.mean)
    assert torch.equal(merged.std, whole.std)
    mean, std = reference(pixels)
    np.testing.assert_allclose(whole.mean, mean, rtol=1e-14)
    np.testing.assert_allclose(whole.std, std, rtol=1e-14)
    assert whole.num_pixels == 50 * 63


def test_histogram_of_one_colour_has_no_spread():
    histogram = PixelHistogram().update(torch.full((5, 3, 33, 31), 201, dtype=torch.uint8))
    assert histogram.std.tolist() == [0.0, 0.0, 0.0]
    assert histogram.mean.tolist() == [201 / 255] * 3


def test_histogram_pools_pixels_of_images_of_different_sizes():
    small, large = torch.zeros(3, 2, 2, dtype=torch.uint8), torch.full((3, 4, 4), 255, dtype=torch.uint8)
    histogram = PixelHistogram().update(small).update(large)
    assert histogram.mean.tolist() == [0.8] * 3  # 16 of 20 pixels, not one of two images


def test_channel_statistics_of_a_subset(random_images):
    images = random_images({"a": 300, "b": 300}, size=3).take(torch.arange(1, 600, 2))
    mean, std = channel_statistics(images)
    expected_mean, expected_std = reference(images.images)
    np.testing.assert_allclose(mean, expected_mean, rtol=1e-14)
    np.testing.assert_allclose(std, expected_std, rtol=1e-14)
    assert mean.shape == std.shape == (3,)


def test_refuses_nothing_floats_and_wrong_shapes():
    for use in (lambda: streaming_statistics([]), lambda: PixelHistogram().mean, lambda: PixelHistogram().std):
        with pytest.raises(ValueError, match="no images"):
            use()
    with pytest.raises(ValueError, match="uint8"):
        PixelHistogram().update(torch.rand(1, 3, 2, 2))
    with pytest.raises(ValueError, match="RGB"):
        PixelHistogram().update(torch.zeros(1, 4, 2, 2, dtype=torch.uint8))
    for shape in [(3, 4), (0, 3, 4, 4)]:
        with pytest.raises(ValueError, match="not empty"):
            Moments.of(torch.zeros(shape))


@pytest.mark.real
def test_homework_equation_2(real_cartoons):
    histogram, num_images = count_pixels(real_cartoons, "train", progress=False)
    assert num_images == 2108
    assert [f"{value:.6f}" for value in histogram.mean] == ["0.811595", "0.785756", "0.738027"]
    assert [f"{value:.6f}" for value in histogram.std] == ["0.272977", "0.286275", "0.337351"]


@pytest.mark.real
def test_few_shot_statistics_of_the_homework(real_cartoons):
    histogram, num_images = count_pixels(real_cartoons, "test", progress=False)
    assert num_images == 236
    assert [f"{value:.4f}" for value in histogram.mean] == ["0.7739", "0.7576", "0.7179"]
    assert [f"{value:.4f}" for value in histogram.std] == ["0.2972", "0.2968", "0.3353"]
