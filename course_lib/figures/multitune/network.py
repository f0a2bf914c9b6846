"""Figure 1, drawn from the module: what the branches of a joined network share, begin anew, and train slowly."""

from collections.abc import Mapping
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from course_lib.figures.style import BLACK, GREEN, GREY, ORANGE, SKY, hide_ticks, new_figure, styled
from course_lib.models.joined import BRANCHES, JoinedNetwork
from course_lib.models.network import HEAD
from course_lib.models.starting import start_model
from course_lib.training.recipe import Recipe

_LOOKS = {"pretrained": (SKY, "-"), "begun anew": (ORANGE, "-"), "new": (GREEN, "-"), "shared": ("#CCCCCC", "--")}
_PALE = 0.45
_BOX = (0.86, 0.86)


@dataclass(frozen=True)
class Part:
    """A box: stages that follow each other and are alike.

    Attributes:
        name: of the stages, e.g. ``"stage3.block1–4"``.
        branch: ``"a"``, ``"b"`` or ``"head"``.
        parameters: of all of them; 0 for what branch b takes from branch a.
        look: one of pretrained, begun anew, new, shared.
        multiplier: of the learning rate.
    """

    name: str
    branch: str
    parameters: int
    look: str
    multiplier: float

    @property
    def words(self) -> str:
        """The text below the name."""
        if self.look == "shared":
            return "that of a"
        slow = f"\nrate × {self.multiplier:g}" if self.multiplier != 1 else ""
        return f"{self.parameters / 1000:.1f} k\n{self.look}{slow}"


@styled
def draw_joined(recipes: Mapping[str, Recipe], *, num_outputs: int = 12) -> Figure:
    """Draw the joined network of each recipe (Fig. 1), a panel for each: boxes are read from the module and the recipe.

    A box names stages in a row that begin and train alike. What branch b does not have is dashed: it reads what branch
    a computes there. The title counts the parameters of branch b.

    Args:
        recipes: name → recipe with ``network=Joined(…)``.

    Raises:
        ValueError: a recipe without a joined network.
    """
    if not recipes:
        raise ValueError("no network to draw: give a recipe or more")
    found = {name: read_parts(recipe, num_outputs) for name, recipe in recipes.items()}
    widths = [max(len([part for part in parts if part.branch == one]) for one in BRANCHES) for parts in found.values()]
    counts = [f"{name} {_own(parts) / 1000:.0f} k" for name, parts in found.items()]
    figure = new_figure(
        f"Parameters that branch b has of its own: {'; '.join(counts)}", width=12.0, height=1.5 + 3.3 * len(found)
    )
    panels = figure.subplots(len(found), 1, squeeze=False)[:, 0]
    for axes, (name, parts) in zip(panels, found.items(), strict=True):
        hide_ticks(axes)
        axes.set(xlim=(-0.6, max(widths) + 0.6), ylim=(1.6, -0.6))
        axes.set_title(
            f"{name}: Z = W · concat[{recipes[name].network.eta:g} X₁; {1 - recipes[name].network.eta:g} X₂]"
        )
        _draw(axes, parts, max(widths))
    looks = [look for look in _LOOKS if any(part.look == look for parts in found.values() for part in parts)]
    handles = [Patch(**_face(look), label=look) for look in looks]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
    return figure


def read_parts(recipe: Recipe, num_outputs: int = 12) -> list[Part]:
    """Read the boxes of a joined network: branch a, then branch b, then the joined layer.

    Raises:
        ValueError: the recipe has no joined network.
    """
    if getattr(recipe.network, "kind", None) != "joined":
        raise ValueError(f"the recipe '{recipe.name}' has no joined network: give one with network=Joined(…)")
    model = start_model(recipe.architecture, None, num_outputs, recipe.hidden, network=recipe.network)
    stages = [path.partition(".")[2] for path in model.paths if path.startswith("a.")]
    parts = []
    for branch in BRANCHES:
        own = [(stage, _look(recipe, model, f"{branch}.{stage}")) for stage in stages]
        parts += _merged(recipe, model, branch, [pair for pair in own if pair[1]])
    count = sum(value.numel() for value in model.head.parameters())
    return [*parts, Part("joined layer", HEAD, count, "new", recipe.multiplier_of(HEAD))]


def _look(recipe: Recipe, model: JoinedNetwork, path: str) -> str:
    """What becomes of a stage's weights; empty for a stage without any."""
    if not _size(model, f"a.{path.partition('.')[2]}"):
        return ""
    if path not in model.paths:
        return "shared"
    return "begun anew" if recipe.begins_random(path) else "pretrained"


def _merged(recipe: Recipe, model: JoinedNetwork, branch: str, stages: list[tuple[str, str]]) -> list[Part]:
    groups: list[list[tuple[str, str, float]]] = []
    for stage, look in stages:
        item = (stage, look, recipe.multiplier_of(f"{branch}.{stage}"))
        macro = stage.partition(".")[0]
        if groups and (groups[-1][-1][0].partition(".")[0], *groups[-1][-1][1:]) == (macro, *item[1:]):
            groups[-1].append(item)
        else:
            groups.append([item])
    return [
        Part(
            _name([stage for stage, *_ in group]),
            branch,
            0 if group[0][1] == "shared" else sum(_size(model, f"{branch}.{stage}") for stage, *_ in group),
            *group[0][1:],
        )
        for group in groups
    ]


def _name(stages: list[str]) -> str:
    first, last = stages[0], stages[-1]
    if first == last:
        return first.replace(".block", "\nblock ")
    return f"{first.replace('.block', chr(10) + 'blocks ')}–{last[-1]}"


def _size(model: JoinedNetwork, path: str) -> int:
    return sum(value.numel() for value in model.stage_module(path).parameters())


def _own(parts: list[Part]) -> int:
    return sum(part.parameters for part in parts if part.branch == "b")


def _draw(axes, parts: list[Part], head_column: int) -> None:
    for row, branch in enumerate(BRANCHES):
        own = [part for part in parts if part.branch == branch]
        for column, part in enumerate(own):
            _draw_box(axes, part, column, row)
            if column:
                _arrow(axes, (column - 1 + _BOX[0] / 2, row), (column - _BOX[0] / 2, row), part.look)
        _arrow(axes, (len(own) - 1 + _BOX[0] / 2, row), (head_column - _BOX[0] / 2, 0.5 + 0.15 * (row - 0.5)))
        axes.text(-0.5, row, branch, fontsize=13, fontweight="bold", va="center", ha="center")
    _draw_box(axes, parts[-1], head_column, 0.5)


def _draw_box(axes, part: Part, column: float, row: float) -> None:
    width, height = _BOX
    axes.add_patch(Rectangle((column - width / 2, row - height / 2), width, height, **_face(part.look)))
    style = {"ha": "center", "va": "top", "linespacing": 1.2}
    axes.text(column, row - height / 2 + 0.04, part.name, fontsize=11, fontweight="bold", **style)
    axes.text(column, row - height / 2 + 0.05 + 0.14 * (1 + part.name.count("\n")), part.words, fontsize=10, **style)


def _arrow(axes, start: tuple[float, float], end: tuple[float, float], look: str = "") -> None:
    color = GREY if look == "shared" else BLACK
    axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": color, "shrinkA": 0, "shrinkB": 0})


def _face(look: str) -> dict:
    color, edge = _LOOKS[look]
    return {"facecolor": (color, _PALE), "edgecolor": BLACK, "linestyle": edge, "linewidth": 1.2}
