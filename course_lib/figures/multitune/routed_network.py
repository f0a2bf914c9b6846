"""Figure of lesson 17: SpotTune's network, read from the built module and its recipe."""

from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from course_lib.figures.style import BLACK, GREEN, ORANGE, SKY, hide_ticks, new_figure, styled
from course_lib.models.network import HEAD
from course_lib.models.routed import FROZEN, NORM, POLICY, TUNED, WEIGHTS, RoutedNetwork
from course_lib.models.starting import start_model
from course_lib.training.recipe import Recipe

KEPT, PARTLY, LEARNS, NEW = "kept", "kept, BatchNorm learns", "learns", "begins anew"
LOOKS = {KEPT: ("#CCCCCC", "--"), PARTLY: (ORANGE, "-."), LEARNS: (SKY, "-"), NEW: (GREEN, "-")}
_PALE = 0.45  # opacity of the faces, under black text
_WIDTH, _HEIGHT = 0.84, 0.62  # of a box, of its column and row
_FROZEN_ROW, _SHARED_ROW, _TUNED_ROW, _POLICY_ROW = 0.0, 0.85, 1.7, 2.9


@dataclass(frozen=True)
class Box:
    """A box of the figure.

    Attributes:
        path: of the stage; of a frozen copy without the kind of its parameters.
        parameters: how many.
        look: one of `LOOKS`; empty without parameters.
        column, row: of its middle.
    """

    path: str
    parameters: int
    look: str
    column: int
    row: float

    @property
    def name(self) -> str:
        """The stage without the copy's name, short."""
        return self.path.removeprefix(f"{TUNED}.").removeprefix(f"{FROZEN}.").replace("stage", "").replace("block", "")


@styled
def draw_routed(recipe: Recipe, model: RoutedNetwork | None = None, *, num_outputs: int = 12) -> Figure:
    """Draw the frozen and the tuned copy of every block, the gates between them and the policy network.

    Boxes, numbers of parameters and gates are read from the module, what learns from the recipe. The title counts the
    parameters that are kept and those that learn.

    Args:
        model: the network, e.g. of a finished run; built with random weights if there is none.
        num_outputs: of the network that is built.

    Raises:
        ValueError: the recipe or the model is not of SpotTune.
    """
    if model is None and recipe.network is not None:
        model = start_model(recipe.architecture, None, num_outputs, network=recipe.network)
    if not isinstance(model, RoutedNetwork):
        raise ValueError(f"'{recipe.name}' has no routes: give a recipe and a network of SpotTune")
    boxes = read_boxes(recipe, model)
    figure = new_figure(_title(recipe, model), width=1.0 + 0.86 * len(model.order), height=5.4)
    axes = figure.subplots()
    hide_ticks(axes)
    axes.set(xlim=(-0.6, len(model.order) + 0.6), ylim=(_POLICY_ROW + 0.55, -0.75))
    for box in boxes:
        _draw_box(axes, box)
    _draw_paths(axes, model)
    looks = [look for look in LOOKS if any(box.look == look for box in boxes)]
    handles = [Patch(**_face(look), label=look) for look in looks]
    about = "top row: frozen copy; bottom row: tuned copy; ◇ gate; dotted: decisions of each image"
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), title=about)
    return figure


def read_boxes(recipe: Recipe, model: RoutedNetwork) -> list[Box]:
    """Read a box for each stage of either copy, for the policy network and for the head."""
    boxes = []
    for column, path in enumerate(model.order):
        both = path in model.frozen
        if both:
            kinds = {kind: recipe.multiplier_of(f"{FROZEN}.{kind}.{path}") for kind in (WEIGHTS, NORM)}
            look = KEPT if not any(kinds.values()) else LEARNS if kinds[WEIGHTS] else PARTLY
            count = sum(value.numel() for value in model.frozen[path].parameters())
            row = _FROZEN_ROW if path in model.gated else _SHARED_ROW
            boxes.append(Box(f"{FROZEN}.{path}", count, look, column, row))
        if path in model.tuned:
            boxes.append(_box(recipe, model, f"{TUNED}.{path}", column, _TUNED_ROW if both else _SHARED_ROW))
    boxes.append(_box(recipe, model, HEAD, len(model.order), _SHARED_ROW))
    return [*boxes, _box(recipe, model, POLICY, (len(model.order) - 1) // 2, _POLICY_ROW)]


def _box(recipe: Recipe, model: RoutedNetwork, path: str, column: int, row: float) -> Box:
    count = sum(value.numel() for value in model.stage_module(path).parameters())
    new = NEW if path in (POLICY, HEAD) or recipe.is_fresh(path) else LEARNS
    look = (new if recipe.multiplier_of(path) else KEPT) if count else ""
    return Box(path, count, look, column, row)


def _title(recipe: Recipe, model: RoutedNetwork) -> str:
    kept = sum(
        sum(value.numel() for value in model.stage_parameters(path))
        for path in model.trained_stages
        if not recipe.multiplier_of(path)
    )
    total = sum(value.numel() for value in model.parameters())
    name = f"{recipe.name} with {len(model.gated)} gates"
    return f"{name}: {total - kept:,} parameters learn, {kept:,} are kept".replace(",", " ").replace("  ", ", ")


def _draw_box(axes, box: Box) -> None:
    wide = 3.6 if box.path == POLICY else _WIDTH
    corner = box.column - wide / 2, box.row - _HEIGHT / 2
    axes.add_patch(Rectangle(corner, wide, _HEIGHT, **_face(box.look)))
    count = f"{box.parameters / 1000:.1f} k" if box.parameters else ""
    words = f"{'policy network' if box.path == POLICY else box.name}\n{count}".strip()
    axes.text(box.column, box.row, words, ha="center", va="center", fontsize=11, linespacing=1.3)


def _face(look: str) -> dict:
    color, edge = LOOKS.get(look, ("white", "-"))
    return {"facecolor": (color, _PALE), "edgecolor": BLACK, "linestyle": edge, "linewidth": 1.2}


def _draw_paths(axes, model: RoutedNetwork) -> None:
    """Draw a diamond for each gate, lines to both copies, and one from the policy network to each gate."""
    half, middle = _HEIGHT / 2, (len(model.order) - 1) // 2
    for column, path in enumerate(model.order):
        if path not in model.gated:
            continue
        axes.plot([column], [_SHARED_ROW], marker="D", markersize=9, color="white", markeredgecolor=BLACK, zorder=3)
        axes.vlines(column, _FROZEN_ROW + half, _TUNED_ROW - half, color=BLACK, linewidth=1.0, zorder=1)
        at = min(max(column, middle - 1.7), middle + 1.7)
        ends = [at, column], [_POLICY_ROW - half, _TUNED_ROW + half + 0.06]
        axes.plot(*ends, color=BLACK, linewidth=0.8, linestyle=":")
    for column in range(len(model.order)):
        begin, end = (0 if gated else _WIDTH / 2 for gated in _gated_at(model, column))
        axes.hlines(_SHARED_ROW, column + begin, column + 1 - end, color=BLACK, linewidth=1.0, zorder=0)


def _gated_at(model: RoutedNetwork, column: int) -> tuple[bool, bool]:
    """Whether the stage at a column, and the one after it, has a gate in the place of a box."""
    paths = (*model.order, HEAD)
    return paths[column] in model.gated, paths[column + 1] in model.gated
