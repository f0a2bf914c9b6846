"""Lesson sources: a strict parser of percent scripts with solutions, which reports every fault with file and line."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from course_lib.errors import need

MAX_LINES = 25  # greatest length of a code cell
MIN_CHECKED = 2  # cells whose output nbval compares
PARAMETERS = ("profile", "data", "seeds")
KNOWN_TAGS = frozenset(
    {"parameters", "exercise", "solution-only", "checked", "report", "hide-input", "nbval-skip", "nbval-ignore-output"}
)
BEGIN, END = "# solution", "# end solution"
STUB = "...  # your code here"
HIDE, REVEAL = "\nreveal = False", "\nreveal = True"  # in the parameters cell: of students, of solutions
_CELL_START = re.compile(r"# ?%%(\s|$)")
_NEAR_MARKER = re.compile(
    r"[#\s]*(begin|start|end)?[\s_-]*(of)?[\s_-]*(the)?[\s_-]*solutions?[\s_-]*(begin|end)?[.:\s]*", re.I
)


@dataclass(frozen=True)
class Cell:
    """One cell of a lesson source."""

    kind: str  # "markdown" or "code"
    text: str
    tags: tuple[str, ...]
    line: int  # of its first line of text in the source file, 1-based

    @property
    def lines(self) -> list[str]:
        """Lines of the text."""
        return self.text.split("\n")

    def solution_text(self) -> str:
        """The text in the executed solution: answers are shown without a guess."""
        return self.text.replace(HIDE, REVEAL, 1) if "parameters" in self.tags else self.text

    def student_text(self) -> str:
        """The text with each marked solution replaced by one stub line at the marker's indentation."""
        if "exercise" not in self.tags:
            return self.text
        kept, inside = [], False
        for line in self.lines:
            if line.strip() == BEGIN:
                inside = True
                kept.append(line[: len(line) - len(line.lstrip())] + STUB)
            elif line.strip() == END:
                inside = False
            elif not inside:
                kept.append(line)
        return "\n".join(kept)


@dataclass(frozen=True)
class Source:
    """A parsed lesson source and its faults."""

    path: Path
    cells: tuple[Cell, ...]
    problems: tuple[str, ...]  # "05_x.py:31: what is wrong, what to do"


def read_source(path: Path) -> Source:
    """Read a percent script.

    Raises:
        FileNotFoundError: there is no such file.
        MissingExtraError: the extra `lab` is missing.
    """
    jupytext = need("jupytext", "lab")
    if not path.is_file():
        raise FileNotFoundError(f"no lesson source {path}: write it as a percent script")
    text = path.read_text(encoding="utf-8")
    raw = jupytext.reads(text, fmt="py:percent").cells
    starts = [number for number, line in enumerate(text.split("\n"), 1) if _CELL_START.match(line)]
    if len(raw) != len(starts):
        fault = f"{path.name}:1: {len(starts)} lines start with '# %%' but {len(raw)} cells were found: "
        return Source(path, (), (fault + "put all text into cells, and no '# %%' inside a string",))
    cells = tuple(
        Cell(cell.cell_type, cell.source.rstrip(), tuple(cell.metadata.get("tags", ())), start + 1)
        for cell, start in zip(raw, starts, strict=True)
    )
    found = [(line, fault) for cell in cells for line, fault in _cell_faults(cell)] + list(_lesson_faults(cells))
    return Source(path, cells, tuple(f"{path.name}:{line}: {fault}" for line, fault in sorted(found)))


def _cell_faults(cell: Cell) -> Iterator[tuple[int, str]]:
    """(line, fault) of every fault inside one cell."""
    if unknown := sorted(set(cell.tags) - KNOWN_TAGS):
        yield cell.line - 1, f"unknown tag '{unknown[0]}', choose from {', '.join(sorted(KNOWN_TAGS))}"
    if not cell.text.strip():
        yield cell.line - 1, "empty cell"
    if cell.kind == "raw":
        yield cell.line - 1, "raw cells have no place in a lesson, make it markdown"
    if cell.kind != "code":
        if code_tags := sorted({"exercise", "checked", "parameters"} & set(cell.tags)):
            yield cell.line - 1, f"tag '{code_tags[0]}' on a {cell.kind} cell, only code cells can have it"
        return
    length = sum(line.strip() not in (BEGIN, END) for line in cell.lines)
    if length > MAX_LINES:
        yield cell.line, f"code cell of {length} lines, at most {MAX_LINES}: split it or move code into course_lib"
    marker_faults = list(_marker_faults(cell))
    yield from marker_faults
    if (error := _syntax_error(cell.text)) is not None:
        yield cell.line + (error.lineno or 1) - 1, f"not valid Python: {error.msg}"
    elif not marker_faults and (error := _syntax_error(cell.student_text())) is not None:
        yield cell.line, f"without its solution the cell is not valid Python ({error.msg}): mark whole statements"


