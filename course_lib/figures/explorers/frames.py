"""Frames of an explorer: its pictures at some settings of two controls, drawn in advance for a page without Python."""

from collections.abc import Sequence
from dataclasses import dataclass

import ipywidgets as widgets

from course_lib.figures.explorers.shell import Explorer
from course_lib.figures.packing import shrink

MOST_FRAMES = 24
_MOST_STEPS, _FEWEST_STEPS = 7, 3  # along the slider


@dataclass(frozen=True)
class Frame:
    """A picture at one setting of the controls.

    Attributes:
        choice: of the menu; empty if there is no menu.
        value: of the slider, as text.
        picture: WebP; empty where the figure refuses this setting.
        text: description of the picture, or why there is none.
    """

    choice: str
    value: str
    picture: bytes
    text: str


@dataclass(frozen=True)
class Frames:
    """All frames of an explorer: each choice of the menu with each step of the slider, in this order.

    Attributes:
        menu, slider: names of the two controls; the menu's is empty if there is none.
        start: position of the frame that the explorer shows first.
    """

    menu: str
    slider: str
    start: int
    frames: tuple[Frame, ...]


def draw_frames(explorer: Explorer, most: int = MOST_FRAMES) -> Frames:
    """Move one slider and one menu of the explorer to some of their settings, and keep its picture at each.

    These are the first menu and the first slider whose range depends on other controls, or else the first slider. All
    other controls stay as they are. The steps of the slider are evenly spaced and contain its present value.

    Args:
        most: greatest number of frames; a long menu still gets three steps for each of its choices.

    Raises:
        ValueError: the explorer has no slider.
    """
    sliders = [name for name, control in explorer.controls.items() if not isinstance(control, widgets.Dropdown)]
    if not sliders:
        raise ValueError(f"no slider among {', '.join(explorer.controls)}: frames need one to move")
    menus = [n for n, c in explorer.controls.items() if isinstance(c, widgets.Dropdown) and len(c.options) > 1]
    slider = next((name for name in sliders if name in explorer.dependent), sliders[0])
    menu = next(iter(menus), "")
    begun = explorer.values
    choices = list(explorer.controls[menu].options) if menu else [""]
    count = min(max(most // len(choices), _FEWEST_STEPS), _MOST_STEPS)
    found, start = [], 0
    for choice in choices:
        if menu:
            explorer.controls[menu].value = choice
        for value in _steps(explorer.controls[slider], begun[slider], count):
            explorer.controls[slider].value = value
            if (choice, value) == (begun.get(menu, ""), begun[slider]):
                start = len(found)
            picture = explorer.picture.value
            found.append(Frame(choice, f"{value:g}", shrink(picture) if picture else b"", explorer.text))
    for name in filter(None, (menu, slider)):
        explorer.controls[name].value = begun[name]
    return Frames(menu, slider, start, tuple(found))


def _steps(control: widgets.Widget, present: float, count: int) -> Sequence[float]:
    """`count` values from the control's first to its last, evenly spaced, of which one is `present`; with repeats."""
    if isinstance(control, widgets.SelectionSlider):
        values = list(control.options)
        values = [value[1] if isinstance(value, tuple) else value for value in values]
    else:
        steps = round((control.max - control.min) / control.step)
        values = [control.min + step * control.step for step in range(steps + 1)]
    places = [round(step * (len(values) - 1) / (count - 1)) for step in range(count)]
    nearest = min(range(len(values)), key=lambda place: abs(values[place] - present))
    places[min(range(count), key=lambda step: abs(places[step] - nearest))] = nearest
    return [values[place] for place in places]
