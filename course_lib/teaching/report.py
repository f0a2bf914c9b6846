"""The report of a run: one self-contained HTML page, and the executed notebooks beside it."""

import html
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from course_lib.errors import need
from course_lib.sweeps.studies import document_profiles
from course_lib.teaching.budgets import write_measurements
from course_lib.teaching.doctor import describe_machine
from course_lib.teaching.notebook import without_file_links, without_widgets
from course_lib.teaching.run import LessonResult

TEMPLATE = Path(__file__).with_name("report.html.j2")
REPORT_TAG = "report"
_IMAGE_KINDS = ("image/png", "image/jpeg")
_STYLES = re.compile(r"<style.*?</style>", re.S | re.I)
_ACTIVE = re.compile(
    r"<(script|link|iframe|object)\b|\bsrc=(?![\"']?data:)", re.I
)  # a page that is sent to others must be self-contained
_UNDESCRIBED = re.compile(r"<img\b(?![^>]*\balt=[\"'][^\"'])(?P<rest>[^>]*)>", re.I)
_NO_ALT = re.compile(r"\s\balt=([\"'])\1", re.I)


def write_report(
    results: Sequence[LessonResult],
    out_dir: Path | str = "report",
    *,
    profile: str | None = None,
    data: str | None = None,
    seeds: int | None = None,
    started: datetime | None = None,
    fingerprint: str | None = None,
    claims: Sequence[Mapping] | None = None,
    claims_error: str | None = None,
) -> Path:
    """Write OUT/index.html, an HTML page of each executed notebook, and measured.csv (seconds and memory).

    Args:
        results: of `run_lessons`; notebooks are expected in `out_dir`.
        profile, data, seeds: parameters of the lessons; None means each lesson's own default.
        started: when the run began; left out of the page if None.
        fingerprint: of the images; left out of the page if None.
        claims: one mapping for each claim of the documents, with the keys id, claim, document, place, verdict, effect,
            low, high, unit, seeds and reason; numbers that are None or NaN are not shown. Those with `calibrated` are
            marked and counted separately. No section if None or empty.
        claims_error: why the claims could not be tested; shown instead of the claims.

    Returns:
        path of index.html.

    Raises:
        ValueError: there are no results. MissingExtraError: the extra `lab` is missing.
    """
    jinja2 = need("jinja2", "lab")
    if not results:
        raise ValueError("there is nothing to report: run at least one lesson first")
    out_dir = Path(out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    environment.filters["duration"] = format_duration
    lessons = [_lesson_view(result, out_dir) for result in results]
    write_measurements(results, out_dir / "measured.csv")
    page = environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        lessons=lessons,
        passed=sum(lesson["passed"] for lesson in lessons),
        seconds=sum(result.seconds for result in results),
        peak_mb=max((result.peak_mb for result in results if math.isfinite(result.peak_mb)), default=None),
        world=_world(results, profile, data, seeds, fingerprint, started),
        machine=describe_machine(),
        claims=[_claim_view(claim) for claim in claims or ()],
        claims_error=claims_error,
        verdicts=Counter(_verdict_text(claim) for claim in claims or ()),
    )
    path = out_dir / "index.html"
    path.write_text(page, encoding="utf-8")
    return path


def format_duration(seconds: float) -> str:
    """``0.4 s``, ``47 s``, ``3 min 05 s``, ``2 h 10 min``."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def report_outputs(notebook: Path, title: str) -> list[str]:
    """HTML of the outputs of a notebook's cells tagged `report`: figures, tables, printed text."""
    node = need("nbformat", "lab").read(str(notebook), as_version=4)
    found = []
    for cell in node["cells"]:
        if cell["cell_type"] == "code" and REPORT_TAG in cell["metadata"].get("tags", ()):
            found.extend(filter(None, (_output_html(output, title) for output in cell["outputs"])))
    return found


def _lesson_view(result: LessonResult, out_dir: Path) -> dict:
    """Values of one lesson for the template."""
    lesson = result.lesson
    readable = _write_page(result, out_dir)
    return {
        "id": lesson.name,
        "number": f"{lesson.number:02d}",
        "title": lesson.title,
        "question": lesson.question,
        "passed": result.status == "ok",
        "seconds": result.seconds,
        "cpu_s": result.cpu_s if math.isfinite(result.cpu_s) else None,
        "cpu_budget_s": result.cpu_budget_s,
        "over_time": result.over_time,
        "over_memory": result.over_memory,
        "memory_mb": lesson.memory_mb,
        "peak_mb": result.peak_mb if math.isfinite(result.peak_mb) else None,
        "error": result.error,
        "page": readable.name if readable else None,
        "notebook": result.notebook.name if result.notebook else None,
        "outputs": report_outputs(result.notebook, lesson.title) if result.notebook else [],
    }


