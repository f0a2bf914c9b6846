"""Commands for students: how far they have come, and starting a lesson anew."""

import json

import click

from course_lib.cli.options import JSON


@click.command()
@JSON
def status(as_json):
    """Show your guesses, passed exercises and lessons gone through, and what to do next.

    Notebooks record it while you work in your copies of the lessons. Your first guess of a quantity counts.
    """
    from course_lib.paths import user_dir
    from course_lib.teaching import lesson_rows, rows_as_text

    rows = lesson_rows()
    for row in rows:
        if row["fault"]:
            click.echo(f"{row['lesson']}: {row['fault']}", err=True)
    click.echo(json.dumps(rows) if as_json else rows_as_text(rows))
    click.echo(f"Recorded in {user_dir() / 'progress'}", err=True)


@click.command()
@click.argument("lessons", nargs=-1, required=True)
def reset(lessons):
    """Make your copies of LESSONS new, e.g. 'course reset 03', and forget what is recorded of them.

    Your former copy is kept beside the new one, as 03_from_scratch.backup-1.ipynb (or the next free number).
    """
    from course_lib.teaching import find_lesson, reset_lesson

    for lesson in [find_lesson(name) for name in lessons]:
        done = reset_lesson(lesson)
        if done.backup:
            said = f"{done.copy} is new; your former copy is {done.backup}"
            said += ". If it is open in JupyterLab, choose File → Reload Notebook from Disk"
        else:
            said = f"{done.copy} is as delivered"
        if done.record_backup:
            said += f". Its record is forgotten, and kept as {done.record_backup}"
        click.echo(f"{said}.")
