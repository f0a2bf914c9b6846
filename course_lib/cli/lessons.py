"""Commands for lessons: run them, open them, build them, and check this machine."""

import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from course_lib.cli.options import DATA, JSON, PROFILE, SEEDS


def _say(line: str) -> None:
    click.echo(line, err=True)


def _fingerprint(data: str | None, lessons: Sequence, profile: str) -> str | None:
    """Fingerprint of the images that all lessons used; None if lessons used their own, or if they could not be read."""
    from course_lib.data.sources import load_images
    from course_lib.sweeps.studies import document_profiles

    documents = [lesson.document for lesson in lessons if lesson.document]
    if data is None or not documents:
        return None
    size = document_profiles(documents[0])[profile].size
    try:
        return load_images(data, size=size, progress=False).fingerprint
    except (ValueError, OSError):
        return None


def _claims(**about) -> dict:
    """Verdicts for the report, or the error that prevented them: it must not cost a report of hours of lessons."""
    from course_lib.analysis.claims import check_claims

    try:
        return {"claims": [verdict.row() for verdict in check_claims(**about)]}
    except (ValueError, OSError) as error:
        _say(f"course: the documents' claims were not tested: {error}")
        return {"claims_error": str(error)}


@click.command()
@click.argument("lessons", nargs=-1)
@PROFILE
@DATA
@SEEDS
@click.option("--out", type=click.Path(path_type=Path), default=Path("report"), help="Folder of the report.")
def run(lessons, profile, data, seeds, out):
    """Run LESSONS (all by default), e.g. 'course run 02 05', and write an HTML report.

    A lesson that fails does not stop the others; the exit code is 1 if any did. After Ctrl-C or SIGTERM the report is
    of the lessons that came to their end.
    """
    from course_lib.data.sources import describe, with_absolute_path
    from course_lib.interruption import kept
    from course_lib.sweeps.profiles import LESSON_PROFILES, check_profile
    from course_lib.teaching import find_lesson, list_lessons, run_lessons, write_report

    check_profile(profile, LESSON_PROFILES)
    started = datetime.now()
    if data:
        data = with_absolute_path(data)  # lessons run in the report's folder
        describe(data)  # refuse an unknown name before the first lesson starts
    chosen = [find_lesson(name) for name in lessons] or list_lessons()
    about, results = {"profile": profile, "data": data, "seeds": seeds}, []
    with kept(lambda: _report_so_far(results, len(chosen), out, started=started, **about)):
        run_lessons(chosen, out_dir=out, progress=_say, on_result=results.append, **about)
    about |= _claims(**about)
    about |= {"started": started, "fingerprint": _fingerprint(data, chosen, profile)}
    page = write_report(results, out, **about)
    click.echo(f"Report: {page.resolve().as_uri()}")
    sys.exit(any(result.status != "ok" for result in results))


def _report_so_far(results, planned, out, **about):
    """Write the report of the lessons that came to their end before an interrupt, and say where it is."""
    from course_lib.teaching import write_report

    if not results:
        return "no lesson was finished"
    page = write_report(results, out, claims_error="the run was interrupted", **about)
    return f"{len(results)} of {planned} lessons were finished, their report is {page}"


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def lab(options):
    """Open the lessons in JupyterLab; OPTIONS go to JupyterLab, e.g. 'course lab --no-browser'.

    If the course is installed as a package, the lessons are first copied into your own folder; files there are never
    overwritten.
    """
    from course_lib.interruption import kept
    from course_lib.teaching.lab import open_lab, student_folder

    folder = student_folder()
    _say(f"Your lessons are in {folder}")
    with kept(lambda: f"JupyterLab and its kernels have ended, saved notebooks are in {folder}"):
        open_lab(folder, options)


@click.command()
@click.argument("lessons", nargs=-1)
@click.option("--check", is_flag=True, help="Change nothing; exit 1 if anything is out of date.")
@click.option("--no-execute", is_flag=True, help="Write the notebooks, but do not run the solutions.")
def build(lessons, check, no_execute):
    """Build student copies and executed solutions from notebooks/source, for LESSONS (e.g. 03 05) or for all."""
    from course_lib.paths import shipped_dir
    from course_lib.teaching import build as build_lessons
    from course_lib.teaching import missing_files, update_cover, update_instructors, update_readme

    problems = build_lessons(lessons or None, check=check, execute=not no_execute, progress=click.echo)
    readme = shipped_dir("notebooks").parent / "README.md"
    problems += update_readme(readme, check=check) + update_cover(readme, check=check)
    problems += update_instructors(check=check)
    if check:
        problems += missing_files(shipped_dir("notebooks").parent)
    for problem in problems:
        click.echo(problem, err=True)
    sys.exit(bool(problems))


@click.command()
@JSON
def doctor(as_json):
    """Check whether this machine is ready; paste the answer into a bug report."""
    from course_lib.teaching import checks_as_text, run_checks

    rows = run_checks()
    click.echo(json.dumps(rows) if as_json else checks_as_text(rows))
    sys.exit(any(row["status"] == "fail" for row in rows))
