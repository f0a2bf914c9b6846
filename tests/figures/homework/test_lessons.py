"""Figures of lessons 01–04: each draws, states what was measured in its title, and says the opposite where it is so."""

import inspect

import numpy as np
import pytest
import torch
from matplotlib import pyplot
from matplotlib.figure import Figure

import fakes
from course_lib.analysis.intervals import accuracy_interval
from course_lib.analysis.patches import favourite_patches
from course_lib.data import ImageSet, Moments
from course_lib.figures.homework import filters, last_layer, mistakes, scratch, statistics
from layout import title_of

RNG = np.random.default_rng(0)
PHOTOS = RNG.integers(0, 256, (4, 3, 24, 24), dtype=np.uint8)
NAMES = ("dog", "elephant", "giraffe")
SMOOTH = np.broadcast_to(np.arange(7.0), (20, 3, 7, 7)) + RNG.normal(size=(20, 3, 7, 7)) * 0.1
NOISE = RNG.normal(size=(20, 3, 7, 7))
FOUND = {
    kind: favourite_patches(RNG.normal(size=(4, 20, 12, 12)), PHOTOS / 255, weights)
    for kind, weights in (("trained", SMOOTH), ("random", NOISE))
}
PROBABILITIES = np.array([[0.7, 0.2, 0.1], [0.6, 0.3, 0.1], [0.1, 0.1, 0.8], [0.2, 0.5, 0.3]])
IMAGES = ImageSet.from_arrays(PHOTOS, [0, 1, 2, 0], NAMES)
GRID = fakes.fake_grid("scratch", rates=(0.03, 0.01, 0.001), seeds=(0, 1), epochs=4)
COUNTS = np.ones((3, 256))
NET = {"stages.stem.conv.weight": np.ones(3), "stages.stem.bn.running_mean": np.ones(3), "head.weight": np.ones(2)}
STAGES = ("stem", "head")


def parts_of(*values):
    return [Moments.of(torch.full((3, 2, 2), value, dtype=torch.uint8)) for value in values]


def merged(*values):
    """What was read after each image, if all pixels of an image have one value."""
    found = parts_of(values[0])
    for part in parts_of(*values[1:]):
        found.append(found[-1].merge(part))
    return found


FIGURES = {
    filters.named_photos: lambda: filters.named_photos(PHOTOS, [*NAMES, "dog"], PROBABILITIES, NAMES),
    filters.first_layer: lambda: filters.first_layer(SMOOTH, NOISE),
    filters.first_maps: lambda: filters.first_maps(RNG.normal(size=(20, 6, 6)), 0.46, "zebra"),
    filters.favourites: lambda: filters.favourites(
        PHOTOS, FOUND, {"trained": SMOOTH, "random": NOISE}, list("abcd"), {"trained": 2, "random": 1}
    ),
    filters.stage_activity: lambda: filters.stage_activity(
        {"stem": np.eye(12)[None], "last": np.eye(3)[None]}, "zebra", 48
    ),
    filters.nearest_photos: lambda: filters.nearest_photos(
        PHOTOS, {"image": np.array([[1, 2]] * 4), "pool": np.array([[3, 2]] * 4)},
        {"image": accuracy_interval(1, 4), "pool": accuracy_interval(3, 4)}, list("abcd"), 0,
    ),
    filters.photograph: lambda: filters.photograph(PHOTOS[:1] / 255, "samoyed.jpg"),
    filters.official_filters: lambda: filters.official_filters(SMOOTH, "SqueezeNet 1.0"),
    filters.named_photograph: lambda: filters.named_photograph(
        PHOTOS[0], "china.jpg", np.eye(5)[2] * 0.8 + 0.04, [*NAMES, "cat", "house"]
    ),
    filters.stage_channels: lambda: filters.stage_channels(
        {"stem": np.stack([np.ones((12, 12)), np.eye(12)]), "last": np.eye(3)[None]}, "china.jpg"
    ),
    mistakes.reasons: lambda: mistakes.reasons(IMAGES, np.ones((4, 2, 2)), PROBABILITIES, NAMES),
    statistics.running: lambda: statistics.running(merged(200, 210, 100), ["dog/1", "dog/2", "cat/1"]),
    statistics.pixel_values: lambda: statistics.pixel_values(COUNTS),
    statistics.same_moments: lambda: statistics.same_moments({"real": np.ones(256), "even": np.ones(256)}),
    statistics.two_deviations: lambda: statistics.two_deviations({"a": [0.3] * 3}, {"a": [0.2] * 3, "b": [0.1] * 3}),
    mistakes.worst: lambda: mistakes.worst(IMAGES, PROBABILITIES, NAMES),
    scratch.one_of_each: lambda: scratch.one_of_each(IMAGES),
    scratch.curves: lambda: scratch.curves(GRID),
    scratch.known_and_new: lambda: scratch.known_and_new(GRID),
    last_layer.curves: lambda: last_layer.curves(GRID),
    last_layer.planes: lambda: last_layer.planes({"a": RNG.normal(size=(9, 4))}, np.arange(9) % 3, NAMES),
    last_layer.drift: lambda: last_layer.drift(NET, NET, STAGES),
}  # fmt: skip


