"""The command that builds the web site of the lessons."""

import sys
from pathlib import Path

import click


@click.command()
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("build/site"), show_default=True, help="Folder of the site."
)
@click.option("--repository", metavar="OWNER/NAME", help="Repository on GitHub; adds links to Colab and to it.")
def site(out, repository):
    """Build the web site of all lessons, offline, from their executed solutions.

    The exit code is 1 if Sphinx warns of a mistake in a page (a broken link, a formula that cannot be read).
    """
    from course_lib.teaching import build_site

    built = build_site(out, repository=repository)
    for warning in built.warnings:
        click.echo(warning, err=True)
    click.echo(f"Site: {built.page.as_uri()}")
    sys.exit(bool(built.warnings))
