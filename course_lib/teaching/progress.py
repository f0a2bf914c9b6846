"""A student's progress: guesses, passed exercises, finished lessons; the kernel records it in the user's folder.

A record is one line of JSON, so kernels that write at once keep all of them, and a damaged line costs that line only.
"""

import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from course_lib.paths import shipped_dir, user_dir
from course_lib.teaching import guesses

SWITCH = "COURSE_PROGRESS"  # environment variable; "off": nothing is recorded
_CELL = re.compile(r"^# %%", re.M)
_OTHER_CELL = re.compile(r"[^\n]*(\[markdown\]|\"exercise\"|\"solution-only\")")


@dataclass
class Guess:
    """A student's first guess of a quantity."""

    low: float
    high: float
    measured: float  # at the last comparison of this guess


@dataclass
class Progress:
    """What is recorded of one lesson."""

    guesses: dict[str, Guess] = field(default_factory=dict)  # by quantity
    passed: set[str] = field(default_factory=set)  # names of exercises whose check said yes once
    finished: bool = False  # whether the last cell ran, after all guesses were given
    num_damaged: int = 0  # lines that cannot be read


class _Lesson:
    """The lesson that this kernel works on."""

    name: str | None = None
    last_cell: str = ""
    watches: bool = False  # whether the kernel reports each cell


def record_file(lesson: str) -> Path:
    """File of a lesson's records; it need not exist."""
    return user_dir() / "progress" / f"{lesson}.jsonl"


def begin(quantity: str | None) -> None:
    """Record from now on what this kernel does for the lesson that asks for the quantity; nothing if None.

    Nothing is recorded outside a notebook, in a lesson that the course does not know, or with ``COURSE_PROGRESS=off``.
    """
    _Lesson.name = None
    shell = _notebook_shell()
    if quantity is None or shell is None or os.environ.get(SWITCH, "").lower() == "off":
        return
    _Lesson.name, _Lesson.last_cell = _find_lesson(quantity)
    if _Lesson.name and not _Lesson.watches:
        shell.events.register("post_run_cell", _after_cell)
        _Lesson.watches = True


def record(**facts: object) -> None:
    """Write a record for the present lesson, if any; a folder that cannot be written costs the record, no error."""
    if _Lesson.name is None:
        return
    try:
        path = record_file(_Lesson.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(f"\n{json.dumps(facts)}\n".encode())  # after a line that was cut off, too
    except (OSError, ValueError, TypeError):
        return


def read_progress(lesson: str) -> Progress:
    """Read the records of a lesson; empty if there are none.

    Raises:
        OSError: there are some, and they cannot be read.
    """
    try:
        lines = record_file(lesson).read_bytes().splitlines()
    except FileNotFoundError:
        lines = []
    progress = Progress()
    for line in filter(bytes.strip, lines):
        try:
            _add(progress, json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            progress.num_damaged += 1
    return progress


def _add(progress: Progress, facts: dict) -> None:
    if "guess" in facts:
        low, high = map(float, facts["value"])
        first = progress.guesses.setdefault(str(facts["guess"]), Guess(low, high, float(facts["measured"])))
        if (first.low, first.high) == (low, high):
            first.measured = float(facts["measured"])
    elif "exercise" in facts:
        if facts["passed"] is True:
            progress.passed.add(str(facts["exercise"]))
    elif facts["finished"] is True:
        progress.finished = True


def _find_lesson(quantity: str) -> tuple[str | None, str]:
    """Name of the lesson that asks for a quantity and the text of its last given code cell; (None, "") if none does."""
    try:
        for path in sorted(shipped_dir("notebooks").glob("source/*.py")):
            text = path.read_text(encoding="utf-8")
            if f'"{quantity}"' in text and "Prediction(" in text:
                return path.stem, _last_cell(_CELL.split(text)[1:])
    except OSError:
        pass
    return None, ""


def _last_cell(cells: Iterable[str]) -> str:
    given = [cell for cell in cells if not _OTHER_CELL.match(cell)]
    return given[-1].partition("\n")[2].strip() if given else ""


def _after_cell(result) -> None:
    """Called by IPython after each cell: the last one of the lesson ends it, unless a guess is missing."""
    text = getattr(getattr(result, "info", None), "raw_cell", None) or ""
    if _Lesson.name and result.success and text.strip() == _Lesson.last_cell and not guesses.hidden_sentence():
        record(finished=True)


def _notebook_shell():
    """IPython's shell if this process is the kernel of a notebook, else None."""
    from IPython import get_ipython

    shell = get_ipython()
    return shell if getattr(shell, "kernel", None) else None