def _marker_faults(cell: Cell) -> Iterator[tuple[int, str]]:
    opened: int | None = None
    pairs = 0
    for number, text in enumerate(cell.lines, cell.line):
        line = text.strip()
        if line == BEGIN:
            if opened is not None:
                yield number, f"'{BEGIN}' again before the '{END}' of line {opened}"
            opened = number
        elif line == END:
            if opened is None:
                yield number, f"'{END}' without a '{BEGIN}' above it in the cell"
            elif number == opened + 1:
                yield number, f"nothing between '{BEGIN}' and '{END}'"
            opened, pairs = None, pairs + 1
        elif line.startswith("#") and _NEAR_MARKER.fullmatch(line):
            yield number, f"'{line}' looks like a marker, write exactly '{BEGIN}' or '{END}'"
        if line in (BEGIN, END) and "exercise" not in cell.tags:
            yield number, f"'{line}' outside an exercise: tag the cell tags=[\"exercise\"]"
    if opened is not None:
        yield opened, f"'{BEGIN}' without an '{END}' in the same cell"
    if "exercise" in cell.tags and not pairs and opened is None:
        yield cell.line - 1, f"exercise without a solution: put '{BEGIN}' and '{END}' around the lines to leave out"


def _lesson_faults(cells: tuple[Cell, ...]) -> Iterator[tuple[int, str]]:
    """(line, fault) of every fault of the lesson as a whole, e.g. a missing parameters cell."""
    first = cells[0] if cells else None
    if first is None or first.kind != "markdown" or not first.text.startswith("# "):
        yield 1, "the first cell is not a title: start with a markdown cell '# # Title'"
    parameters = [cell for cell in cells if "parameters" in cell.tags]
    if len(parameters) != 1:
        yield (
            (parameters[1].line if parameters else 1),
            f"{len(parameters)} cells tagged 'parameters', exactly one is needed",
        )
    else:
        yield from _parameter_faults(parameters[0])
        yield from _guess_faults(cells, parameters[0])
    num_checked = sum("checked" in cell.tags and "solution-only" not in cell.tags for cell in cells)
    if num_checked < MIN_CHECKED:
        yield (
            1,
            f"{num_checked} cells tagged 'checked', at least {MIN_CHECKED} are needed so that nbval compares something",
        )


def _parameter_faults(cell: Cell) -> Iterator[tuple[int, str]]:
    if clash := sorted({"solution-only", "exercise"} & set(cell.tags)):
        yield cell.line - 1, f"the parameters cell is also tagged '{clash[0]}', students need it as it is"
    if _syntax_error(cell.text) is not None:
        return
    assigned = set()
    for node in ast.parse(cell.text).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if len(targets) != 1 or not isinstance(targets[0], ast.Name) or not _is_literal(node.value):
            yield (
                cell.line + node.lineno - 1,
                "parameters are single names with literal values, as in: seeds = [0, 1, 2]",
            )
        else:
            assigned.add(targets[0].id)
    if missing := [name for name in PARAMETERS if name not in assigned]:
        yield cell.line, f"the parameters cell does not set {', '.join(missing)}"


def _guess_faults(cells: tuple[Cell, ...], parameters: Cell) -> Iterator[tuple[int, str]]:
    """(line, fault) of every guess that an executed solution would ask for in vain."""
    for cell in cells:
        if cell.kind != "code" or _syntax_error(cell.text) is not None or "Prediction(" not in cell.text:
            continue
        for node in ast.walk(ast.parse(_without_magics(cell.text))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Prediction":
                if HIDE not in parameters.text:
                    yield parameters.line, "the lesson asks for a guess, so its parameters cell needs: reveal = False"
                if "reveal=reveal" not in [f"{key.arg}={ast.unparse(key.value)}" for key in node.keywords]:
                    yield cell.line + node.lineno - 1, "a Prediction without reveal=reveal: add it"


def _is_literal(node: ast.expr | None) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError):
        return False
    return True


def _syntax_error(code: str) -> SyntaxError | None:
    """Python's syntax error in a cell's code, or None; lines with IPython magics are accepted."""
    try:
        compile(_without_magics(code), "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | ast.PyCF_ONLY_AST)
    except SyntaxError as error:
        return error
    return None


def _without_magics(code: str) -> str:
    return "\n".join(re.sub(r"^(\s*)[%!].*", r"\1pass", line) for line in code.split("\n"))
