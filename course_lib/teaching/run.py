"""Execution of lessons with the caller's parameters; the failure of one lesson does not stop the next."""

import ast
import math
import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, PositiveInt, ValidationError

from course_lib.errors import need
from course_lib.teaching.lab import own_kernel
from course_lib.teaching.lessons import Lesson, Profile

BUDGET_CORES = 2  # the machine of the catalogue's `budget_s`
_POLL_S = 0.5  # reading the memory of a process of 1 GB takes tens of milliseconds
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


class RunParameters(BaseModel):
    """Parameters common to all lessons; None keeps a lesson's own value."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    profile: Profile = "mini"
    data: str | None = None  # name of an image source, e.g. "mini:cartoon"
    seeds: PositiveInt | None = None  # runs of each recipe


@dataclass(frozen=True)
class LessonResult:
    """Result of running one lesson."""

    lesson: Lesson
    status: Literal["ok", "failed"]
    seconds: float  # wall clock, kernel start included
    cpu_s: float  # CPU seconds of kernel and workers together, whatever else the machine does; nan: unknown
    peak_mb: float  # largest memory of kernel and workers together, sampled; nan: unknown
    notebook: Path | None  # the executed notebook, up to the failing cell
    error: str | None  # one sentence
    profile: str

    @property
    def cpu_budget_s(self) -> float:
        """CPU seconds that two cores have in the time of the catalogue's `budget_s`."""
        return BUDGET_CORES * self.lesson.budget_s[self.profile]

    @property
    def over_time(self) -> bool:
        """Whether the lesson used more CPU seconds than its budget; False if they are unknown."""
        return self.cpu_s > self.cpu_budget_s

    @property
    def over_memory(self) -> bool:
        """Whether the lesson used more memory than its budget in the catalogue; False if the peak is unknown."""
        return self.peak_mb > self.lesson.memory_mb


def read_parameters(**given: object) -> RunParameters:
    """Validate values from the command line or a caller as `RunParameters`.

    Raises:
        ValueError: one sentence naming each wrong name or value.
    """
    try:
        return RunParameters(**given)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}={e['input']!r}: {e['msg']}" for e in error.errors())
        raise ValueError(f"cannot run the lessons with {faults}") from None


def run_lessons(
    lessons: Iterable[Lesson],
    profile: str = "mini",
    data: str | None = None,
    seeds: int | None = None,
    out_dir: Path | str = "report",
    progress: Callable[[str], None] | None = None,
    *,
    parameters: Mapping[str, object] | None = None,
    notebooks: Path | None = None,
    on_result: Callable[[LessonResult], None] | None = None,
) -> list[LessonResult]:
    """Execute the solutions of some lessons, one after another, into `out_dir`/NN_slug.ipynb.

    An interrupt ends the running lesson, its kernel and the kernel's workers.

    Args:
        profile, data, seeds: parameters of every lesson; data or seeds None keeps the lesson's own.
        progress: called with one line before and after each lesson.
        parameters: further parameters by name; a lesson that does not have one of them fails.
        notebooks: folder with `solutions/`; the course's own if None.
        on_result: called with the result of each lesson that came to its end.

    Raises:
        ValueError: a wrong profile or seed. MissingExtraError: the extra `lab` is missing. An error *in* a lesson is in
        the lesson's result.
    """
    need("papermill", "lab")
    typed = read_parameters(profile=profile, data=data, seeds=seeds).model_dump(exclude_none=True)
    out_dir = Path(out_dir).resolve()
    out_dir.mkdir(parents=True, exist_ok=True)
    say = progress or (lambda line: None)
    results = []
    with own_kernel() as kernel:
        for lesson in lessons:
            say(f"{lesson.name} …")
            result = _run_lesson(lesson, lesson.solution(notebooks), out_dir, kernel, {**(parameters or {}), **typed})
            results.append(result)
            if on_result:
                on_result(result)
            say(_summary(result))
    return results


def _run_lesson(lesson: Lesson, given: Path, out_dir: Path, kernel: str, values: dict) -> LessonResult:
    import papermill

    done = out_dir / f"{lesson.name}.ipynb"
    done.unlink(missing_ok=True)  # an earlier run's notebook must not be taken for this run's
    profile = values["profile"]
    budget_s = lesson.budget_s[profile]
    error, started = None, time.perf_counter()
    with _Watch() as watch:
        try:
            values = check_parameters(given, values)
            options = {"kernel_name": kernel, "progress_bar": False, "cwd": str(out_dir)}
            options["execution_timeout"] = int(max(600, 10 * budget_s))  # for each cell: only a hang is ended
            papermill.execute_notebook(str(given), str(done), parameters=values, **options)
        except Exception as fault:  # any error of a lesson goes into its row of the report
            error = error_sentence(fault)
    seconds = time.perf_counter() - started
    status = "failed" if error else "ok"
    notebook = done if done.is_file() else None
    return LessonResult(lesson, status, seconds, watch.cpu_s, watch.peak_mb, notebook, error, profile)


