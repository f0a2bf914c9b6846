"""Kinds of confidence intervals: the line that draws each, and the words that name it in a legend."""

from collections.abc import Iterable

from course_lib.analysis.intervals import Interval

INTERVAL_NAMES = {
    "Wilson": "of one run: over its images (Wilson)",
    "t": "of a mean: over seeds (t)",
    "both": "of a mean: over seeds and over test images, both errors added in squares",
    "bootstrap": "of a difference: over shared test images (bootstrap)",
    "Newcombe": "of a difference: over the images of each (Newcombe)",
}
# Told apart where one figure has several kinds; no figure has both Wilson's and Newcombe's.
_LINES = {"t": ("solid", "-"), "bootstrap": ("dashed", (0, (3, 1))), "Wilson": ("dotted", (0, (1, 0.7)))}
_LINES |= {"Newcombe": _LINES["Wilson"]}


def kinds_of(intervals: Iterable[Interval]) -> tuple[str, ...]:
    """The kinds among these intervals, each once, e.g. ``("Wilson", "t")``; ``"both"`` for two errors in one."""
    return tuple(
        dict.fromkeys("both" if " and " in found.method else found.method.split(",")[0] for found in intervals)
    )


def line_style(interval: Interval, kinds: tuple[str, ...]):
    """Line style of an interval in a figure that has these kinds: solid if it is the only one."""
    (own,) = kinds_of([interval])
    return _LINES.get(own, _LINES["t"])[1] if len(kinds) > 1 else "-"


def describe_kinds(kinds: tuple[str, ...]) -> str:
    """What the 95 % intervals of a figure are of; where it has several kinds, each beside the name of its line."""
    names = [INTERVAL_NAMES.get(kind, kind) for kind in kinds]
    if len(kinds) == 1:
        return f"95 % interval {names[0]}"
    lines = [_LINES.get(kind, _LINES["t"])[0] for kind in kinds]
    return "95 % intervals; " + "; ".join(f"{line}: {name}" for line, name in zip(lines, names, strict=True))
