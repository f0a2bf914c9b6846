"""Page of the report card for the site: counts, filters by document and verdict, and a card for each claim."""

import html
from collections.abc import Mapping, Sequence

from course_lib.analysis.card_counts import (
    NOT_TESTED,
    chance_table,
    document_table,
    effect_text,
    summary,
    summary_lines,
    verdict_of,
)
from course_lib.analysis.report_card import VERDICTS, WORLDS
from course_lib.teaching.claim_cards import STYLE, look_of, strip_of, verdict_text

INTRODUCTION = """# Report card
Every claim of every document of the course, judged by one rule: *reproduced* if the 95 % interval of its effect lies
wholly inside the range that the claim allows, *contradicted* if it lies wholly outside, *undecided* otherwise. A best
rate at the edge of its grid decides nothing. *Calibrated*: the mini world was made to show this order, so it is no test
of it. [The reproduction report](reproduction.md) says what was done, what was easy and what was hard. In the course's
folder, `course report-card` prints the same, with `--json` for programs."""


def card_page(rows: Sequence[Mapping], picture: str) -> str:
    """The page as Markdown with HTML for Sphinx.

    Args:
        rows: of `report_card`.
        picture: address of the figure of verdicts by document.
    """
    alt = html.escape(summary_lines(summary(rows))[0], quote=True)
    table = document_table(rows).to_html(border=0, classes="dataframe")
    chance = chance_table(rows).map(lambda value: f"{value:g}").to_html(border=0, classes="dataframe")
    parts = [
        INTRODUCTION,
        f'<img class="card-figure" src="{picture}" alt="{alt}">',
        f'<div class="card-table">{_on_one_line(table)}</div>',
        "## What chance would give",
        "If nothing had an effect, a claim *above zero* would still be reproduced with a probability of 2.5 %. The sum "
        "of these probabilities holds even though claims on the same runs depend on each other; its spread does not.",
        f'<div class="card-table">{_on_one_line(chance)}</div>',
        "## The claims",
        _filters(rows),
        f"<style>{STYLE.read_text(encoding='utf-8')}</style>",
        f'<div class="claims card-claims">{"".join(map(_claim, rows))}</div>',
    ]
    return "\n\n".join(parts) + "\n"


def _on_one_line(markup: str) -> str:
    return " ".join(markup.split())


def _filters(rows: Sequence[Mapping]) -> str:
    """Menus that `site.js` brings to life; without it all claims are shown."""
    documents = dict.fromkeys(row["document"] for row in rows)
    menus = {"document": documents} | {world: (*VERDICTS, NOT_TESTED) for world in WORLDS}
    labels = {"document": "Document"} | {world: title.capitalize() for world, title in WORLDS.items()}
    made = []
    for name, options in menus.items():
        choices = "".join(f'<option value="{_text(own)}">{_text(own)}</option>' for own in options)
        menu = f'<select data-filter="{name}"><option value="">all</option>{choices}</select>'
        made.append(f"<label>{labels[name]} {menu}</label>")
    return f'<form class="card-filters" hidden>{" ".join(made)} <output></output></form>'


def _claim(row: Mapping) -> str:
    data = {"document": row["document"]} | {world: verdict_of(row, world) for world in WORLDS}
    attributes = " ".join(f'data-{name}="{html.escape(value, quote=True)}"' for name, value in data.items())
    color = look_of(row["mini"])[1]
    parts = [
        f'<p class="place">{_text(row["document"])}, {_text(row["place"])} · {_text(row["id"])}</p>',
        f'<p class="words">“{_text(row["claim"])}”</p>',
        *(_world(row, world) for world in WORLDS),
    ]
    return f'<article class="claim" {attributes} style="border-left-color:{color}">{"".join(parts)}</article>'


def _world(row: Mapping, world: str) -> str:
    """The verdict in one world with its strip, effect and reason; where nothing was measured, why not."""
    own, title = row[world], WORLDS[world]
    if own["effect"] is None:
        return f'<p class="origin"><b>{title.capitalize()}:</b> {_text(own["why"])}</p>'
    sign, color = look_of(own)
    drawn = {name: row[name] for name in ("region", "unit", "claimed")} | dict(own)
    found = effect_text(row, world).replace("-", "−")
    return (
        f'<p class="measured"><b>{title.capitalize()}:</b> <span class="verdict" style="background:{color}">{sign} '
        f"{_text(verdict_text(own))}</span> {_text(found)}</p>{strip_of(drawn, color)}"
        f'<p class="origin">{_text(_sentence(own["tested"]))} {_text(_sentence(own["why"]))}</p>'
    )


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _text(text: str) -> str:
    return html.escape(text, quote=False)
