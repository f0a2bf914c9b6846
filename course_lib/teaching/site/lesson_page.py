"""Page of a lesson: its executed solution, with links on top and solutions behind a button."""

import base64
import copy
import hashlib
import html
import io
from pathlib import Path

from course_lib.errors import need
from course_lib.teaching.lessons import Lesson

COLAB = "https://colab.research.google.com/github/{repository}/blob/main/notebooks/{name}.ipynb"
SHOW_SOLUTION, HIDE_SOLUTION = "Show a solution", "Hide the solution"
_DATA = "data:image/"
_PHONE = 640  # pixels; a wider figure has small print, so on a phone it scrolls instead of shrinking


def write_lesson_page(lesson: Lesson, folder: Path, *, notebooks: Path, repository: str | None = None) -> Path:
    """Write FOLDER/lessons/NAME.ipynb for Sphinx, and its figures as files into FOLDER/extra/figures.

    Args:
        notebooks: folder with the student copies and `solutions/`.
        repository: owner/name on GitHub, for the link to Colab; no such link if None.

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
    stubs = {cell["id"]: cell["source"] for cell in student["cells"] if "exercise" in _tags(cell)}
    page["cells"] = [part for cell in page["cells"] for part in _with_stub(cell, stubs)]
    page["cells"].insert(1, nbformat.v4.new_markdown_cell(_links(lesson, repository), id="links"))
    figures = folder / "extra" / "figures"
    figures.mkdir(parents=True, exist_ok=True)
    for cell in page["cells"]:
        for output in cell.get("outputs", ()):
            if markup := output.get("data", {}).get("text/html"):
                output["data"]["text/html"] = _figures_as_files(markup, lesson, figures)
    target = folder / "lessons" / f"{lesson.name}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(page, str(target))
    return target


def _tags(cell) -> list[str]:
    return cell["metadata"].get("tags", [])


def _with_stub(cell, stubs: dict[str, str]) -> list:
    """Show an exercise without its solution, then the solution behind a button; leave any other cell unchanged."""
    if "exercise" not in _tags(cell) or cell["id"] not in stubs:
        return [cell]
    stub = copy.deepcopy(cell)
    stub.update(id=f"{cell['id']}-stub", source=stubs[cell["id"]], outputs=[], execution_count=None)
    cell["metadata"]["tags"] = [*_tags(cell), "hide-input"]
    cell["metadata"]["mystnb"] = {"code_prompt_show": SHOW_SOLUTION, "code_prompt_hide": HIDE_SOLUTION}
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


def _figures_as_files(markup: str, lesson: Lesson, figures: Path) -> str:
    """Write each embedded image of the markup to a file; link it to its full size and give its dimensions."""
    bs4 = need("bs4", "site")
    from PIL import Image

    soup = bs4.BeautifulSoup(markup, "html.parser")
    for image in soup.find_all("img", src=lambda source: source and source.startswith(_DATA)):
        header, data = image["src"].split(",", 1)
        content = base64.b64decode(data)
        kind = header.removeprefix(_DATA).split(";")[0]
        file = figures / f"{lesson.name}-{hashlib.sha256(content).hexdigest()[:8]}.{kind}"
        file.write_bytes(content)
        width, height = Image.open(io.BytesIO(content)).size
        image.attrs = {
            "alt": image.get("alt", ""),
            "src": f"../figures/{file.name}",
            "width": str(width),
            "height": str(height),
            "loading": "lazy",
        }
        look = "figure wide" if width > _PHONE else "figure"
        link = soup.new_tag("a", href=image["src"], attrs={"class": look, "title": "Show at full size"})
        image.wrap(link)
    return str(soup)