def check_parameters(notebook: Path, values: Mapping[str, object]) -> dict[str, object]:
    """Convert the values to the types of the notebook's own defaults.

    papermill only warns of a name that the notebook does not have, and passes "1e-3" as text.

    Raises:
        FileNotFoundError: no such notebook.
        ValueError: the notebook has no parameter of that name, or the value is of another type.
    """
    if not notebook.is_file():
        raise FileNotFoundError(f"{notebook.name} has not been built: run 'course build'")
    known = need("papermill", "lab").inspect_notebook(str(notebook))
    for name in values:
        if name not in known:
            raise ValueError(f"{notebook.stem} has no parameter '{name}', it has: {', '.join(known) or 'none'}")
    return {name: _like_default(name, value, known[name]["default"]) for name, value in values.items()}


def _like_default(name: str, value: object, default: str) -> object:
    """Convert `value` to the type of the literal `default`; text is parsed as that type."""
    try:
        model = ast.literal_eval(default)
    except (ValueError, SyntaxError):
        return value
    if isinstance(value, str) and not isinstance(model, str | None):
        try:
            value = ast.literal_eval(value)
        except (ValueError, SyntaxError):
            raise ValueError(f"parameter {name}={value!r} is not of the kind of its default {default}") from None
    if name == "seeds" and isinstance(model, list) and isinstance(value, int):
        value = list(range(value))  # a lesson lists its seeds, the caller gave their number
    if isinstance(model, float) and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    alike = model is None or value is None or type(value) is type(model)
    if not alike:
        raise ValueError(f"parameter {name}={value!r} is not of the kind of its default {default}")
    return value


def error_sentence(error: Exception) -> str:
    """Describe a failed execution in one sentence: the cell, the error, its first line."""
    kind = type(error).__name__
    if kind == "PapermillExecutionError":
        first = (_ANSI.sub("", str(error.evalue)).strip().splitlines() or [""])[0]
        return f"cell {error.exec_count}: {error.ename}: {first}"
    if kind == "DeadKernelError":
        return "the kernel died, most often because memory ran out: close other programs or choose a smaller profile"
    if kind == "CellTimeoutError":
        return "a cell ran far beyond the lesson's budget and was stopped"
    return (_ANSI.sub("", str(error)).strip().splitlines() or [kind])[0]


def _summary(result: LessonResult) -> str:
    memory = f", {result.peak_mb:.0f} MB" if math.isfinite(result.peak_mb) else ""
    memory += f" (budget {result.lesson.memory_mb} MB)" if result.over_memory else ""
    late = f" ({result.cpu_s:.0f} CPU seconds, budget {result.cpu_budget_s:.0f})" if result.over_time else ""
    mark = "✔" if result.status == "ok" else "✘"
    line = f"{mark} {result.lesson.name}: {result.seconds:.1f} s{late}{memory}"
    return f"{line}: {result.error}" if result.error else line


class _Watch:
    """Measures CPU seconds and peak memory of child processes started inside the `with` block, grandchildren included.

    Both are sampled: a spike of memory between two samples is missed, and so is the last half second of a
    process. On Linux, memory that processes share (about 500 MB of torch's libraries) is divided among them; elsewhere
    all resident memory of each process counts.
    """

    def __enter__(self) -> "_Watch":
        self.peak_mb = math.nan
        self._cpu_s: dict = {}  # by process
        self._stop = threading.Event()
        try:
            import psutil  # installed with ipykernel, which needs psutil
        except ModuleNotFoundError:
            self._thread = None
            return self
        self._me, self._gone = psutil.Process(), psutil.Error
        self._before = {child.pid for child in self._me.children(recursive=True)}
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._thread:
            self._thread.join()

    @property
    def cpu_s(self) -> float:
        """CPU seconds of all processes seen, those that have ended included; nan if none was seen."""
        return sum(self._cpu_s.values()) if self._cpu_s else math.nan

    def _watch(self) -> None:
        while not self._stop.wait(_POLL_S):
            total = 0
            try:
                children = self._me.children(recursive=True)
            except self._gone:
                continue
            for child in children:
                if child.pid in self._before:
                    continue
                try:
                    times = child.cpu_times()
                    self._cpu_s[child] = times.user + times.system
                    total += _memory(child)
                except self._gone:
                    continue
            if total:
                self.peak_mb = total / 2**20 if math.isnan(self.peak_mb) else max(self.peak_mb, total / 2**20)


def _memory(process) -> int:
    """Memory of a process in bytes: proportional set size on Linux, else resident set size."""
    try:
        return process.memory_full_info().pss
    except (AttributeError, OSError):  # not Linux, or no permission
        return process.memory_info().rss
