"""Every exercise: minutes, stars and a hint before it, a check of the package after it, tried with wrong answers."""

import ast
import re
from dataclasses import dataclass

import pytest

from course_lib.teaching.checks import list_checks
from course_lib.teaching.lessons import list_lessons
from course_lib.teaching.source import BEGIN, END, STUB, Cell, read_source

HEADING = re.compile(r"^### Exercise (\d+) · .+ \((\d+) minutes, (★☆☆|★★☆|★★★)\)$", re.M)
MIN_WRONG = 3
LESSONS = list_lessons()
every_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=[lesson.name for lesson in LESSONS])


@dataclass
class Exercise:
    """An exercise's cell, the text since its heading, and the code from it to the next heading or exercise."""

    cell: Cell
    text: str
    after: list[Cell]

    @property
    def checks(self):
        """Names of the package's checks that are called after the cell."""
        calls = [node for cell in self.after for node in ast.walk(ast.parse(cell.text)) if isinstance(node, ast.Call)]
        names = [call.func.id for call in calls if isinstance(call.func, ast.Name)]
        return [name for name in names if name in list_checks()]


def exercises_of(cells):
    """The exercises among a lesson's cells."""
    headings = [n for n, cell in enumerate(cells) if cell.kind == "markdown" and re.search("^#", cell.text, re.M)]
    starts = [n for n in headings if "### Exercise" in cells[n].text]
    places = [n for n, cell in enumerate(cells) if "exercise" in cell.tags]
    for place in places:
        start = max((n for n in starts if n < place), default=place)
        end = min((n for n in (*headings, *places) if n > place), default=len(cells))
        text = "\n".join(cell.text for cell in cells[start:place] if cell.kind == "markdown")
        text = text[text.find("### Exercise") :]
        yield Exercise(cells[place], text, [cell for cell in cells[place + 1 : end] if cell.kind == "code"])


def faults_of(cells):
    """What the exercises of a lesson lack, a sentence each."""
    found = list(exercises_of(cells))
    if not 2 <= len(found) <= 5:
        yield f"{len(found)} exercises, two to five are wanted"
    for number, exercise in enumerate(found, 1):
        heading = HEADING.match(exercise.text)
        if not heading:
            yield f"exercise {number} has no '### Exercise {number} · title (N minutes, ★☆☆)' before it"
        elif int(heading[1]) != number:
            yield f"exercise {number} is called {heading[1]}"
        if exercise.text.count("Hint:") != 1:
            yield f"exercise {number} has {exercise.text.count('Hint:')} hints, one is wanted"
        if len(set(exercise.checks)) != 1:
            yield f"exercise {number} is followed by the checks {exercise.checks}, one of the package is wanted"
        if fault := stub_fault(exercise.cell.student_text(), exercise.cell.text):
            yield f"exercise {number}: {fault}"


def stub_fault(student, solution):
    """Lines a student sees, in their order, must be lines of the solution; and there must be a hole."""
    given = [line for line in student.split("\n") if line.strip() != STUB]
    if len(given) == len(student.split("\n")):
        return "nothing is left for the student to write"
    rest = iter(line for line in solution.split("\n") if line.strip() not in (BEGIN, END))
    return next((f"the stub's line '{line}' is not in the solution" for line in given if line not in rest), None)


@every_lesson
def test_exercises_have_what_they_need(lesson):
    assert list(faults_of(read_source(lesson.source()).cells)) == []


@every_lesson
def test_each_check_is_tried_with_wrong_answers(lesson, num_answers):
    names = {name for exercise in exercises_of(read_source(lesson.source()).cells) for name in exercise.checks}
    assert names
    num_wrong = {name: num_answers.get(name, (0, 0))[1] for name in names}
    assert {name: count for name, count in num_wrong.items() if count < MIN_WRONG} == {}


GOOD = """### Exercise 1 · add (5 minutes, ★☆☆)
Hint: use plus."""
CODE = "def add(a, b):\n    # solution\n    return a + b\n    # end solution"


def lesson_of(text=GOOD, code=CODE, check="passed = check_merge(add)"):
    """The cells of a lesson with the same exercise twice."""
    cells = []
    for number in (1, 2):
        cells += [
            Cell("markdown", text.replace("Exercise 1", f"Exercise {number}"), (), 1),
            Cell("code", code, ("exercise",), 1),
            Cell("code", check, (), 1),
        ]
    return cells


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (lesson_of(), None),
        (lesson_of()[:3], "1 exercises, two to five"),
        (lesson_of() * 3, "6 exercises"),
        (lesson_of(GOOD.replace("5 minutes, ", "")), "has no '### Exercise 1"),
        (lesson_of(GOOD.replace("★☆☆", "★")), "has no '### Exercise 1"),
        (lesson_of(GOOD.replace("Hint: ", "")), "0 hints"),
        (lesson_of(check="print(add(1, 2))"), "followed by the checks []"),
        (lesson_of(check="passed = check_nothing(add)"), "followed by the checks []"),
        (lesson_of(check="check_merge(add), check_frozen(add)"), "one of the package"),
        (lesson_of(code=CODE.replace("# solution", "").replace("# end solution", "")), "nothing is left"),
        (lesson_of()[:3] + lesson_of()[:3], "exercise 2 is called 1"),
    ],
)
def test_what_is_missing_is_found(cells, words):
    found = list(faults_of(cells))
    assert (found == []) if words is None else any(words in fault for fault in found)


def test_a_stub_that_drifts_from_its_solution_is_found():
    solution = "def add(a, b):\n    c = a\n    # solution\n    return c + b\n    # end solution"
    student = f"def add(a, b):\n    c = a\n    {STUB}"
    assert stub_fault(student, solution) is None
    assert "'def add(a, c):'" in stub_fault(student.replace("(a, b)", "(a, c)"), solution)
    assert "is not in the solution" in stub_fault(f"    c = a\ndef add(a, b):\n    {STUB}", solution)