@pytest.mark.parametrize("function", FIGURES, ids=lambda f: f"{f.__module__.rsplit('.', 1)[1]}.{f.__name__}")
def test_a_figure_has_a_title_and_its_texts_stay_inside(function):
    pyplot.close("all")
    figure = FIGURES[function]()
    assert isinstance(figure, Figure)
    assert pyplot.get_fignums() == []
    assert title_of(figure)
    figure.draw_without_rendering()
    for axes in figure.axes:
        box = axes.get_tightbbox()
        assert box.x0 > -2
        assert box.x1 < figure.bbox.width + 2


def test_every_public_function_that_draws_is_known():
    modules = (filters, last_layer, mistakes, scratch, statistics)
    own = [f for m in modules for f in vars(m).values() if inspect.isfunction(f) and f.__module__ == m.__name__]
    drawing = {f for f in own if not f.__name__.startswith("_") and f.__annotations__.get("return") is Figure}
    assert drawing == set(FIGURES)


def test_photos_named_rightly_are_counted():
    assert title_of(FIGURES[filters.named_photos]()).endswith("2 of 4 named rightly")
    all_right = filters.named_photos(PHOTOS[:1], ["dog"], PROBABILITIES[:1], NAMES)
    assert title_of(all_right).endswith("1 of 1 named rightly")


def test_the_smoothness_in_a_title_is_that_of_the_filters():
    for trained, random in ((SMOOTH, NOISE), (NOISE, SMOOTH)):
        numbers = [filters.neighbour_correlation(weights) for weights in (trained, random)]
        text = title_of(filters.first_layer(trained, random))
        assert "{:.2f} if trained, {:.2f} if random".format(*numbers) in text


def test_the_share_of_zeros_is_the_given_one_not_that_of_the_maps_shown():
    figure = filters.first_maps(np.ones((3, 4, 4)), 0.46, "zebra")
    assert title_of(figure) == "The ReLU turns 46 % of the first layer's numbers into 0; 3 maps of the zebra"
    assert not any("%" in part.get_suptitle() for part in figure.subfigs)


def test_favourites_compare_both_kinds_of_filters():
    text = title_of(FIGURES[filters.favourites]())
    for kind, group in FOUND.items():
        assert f"{np.mean([each.cosines for each in group]):.2f} if {kind}" in text


def test_filters_without_weights_are_counted():
    weights = SMOOTH.copy()
    assert "are 0" not in title_of(filters.official_filters(weights, "a net"))
    weights[[3, 5]] = 1e-9 * NOISE[:2]
    assert title_of(filters.official_filters(weights, "a net")).endswith("2 of the filters are 0")


def test_the_map_of_a_stage_is_the_one_that_varies_most():
    captions = [axes.get_title() for axes in FIGURES[filters.stage_channels]().axes]
    assert captions == ["stem, channel 1", "last, channel 0"]
    assert "12 × 12 places in the first stage, 3 × 3 in the last" in title_of(FIGURES[filters.stage_channels]())


def test_reasons_show_mistakes_and_then_right_answers_of_the_same_classes():
    figure = FIGURES[mistakes.reasons]()
    captions = [axes.get_title() for axes in figure.axes if axes.get_title()]
    assert captions == ["elephant,\ntaken for dog", "dog,\ntaken for elephant", "dog,\nright"]
    assert title_of(figure).endswith("2 wrong and 1 right ones")


def test_stages_that_keep_their_fields_are_not_said_to_lose_them():
    assert "From 12 × 12 fields to 3 × 3" in title_of(FIGURES[filters.stage_activity]())
    same = filters.stage_activity({"a": np.eye(4)[None], "b": np.eye(4)[None]}, "zebra", 8)
    assert title_of(same) == "The zebra has 4 × 4 fields in the last stage, not fewer than in the first"


