"""The report of a run: one self-contained HTML page, and the executed notebooks beside it."""

import base64
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from course_lib.errors import need
from course_lib.sweeps.studies import document_profiles
from course_lib.teaching.budgets import write_measurements
from course_lib.teaching.claim_cards import LOOKS, STYLE, claim_card, look_of, verdict_text
from course_lib.teaching.doctor import describe_machine
from course_lib.teaching.notebook import without_file_links, without_widgets
from course_lib.teaching.outputs import measured_numbers, preview, report_outputs
from course_lib.teaching.run import LessonResult

TEMPLATE = Path(__file__).with_name("report.html.j2")
PAGE_STYLE = Path(__file__).with_name("page.css")  # of every report


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

    The page says first what was found: the verdicts, and what each lesson measured. Machine, time and memory come last.

    Args:
        results: of `run_lessons`; notebooks are expected in `out_dir`.
        profile, data, seeds: parameters of the lessons; None means each lesson's own default.
        started: when the run began; left out of the page if None.
        fingerprint: of the images; left out of the page if None.
        claims: one mapping for each claim of the documents, with the keys id, claim, document, place, verdict, effect,
            low, high, unit, seeds and reason, and whatever else `claim_card` shows; numbers that are None or NaN are
            not shown. Those with `calibrated` or `at_edge` are marked and counted separately. No section if None or
            empty.
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
        claims=[claim_card(claim, anchor=f"claim-{claim['id']}") for claim in claims or ()],
        calibrated=any(claim.get("calibrated") for claim in claims or ()),
        claims_error=claims_error,
        verdicts=_tally(claims or ()),
        page_style=PAGE_STYLE.read_text(encoding="utf-8"),
        card_style=STYLE.read_text(encoding="utf-8"),
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
        "numbers": measured_numbers(result.notebook) if result.notebook else {},
        "preview": _preview(result.notebook),
    }


def _preview(notebook: Path | None) -> str:
    """The lesson's figure for the overview in base64; empty if there is none."""
    picture = preview(notebook, tagged=True) if notebook else None
    return base64.b64encode(picture).decode("ascii") if picture else ""


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


def _tally(claims: Sequence[Mapping]) -> list[dict]:
    """Each verdict with its sign, its colour and how many claims have it: reproduced ones, contradicted, undecided."""
    counts = Counter((verdict_text(claim), look_of(claim)) for claim in claims)
    order = sorted(counts.items(), key=lambda pair: (list(LOOKS.values()).index(pair[0][1]), -pair[1]))
    return [{"text": text, "sign": sign, "color": color, "count": count} for (text, (sign, color)), count in order]


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
    lessons = sorted({result.lesson.document for result in results} - {None})
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
