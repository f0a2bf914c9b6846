"""`course build`: derives student copies and executed solutions from the lesson sources, reproducibly to the byte."""

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from course_lib.errors import need
from course_lib.paths import shipped_dir
from course_lib.teaching.copies import BACKUP
from course_lib.teaching.lab import own_kernel
from course_lib.teaching.lessons import Lesson, find_lesson, list_lessons
from course_lib.teaching.notebook import derive, read_notebook, size_fault, tidy_outputs, to_text
from course_lib.teaching.source import Source, read_source

_CELL_TIMEOUT_S = 1800


@dataclass
class BuildResult:
    """Result of a build; `ok` if it has neither problems nor differences."""

    written: list[Path] = field(default_factory=list)  # files that changed
    unchanged: list[Path] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)  # of check=True: file and what differs
    problems: list[str] = field(default_factory=list)  # refused sources, failed executions, notebooks over the cap
    warnings: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether there are no problems and no differences."""
        return not self.problems and not self.differences


def build(lessons: Iterable[str | Lesson] | None = None, **options) -> list[str]:
    """Run `build_lessons` and return its problems and differences as sentences; an empty list is success."""
    result = build_lessons(lessons, **options)
    return result.problems + result.differences


def build_lessons(
    lessons: Iterable[str | Lesson] | None = None,
    *,
    check: bool = False,
    execute: bool = True,
    notebooks: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> BuildResult:
    """Derive student copies and solutions from `source/`; a faulty lesson is reported and the others are still built.

    Args:
        lessons: only these, by name or number; every one in the catalogue if None.
        check: write nothing, report every difference between what is on disk and what would be generated.
            Solutions are compared without outputs, but must have been executed.
        execute: run the solutions at their default parameters. False keeps the outputs on disk where the code cells are
            unchanged and leaves the solution without outputs (and a warning) where they are not.
        notebooks: folder with `lessons.yml` and `source/`; the course's own if None.
        progress: called with one line per lesson and per warning.

    Raises:
        FileNotFoundError, ValueError: no catalogue or a wrong one. MissingExtraError: the extra `lab` is missing.
    """
    notebooks = notebooks or shipped_dir("notebooks")
    result = BuildResult()
    say = progress or (lambda line: None)
    for lesson in _chosen(lessons, notebooks):
        say(f"{lesson.name}: {'checking' if check else 'building'}")
        source = _read(lesson, notebooks, result)
        if source is None:
            continue
        if check:
            _check_lesson(lesson, source, notebooks, result)
        else:
            _write_lesson(lesson, source, notebooks, execute, result)
    if lessons is None:
        (result.differences if check else result.warnings).extend(_strays(notebooks))
    for warning in result.warnings:
        say(f"warning: {warning}")
    return result


def _chosen(lessons: Iterable[str | Lesson] | None, notebooks: Path) -> Iterable[Lesson]:
    if lessons is None:
        return list_lessons(notebooks)
    return [lesson if isinstance(lesson, Lesson) else find_lesson(lesson, notebooks) for lesson in lessons]


def _read(lesson: Lesson, notebooks: Path, result: BuildResult) -> Source | None:
    """Read the lesson's source; if it has faults, add them to the result and return None."""
    try:
        source = read_source(lesson.source(notebooks))
    except FileNotFoundError as error:
        result.problems.append(str(error))
        return None
    result.problems.extend(source.problems)
    return None if source.problems else source


def _write_lesson(lesson: Lesson, source: Source, notebooks: Path, execute: bool, result: BuildResult) -> None:
    student, solution = derive(lesson, source, student=True), derive(lesson, source, student=False)
    if execute:
        solution = _execute(lesson, solution, result)
        if solution is None:
            return
    elif not _keep_outputs(solution, lesson.solution(notebooks)):
        result.warnings.append(f"{lesson.name}: its code changed, the solution has no outputs: run 'course build'")
    for path, node in ((lesson.student_copy(notebooks), student), (lesson.solution(notebooks), solution)):
        text = to_text(node)
        if fault := size_fault(path, node, text):
            result.problems.append(fault)
        elif path.is_file() and path.read_text(encoding="utf-8") == text:
            result.unchanged.append(path)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            result.written.append(path)


