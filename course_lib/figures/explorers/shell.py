"""The widget of every explorer: its controls, its picture, and a description of the picture."""

import html
import inspect
from collections.abc import Callable, Mapping

import ipywidgets as widgets
from matplotlib.figure import Figure

from course_lib.figures.packing import shrink
from course_lib.figures.showing import DescribedImage, png_bytes

_CONTROL = widgets.Layout(width="20em")


class Explorer(widgets.VBox):
    """A widget of controls, picture and description; when a control changes, the picture is drawn again.

    Without a kernel (a stored notebook, a printed page) the first picture is shown instead.

    Attributes:
        controls: name → widget, in the order of the arguments.
        picture: widgets.Image, a PNG; empty after an error.
        message: widgets.HTML, the picture's description, or the error that prevented it.
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
    def dependent(self) -> tuple[str, ...]:
        """Names of the controls whose range depends on the controls before them."""
        return tuple(self._ranges)

    @property
    def values(self) -> dict[str, object]:
        """Present values of the controls, by name."""
        return {name: control.value for name, control in self.controls.items()}

    def _redraw(self, _=None) -> None:
        try:
            for name, range_of in self._ranges.items():
                self.controls[name].max = range_of(self.values)[1]  # moves a larger value, which draws again
            figure = self._draw(**self.values)
            figure.set_layout_engine(None)  # it is laid out already; with an engine it would be drawn once more
            data, text = png_bytes(figure), " ".join(figure.get_suptitle().split())
        except Exception as error:  # show every error, of whatever kind, beside the slider
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
    """Make a figure with sliders: ``explore(partial(draw, data), lr=[0.001, 0.01], channel=(0, 15))``.

    Args:
        draw: takes a value for each control by name and returns a Figure; its title is the description.
        stored: whether a stored notebook keeps the first picture; False if the lesson shows a similar figure anyway.
        controls: name → range of its values: ``(low, high)`` or ``(low, high, step)`` makes a slider, a list of numbers
            a slider that stops at each, a list of texts a menu; a function gets the values of the controls before it
            and returns ``(low, high)``. The first value is the default of `draw`, or else the first of the range.

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
    given = getattr(draw, "keywords", {})  # of a partial function, also where `draw` takes any name
    if name in given:
        return given[name]
    parameter = inspect.signature(draw).parameters.get(name)
    return None if parameter is None or parameter.default is parameter.empty else parameter.default
