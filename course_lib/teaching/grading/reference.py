"""The instructor's own run of an assignment, and each test of it on the answers of a student.

Only the instructor's notebook runs in this process. A student's function is replaced by one that calls it in the
student's process; so nothing that a student does there reaches a check.
"""

import ast
import builtins
import contextlib
import copy
import io
import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import FunctionType, ModuleType

from course_lib.errors import need
from course_lib.teaching.grading.answers import Reply, UnreadableError
from course_lib.teaching.grading.cells import name_of, names_defined
from course_lib.teaching.grading.fresh import fresh_checks
from course_lib.teaching.grading.student import StoppedError, StudentKernel

_IMPORTS = (ast.Import, ast.ImportFrom)
_READABLE = "return numbers, text, lists, arrays, tensors, or networks and optimisers of PyTorch's own classes"


@dataclass
class Test:
    """A graded test of the instructor's notebook, and the state of the lesson before it."""

    grade_id: str = ""
    points: float = 0.0
    title: str = ""  # of the exercise, e.g. "Exercise 1 · merge"
    solutions: list[str] = field(default_factory=list)  # grade ids of the exercise cells that it tests
    answers: set[str] = field(default_factory=set)  # names that these cells define
    cells: list[str] = field(default_factory=list)  # code from the exercise to the test
    start: int = 0  # index of the cell at whose end the state is kept; -1: before the first cell
    scope: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """Result of a test on one student's answers."""

    passed: bool
    said: str = ""  # what the checks printed
    reason: str = ""  # why it did not pass, in words
    by_hand: bool = False  # whether the answer is of a class that is not read, and may be right


def find_tests(notebook) -> list[Test]:
    """Find the graded tests of an assignment, each with the cells from its exercise to it."""
    tests, test, title = [], Test(start=-1), ""
    for index, cell in enumerate(notebook["cells"]):
        mark, code = cell["metadata"].get("nbgrader", {}), cell["source"]
        if cell["cell_type"] == "markdown":
            title = exercise_title(code) or title
        elif mark.get("solution"):
            test.solutions.append(mark["grade_id"])
            test.answers |= names_defined(_tree(code).body)
            test.cells, test.start = [], index
        elif mark.get("grade"):
            test.start = test.start if test.solutions else index - 1
            test.cells = [*_needed(test, code), code] if test.solutions else [code]
            test.grade_id, test.points, test.title = mark["grade_id"], mark["points"], title or mark["grade_id"]
            tests.append(test)
            test = Test(start=index)
        elif cell["cell_type"] == "code":
            test.cells.append(code)
    return tests


def _needed(test: Test, code: str) -> list[str]:
    """Cells between an exercise and its test that have a variable in common with the test, directly or by others.

    The rest need not call the student's function again, e.g. a cell that applies it to thousands of images.
    """
    tree, kept = _tree(code), []
    own = {alias.asname or alias.name for node in ast.walk(tree) if isinstance(node, _IMPORTS) for alias in node.names}
    names = _names(tree) - own - test.answers
    for cell in reversed(test.cells):
        if (mine := _names(_tree(cell)) - test.answers) & names:
            kept.insert(0, cell)
            names |= mine
    return kept


def _names(tree: ast.AST) -> set[str]:
    """Names that code reads, sets, defines or imports."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    imports = [node for node in ast.walk(tree) if isinstance(node, _IMPORTS)]
    return names | {alias.asname or alias.name.partition(".")[0] for node in imports for alias in node.names}


def run_reference(notebook) -> list[Test]:
    """Run the instructor's notebook, solutions included, and keep the state before each graded test.

    Raises:
        ValueError: a solution does not pass its own test; the message names the first cell that fails.
    """
    tests = find_tests(notebook)
    os.environ.setdefault("MPLBACKEND", "agg")  # no windows
    scope = {"__name__": "__main__", "__builtins__": builtins}
    graded, fault = {test.grade_id for test in tests}, ""
    with _captured():
        _keep(tests, -1, scope)
        for index, cell in enumerate(notebook["cells"]):
            name = name_of(cell) or f"number {index + 1}"
            failed = _failure(cell["source"], scope, name) if cell["cell_type"] == "code" else ""
            fault = fault or failed
            if failed and name in graded:
                raise ValueError(f"the instructor's own cell {fault}: mend the source, or choose another profile")
            _keep(tests, index, scope)
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
    return tests


def _failure(code: str, scope: dict, name: str) -> str:
    """Run an instructor's cell; returns its error in words, or an empty string."""
    try:
        _execute(code, scope)
    except Exception as error:
        return f"{name} fails ({type(error).__name__}: {error})"
    return ""


def _keep(tests: list[Test], index: int, scope: dict) -> None:
    for test in tests:
        if test.start == index:
            test.scope = _copy(scope, test.cells)