def _execute(lesson: Lesson, notebook, result: BuildResult):
    """Execute the notebook at its default parameters; if that fails, add the failure to the result and return None."""
    papermill, nbformat = need("papermill", "lab"), need("nbformat", "lab")
    from course_lib.teaching.run import error_sentence

    with tempfile.TemporaryDirectory(prefix="course-build-") as folder, own_kernel() as kernel:
        given, done = Path(folder, "given.ipynb"), Path(folder, "done.ipynb")
        given.write_text(to_text(notebook), encoding="utf-8")
        options = {"kernel_name": kernel, "progress_bar": False, "cwd": folder, "execution_timeout": _CELL_TIMEOUT_S}
        try:
            papermill.execute_notebook(str(given), str(done), **options)
        except Exception as error:  # report any error of a lesson and build the next one
            result.problems.append(f"{lesson.name}: {error_sentence(error)}")
            return None
        ran = nbformat.read(str(done), as_version=4)
    for target, cell in zip(notebook["cells"], ran["cells"], strict=True):
        if target["cell_type"] == "code":
            target["outputs"], noise = tidy_outputs(cell)
            target["execution_count"] = cell["execution_count"]
            if noise:
                result.warnings.append(f"{lesson.name}: cell {cell['execution_count']} wrote to stderr: {noise}")
    return notebook


def _keep_outputs(notebook, path: Path) -> bool:
    """Copy the outputs on disk if every code cell is unchanged; return whether it is."""
    on_disk = read_notebook(path)
    old = [cell for cell in on_disk["cells"] if cell["cell_type"] == "code"] if on_disk else []
    new = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    if [cell["source"] for cell in old] != [cell["source"] for cell in new]:
        return False
    for target, cell in zip(new, old, strict=True):
        target["outputs"], target["execution_count"] = cell["outputs"], cell["execution_count"]
    return True


def _check_lesson(lesson: Lesson, source: Source, notebooks: Path, result: BuildResult) -> None:
    """Add every difference between the lesson's two notebooks on disk and the generated ones."""
    for student, path in ((True, lesson.student_copy(notebooks)), (False, lesson.solution(notebooks))):
        name = path.relative_to(notebooks).as_posix()
        on_disk = read_notebook(path)
        if on_disk is None:
            result.differences.append(f"{name}: missing or not a notebook, run 'course build'")
            continue
        text = path.read_text(encoding="utf-8")
        if fault := size_fault(path, on_disk, text):
            result.problems.append(fault)
        if text != to_text(on_disk):
            result.differences.append(f"{name}: not in the form 'course build' writes (formatting or extra fields)")
        if not student:
            result.differences.extend(f"{name}: {fault}" for fault in _execution_faults(on_disk))
            for cell in on_disk["cells"]:
                if cell["cell_type"] == "code":
                    cell["outputs"], cell["execution_count"] = [], None
        wanted = derive(lesson, source, student=student)
        result.differences.extend(f"{name}: {fault}" for fault in _compare(on_disk, wanted))


def _compare(found, wanted) -> list[str]:
    faults = [] if found["metadata"] == wanted["metadata"] else ["notebook metadata differs"]
    ids = [cell.get("id") for cell in found["cells"]], [cell["id"] for cell in wanted["cells"]]
    if ids[0] != ids[1]:
        gone, new = set(ids[0]) - set(ids[1]), set(ids[1]) - set(ids[0])
        faults.append(
            f"{len(gone)} cells are out of date and {len(new)} are missing or cells moved: {_first(wanted, new)}"
        )
        return faults
    pairs = zip(found["cells"], wanted["cells"], strict=True)
    return faults + [f"cell {mine['id']} differs from its source" for mine, made in pairs if mine != made]


def _execution_faults(notebook) -> list[str]:
    """Reasons why a solution on disk does not count as executed."""
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    faults = [f"cell {cell.get('id')} was never executed" for cell in code if cell["execution_count"] is None]
    counts = [cell["execution_count"] for cell in code]
    if not faults and counts != list(range(1, len(code) + 1)):
        faults.append("its cells were not executed once, in order, in a fresh kernel")
    for cell in code:
        kinds = {output.get("name", output["output_type"]) for output in cell["outputs"]}
        faults.extend(f"cell {cell.get('id')} shows {kind}" for kind in ("error", "stderr") if kind in kinds)
    return faults


def _strays(notebooks: Path) -> list[str]:
    """Files that belong to no lesson of the catalogue."""
    names = {lesson.name for lesson in list_lessons(notebooks)}
    found = [*notebooks.glob("source/*.py"), *notebooks.glob("*.ipynb"), *notebooks.glob("solutions/*.ipynb")]
    return [
        f"{path.relative_to(notebooks).as_posix()}: belongs to no lesson in lessons.yml, add an entry or delete it"
        for path in sorted(found)
        if path.stem not in names and BACKUP not in path.name
    ]


def _first(notebook, ids: set) -> str:
    """The first line of the first cell with one of these ids."""
    lines = [cell["source"].split("\n")[0] for cell in notebook["cells"] if cell["id"] in ids]
    return f"first '{lines[0]}'" if lines else "only the order or surplus cells"