def _write_page(result: LessonResult, out_dir: Path) -> Path | None:
    """Write the executed notebook as HTML, to be read without Jupyter."""
    if result.notebook is None:
        return None
    exporter = need("nbconvert", "lab").HTMLExporter(exclude_input_prompt=True, exclude_output_prompt=True)
    node = need("nbformat", "lab").read(str(result.notebook), as_version=4)
    node["metadata"].pop("widgets", None)  # without a kernel, the page shows the static pictures instead
    for cell in node["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = without_widgets(cell["outputs"])
        else:
            cell["source"] = without_file_links(cell["source"])
    body, _ = exporter.from_notebook_node(node, {"metadata": {"name": result.notebook.stem}})
    path = out_dir / f"{result.lesson.name}.html"
    path.write_text(body, encoding="utf-8")
    return path


def _claim_view(claim: Mapping) -> dict:
    """Values of one claim for the template: the effect as text, the verdict as a CSS class."""
    effect, low, high = (_number(claim[name]) for name in ("effect", "low", "high"))
    interval = f" [{low}, {high}]" if low and high else ""
    measured = f"{effect}{interval} {claim['unit'] or ''}".strip() if effect else ""
    view = {**claim, "measured": measured, "verdict": _verdict_text(claim)}
    return view | {"kind": re.sub(r"\W+", "-", str(claim["verdict"]).lower())}


def _verdict_text(claim: Mapping) -> str:
    return f"{claim['verdict']} (calibrated)" if claim.get("calibrated") else claim["verdict"]


def _number(value: float | None) -> str:
    return "" if value is None or not math.isfinite(value) else f"{value:.3g}".replace("-", "−")


def _world(
    results: Sequence[LessonResult],
    profile: str | None,
    data: str | None,
    seeds: int | None,
    fingerprint: str | None,
    started: datetime | None,
) -> dict[str, str]:
    from course_lib.data.mini import WORLD_VERSION

    profiles = [profile] if profile else sorted({result.profile for result in results})
    lessons = sorted({result.lesson.document for result in results})
    runs = ", ".join(dict.fromkeys(str(document_profiles(d)[name].seeds) for d in lessons for name in profiles))
    drawn = data is None or data.startswith("mini:")
    facts = {
        "Kind": f"drawn mini world, edition {WORLD_VERSION}" if drawn else "real images",
        "Images": data or "as each lesson says",
        "Fingerprint": fingerprint and fingerprint[:16],
        "Profile": ", ".join(profiles),
        "Seeds": str(seeds or runs),
        "Started": started and started.strftime("%Y-%m-%d %H:%M"),
    }
    return {name: value for name, value in facts.items() if value}


def _output_html(output: dict, title: str) -> str:
    """Convert an output to HTML for the page; an empty string if it has none."""
    if output["output_type"] == "stream":
        return _text(output["text"]) if output["name"] == "stdout" else ""
    data = output.get("data", {})
    markup = _STYLES.sub("", data.get("text/html", ""))
    alt = html.escape(f"Figure of the lesson “{title}”", quote=True)
    if markup and not _ACTIVE.search(markup):
        return f'<div class="output">{_describe(markup, alt)}</div>'
    for kind in _IMAGE_KINDS:
        if kind in data:
            return f'<div class="output"><img alt="{alt}" src="data:{kind};base64,{"".join(data[kind].split())}"></div>'
    if "text/markdown" in data:
        from nbconvert.filters import markdown2html

        return f'<div class="output">{markdown2html(data["text/markdown"])}</div>'
    return _text(data.get("text/plain", ""))


def _describe(markup: str, alt: str) -> str:
    """Add `alt` to every image of the markup that has no description."""
    return _UNDESCRIBED.sub(lambda found: f'<img alt="{alt}"{_NO_ALT.sub("", found["rest"])}>', markup)


def _text(text: str) -> str:
    return f'<pre class="output">{html.escape(text.rstrip())}</pre>' if text.strip() else ""
