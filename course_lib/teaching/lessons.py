"""The lesson catalogue: `notebooks/lessons.yml`, read and checked."""

import re
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from course_lib.paths import shipped_dir
from course_lib.sweeps.profiles import LESSON_PROFILES

Profile = Literal[LESSON_PROFILES]
_NAME = re.compile(r"(?P<number>\d\d)_(?P<slug>[a-z0-9]+(_[a-z0-9]+)*)")


class Lesson(BaseModel):
    """One lesson: its question, its needs and its budgets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str  # NN_slug, the stem of its files
    title: str = Field(min_length=3)
    question: str = Field(min_length=10)
    document: str | None = Field(None, min_length=3)  # one of `sweeps.studies.documents`; None: of no single one
    minutes: int = Field(gt=0)  # time of a student
    needs: tuple[str, ...] = ()
    budget_s: dict[Profile, float]  # seconds of the executed solution on two idle cores
    memory_mb: int = Field(gt=0)

    @field_validator("name")
    @classmethod
    def _check_name(cls, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise ValueError(f"'{name}' is not two digits, an underscore and lower-case words, as in 04_the_last_layer")
        return name

    @field_validator("budget_s")
    @classmethod
    def _check_budget(cls, budget: dict) -> dict:
        if set(budget) != set(LESSON_PROFILES) or min(budget.values()) <= 0:
            raise ValueError(f"needs positive seconds for each of {', '.join(LESSON_PROFILES)}")
        return budget

    @property
    def number(self) -> int:
        """4 for ``04_the_last_layer``."""
        return int(self.name[:2])

    @property
    def slug(self) -> str:
        """``the_last_layer`` for ``04_the_last_layer``."""
        return self.name[3:]

    def source(self, notebooks: Path | None = None) -> Path:
        """Path of the percent script, the file to edit."""
        return (notebooks or shipped_dir("notebooks")) / "source" / f"{self.name}.py"

    def student_copy(self, notebooks: Path | None = None) -> Path:
        """Path of the student's notebook."""
        return (notebooks or shipped_dir("notebooks")) / f"{self.name}.ipynb"

    def solution(self, notebooks: Path | None = None) -> Path:
        """Path of the executed notebook with solutions."""
        return (notebooks or shipped_dir("notebooks")) / "solutions" / f"{self.name}.ipynb"


def list_lessons(notebooks: Path | None = None) -> tuple[Lesson, ...]:
    """All lessons, by number.

    Args:
        notebooks: folder with `lessons.yml`; the course's own (checkout or installed wheel) if None.

    Raises:
        FileNotFoundError: there is no catalogue.
        ValueError: an entry is wrong; the message names the file, the entry and the field.
    """
    path = (notebooks or shipped_dir("notebooks")) / "lessons.yml"
    if not path.is_file():
        raise FileNotFoundError(f"no lesson catalogue at {path}: give a folder that has lessons.yml")
    try:
        entries = (yaml.safe_load(path.read_text(encoding="utf-8")) or {})["lessons"]
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is not a catalogue with a list called 'lessons': {error}") from None
    if not isinstance(entries, list):
        raise ValueError(f"{path}: 'lessons' is not a list, start each entry with '- name: NN_slug'")
    lessons = sorted((_read_entry(entry, path) for entry in entries), key=lambda lesson: lesson.number)
    numbers = [lesson.number for lesson in lessons]
    if twice := sorted({n for n in numbers if numbers.count(n) > 1}):
        raise ValueError(f"{path}: lesson number {twice[0]:02d} is given twice, number each lesson once")
    return tuple(lessons)


def find_lesson(name: str | int, notebooks: Path | None = None) -> Lesson:
    """Find the lesson named by ``5``, ``"05"``, ``"05_full_fine_tuning"`` or ``"full_fine_tuning"``.

    Raises:
        ValueError: there is no such lesson; the message lists those there are.
    """
    lessons = list_lessons(notebooks)
    text = str(name).strip().removesuffix(".ipynb").removesuffix(".py").lower()
    for lesson in lessons:
        if text in (lesson.name, lesson.slug) or (text.isdecimal() and int(text) == lesson.number):
            return lesson
    raise ValueError(f"there is no lesson '{name}', choose one of: {', '.join(lesson.name for lesson in lessons)}")


def _read_entry(entry: object, path: Path) -> Lesson:
    try:
        return Lesson.model_validate(entry)
    except ValidationError as error:
        name = entry.get("name", "without a name") if isinstance(entry, dict) else entry
        faults = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'entry'}: {e['msg']}" for e in error.errors())
        raise ValueError(f"{path}: lesson {name}: {faults}") from None
