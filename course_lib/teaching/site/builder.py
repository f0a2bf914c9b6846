"""`course site`: builds the course as static web pages, offline, from the executed solutions."""

import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from course_lib.errors import need
from course_lib.paths import shipped_dir
from course_lib.teaching.cover import COVER, NARROW_COVER
from course_lib.teaching.lessons import Lesson, list_lessons
from course_lib.teaching.notebook import read_notebook
from course_lib.teaching.outputs import preview
from course_lib.teaching.site.card_pages import write_card_pages
from course_lib.teaching.site.frames import has_sliders, lesson_frames
from course_lib.teaching.site.lesson_page import write_lesson_page

HERE = Path(__file__).parent
_PHONE = 640  # pixels; a narrower screen gets the narrow cover
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_ANCHOR = re.compile(r'^<a id="[\w-]+"></a>\n\n', re.M)  # JupyterLab needs it; on the site headings are anchors
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class SiteResult:
    """A built site: its front page, and Sphinx's warnings, one a line."""

    page: Path
    warnings: tuple[str, ...]


def build_site(
    out_dir: Path | str = Path("build/site"),
    *,
    repository: str | None = None,
    notebooks: Path | None = None,
    sliders: bool = True,
    progress: Callable[[str], None] | None = None,
) -> SiteResult:
    """Write the site: front page, the pages of `pages/`, every lesson in order, its notebooks and source to download.

    Lessons come as they were executed by `course build`. Only those with sliders run once more, for their pictures.

    Args:
        out_dir: folder of the site; an earlier site there is replaced.
        repository: owner/name on GitHub, for links to Colab and to the repository; no such links if None.
        notebooks: folder with `lessons.yml` and built lessons; the course's own if None.
        sliders: whether a page shows a lesson's sliders, which move through pictures drawn now; else a still picture.
        progress: called with one line for each lesson that runs.

    Raises:
        ValueError: `repository` is not owner/name, or `out_dir` holds files that are not a site.
        FileNotFoundError: a lesson was never built. MissingExtraError: the extra `site` is missing.
        ChildProcessError: Sphinx or a lesson with sliders failed; its last words.
    """
    if repository is not None and not _REPOSITORY.fullmatch(repository):
        raise ValueError(f"repository '{repository}' is not owner/name: write it as on GitHub, e.g. octocat/course")
    for module in ("sphinx", "myst_nb", "sphinx_book_theme", "sphinx_design"):
        need(module, "site")
    notebooks, out_dir = notebooks or shipped_dir("notebooks"), Path(out_dir).absolute()
    _refuse_other_files(out_dir)
    with tempfile.TemporaryDirectory(prefix="course-site-") as name:
        source, made = Path(name, "source"), Path(name, "html")
        lessons = list_lessons(notebooks)
        _write_front(lessons, source, notebooks)
        for lesson in lessons:
            frames = _frames_of(lesson, notebooks, progress or (lambda line: None)) if sliders else {}
            write_lesson_page(lesson, source, notebooks=notebooks, repository=repository, frames=frames)
            _copy_files(lesson, source / "extra" / "notebooks", notebooks)
        warnings = _run_sphinx(source, made, repository)
        shutil.rmtree(out_dir, ignore_errors=True)
        shutil.copytree(made, out_dir)
    return SiteResult(out_dir / "index.html", warnings)


def _run_sphinx(source: Path, made: Path, repository: str | None) -> tuple[str, ...]:
    """Run Sphinx in its own process, since a process can set it up only once; return its warnings."""
    settings = {"html_extra_path": source / "extra", "exclude_patterns": "_*,extra"}
    if repository:
        settings["html_theme_options.repository_url"] = f"https://github.com/{repository}"
        settings["html_theme_options.use_repository_button"] = 1
    call = [sys.executable, "-m", "sphinx", "-q", "-b", "html", "-c", HERE, "-d", made.with_name("doctrees")]
    call += [word for name, value in settings.items() for word in ("-D", f"{name}={value}")]
    done = subprocess.run([*call, source, made], capture_output=True, text=True, encoding="utf-8")
    lines = tuple(
        line.strip()
        for line in _ANSI.sub("", done.stderr).replace(f"{source}{os.sep}", "").splitlines()
        if line.strip()
    )
    if done.returncode:
        raise ChildProcessError(f"the site could not be built: {' '.join(lines[-3:])}")
    return lines


