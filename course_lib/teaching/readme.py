"""README's table of lessons, written from the catalogue so that the two cannot disagree."""

from collections.abc import Iterable
from pathlib import Path

from course_lib.teaching.lessons import Lesson, list_lessons

BEGIN, END = "<!-- lessons: begin", "<!-- lessons: end -->"


def lessons_table(lessons: Iterable[Lesson]) -> str:
    """A Markdown table: lesson with links to its student copy and solution, question, minutes."""
    rows = ["| lesson | question | minutes | solution |", "|---|---|---|---|"]
    for lesson in lessons:
        link = f"[{lesson.number:02d} {lesson.title}](notebooks/{lesson.name}.ipynb)"
        solution = f"[executed](notebooks/solutions/{lesson.name}.ipynb)"
        rows.append(f"| {link} | {lesson.question} | {lesson.minutes} | {solution} |")
    return "\n".join(rows)


def update_readme(readme: Path, *, check: bool = False, lessons: Iterable[Lesson] | None = None) -> list[str]:
    """Write the table between README's two markers; with `check`, only say whether it is out of date.

    Returns:
        problems, one sentence each; an empty list is success.
    """
    text = readme.read_text(encoding="utf-8")
    begin, end = text.find(BEGIN), text.find(END)
    if not 0 <= begin < end:
        return [f"{readme.name} lacks the markers '{BEGIN} …' and '{END}' around its table of lessons: put them back"]
    first_line = text[begin : text.index("\n", begin) + 1]
    new = text[:begin] + first_line + lessons_table(lessons or list_lessons()) + "\n" + text[end:]
    if new == text:
        return []
    if check:
        return [f"{readme.name}: its table of lessons differs from notebooks/lessons.yml: run 'course build'"]
    readme.write_text(new, encoding="utf-8", newline="\n")
    return []
