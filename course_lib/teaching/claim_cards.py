"""Claims of a document as cards: its words, what was measured, the verdict, the interval over the region claimed."""

import html
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from course_lib.teaching.strip import draw_strip

STYLE = Path(__file__).with_name("claim_cards.css")
# Sign and colour of each verdict: told apart with every common colour blindness, and with white letters on them.
LOOKS = {"reproduced": ("✔", "#0072B2"), "contradicted": ("✘", "#B04300"), "undecided": ("?", "#5F6570")}
EDGE = "edge of the grid"


class ClaimCards:
    """Cards for a notebook cell: HTML with the style that they need."""

    def __init__(self, rows: Sequence[Mapping]):
        self.rows = rows

    def _repr_html_(self) -> str:
        cards = "".join(map(claim_card, self.rows))
        return f'<style>{STYLE.read_text(encoding="utf-8")}</style><div class="claims">{cards}</div>'

    def __repr__(self) -> str:
        return "\n".join(f"{row['id']}: {verdict_text(row)}" for row in self.rows)


def claim_card(row: Mapping, *, anchor: str | None = None) -> str:
    """Write a claim as an ``<article>``, to be styled by `STYLE`.

    Args:
        row: of a `Verdict`, with the keys id, claim, place, verdict, effect, low, high and unit. Others are shown where
            there are some: document, tested, claimed (``"> 0"``, ``"-3 to 3"``), region (its lower and upper bound,
            None for an infinite one), seeds, images, reason, calibrated, and `at_edge`: whether the verdict is open
            since a best rate is the lowest or highest of its grid.
        anchor: id of the element.
    """
    sign, color = look_of(row)
    place = ", ".join(filter(None, [row.get("document"), row["place"]]))
    parts = [
        f'<p class="top"><span class="verdict" style="background:{color}">{sign} {_text(verdict_text(row))}</span> '
        f'<span class="place">{_text(place)}</span></p>',
        f'<p class="words">“{_text(row["claim"])}”</p>',
        strip_of(row, color),
        f'<p class="measured"><b>{_text(_measured(row))}</b>{_text(_claimed(row))}</p>',
        f"<p>{_text(row['tested'])}</p>" if row.get("tested") else "",
        f'<p class="origin">{_text(_origin(row))}</p>',
    ]
    name = f' id="{html.escape(anchor, quote=True)}"' if anchor else ""
    return f'<article class="claim"{name} style="border-left-color:{color}">{"".join(parts)}</article>'


def look_of(row: Mapping) -> tuple[str, str]:
    """Sign and colour of a claim's verdict; those of *undecided* for an unknown one."""
    return LOOKS.get(str(row["verdict"]).split(":")[0].split(",")[0], LOOKS["undecided"])


def verdict_text(row: Mapping) -> str:
    """``"reproduced"``, ``"undecided: edge of the grid"``, ``"reproduced (calibrated)"``."""
    text = f"{row['verdict']}: {EDGE}" if row.get("at_edge") else str(row["verdict"])
    return f"{text} (calibrated)" if row.get("calibrated") else text


def measured_text(row: Mapping) -> str:
    """``"4.2 [−1.1, 7.3] points"``; without brackets if an end of the interval is missing, empty without an effect."""
    effect, low, high = (_number(row[name]) for name in ("effect", "low", "high"))
    interval = f" [{low}, {high}]" if low and high else ""
    return f"{effect}{interval} {row['unit'] or ''}".strip() if effect else ""


def strip_of(row: Mapping, color: str) -> str:
    """The strip of a claim's interval over its region as SVG, or nothing where no region is known."""
    if not row.get("region"):
        return ""
    low, high = row["region"]
    region = (-math.inf if low is None else low, math.inf if high is None else high)
    found = [row[name] for name in ("effect", "low", "high")]
    found = found if all(value is not None and math.isfinite(value) for value in found) else []
    unit = row["unit"] or ""
    description = f"Measured {measured_text(row) or 'nothing'}; claimed {row['claimed']} {unit}".strip()
    return draw_strip(region, found, unit=unit, color=color, description=description, hollow=bool(row.get("at_edge")))


def _measured(row: Mapping) -> str:
    found = measured_text(row)
    return f"{found} measured" if found else "not measured"


def _claimed(row: Mapping) -> str:
    return f", {row['claimed'].replace('-', '−')} claimed" if row.get("claimed") else ""


def _origin(row: Mapping) -> str:
    seeds = f"{row['seeds']} seeds" if row.get("seeds") else ""
    images = f"{row['images']} images" if row.get("images") not in (None, "", "–") else ""
    return "; ".join(filter(None, [", ".join(filter(None, [seeds, images])), row.get("reason"), row["id"]]))


def _number(value: float | None) -> str:
    return "" if value is None or not math.isfinite(value) else f"{value:.3g}".replace("-", "−")


def _text(text: str) -> str:
    return html.escape(text, quote=False)
