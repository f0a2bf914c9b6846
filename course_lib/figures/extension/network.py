"""A network with its extension layers and auxiliary heads, drawn from the built module."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from torch import nn

from course_lib.figures.style import BLACK, GREEN, ORANGE, SKY, hide_ticks, new_figure, styled
from course_lib.models.catalogue import find_architecture
from course_lib.models.network import HEAD, is_head
from course_lib.models.staged import StagedModel, evaluation_mode
from course_lib.models.starting import start_model
from course_lib.training.recipe import Recipe

# What becomes of the weights of a layer: colour of the box and style of its edge. The box says it in words, too.
LOOKS = {
    "pretrained": (SKY, "-"),
    "frozen": ("#CCCCCC", "--"),
    "begun anew": (ORANGE, "-"),
    "new": (GREEN, "-"),
    "no weights": ("white", "-"),
}
_PALE = 0.45  # opacity of the faces, under black text
_COLUMN, _ROW = 1.3, 1.62  # inches
_BOX = (0.82, 0.78)  # width and height of a box, of its column and row


@dataclass(frozen=True)
class Layer:
    """What the figure says of a stage, of an extension layer or of a classification layer.

    Attributes:
        name: the path of a stage, ``"extension"``, or the path of a head for its classification layer.
        shape: of the output of one image.
        parameters: how many.
        look: one of `LOOKS`.
        multiplier: of the learning rate; None without parameters.
        column, row: of the box; the chain is row 0, auxiliary heads lie below.
    """

    name: str
    shape: tuple[int, ...]
    parameters: int
    look: str
    multiplier: float | None
    column: int
    row: int

    @property
    def words(self) -> str:
        """The text below the name."""
        size = "×".join(str(length) for length in self.shape)
        if self.multiplier is None:
            return size
        rate = "frozen" if self.look == "frozen" else f"{self.look}\nrate × {self.multiplier:g}"
        return f"{size}\n{_count(self.parameters)}\n{rate.removeprefix('pretrained').strip()}"


@styled
def draw_network(
    recipe: Recipe, model: StagedModel | None = None, *, num_outputs: int = 20, size: int | None = None
) -> Figure:
    """Draw the network of a recipe: stages, extension layers and auxiliary heads, and what becomes of their weights.

    Each box has the shape of the output of one image (channels × height × width) and the number of parameters, read
    from the module. The title counts what is new.

    Args:
        model: the network, e.g. of a finished run; built with random weights if there is none.
        num_outputs: outputs of the network that is built; the recipe's own number comes first.
        size: pixels a side of the image; default: that of the architecture.

    Raises:
        ValueError: the model is not one chain of stages, or of another architecture.
    """
    if model is None:
        outputs, aux = recipe.num_outputs or num_outputs, recipe.aux_heads
        model = start_model(recipe.architecture, None, outputs, recipe.hidden, aux_heads=aux)
    if not isinstance(model, StagedModel) or model.architecture != recipe.architecture:
        raise ValueError(f"a recipe for {recipe.architecture} needs the stages of one, not of a {_kind(model)}")
    size = size or find_architecture(recipe.architecture).size
    layers = list(read_layers(recipe, model, size))
    columns, rows = 1 + max(layer.column for layer in layers), 1 + max(layer.row for layer in layers)
    figure = new_figure(_title(recipe, layers), width=0.3 + _COLUMN * columns, height=1.35 + _ROW * rows)
    axes = figure.subplots()
    hide_ticks(axes)
    axes.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5))
    for layer in layers:
        _draw_box(axes, layer)
    _draw_arrows(axes, layers, model)
    looks = [look for look in LOOKS if any(layer.look == look for layer in layers)]
    handles = [Patch(**_face(look), label=look) for look in looks]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
    return figure


def read_layers(recipe: Recipe, model: StagedModel, size: int) -> Iterator[Layer]:
    """Read the boxes of the figure from a network: stages in order, then the layers of each head."""
    shapes = _output_shapes(model, size)
    yield Layer("image", (3, size, size), 0, "no weights", None, 0, 0)
    for column, path in enumerate(model.stages, start=1):
        yield _layer(recipe, path, path, model.stages[path], shapes, column, 0)
    yield from _layers_of_head(recipe, model, HEAD, shapes, len(model.stages) + 1, 0)
    for row, (name, after) in enumerate(reversed(model.aux_after.items()), start=1):  # the later, the higher
        column = 1 + list(model.stages).index(after)
        yield from _layers_of_head(recipe, model, f"{HEAD}.{name}", shapes, column, row)


def _layers_of_head(recipe, model: StagedModel, path: str, shapes: dict, column: int, row: int) -> Iterator[Layer]:
    head = model.stage_module(path)
    if row:  # an auxiliary head averages over all positions first
        yield _layer(recipe, path, "pool", head[0], shapes, column, row)
    linear = [module for module in head.modules() if isinstance(module, nn.Linear)]
    for place, module in enumerate(linear, start=column + (row > 0)):
        name = path if module is linear[-1] else "extension"
        yield _layer(recipe, path, name, module, shapes, place, row)


def _layer(recipe: Recipe, path: str, name: str, module: nn.Module, shapes: dict, column: int, row: int) -> Layer:
    parameters = sum(value.numel() for value in module.parameters())
    multiplier = recipe.multiplier_of(path) if parameters else None
    return Layer(name, shapes[module], parameters, _look(recipe, path, multiplier), multiplier, column, row)


def _look(recipe: Recipe, path: str, multiplier: float | None) -> str:
    if multiplier is None:
        return "no weights"
    if multiplier == 0:
        return "frozen"
    if is_head(path):
        return "new"
    return "begun anew" if recipe.begins_random(path) else "pretrained"


def _output_shapes(model: StagedModel, size: int) -> dict[nn.Module, tuple[int, ...]]:
    """The shape of the output of each module, for one image."""
    shapes = {}

    def note(module: nn.Module, _inputs, output) -> None:
        if isinstance(output, torch.Tensor):
            shapes[module] = tuple(output.shape[1:])

    hooks = [module.register_forward_hook(note) for module in model.modules()]
    try:
        with evaluation_mode(model), torch.no_grad():
            model.logits(torch.zeros(1, 3, size, size))
    finally:
        for hook in hooks:
            hook.remove()
    return shapes


def _title(recipe: Recipe, layers: list[Layer]) -> str:
    counts = {look: sum(layer.parameters for layer in layers if layer.look == look) for look in LOOKS}
    (look, number), *others = [(look, number) for look, number in counts.items() if number]
    parts = [f"{_count(number)} weights {look}", *(f"{_count(number)} {look}" for look, number in others)]
    return f"{_strategy(recipe)} of {recipe.architecture}: {', '.join(parts)}"


def _strategy(recipe: Recipe) -> str:
    """Name a recipe as the document does, where it is one of its three strategies."""
    widths, fresh = recipe.hidden, recipe.fresh
    if recipe.start is None or (widths and fresh):
        return recipe.name
    if widths:
        return f"FT3-ex{len(widths)}-{'/'.join(str(width) for width in dict.fromkeys(widths))}"
    return f"FT2-re-{len(fresh)}" if fresh else "FT1-def"


def _draw_box(axes, layer: Layer) -> None:
    width, height = _BOX
    corner = (layer.column - width / 2, layer.row - height / 2)
    axes.add_patch(Rectangle(corner, width, height, **_face(layer.look)))
    options = {"ha": "center", "va": "top"}
    axes.text(layer.column, corner[1] + 0.05, layer.name, fontsize=12, fontweight="bold", **options)
    axes.text(layer.column, corner[1] + 0.2, layer.words, fontsize=11, linespacing=1.35, **options)


def _face(look: str) -> dict:
    color, edge = LOOKS[look]
    return {"facecolor": (color, _PALE), "edgecolor": BLACK, "linestyle": edge, "linewidth": 1.2}


def _draw_arrows(axes, layers: list[Layer], model: StagedModel) -> None:
    """Draw an arrow from each layer to the next in its row, and one down to the first of each auxiliary head."""
    half_width, half_height = (length / 2 for length in _BOX)
    arrow = {"arrowstyle": "-|>", "color": BLACK, "shrinkA": 0, "shrinkB": 0}
    starts = {row: min(layer.column for layer in layers if layer.row == row) for row in range(len(model.aux) + 1)}
    for layer in layers:
        x, y = layer.column, layer.row
        if x > starts[y]:
            axes.annotate("", (x - half_width, y), (x - 1 + half_width, y), arrowprops=arrow)
        elif y > 0:
            axes.annotate("", (x, y - half_height), (x, half_height), arrowprops=arrow)


def _count(number: int) -> str:
    if number >= 1e6:
        return f"{number / 1e6:.2f} M"
    return f"{number / 1e3:.1f} k" if number >= 1e3 else str(number)


def _kind(model: nn.Module) -> str:
    return getattr(model, "architecture", type(model).__name__)
