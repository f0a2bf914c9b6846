"""`course status`: how far a student has come in each lesson, and what to do next."""

import ast
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from course_lib.teaching.lessons import Lesson, list_lessons
from course_lib.teaching.prediction import distance, judge, range_text
from course_lib.teaching.progress import Guess, Progress, read_progress, record_file
from course_lib.teaching.source import Source, read_source

_HEADING = re.compile(r"^#+ (Exercise .*?)(?: \(\d+ minutes.*)?$", re.M)


def lesson_rows(lessons: Iterable[Lesson] | None = None, *, notebooks: Path | None = None) -> list[dict]:
    """What is recorded of each lesson: its guesses and exercises, whether it was gone through, what is next.

    Args:
        lessons: all by default.
        notebooks: folder with the lessons' sources; the course's own if None.

    Returns:
        JSON-ready rows with `lesson`, `title`, `started`, `guesses` (`quantity`, `guess` as [low, high] or None,
        `measured`, `off_by` as guess minus measurement, 0 inside a range, and `verdict`), `exercises` (`name`,
        `title`, `passed`), `finished`, `next` (None if nothing is left) and `fault` of the record, or None.

    Raises:
        FileNotFoundError: no lessons. MissingExtraError: the extra `lab` is missing.
    """
    chosen = list_lessons(notebooks) if lessons is None else lessons
    return [_row(lesson, read_source(lesson.source(notebooks))) for lesson in chosen]


def _row(lesson: Lesson, source: Source) -> dict:
    progress, fault = _read(lesson)
    guesses = [_guess_row(quantity, progress.guesses.get(quantity)) for quantity in _quantities(source)]
    exercises = [
        {"name": name, "title": title, "passed": name in progress.passed} for name, title in _exercises(source)
    ]
    row = {
        "lesson": lesson.name,
        "title": lesson.title,
        "started": bool(progress.guesses or progress.passed or progress.finished),
        "guesses": guesses,
        "exercises": exercises,
        "finished": progress.finished,
    }
    return row | {"next": _next(row), "fault": fault}


def _read(lesson: Lesson) -> tuple[Progress, str | None]:
    try:
        progress = read_progress(lesson.name)
    except OSError as error:
        return Progress(), f"its record {record_file(lesson.name)} cannot be read ({error.strerror or error})"
    if progress.num_damaged:
        remedy = f"'course reset {lesson.number:02d}' starts lesson and record anew"
        lines = "line" if progress.num_damaged == 1 else "lines"
        where = f"{progress.num_damaged} {lines} of its record {record_file(lesson.name)}"
        return progress, f"{where} cannot be read: {remedy}"
    return progress, None


def _guess_row(quantity: str, guess: Guess | None) -> dict:
    if guess is None:
        return {"quantity": quantity, "guess": None, "measured": None, "off_by": None, "verdict": None}
    ends = (guess.low, guess.high)
    return {
        "quantity": quantity,
        "guess": list(ends),
        "measured": guess.measured,
        "off_by": distance(ends, guess.measured),
        "verdict": judge(ends, guess.measured),
    }


def _next(row: dict) -> str | None:
    """First thing left to do in a lesson, in the order of working through it."""
    if not row["started"]:
        return "open it ('course lab') and make your guess"
    if missing := [guess["quantity"] for guess in row["guesses"] if guess["guess"] is None]:
        return f"guess “{missing[0]}” and compare it"
    if open_ones := [exercise["title"] for exercise in row["exercises"] if not exercise["passed"]]:
        return open_ones[0]
    return None if row["finished"] else "run it to its last cell"


def _quantities(source: Source) -> list[str]:
    """What the lesson asks guesses for, in order."""
    found = []
    for cell in source.cells:
        if cell.kind == "code" and "Prediction(" in cell.text:
            calls = [node for node in ast.walk(ast.parse(cell.text)) if isinstance(node, ast.Call) and node.args]
            calls = [node for node in calls if ast.unparse(node.func) == "Prediction"]
            found += [ast.literal_eval(node.args[0]) for node in sorted(calls, key=lambda node: node.lineno)]
    return found


def _exercises(source: Source) -> list[tuple[str, str]]:
    """(name that the student defines, title) of each exercise, in order."""
    found, title = [], ""
    for cell in source.cells:
        if cell.kind == "markdown":
            title = [title, *_HEADING.findall(cell.text)][-1]
        elif "exercise" in cell.tags:
            found.append((_defined_name(cell.text), title))
    return found


def _defined_name(code: str) -> str:
    """Name of the function that a cell defines, or else of its first variable."""
    body = ast.parse(code).body
    functions = [node.name for node in body if isinstance(node, ast.FunctionDef)]
    return (functions + [ast.unparse(node.targets[0]) for node in body if isinstance(node, ast.Assign)] + [""])[0]


def rows_as_text(rows: Sequence[dict]) -> str:
    """The rows as a table for a terminal, with the guesses below each lesson and one line on what to do next."""
    width = max(len(_label(row)) for row in rows)
    lines = [f"{'lesson':<{width}}  guesses  exercises  to the end"]
    for row in rows:
        guessed = sum(guess["guess"] is not None for guess in row["guesses"])
        passed = sum(exercise["passed"] for exercise in row["exercises"])
        counts = f"{guessed} of {len(row['guesses'])}", f"{passed} of {len(row['exercises'])}"
        lines.append(f"{_label(row):<{width}}  {counts[0]:<7}  {counts[1]:<9}  {'yes' if row['finished'] else 'no'}")
        lines += [f"    {_guess_text(guess)}" for guess in row["guesses"] if guess["guess"] is not None]
    return "\n".join([*lines, "", _next_text(rows)])


def _label(row: dict) -> str:
    return f"{row['lesson'][:2]} {row['title']}"


def _guess_text(guess: dict) -> str:
    guessed = range_text(tuple(guess["guess"]))
    return f"{guess['quantity']}: guessed {guessed}, measured {guess['measured']:.4g}: {guess['verdict']}"


def _next_text(rows: Sequence[dict]) -> str:
    """What to do next: in a lesson that was begun, or else in the first one that was not."""
    left = [row for row in rows if row["next"]]
    if not left:
        return "Next: nothing is left, all lessons are done."
    row = next((row for row in left if row["started"]), left[0])
    return f"Next: lesson {_label(row)}: {row['next']}."
