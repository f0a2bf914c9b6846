"""`course site`: builds the course as static web pages, offline, from the executed solutions."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from course_lib.errors import need
from course_lib.paths import shipped_dir
from course_lib.teaching.lessons import Lesson, list_lessons
from course_lib.teaching.site.lesson_page import write_lesson_page

HERE = Path(__file__).parent
COVER = "data/cover.webp"  # README's picture
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_ANCHOR = re.compile(r'^<a id="[\w-]+"></a>\n\n', re.M)  # JupyterLab needs it; on the site headings are anchors
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class SiteResult:
    """A built site: its front page, and Sphinx's warnings, one a line."""

    page: Path
    warnings: tuple[str, ...]


def build_site(
    out_dir: Path | str = Path("build/site"), *, repository: str | None = None, notebooks: Path | None = None
) -> SiteResult:
    """Write the site: front page, the pages of `pages/`, every lesson in order, its notebooks and source to download.

    Args:
        out_dir: folder of the site; an earlier site there is replaced.
        repository: owner/name on GitHub, for links to Colab and to the repository; no such links if None.
        notebooks: folder with `lessons.yml` and built lessons; the course's own if None.

    Raises:
        ValueError: `repository` is not owner/name, or `out_dir` holds files that are not a site.
        FileNotFoundError: a lesson was never built. MissingExtraError: the extra `site` is missing.
        ChildProcessError: Sphinx failed; its last words.
    """
    if repository is not None and not _REPOSITORY.fullmatch(repository):
        raise ValueError(f"repository '{repository}' is not owner/name: write it as on GitHub, e.g. octocat/course")
    for module in ("sphinx", "myst_nb", "sphinx_book_theme", "sphinx_design"):
        need(module, "site")
    notebooks, out_dir = notebooks or shipped_dir("notebooks"), Path(out_dir).absolute()
    _refuse_other_files(out_dir)
    with tempfile.TemporaryDirectory(prefix="course-site-") as name:
        source, made = Path(name, "source"), Path(name, "html")
        _write_sources(list_lessons(notebooks), source, notebooks=notebooks, repository=repository)
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


def _write_sources(lessons: tuple[Lesson, ...], folder: Path, *, notebooks: Path, repository: str | None) -> None:
    """Write Sphinx's input: the site's pages, those beside the lessons, README to quote from, lessons, downloads."""
    shutil.copytree(HERE / "pages", folder)
    for page in notebooks.glob("*.md"):
        (folder / page.name).write_text(_ANCHOR.sub("", page.read_text(encoding="utf-8")), encoding="utf-8")
    root = shipped_dir("notebooks").parent
    shutil.copyfile(root / "README.md", folder / "_README.md")
    (folder / "data").mkdir()
    shutil.copyfile(root / COVER, folder / COVER)
    others = sorted(page.stem for page in folder.glob("*.md") if page.stem[0] != "_" and page.stem != "index")
    (folder / "_lessons.md").write_text(_front_list(lessons, others), encoding="utf-8")
    for lesson in lessons:
        write_lesson_page(lesson, folder, notebooks=notebooks, repository=repository)
        for path in (lesson.student_copy(notebooks), lesson.solution(notebooks), lesson.source(notebooks)):
            target = folder / "extra" / "notebooks" / path.relative_to(notebooks)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def _front_list(lessons: tuple[Lesson, ...], others: list[str]) -> str:
    """Write a card for each lesson, and the order of all pages for the navigation."""
    cards = "\n".join(
        f":::{{grid-item-card}} {lesson.number:02d} {lesson.title}\n"
        f":link: lessons/{lesson.name}\n:link-type: doc\n{lesson.question}\n\n*{lesson.minutes} minutes*\n:::"
        for lesson in lessons
    )
    grid = f"::::{{grid}} 1 2 2 2\n:gutter: 3\n{cards}\n::::"
    trees = [("Lessons", [f"lessons/{lesson.name}" for lesson in lessons]), ("More", others)]
    return "\n\n".join([grid, *(_toctree(caption, pages) for caption, pages in trees if pages)]) + "\n"


def _toctree(caption: str, pages: list[str]) -> str:
    return "\n".join(["```{toctree}", ":hidden:", f":caption: {caption}", *pages, "```"])