def _refuse_other_files(out_dir: Path) -> None:
    """Refuse a folder that is neither empty nor a site: a mistyped name must not delete other files."""
    if out_dir.exists() and not (out_dir / ".buildinfo").is_file() and any(out_dir.iterdir()):
        raise ValueError(f"{out_dir} holds other files, which a site would replace: give a new or an empty folder")


def _write_front(lessons: tuple[Lesson, ...], folder: Path, notebooks: Path) -> None:
    """Write Sphinx's input for the front page: pages, those beside the lessons, README, covers, a card a lesson."""
    shutil.copytree(HERE / "pages", folder)
    for page in notebooks.glob("*.md"):
        (folder / page.name).write_text(_ANCHOR.sub("", page.read_text(encoding="utf-8")), encoding="utf-8")
    root = shipped_dir("notebooks").parent
    readme = (root / "README.md").read_text(encoding="utf-8")
    (folder / "_README.md").write_text(readme, encoding="utf-8")
    (folder / "extra" / "data").mkdir(parents=True)
    write_card_pages(folder)
    for cover in (COVER, NARROW_COVER):
        shutil.copyfile(root / cover, folder / "extra" / cover)
    (folder / "_start.md").write_text(_start(readme, lessons[0]), encoding="utf-8")
    others = sorted(page.stem for page in folder.glob("*.md") if page.stem[0] != "_" and page.stem != "index")
    (folder / "previews").mkdir()
    cards = [_card(lesson, folder / "previews", notebooks) for lesson in lessons]
    grid = "\n".join(["::::{grid} 1 2 2 2", ":gutter: 3", *cards, "::::"])
    trees = [("Lessons", [f"lessons/{lesson.name}" for lesson in lessons]), ("More", others)]
    parts = [grid, *(_toctree(caption, pages) for caption, pages in trees if pages)]
    (folder / "_lessons.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _start(readme: str, first: Lesson) -> str:
    """The cover, another one on a narrow screen, with README's description of it, and a link to the first lesson."""
    described = re.search(rf"!\[([^\]]*)\]\({re.escape(COVER)}\)", readme)
    alt = html.escape(described[1] if described else "Test accuracy of each strategy", quote=True)
    narrow = f'<source media="(max-width: {_PHONE}px)" srcset="{NARROW_COVER}">'
    picture = f'<picture class="cover">{narrow}<img src="{COVER}" alt="{alt}"></picture>'
    link = f'<a class="start" href="lessons/{first.name}.html">Start with lesson {first.number:02d}</a>'
    return f'{picture}\n\n<p class="starts">{link} <a class="start plain" href="#lessons">All lessons</a></p>\n'


def _card(lesson: Lesson, folder: Path, notebooks: Path) -> str:
    """Card of a lesson: its first figure, its question, and its minutes; writes the figure into the folder."""
    options = [f":link: lessons/{lesson.name}", ":link-type: doc"]
    solution = lesson.solution(notebooks)
    if solution.is_file() and (picture := preview(solution)):
        (folder / f"{lesson.name}.webp").write_bytes(picture)
        alt = f"The first figure of lesson {lesson.number:02d}"
        options += [f":img-top: previews/{lesson.name}.webp", f":img-alt: {alt}"]
    head = f":::{{grid-item-card}} {lesson.number:02d} {lesson.title}"
    return "\n".join([head, *options, f"{lesson.question}\n\n*{lesson.minutes} minutes*", ":::"])


def _frames_of(lesson: Lesson, notebooks: Path, say: Callable[[str], None]) -> dict[str, dict]:
    """Frames of the lesson's sliders; none if it was never built, which its page then says."""
    solution = read_notebook(lesson.solution(notebooks))
    if solution is None or not has_sliders(solution):
        return {}
    say(f"{lesson.name}: drawing the pictures of its sliders")
    return lesson_frames(solution)


def _copy_files(lesson: Lesson, folder: Path, notebooks: Path) -> None:
    """Copy a lesson's notebooks and source, to be downloaded from the site."""
    for path in (lesson.student_copy(notebooks), lesson.solution(notebooks), lesson.source(notebooks)):
        target = folder / path.relative_to(notebooks)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def _toctree(caption: str, pages: list[str]) -> str:
    return "\n".join(["```{toctree}", ":hidden:", f":caption: {caption}", *pages, "```"])