def test_a_stream_that_settled_early_is_not_said_to_be_off():
    names = ["dog/1", "dog/2", "cat/1"]
    assert "is still off by 0.114" in title_of(statistics.running(merged(200, 200, 113), names))
    assert "is only off by 0.000" in title_of(statistics.running(merged(200, 200, 200), names))
    with pytest.raises(ValueError, match="one of each"):
        statistics.running(merged(1, 2), names)


def test_bright_pixels_are_compared_with_an_even_spread():
    assert title_of(FIGURES[statistics.pixel_values]()).startswith(
        "5 % of the values are above 0.95, 0 % are exactly 255"
    )
    white = np.zeros((3, 256))
    white[:, 255] = 1
    assert title_of(statistics.pixel_values(white)).startswith("100 % of the values are above 0.95, 100 % are exactly")


def test_only_histograms_with_the_same_moments_are_said_to_have_them():
    two = np.zeros(256)
    two[[54, 201]] = 1  # mean 0.5, deviation 0.288
    dark = np.zeros(256)
    dark[0] = 1
    text = title_of(statistics.same_moments({"even": np.ones(256), "two": two, "dark": dark}))
    assert text == "Same mean and deviation as the even: two"
    assert title_of(statistics.same_moments({"even": np.ones(256), "dark": dark})).endswith("none of the others")


def test_two_kinds_of_deviation_have_a_ratio_where_both_are_known():
    assert "is 67 % of that" in title_of(FIGURES[statistics.two_deviations]())
    pair = {"a": [0.4] * 3, "b": [0.2] * 3}
    assert "is 50 to 100 % of that" in title_of(statistics.two_deviations(pair, {"a": [0.2] * 3, "b": [0.2] * 3}))
    with pytest.raises(ValueError, match="both kinds"):
        statistics.two_deviations({"a": [0.1] * 3}, {"b": [0.1] * 3})


def test_without_a_mistake_the_least_certain_images_are_shown():
    assert title_of(FIGURES[mistakes.worst]()) == "Elephant taken for dog, and 60% sure of it"
    right = np.eye(3)[np.asarray(IMAGES.labels)] * 0.8 + 0.1
    figure = mistakes.worst(IMAGES, right, NAMES, count=2)
    assert title_of(figure) == "All 4 images were named rightly; these with the least confidence"
    assert len([axes for axes in figure.axes if axes.get_images()]) == 2


def with_best(optimizer, lr):
    """The grid, in which validation prefers one optimiser and one rate."""
    wanted = lambda run: (run["recipe"]["optimizer"], run["recipe"]["lr"]) == (optimizer, lr)  # noqa: E731
    return [run | {"val_accuracy": 0.9 if wanted(run) else 0.5} for run in GRID]


@pytest.mark.parametrize(("optimizer", "name"), [("sgd", "SGD"), ("adam", "Adam")])
def test_the_curves_are_of_the_optimizer_that_validation_prefers(optimizer, name):
    records = with_best(optimizer, 0.01)
    assert f"At the end, {name}:" in title_of(scratch.known_and_new(records))
    assert f"90 % of the validation images with {name}" in title_of(last_layer.curves(records))
    assert "validation accuracy up to 90 %" in title_of(scratch.curves(records))


def test_the_edge_of_the_grid_is_in_the_title_and_only_there():
    assert scratch.edges(with_best("sgd", 0.03)).startswith(" (SGD: best at the highest rate")
    assert "SGD: best at the lowest rate" in title_of(scratch.curves(with_best("sgd", 0.001)))
    inside = [run | {"val_accuracy": 0.9 if run["recipe"]["lr"] == 0.01 else 0.5} for run in GRID]
    assert "best at" not in title_of(scratch.curves(inside))


def test_nearest_neighbours_are_counted_for_each_network():
    labels = np.repeat([0, 1], 5)
    apart = labels[:, None] * 10 + RNG.normal(size=(10, 2))
    mixed = np.column_stack([np.arange(10) // 2, np.arange(10) // 2])[RNG.permutation(10)]
    text = title_of(last_layer.planes({"borrowed weights": apart, "random weights": mixed}, labels, NAMES[:2]))
    assert "100 % with borrowed weights" in text
    assert "100 % with random weights" not in text


@pytest.mark.parametrize(
    ("moved", "words"),
    [
        ((), "Neither the frozen weights nor"),
        (("running_mean",), "frozen weights stood still, the running statistics did not"),
        (("conv",), "The weights moved, the running statistics"),
        (("conv", "running_mean"), "both moved: these stages are not frozen"),
    ],
)
def test_the_title_says_what_drifted(moved, words):
    after = {name: value + any(part in name for part in moved) for name, value in NET.items()}
    assert words in title_of(last_layer.drift(NET, after, STAGES))
