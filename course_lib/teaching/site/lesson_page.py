"""Page of a lesson: its executed solution, with links on top, and solutions and measured answers behind buttons."""

import html
import json
import re
from collections.abc import Mapping
from pathlib import Path

from course_lib.errors import need
from course_lib.teaching.bootstrap import CELL_ID
from course_lib.teaching.lessons import Lesson
from course_lib.teaching.outputs import REPORT_TAG
from course_lib.teaching.site.pictures import PictureFolder

COLAB = "https://colab.research.google.com/github/{repository}/blob/main/notebooks/{name}.ipynb"
SHOW_SOLUTION, HIDE_SOLUTION = "Show a solution", "Hide the solution"
SHOW_ANSWER, HIDE_ANSWER = "You have a guess? Show what was measured", "Hide what was measured"
SHOW_SETUP, HIDE_SETUP = "Show the set-up", "Hide the set-up"
FRAMES_NOTE = (
    "These are {count} pictures drawn in advance. The live sliders, with all their settings, are in the notebook."
)
_GUESS, _COMPARE = re.compile(r"^(\w+) = Prediction\(", re.M), re.compile(r"^(\w+)\.compare\(", re.M)
_IMPORT_LINE = re.compile(r"(from|import) |    \w|\)")


def write_lesson_page(
    lesson: Lesson,
    folder: Path,
    *,
    notebooks: Path,
    repository: str | None = None,
    frames: Mapping[str, dict] | None = None,
) -> Path:
    """Write FOLDER/lessons/NAME.ipynb for Sphinx, and its figures as files into FOLDER/extra/figures.

    Args:
        notebooks: folder with the student copies and `solutions/`.
        repository: owner/name on GitHub, for the link to Colab; no such link if None.
        frames: of the lesson's explorers, see `lesson_frames`; without them an explorer is its still picture.

    Raises:
        FileNotFoundError: the lesson was never built. MissingExtraError: the extra `site` is missing.
    """
    nbformat = need("nbformat", "site")
    for path in (lesson.solution(notebooks), lesson.student_copy(notebooks)):
        if not path.is_file():
            raise FileNotFoundError(f"{lesson.name} has no {path.relative_to(notebooks)}: run 'course build' first")
    page = nbformat.read(str(lesson.solution(notebooks)), as_version=4)
    student = nbformat.read(str(lesson.student_copy(notebooks)), as_version=4)
    page["metadata"]["language_info"]["pygments_lexer"] = "ipython3"
    pictures = PictureFolder(lesson, folder / "extra" / "figures")
    for cell in page["cells"]:
        if drawn := (frames or {}).get(cell.get("id")):
            cell["outputs"] = [_frames_output(drawn, pictures)]
        for output in cell.get("outputs", ()):
            if markup := output.get("data", {}).get("text/html"):
                output["data"]["text/html"] = pictures.as_files(markup)
    _fold_answers(page["cells"])
    stubs = {cell["id"]: cell["source"] for cell in student["cells"] if "exercise" in _tags(cell)}
    page["cells"] = [part for cell in _with_setup_folded(page["cells"]) for part in _with_stub(cell, stubs)]
    page["cells"].insert(1, nbformat.v4.new_markdown_cell(_links(lesson, repository), id="links"))
    target = folder / "lessons" / f"{lesson.name}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(page, str(target))
    return target


def _tags(cell) -> list[str]:
    return cell["metadata"].get("tags", [])


def _fold(cell, what: str, show: str, hide: str) -> None:
    """Put a cell's `input` or `output` behind a button."""
    cell["metadata"]["tags"] = [*_tags(cell), f"hide-{what}"]
    cell["metadata"]["mystnb"] = {"code_prompt_show": show, "code_prompt_hide": hide}


