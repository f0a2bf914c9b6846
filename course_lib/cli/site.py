"""The command that builds the web site of the lessons."""

import sys
from functools import partial
from pathlib import Path

import click


@click.command()
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("build/site"), show_default=True, help="Folder of the site."
)
@click.option("--repository", metavar="OWNER/NAME", help="Repository on GitHub; adds links to Colab and to it.")
@click.option("--no-sliders", is_flag=True, help="Show still pictures instead of sliders; no lesson runs then.")
def site(out, repository, no_sliders):
    """Build the web site of all lessons, offline, from their executed solutions.

    Lessons with sliders run once more, a minute or two in all: the page shows pictures that are drawn in advance.

    The exit code is 1 if Sphinx warns of a mistake in a page (a broken link, a formula that cannot be read).
    """
    from course_lib.teaching import build_site

    say = partial(click.echo, err=True)
    built = build_site(out, repository=repository, sliders=not no_sliders, progress=say)
    for warning in built.warnings:
        click.echo(warning, err=True)
    click.echo(f"Site: {built.page.as_uri()}")
    sys.exit(bool(built.warnings))
