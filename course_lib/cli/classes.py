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
@click.option("--open-solutions", is_flag=True, help="Show a solution to a student whose own answer passes its test.")
def assign(lessons, out, profile, open_solutions):
    """Turn LESSONS into assignments, e.g. 'course assign 03 --out my_class'.

    Each exercise's check becomes a graded test, with a point for each star. The notebook for students is written below
    my_class/release. The notebook with solutions, below my_class/source, is yours to edit; then run the same
    command again.
    """
    from course_lib.sweeps.profiles import LESSON_PROFILES, check_profile
    from course_lib.teaching import find_lesson, release, write_assignment

    parameters = {"profile": profile} if profile and check_profile(profile, LESSON_PROFILES) else {}
    for lesson in [find_lesson(name) for name in lessons]:
        if not write_assignment(lesson, out, parameters=parameters):
            click.echo(f"{lesson.name}: your edited version is kept; delete it to write it again", err=True)
        click.echo(f"{lesson.name}: hand out {release(out, lesson.name, open_solutions=open_solutions)}")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("lessons", nargs=-1)
@click.option(
    "--cell-seconds", type=click.IntRange(min=1), default=120, show_default=True, help="Longest time of one cell."
)
@click.option(
    "--memory-mb", type=click.IntRange(min=500), default=6000, show_default=True, help="Most memory of a submission."
)
@JSON
def grade(folder, lessons, cell_seconds, memory_mb, as_json):
    """Grade the submissions in FOLDER/submitted/STUDENT; write points and a feedback page for each student.

    Points are in grades.csv, and for learning platforms in marks_moodle.csv and marks_canvas.csv. A notebook is
    recognised by its cells, whatever its file is called. If LESSONS (e.g. 02) are named, only these are graded. A
    submission that cannot be graded does not stop the others; the exit code is then 1. After Ctrl-C or SIGTERM the
    files have the grades so far.
    """
    from dataclasses import asdict

    from course_lib.interruption import kept
    from course_lib.teaching import Limits, find_lesson, limits_in_words
    from course_lib.teaching import grade as grade_class

    done = []

    def say(grade):
        if not done:
            click.echo(f"Students' code runs with: {cell_seconds} s a cell, {limits_in_words(memory_mb)}", err=True)
        done.append(grade)
        points = grade.fault or f"{grade.score:g} of {grade.max_score:g}"
        notes = "".join(f" ({note})" for note in grade.notes)
        click.echo(f"{grade.assignment or 'not recognised'} {grade.student}: {points}{notes}", err=as_json)

    def note():
        points = f", their points are in {folder / 'grades.csv'}" if done else ""
        return f"{len(done)} submissions were graded{points}; the same command grades all again"

    limits = Limits(cell_s=cell_seconds, lost_s=cell_seconds * 1.25, memory_mb=memory_mb)
    names = [find_lesson(name).name for name in lessons]
    with kept(note):
        grades = grade_class(folder, names, progress=say, limits=limits)
    if as_json:
        click.echo(json.dumps([asdict(grade) for grade in grades]))
    click.echo(f"Points: {folder / 'grades.csv'}, pages for students: {folder / 'feedback'}", err=True)
    sys.exit(any(grade.score is None for grade in grades))
