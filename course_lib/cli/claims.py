"""The command that prints the verdicts on the documents' claims."""

import json
import textwrap
from collections import Counter

import click

from course_lib.cli.options import DATA, JSON, PROFILE, SEEDS

WIDTH = 118
CALIBRATED = "* the mini world was calibrated for this order (data/README.md): no independent test; real images are one"
EDGE = "† a best rate is the lowest or highest of its grid: a better one may lie beyond it"
COLUMNS = "{verdict:<14}  {id:<26}  {effect:<31}  {claimed:<15}  {seeds:>5}  {images}"


@click.command()
@click.argument("ids", nargs=-1)
@click.option("--document", help="Only claims of this document, e.g. homework.")
@PROFILE
@DATA
@SEEDS
@JSON
def claims(ids, document, profile, data, seeds, as_json):
    """Test the documents' claims on the finished runs and print the verdicts; with IDS, these claims in full.

    A claim is reproduced when the 95 % interval of its effect lies wholly within the claimed region, contradicted when
    it lies wholly outside, and undecided otherwise. No run is computed: the studies whose runs are missing are named.
    A star marks a claim that the mini world was calibrated for, a dagger one that is undecided since a best rate is the
    lowest or highest of its grid; such verdicts are counted separately.
    """
    from course_lib.analysis.claims import check_claims

    verdicts = check_claims(document, ids or None, profile=profile, data=data, seeds=seeds)
    if as_json:
        click.echo(json.dumps([verdict.row() for verdict in verdicts], allow_nan=False))
    elif ids:
        click.echo("\n\n".join(_in_full(verdict) for verdict in verdicts))
    else:
        _list(verdicts)


def _list(verdicts):
    header = {"effect": "effect [95 % interval]", "images": "images"}
    click.echo(COLUMNS.format(**{n: n for n in ("verdict", "id", "claimed", "seeds")}, **header).rstrip())
    for verdict in verdicts:
        row = verdict.row() | {"effect": verdict.effect_text, "verdict": _marked(verdict)}
        click.echo(COLUMNS.format(**row))
    missing = Counter(v.reason for v in verdicts if v.effect is None)
    click.echo("\n" + ", ".join(f"{n} {word}" for word, n in Counter(map(_marked, verdicts)).items()))
    if any(verdict.calibrated for verdict in verdicts):
        click.echo(CALIBRATED)
    if any(verdict.at_edge for verdict in verdicts):
        click.echo(EDGE)
    for reason, count in missing.items():
        click.echo(f"{count} not measured: {reason}")


def _marked(verdict):
    marks = {"*": verdict.calibrated, "†": verdict.at_edge}
    return " ".join([verdict.verdict, *(mark for mark, holds in marks.items() if holds)])


def _in_full(verdict):
    row = verdict.row()
    lines = {"claim": f"“{row['claim']}” ({row['document']}, {row['place']})", "tested": row["tested"]}
    lines |= {"claimed": f"{row['claimed']} {row['unit']}", "effect": verdict.effect_text, "verdict": _marked(verdict)}
    lines |= {"from": f"{row['seeds']} seeds, {row['images']} images; {row['reason']}"}
    lines |= {"*": CALIBRATED.removeprefix("* ")} if verdict.calibrated else {}
    lines |= {"†": EDGE.removeprefix("† ")} if verdict.at_edge else {}
    texts = [f"{name:<9}{text}" for name, text in lines.items()]
    return "\n".join([row["id"], *(textwrap.fill(text, WIDTH, subsequent_indent=" " * 9) for text in texts)])
