"""The figure of a network says what the built module and the recipe say, and every text fits its box."""

import itertools

import pytest
import torch
from matplotlib.patches import Rectangle
from torch import nn

from course_lib.figures.extension.network import draw_network, read_layers
from course_lib.models.network import Network
from course_lib.models.starting import start_model
from course_lib.training.recipe import Recipe, make_recipe
from layout import assert_texts_stay_inside_and_apart, title_of

AUX = {"architecture": "mini_googlenet", "aux_heads": ("stage2", "stage3")}
FROZEN = {"multipliers": {"inner": 0, "stage3": 1, "stage4": 1}}
RECIPES = {
    "FT1-def of mini_resnet18": make_recipe("ft1"),
    "FT1-def of mini_googlenet": make_recipe("ft1", **AUX),
    "FT2-re-2 of mini_googlenet": make_recipe("ft2", fresh=["stage3", "stage4"], **FROZEN, **AUX),
    "FT3-ex2-512 of mini_googlenet": make_recipe("ft3", hidden=[512, 512], **AUX),
    "FT3-ex2-4096 of mini_resnet18": make_recipe("ft3", hidden=[4096, 4096], aux_heads=["stem"]),
    "FT3-ex1-64 of squeezenet1_1": make_recipe("ft3", hidden=[64], architecture="squeezenet1_1"),
    "scratch of mini_squeezenet": Recipe.scratch(architecture="mini_squeezenet"),
}


def layers_of(recipe: Recipe) -> tuple:
    model = start_model(recipe.architecture, None, 20, recipe.hidden, aux_heads=recipe.aux_heads)
    return list(read_layers(recipe, model, 48)), model


@pytest.mark.parametrize("name", RECIPES)
def test_every_text_fits_its_box(name):
    figure = draw_network(RECIPES[name])
    assert_texts_stay_inside_and_apart(figure, name)
    assert title_of(figure).startswith(f"{name}: ")
    (axes,) = figure.axes
    boxes = [patch.get_window_extent() for patch in axes.patches if isinstance(patch, Rectangle)]
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))
    texts = [text.get_window_extent() for text in axes.texts if text.get_text()]
    assert len(texts) == 2 * len(boxes)
    for text in texts:
        (box,) = (box for box in boxes if box.overlaps(text))
        assert box.x0 < text.x0 < text.x1 < box.x1, name
        assert box.y0 < text.y0 < text.y1 < box.y1, name
    for one, other in itertools.combinations(texts, 2):
        assert not one.overlaps(other)


@pytest.mark.parametrize("name", RECIPES)
def test_all_parameters_are_counted_once(name):
    layers, model = layers_of(RECIPES[name])
    assert sum(layer.parameters for layer in layers) == sum(value.numel() for value in model.parameters())
    places = [(layer.column, layer.row) for layer in layers]
    assert len(set(places)) == len(places)


def test_layers_are_those_of_the_module():
    """FT2-re with the front frozen, and FT3-ex with layers before the auxiliary heads, by hand."""
    layers, _ = layers_of(RECIPES["FT2-re-2 of mini_googlenet"])
    looks = {layer.name: layer.look for layer in layers if layer.row == 0}
    assert looks == {
        "image": "no weights", "stem": "frozen", "stage1": "frozen", "stage2": "frozen", "stage3": "begun anew",
        "stage4": "begun anew", "pool": "no weights", "head": "new",
    }  # fmt: skip
    layers, _ = layers_of(RECIPES["FT3-ex2-512 of mini_googlenet"])
    by_row = [[(layer.name, layer.shape) for layer in layers if layer.row == row] for row in range(3)]
    extended = [("extension", (512,)), ("extension", (512,))]
    assert by_row[0][-4:] == [("pool", (256,)), *extended, ("head", (20,))]
    assert by_row[1] == [("pool", (128,)), *extended, ("head.aux2", (20,))]
    assert by_row[2] == [("pool", (128,)), *extended, ("head.aux1", (20,))]
    stage3 = next(layer for layer in layers if layer.name == "stage3")
    assert stage3.column == next(layer for layer in layers if layer.row == 1).column, "the branch leaves there"
    assert (stage3.shape, stage3.look, stage3.multiplier) == ((128, 3, 3), "pretrained", 0.1)
    assert stage3.words.endswith("rate × 0.1")


def test_a_finished_network_is_drawn_as_it_is():
    """Widths and sizes come from the module, not from the recipe; the module stays as it was."""
    recipe = make_recipe("ft3")
    model = start_model("mini_resnet18", None, 5, (7,)).train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    figure = draw_network(recipe, model, size=96)
    words = [text.get_text() for text in figure.axes[0].texts]
    assert "7\n903\nnew\nrate × 1" in words
    assert any(text.startswith("128×3×3\n") for text in words)
    assert model.training
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


def test_other_networks_are_refused():
    class Other(Network):
        architecture = "other"

    for model in (Other(), start_model("mini_squeezenet", None, 3), nn.Linear(1, 1)):
        with pytest.raises(ValueError, match="a recipe for mini_resnet18 needs the stages of one, not of a"):
            draw_network(make_recipe("ft1"), model)
