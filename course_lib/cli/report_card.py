"""The command that prints the report card: every claim of every document, in the mini world and on real images."""

import json
from functools import partial

import click

from course_lib.cli.options import JSON

COLUMNS = "{id:<34}  {mini:<16}  {effect:<32}  {real:<16}  {real_effect}"


@click.command("report-card")
@click.option("--document", help="Only claims of this document, e.g. homework.")
@click.option("--recompute", is_flag=True, help="Judge the finished runs anew: minutes.")
@click.option("--export", is_flag=True, help="Write the cards that ship, judging anew those out of date.")
@JSON
def report_card(document, recompute, export, as_json):
    """Print every claim with its verdicts in the mini world and on real images, and what chance alone would give.

    A star marks a claim that the mini world was calibrated for, a dagger a best rate at the edge of its grid, a dash a
    claim that was not tested there. Nothing is trained.
    """
    from course_lib.analysis import card_counts as counts
    from course_lib.analysis import report_card as cards

    say = partial(click.echo, err=True)
    if export:
        for path in cards.export_card(recompute=recompute, progress=say):
            click.echo(path, err=True)
    rows = cards.report_card(document, recompute=recompute and not export, progress=say)
    summary = counts.summary(rows)
    if as_json:
        click.echo(json.dumps({"summary": summary, "claims": rows}, allow_nan=False))
        return
    header = {"mini": "mini world", "effect": "effect [95 % interval]", "real": "real images", "real_effect": ""}
    click.echo(COLUMNS.format(id="claim", **header).rstrip())
    for row in rows:
        own = {"mini": counts.marked(row["mini"]), "effect": counts.effect_text(row, "mini")}
        own |= {"real": counts.marked(row["real"]), "real_effect": counts.effect_text(row, "real")}
        click.echo(COLUMNS.format(id=row["id"], **own).rstrip())
    click.echo("")
    for line in counts.summary_lines(summary):
        click.echo(line)
