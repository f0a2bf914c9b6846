"""Commands for classes: write a lesson as an assignment, grade submissions."""

import json
import sys
from pathlib import Path

import click

from course_lib.cli.options import JSON


@click.command()
@click.argument("lessons", nargs=-1, required=True)
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="Folder of the class; made if it is missing."
)
@click.option("--profile", help="Profile at which submissions are graded; default: the lesson's own.")
def assign(lessons, out, profile):
    """Turn LESSONS into assignments, e.g. 'course assign 03 --out my_class'.

    Each exercise's check becomes a graded test, with a point for each star. The notebook for students is written below
    my_class/release. The notebook with solutions, below my_class/source, is yours to edit; then run the same
    command again.
    """
    from course_lib.sweeps.profiles import check_profile
    from course_lib.teaching import find_lesson, release, write_assignment

    parameters = {"profile": profile} if profile and check_profile(profile) else {}
    for lesson in [find_lesson(name) for name in lessons]:
        if not write_assignment(lesson, out, parameters=parameters):
            click.echo(f"{lesson.name}: your edited version is kept; delete it to write it again", err=True)
        click.echo(f"{lesson.name}: hand out {release(out, lesson.name)}")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("lessons", nargs=-1)
@JSON
def grade(folder, lessons, as_json):
    """Grade the submissions in FOLDER/submitted/STUDENT/LESSON; write grades.csv and a feedback page for each student.

    If LESSONS (e.g. 02) are named, only these are graded. A submission that cannot be graded does not stop the others;
    the exit code is then 1. After Ctrl-C or SIGTERM grades.csv has the grades so far.
    """
    from dataclasses import asdict

    from course_lib.interruption import kept
    from course_lib.teaching import find_lesson
    from course_lib.teaching import grade as grade_class

    done = []

    def say(grade):
        done.append(grade)
        points = grade.fault or f"{grade.score:g} of {grade.max_score:g}"
        click.echo(f"{grade.assignment} {grade.student}: {points}", err=as_json)

    def note():
        points = f", their points are in {folder / 'grades.csv'}" if done else ""
        return f"{len(done)} submissions were graded{points}; the same command grades all again"

    with kept(note):
        grades = grade_class(folder, [find_lesson(name).name for name in lessons], progress=say)
    if as_json:
        click.echo(json.dumps([asdict(grade) for grade in grades]))
    click.echo(f"Points: {folder / 'grades.csv'}, pages for students: {folder / 'feedback'}", err=True)
    sys.exit(any(grade.score is None for grade in grades))