def _fold_answers(cells: list) -> None:
    """Fold what a guess is compared with: the outputs of `compare`, and reported ones between it and the guess."""
    waiting = set()
    for cell in cells:
        if cell["cell_type"] != "code":
            continue
        compared = {name for name in _COMPARE.findall(cell["source"]) if name in waiting}
        if cell["outputs"] and (compared or (waiting and REPORT_TAG in _tags(cell))):
            _fold(cell, "output", SHOW_ANSWER, HIDE_ANSWER)
        waiting = (waiting - compared) | set(_GUESS.findall(cell["source"]))


def _with_setup_folded(cells: list) -> list:
    """Join the cells that only set up (course, parameters, imports) with those beside them, and fold the whole."""
    joined = []
    for cell in cells:
        if not _is_setup(cell):
            joined.append(cell)
        elif joined and _is_setup(joined[-1]):
            joined[-1]["source"] += f"\n\n\n{cell['source']}"
        else:
            joined.append(cell)
    for cell in filter(_is_setup, joined):
        cell["outputs"] = []  # "The course is here": not so for a reader of a page
        cell["metadata"]["tags"] = []
        _fold(cell, "input", SHOW_SETUP, HIDE_SETUP)
    return joined


def _is_setup(cell) -> bool:
    """Whether a cell sets up the lesson: the first one, the parameters, or one that imports and shows nothing."""
    if cell["cell_type"] != "code":
        return False
    if cell.get("id") == CELL_ID or "parameters" in _tags(cell):
        return True
    lines = [line for line in cell["source"].splitlines() if line.strip()]
    imports = list(filter(_IMPORT_LINE.match, lines))
    return not cell["outputs"] and lines[0].startswith(("import ", "from ")) and len(imports) > len(lines) / 2


def _with_stub(cell, stubs: dict[str, str]) -> list:
    """Show an exercise without its solution, then the solution behind a button; leave any other cell unchanged."""
    if "exercise" not in _tags(cell) or cell["id"] not in stubs:
        return [cell]
    stub = need("nbformat", "site").from_dict({**cell, "metadata": {"tags": list(_tags(cell))}})
    stub.update(id=f"{cell['id']}-stub", source=stubs[cell["id"]], outputs=[], execution_count=None)
    _fold(cell, "input", SHOW_SOLUTION, HIDE_SOLUTION)
    return [stub, cell]


def _links(lesson: Lesson, repository: str | None) -> str:
    """Links to the lesson's files, as HTML, since Sphinx does not know that these files are on the site."""
    files = {
        "Notebook with exercises": f"../notebooks/{lesson.name}.ipynb",
        "Notebook with solutions": f"../notebooks/solutions/{lesson.name}.ipynb",
    }
    links = [f'<a href="{url}" download>{label}</a>' for label, url in files.items()]
    links.append(f'<a href="../notebooks/source/{lesson.name}.py">Source</a>')
    if repository:
        url = COLAB.format(repository=repository, name=lesson.name)
        links.insert(0, f'<a href="{html.escape(url)}">Open in Colab</a>')
    return f'<p class="lesson-links">{" ".join(links)}</p>'


def _frames_output(drawn: Mapping, pictures: PictureFolder):
    """An output with the first of these frames; `site.js` adds the slider and the menu that show the others."""
    frames = [
        {
            "choice": frame["choice"],
            "value": frame["value"],
            "text": frame["text"],
            "src": pictures.add(frame["picture"]),
        }
        for frame in drawn["frames"]
    ]
    start = frames[drawn["start"]]
    data = json.dumps({**drawn, "frames": frames}).replace("</", "<\\/")
    count = len({frame["src"] for frame in frames} - {""})
    markup = (
        f'<div class="frames"><div class="frames-picture">{pictures.image(start["src"], start["text"])}</div>'
        f'<p class="frames-note">{FRAMES_NOTE.format(count=count)}</p>'
        f'<script type="application/json">{data}</script></div>'
    )
    return need("nbformat", "site").v4.new_output("display_data", {"text/html": markup})