def run_test(test: Test, kernel: StudentKernel) -> Outcome:
    """Run a test, with calls into the student's process in place of the instructor's answers."""
    answers = _Answers(kernel)
    with kernel.calls(), fresh_checks(), _captured() as printed:
        scope = _copy(test.scope, test.cells)
        try:
            answers.put(scope, test.answers)
            for code in test.cells:
                _execute(code, scope)
            return Outcome(True, printed.getvalue())
        except (Exception, SystemExit) as error:
            said = printed.getvalue()
            return Outcome(False, said, answers.fault or _reason(error, said), answers.by_hand)


class _Answers:
    """The answers of one student to one test, and why they could not be had."""

    def __init__(self, kernel: StudentKernel):
        self._kernel = kernel
        self.fault = ""
        self.by_hand = False

    def put(self, scope: dict, names: set[str]) -> None:
        """Replace the instructor's answers by the student's: values as they are, functions as calls."""
        for name in sorted(names):
            reply = self.ask(lambda name=name: self._kernel.value(name))
            if reply.kind == "missing":
                self.fault = f"`{name}` is not defined: write it in the exercise's cell"
                raise NameError(self.fault)
            scope[name] = self._remote(name) if reply.kind == "function" else reply.content

    def _remote(self, name: str) -> Callable:
        def remote(*args: object, **kwargs: object) -> object:
            reply = self.ask(lambda: self._kernel.call(name, args, kwargs))
            if reply.kind == "value":
                return reply.content
            raise _exception(str(reply.kind), str(reply.content))

        remote.__name__ = remote.__qualname__ = name
        return remote

    def ask(self, call: Callable[[], Reply]) -> Reply:
        """Ask the student's process, but not again after a fault: a check may try many cases."""
        if self.fault:
            raise RuntimeError(self.fault)
        try:
            reply = call()
            if reply.kind == "unreadable":
                raise UnreadableError(reply.content)
            return reply
        except StoppedError as error:
            self.fault = str(error)
        except UnreadableError as error:
            self.fault, self.by_hand = f"the answer cannot be graded: {error}; {_READABLE}", True
        raise RuntimeError(self.fault)


def _exception(name: str, message: str) -> BaseException:
    """An exception like the student's, which a check may name; an interrupt becomes a class of its own."""
    found = getattr(builtins, name, None)
    is_plain = isinstance(found, type) and issubclass(found, Exception | SystemExit)
    is_plain = is_plain and not issubclass(found, UnicodeError | ExceptionGroup)  # they take other arguments
    return found(message) if is_plain else type(name, (Exception,), {})(message)


def _reason(error: BaseException, said: str) -> str:
    """Why a test did not pass, in words: what the check says, or the error."""
    faults = [line[1:].strip() for line in said.splitlines() if line.startswith("✘")]
    if isinstance(error, AssertionError):
        return "\n".join(faults) or str(error) or "the answer does not pass the test"
    return f"the test stops with {type(error).__name__}: {error}"


def exercise_title(text: str) -> str:
    """Heading of an exercise without its minutes and stars, e.g. "Exercise 1 · merge"; empty if there is none."""
    found = re.findall(r"^#+ +(.*exercise.*)$", text, re.I | re.M)
    return found[-1].partition(" (")[0].strip() if found else ""


def _tree(code: str) -> ast.Module:
    return ast.parse(need("IPython.core.inputtransformer2", "lab").TransformerManager().transform_cell(code))


def _execute(code: str, scope: dict) -> None:
    exec(compile(_tree(code), "<assignment>", "exec", optimize=0), scope)  # with `assert` also under python -O


def _copy(scope: dict, cells: list[str]) -> dict:
    """Variables in a dictionary of their own: what the cells use is copied, functions look names up in it."""
    copied, memo = dict(scope), {}
    for name in _used_names(scope, cells):
        if not isinstance(scope[name], ModuleType | FunctionType | type):
            with contextlib.suppress(Exception):  # what cannot be copied is shared
                copied[name] = copy.deepcopy(scope[name], memo)
    home = scope.get("__scope__", scope)
    for name, value in scope.items():
        if isinstance(value, FunctionType) and value.__globals__ is home:
            copied[name] = FunctionType(value.__code__, copied, name, value.__defaults__, value.__closure__)
            copied[name].__kwdefaults__ = value.__kwdefaults__
    copied["__scope__"] = copied
    return copied


def _used_names(scope: dict, cells: list[str]) -> set[str]:
    """Variables that the cells use, directly or through functions of the notebook."""
    waiting = {node.id for code in cells for node in ast.walk(_tree(code)) if isinstance(node, ast.Name)}
    found: set[str] = set()
    while waiting := (waiting & scope.keys()) - found:
        found |= waiting
        functions = [scope[name] for name in waiting if isinstance(scope[name], FunctionType)]
        waiting = {name for function in functions for name in _code_names(function.__code__)}
    return found


def _code_names(code) -> set[str]:
    inner = [part for part in code.co_consts if hasattr(part, "co_names")]
    return set(code.co_names).union(*map(_code_names, inner))


@contextlib.contextmanager
def _captured() -> Iterator[io.StringIO]:
    """Text printed in the block; messages to stderr are dropped."""
    text = io.StringIO()
    with contextlib.redirect_stdout(text), contextlib.redirect_stderr(io.StringIO()):
        yield text
