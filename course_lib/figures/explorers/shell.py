"""The one widget around every explorer: its controls, its picture, and the picture in words."""

import html
import inspect
from collections.abc import Callable, Mapping

import ipywidgets as widgets
from matplotlib.figure import Figure

from course_lib.figures.packing import shrink
from course_lib.figures.showing import DescribedImage, png_bytes

_CONTROL = widgets.Layout(width="20em")


class Explorer(widgets.VBox):
    """Controls, picture and description; whenever a control changes, the picture is drawn again.

    Where no kernel answers (a stored notebook, a printed page), the picture as it was at first stands in its place.

    Attributes:
        controls: name → widget, in the order of the arguments.
        picture: widgets.Image, a PNG; empty after an error.
        message: widgets.HTML, what the picture shows in words, or why there is none.
    """

    def __init__(self, draw: Callable[..., Figure], controls: Mapping[str, object], *, stored: bool = True):
        self._draw, self._stored = draw, stored
        self._ranges = {name: given for name, given in controls.items() if callable(given)}
        self.controls: dict[str, widgets.Widget] = {}
        for name, given in controls.items():  # a range may depend on the controls before it
            given = given(self.values) if callable(given) else given
            self.controls[name] = _make_control(name, given, _default_of(draw, name))
        self.picture = widgets.Image(format="png", layout=widgets.Layout(max_width="100%", object_fit="contain"))
        self.message = widgets.HTML()
        panel = widgets.Box(list(self.controls.values()), layout=widgets.Layout(flex_flow="row wrap"))
        super().__init__([panel, self.picture, self.message])
        self.add_class("course-explorer")
        self._redraw()
        for control in self.controls.values():
            control.observe(self._redraw, names="value")

    @property
    def values(self) -> dict[str, object]:
        """What the controls stand at."""
        return {name: control.value for name, control in self.controls.items()}

    def _redraw(self, _=None) -> None:
        try:
            for name, range_of in self._ranges.items():
                self.controls[name].max = range_of(self.values)[1]  # a value above it is moved, and draws again
            figure = self._draw(**self.values)
            figure.set_layout_engine(None)  # it is laid out already; with an engine it would be drawn once more
            data, text = png_bytes(figure), " ".join(figure.get_suptitle().split())
        except Exception as error:  # whatever it is, the person at the slider has to see it
            kind = "" if isinstance(error, ValueError) else f"{type(error).__name__}: "
            data, text = b"", f"{kind}{error}"
        self.picture.value = data
        self.picture.layout.display = None if data else "none"
        color, role = ("inherit", "status") if data else ("#B00020", "alert")
        self.message.value = f'<p role="{role}" style="color: {color}; line-height: 1.4">{html.escape(text)}</p>'
        self.text = text

    def _repr_mimebundle_(self, **settings):
        bundle = super()._repr_mimebundle_(**settings)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        if data and self._stored and self.picture.value:
            still = DescribedImage(shrink(self.picture.value), self.text, "webp")
            data["text/html"] = still._repr_html_()
        return bundle


def explore(draw: Callable[..., Figure], *, stored: bool = True, **controls) -> Explorer:
    """A figure with sliders: ``explore(partial(draw, data), lr=[0.001, 0.01], channel=(0, 15))``.

    Args:
        draw: takes a value for each control by name and returns a Figure, whose title also says it in words.
        stored: whether a stored notebook keeps the first picture; False where the lesson shows such a one anyway.
        controls: name → what it may be: ``(low, high)`` or ``(low, high, step)`` a slider, a list of numbers a slider
            that stops at each, a list of texts a menu; or a function of the values of the controls before it that
            returns ``(low, high)``. They begin at the default of `draw`, or else with the first.

    Raises:
        ValueError: no controls, or one that is none of these.
    """
    if not controls:
        raise ValueError("no controls: name at least one argument of the figure and what it may be")
    return Explorer(draw, controls, stored=stored)


def _make_control(name: str, given, default) -> widgets.Widget:
    style = {"description": name.replace("_", " "), "layout": _CONTROL, "style": {"description_width": "6.5em"}}
    if isinstance(given, list) and given:
        value = default if default in given else given[0]
        kind = widgets.Dropdown if isinstance(given[0], str) else widgets.SelectionSlider
        return kind(options=given, value=value, **style)
    if not (isinstance(given, tuple) and len(given) in (2, 3)):
        raise ValueError(f"control '{name}' is {given!r}: give (low, high), (low, high, step) or a list of values")
    whole = all(isinstance(end, int) for end in given)
    kind, step = (widgets.IntSlider, 1) if whole else (widgets.FloatSlider, (given[1] - given[0]) / 100)
    value = given[0] if default is None else min(max(default, given[0]), given[1])
    return kind(value=value, min=given[0], max=given[1], step=given[2] if len(given) == 3 else step, **style)


def _default_of(draw: Callable, name: str):
    parameter = inspect.signature(draw).parameters.get(name)
    return None if parameter is None or parameter.default is parameter.empty else parameter.default
