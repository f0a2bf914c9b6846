"""Solutions that a released assignment opens to a student whose own answer passes the tests."""

import base64
import copy
import zlib
from pathlib import Path

from course_lib.errors import need
from course_lib.teaching.grading.cells import OPEN_TAG, is_solution, is_test, name_of
from course_lib.teaching.notebook import read_notebook, to_text

_TEXT = """# Run this cell when your answer passes: it tests it again, and then shows the instructor's.
{test}

from course_lib.teaching import open_solution

open_solution("{packed}")"""


def add_solutions(source: Path, released: Path) -> None:
    """Add a cell after each test of a released notebook: the test, and then the packed solution of its exercise."""
    new_cell = need("nbformat.v4", "lab").new_code_cell
    notebook, cells, solution = read_notebook(released), [], ""
    full = {name_of(cell): cell["source"] for cell in read_notebook(source)["cells"]}
    for cell in notebook["cells"]:
        cells.append(cell)
        if is_solution(cell) and cell["cell_type"] == "code":
            solution = full.get(name_of(cell), "")
        elif is_test(cell) and solution:
            text = _TEXT.format(test=cell["source"], packed=pack(solution))
            metadata = {"tags": [OPEN_TAG, "hide-input"], "jupyter": {"source_hidden": True}}
            cells.append(new_cell(text, id=f"open-{name_of(cell)}", metadata=copy.deepcopy(metadata)))
            solution = ""
    notebook["cells"] = cells
    released.write_text(to_text(notebook), encoding="utf-8", newline="\n")


def pack(text: str) -> str:
    """Solution as letters that nobody reads by accident; it is hidden, not secret."""
    lines = [line for line in text.splitlines() if "### BEGIN SOLUTION" not in line and "### END SOLUTION" not in line]
    return base64.b85encode(zlib.compress("\n".join(lines).encode())).decode()


def open_solution(packed: str) -> None:
    """Print a packed solution."""
    print(zlib.decompress(base64.b85decode(packed)).decode())
