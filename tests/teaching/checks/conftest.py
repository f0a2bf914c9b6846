"""What the tests of the exercises share: the reference answer, and the untouched stub, out of the lesson's own source.

A test module keeps what `test_answers.py` tries a check with: ``WRONG = {"check_<what>": [(answer, "the culprit's
words"), …]}``, three or more for each check, as `test_every_exercise.py` sees to; in ``NEEDS`` what the check takes
besides the answer, ``{"check_<what>": lambda fixture: (…)}``; in ``HINTS`` what an untouched stub is told, if it is not
the usual sentence. A module ``right_….py`` beside it keeps right answers in many styles:
``RIGHT = {"check_<what>": [answer, …]}``. While no lesson calls a check yet, the first of its right answers stands for
the lesson's own, and a function that returns dots for the stub.
"""

import ast
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from course_lib.teaching.lessons import find_lesson, list_lessons
from course_lib.teaching.source import read_source


@dataclass(frozen=True)
class Exercise:
    """A check, the lesson that calls it (None: none yet), and the name of the answer it is called with."""

    check: str
    lesson: int | None
    name: str
    wrong: tuple
    right: tuple
    needs: Callable
    hint: str | None


def _tables(pattern, name):
    """The modules of this folder with such a file name that have a table of this name."""
    for path in sorted(Path(__file__).parent.rglob(pattern)):
        if f"\n{name} = {{" in path.read_text(encoding="utf-8"):
            spec = importlib.util.spec_from_file_location(f"answers_{path.stem}", path)
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            yield module


@cache
def list_exercises():
    """The exercises that a test module of this folder has wrong answers for."""
    right, kept = {}, {}
    for module in _tables("right_*.py", "RIGHT"):
        right |= module.RIGHT
    for module in _tables("test_*.py", "WRONG"):
        needs, hints = getattr(module, "NEEDS", {}), getattr(module, "HINTS", {})
        for check, answers in module.WRONG.items():
            parts = tuple(answers), tuple(right.get(check, ())), needs.get(check, lambda fixture: ()), hints.get(check)
            kept[check] = parts
    found = {check: (lesson.number, name) for lesson in list_lessons() for check, name in _checked(lesson)}
    places = {check: found.get(check, (None, check.removeprefix("check_"))) for check in kept}
    return [Exercise(check, *places[check], *parts) for check, parts in kept.items()]


def _checked(lesson):
    """(check, name of the answer) of each call of a check in a lesson's source."""
    for cell in read_source(lesson.source()).cells:
        for node in ast.walk(ast.parse(cell.text if cell.kind == "code" else "")):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.startswith("check_"):
                yield node.func.id, ast.unparse(node.args[0])


def _bound(code):
    """Names that a piece of code defines or assigns at its top level."""
    for node in ast.parse(code).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _first_right(name):
    """The first right answer to the exercise of this name, which no lesson has yet."""
    return next(exercise.right[0] for exercise in list_exercises() if (exercise.lesson, exercise.name) == (None, name))


def _nodes(cells, kind):
    """The statements of a kind at the top level of cells."""
    return [node for cell in cells for node in ast.parse(cell.text).body if isinstance(node, kind)]


def _answer(lesson_number, name, text_of):
    """What `name` stands for once the exercise that binds it is executed.

    All imports of the lesson come first, then the functions of the earlier exercises, which a later one may call.
    """
    cells = [cell for cell in read_source(find_lesson(lesson_number).source()).cells if cell.kind == "code"]
    found = [cell for cell in cells if "exercise" in cell.tags and name in _bound(cell.text)]
    if len(found) != 1:
        raise LookupError(f"lesson {lesson_number} has {len(found)} exercises that define '{name}', one was expected")
    earlier = [cell for cell in cells[: cells.index(found[0])] if "exercise" in cell.tags]
    needed = [*_nodes(cells, ast.Import | ast.ImportFrom), *_nodes(earlier, ast.FunctionDef)]
    namespace = {}
    exec("\n".join(map(ast.unparse, needed)), namespace)
    exec(text_of(found[0]), namespace)
    return namespace[name]


@pytest.fixture(scope="session")
def reference():
    """`reference(lesson_number, name)`: the right answer to an exercise, as the lesson's source has it."""

    def find(lesson_number, name):
        return _first_right(name) if lesson_number is None else _answer(lesson_number, name, lambda cell: cell.text)

    return cache(find)


@pytest.fixture(scope="session")
def stub():
    """`stub(lesson_number, name)`: the same exercise as a student finds it, with its holes."""

    def find(lesson_number, name):
        if lesson_number is None:
            return lambda *_: ...
        return _answer(lesson_number, name, lambda cell: cell.student_text())

    return find


def pytest_generate_tests(metafunc):
    """The fixture `exercise`: each `Exercise`; with each `right` answer; with each `wrong` one and its `culprit`."""
    if "wrong" in metafunc.fixturenames:
        cases = [(exercise, *pair) for exercise in list_exercises() for pair in exercise.wrong]
        ids = [f"{exercise.check}: {words}" for exercise, _, words in cases]
        metafunc.parametrize(("exercise", "wrong", "culprit"), cases, ids=ids)
    elif "right" in metafunc.fixturenames:
        cases = [(exercise, answer) for exercise in list_exercises() for answer in exercise.right]
        ids = [f"{exercise.check}: {getattr(answer, '__name__', type(answer).__name__)}" for exercise, answer in cases]
        metafunc.parametrize(("exercise", "right"), cases, ids=ids)
    elif "exercise" in metafunc.fixturenames:
        metafunc.parametrize("exercise", list_exercises(), ids=lambda exercise: exercise.check)


@pytest.fixture(scope="session")
def num_answers():
    """(number of right answers, number of wrong ones) of each check."""
    return {exercise.check: (len(exercise.right), len(exercise.wrong)) for exercise in list_exercises()}
