"""Generated parts of README: the table of lessons, written from the catalogue."""

from collections.abc import Iterable
from pathlib import Path

from course_lib.teaching.lessons import Lesson, list_lessons


def lessons_table(lessons: Iterable[Lesson]) -> str:
    """Markdown table of the lessons: links to student copy and solution, question, minutes."""
    rows = ["| lesson | question | minutes | solution |", "|---|---|---|---|"]
    for lesson in lessons:
        link = f"[{lesson.number:02d} {lesson.title}](notebooks/{lesson.name}.ipynb)"
        solution = f"[executed](notebooks/solutions/{lesson.name}.ipynb)"
        rows.append(f"| {link} | {lesson.question} | {lesson.minutes} | {solution} |")
    return "\n".join(rows)


def update_readme(readme: Path, *, check: bool = False, lessons: Iterable[Lesson] | None = None) -> list[str]:
    """Write the table between README's two markers; with `check`, only report whether it is out of date.

    Returns:
        problems, one sentence each; an empty list is success.
    """
    return replace_block(readme, "lessons", lessons_table(lessons or list_lessons()), check=check)


def replace_block(readme: Path, name: str, content: str, *, check: bool = False) -> list[str]:
    """Write `content` between the comments ``<!-- name: begin …-->`` and ``<!-- name: end -->``.

    Returns:
        problems, one sentence each; an empty list is success. With `check` nothing is written, and a difference is a
        problem.
    """
    first, last = f"<!-- {name}: begin", f"<!-- {name}: end -->"
    text = readme.read_text(encoding="utf-8")
    begin, end = text.find(first), text.find(last)
    if not 0 <= begin < end:
        return [f"{readme.name} lacks the markers '{first} …' and '{last}' around its {name}: put them back"]
    first_line = text[begin : text.index("\n", begin) + 1]
    new = text[:begin] + first_line + content + "\n" + text[end:]
    if new == text:
        return []
    if check:
        return [f"{readme.name}: its {name} are out of date: run 'course build'"]
    readme.write_text(new, encoding="utf-8", newline="\n")
    return []
