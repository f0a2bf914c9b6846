"""The interval of a claim's effect over the region claimed, as a small SVG."""

import html
import math
from collections.abc import Iterator, Sequence

_WIDTH, _HEIGHT = 360, 66
_LEFT, _RIGHT = 10, 350  # ends of the axis
_TOP, _AXIS = 15, 42  # of the region claimed
_TICKS = 6  # about as many
_LETTER = 7  # width of one, at most


def draw_strip(
    region: tuple[float, float],
    found: Sequence[float],
    *,
    unit: str,
    color: str,
    description: str,
    hollow: bool = False,
) -> str:
    """Draw an effect and its interval above an axis, with the region claimed as a band behind them.

    Args:
        region: bounds of the region, infinite where it has none; in `unit`, as `found`.
        found: effect, low and high end of its interval; empty if nothing was measured, then only the region is drawn.
        color: of effect and interval.
        description: read aloud instead of the picture.
        hollow: draw the effect as a circle, the mark of a best rate at the edge of its grid.

    Returns:
        an ``<svg>`` element.

    Raises:
        ValueError: a region without bounds.
    """
    bounds = [bound for bound in region if math.isfinite(bound)]
    if not bounds:
        raise ValueError("the region has no bound, so there is nothing to draw: give a low or a high one")
    low, high = _view([*bounds, *found])
    at = _Scale(low, high)
    parts = [*_band(at, region, bounds, unit), *_axis(at, unit)]
    if found:
        effect, start, end = (f"{at(value):.1f}" for value in found)
        parts.append(f'<path d="M{start} 28.5H{end}" stroke="{color}" stroke-width="4"/>')
        inside = "none" if hollow else color
        parts.append(f'<circle cx="{effect}" cy="28.5" r="6" fill="{inside}" stroke="{color}" stroke-width="2.5"/>')
    label = html.escape(description, quote=True)
    frame = f'role="img" aria-label="{label}" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
    return f'<svg {frame} font-size="12" text-anchor="middle" fill="currentColor">{"".join(parts)}</svg>'


class _Scale:
    """Place of a value on the axis, in pixels; values beyond an end are put there."""

    def __init__(self, low: float, high: float):
        self.low, self.high = low, high

    def __call__(self, value: float) -> float:
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return _LEFT + (_RIGHT - _LEFT) * share


def _view(values: Sequence[float]) -> tuple[float, float]:
    """Ends of an axis that shows these values, and some room beside them."""
    low, high = min(values), max(values)
    room = 0.18 * (high - low) or 0.5 * abs(low) or 1.0
    return low - room, high + room


def _band(at: _Scale, region: tuple[float, float], bounds: Sequence[float], unit: str) -> Iterator[str]:
    left, right = (at(bound) for bound in region)
    yield f'<rect x="{left:.1f}" y="{_TOP}" width="{right - left:.1f}" height="{_AXIS - _TOP}" opacity=".14"/>'
    for bound in bounds:
        yield f'<path d="M{at(bound):.1f} {_TOP}V{_AXIS}" stroke="currentColor" stroke-dasharray="3 2"/>'
    room = 24 + _LETTER * (len(unit) + 1 if unit else 0)  # the unit stands at the right end
    middle = min(max((left + right) / 2, _LEFT + 24), _RIGHT - room)
    yield f'<text x="{middle:.1f}" y="11">claimed</text>'


def _axis(at: _Scale, unit: str) -> Iterator[str]:
    step = _round_step((at.high - at.low) / _TICKS)
    values = [number * step for number in range(math.ceil(at.low / step), math.floor(at.high / step) + 1)]
    ticks = "".join(f"M{at(value):.1f} {_AXIS}v4" for value in values)
    yield f'<path d="M{_LEFT} {_AXIS}H{_RIGHT}{ticks}" stroke="currentColor"/>'
    for value in values:
        label = f"{value:.10g}".replace("-", "−")
        yield f'<text x="{at(value):.1f}" y="{_AXIS + 15}">{label}</text>'
    yield f'<text x="{_RIGHT}" y="11" text-anchor="end" opacity=".8">{html.escape(unit)}</text>' if unit else ""


def _round_step(step: float) -> float:
    """The smallest of 1, 2, 5, 10 … times a power of ten that is not below `step`."""
    power = 10 ** math.floor(math.log10(step))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= step * 0.999)
