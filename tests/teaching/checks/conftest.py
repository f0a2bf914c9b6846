"""What the tests of the exercises share: the reference answer, and the untouched stub, out of the lesson's own source.

A test module keeps its wrong answers in ``WRONG = {"check_<what>": [(answer, "the culprit's words"), …]}``, three or
more for each check; `test_every_exercise.py` counts them.
"""

import ast

import pytest

from course_lib.teaching.lessons import find_lesson
from course_lib.teaching.source import read_source


def _bound(code):
    """Names that a piece of code defines or assigns at its top level."""
    for node in ast.parse(code).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _answer(lesson_number, name, text_of):
    """Execute the exercise that binds `name`, after all imports of its lesson, and return what the name stands for."""
    cells = [cell for cell in read_source(find_lesson(lesson_number).source()).cells if cell.kind == "code"]
    found = [cell for cell in cells if "exercise" in cell.tags and name in _bound(cell.text)]
    if len(found) != 1:
        raise LookupError(f"lesson {lesson_number} has {len(found)} exercises that define '{name}', one was expected")
    imports = [
        node for cell in cells for node in ast.parse(cell.text).body if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    namespace = {}
    exec("\n".join(map(ast.unparse, imports)), namespace)
    exec(text_of(found[0]), namespace)
    return namespace[name]


@pytest.fixture(scope="session")
def reference():
    """`reference(lesson_number, name)`: the right answer to an exercise, as the lesson's source has it."""
    return lambda lesson_number, name: _answer(lesson_number, name, lambda cell: cell.text)


@pytest.fixture(scope="session")
def stub():
    """`stub(lesson_number, name)`: the same exercise as a student finds it, with its holes."""
    return lambda lesson_number, name: _answer(lesson_number, name, lambda cell: cell.student_text())


def pytest_generate_tests(metafunc):
    """The fixture `seeded`: each (check's name, wrong answer, culprit's words) of the module's `WRONG`."""
    if "seeded" in metafunc.fixturenames:
        wrong = metafunc.module.WRONG
        cases = [(check, answer, words) for check, answers in wrong.items() for answer, words in answers]
        metafunc.parametrize("seeded", cases, ids=[f"{check}: {words}" for check, _, words in cases])
