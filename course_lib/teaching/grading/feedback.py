"""Feedback for a student: one page that needs no network, with points and reasons by exercise."""

import re
from html import escape
from pathlib import Path

from course_lib.teaching.grading.cells import is_solution
from course_lib.teaching.grading.marks import Grade

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_MAX_TEXT = 20_000  # characters of one cell's output
_STYLE = """:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;
padding:0 1rem}td,th{text-align:left;vertical-align:top;padding:.4rem .8rem .4rem 0;border-bottom:1px solid #8886}
pre{overflow:auto;padding:.8rem;border:1px solid #8886;border-radius:.3rem;white-space:pre-wrap}"""


def write_feedback(folder: Path, grade: Grade, notebook) -> Path:
    """Write ``feedback/STUDENT/ASSIGNMENT/ASSIGNMENT.html``.

    Args:
        notebook: NotebookNode as graded, with outputs; None if it could not be graded.
    """
    name = grade.assignment or "not_recognised"
    path = folder / "feedback" / grade.student / name / f"{name}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_page(grade, notebook), encoding="utf-8", newline="\n")
    return path


def _page(grade: Grade, notebook) -> str:
    title = f"{grade.assignment or 'Submission'}: feedback for {grade.student}"
    parts = [f"<h1>{escape(title)}</h1>"]
    if grade.score is None:
        parts.append(f"<p><strong>It could not be graded:</strong> {escape(grade.fault)}</p>")
    else:
        parts.append(f"<p><strong>{grade.score:g} of {grade.max_score:g} points</strong></p>{_table(grade)}")
    parts += [f"<p>Note: {escape(note)}.</p>" for note in grade.notes]
    parts += _answers(notebook) if notebook is not None else []
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="en"><head>{head}<style>{_STYLE}</style></head><body>\n{body}\n</body></html>\n'
    )


def _table(grade: Grade) -> str:
    rows = [
        f"<tr><td>{escape(mark.title)}</td><td>{mark.points:g} of {mark.max_points:g}</td>"
        f"<td>{_lines(mark.reason) or '✔ passed'}</td></tr>"
        for mark in grade.exercises
    ]
    return f"<table><tr><th>exercise</th><th>points</th><th>what the test says</th></tr>{''.join(rows)}</table>"


def _lines(text: str) -> str:
    return escape(_ANSI.sub("", text)).replace("\n", "<br>")


def _answers(notebook) -> list[str]:
    """The student's own cells, with what they printed."""
    parts = ["<h2>Your answers</h2>"]
    for cell in notebook["cells"]:
        if is_solution(cell):
            parts.append(f"<pre><code>{escape(cell['source'])}</code></pre>")
            printed = _ANSI.sub("", "".join(map(_text, cell.get("outputs", ()))))[:_MAX_TEXT]
            parts += [f"<pre>{escape(printed)}</pre>"] if printed.strip() else []
    return parts


def _text(output) -> str:
    if output["output_type"] == "error":
        return f"{output['ename']}: {output['evalue']}\n"
    return output.get("text", "") or str(output.get("data", {}).get("text/plain", ""))
