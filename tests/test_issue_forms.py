"""The issue forms are what GitHub accepts, and ask for what `course doctor` prints."""

from pathlib import Path

import pytest
import yaml

from course_lib.teaching import list_lessons

FOLDER = Path(__file__).resolve().parents[1] / ".github" / "ISSUE_TEMPLATE"
FORMS = sorted(FOLDER.glob("*.yml"))
NEEDED = {"markdown": "value", "textarea": "label", "input": "label", "dropdown": "options", "checkboxes": "options"}


def faults(form):
    """What GitHub would refuse: https://docs.github.com/communities, "Syntax for issue forms"."""
    missing = [f"no {key}" for key in ("name", "description", "body") if not form.get(key)]
    fields = [item for item in form.get("body", []) if item.get("type") != "markdown"]
    ids = [item.get("id") for item in fields]
    missing += ["an id is missing or given twice"] if None in ids or len(set(ids)) < len(ids) else []
    missing += ["only text"] if not fields else []
    for item in form.get("body", []):
        if NEEDED.get(item.get("type")) not in item.get("attributes", {}):
            missing.append(f"{item.get('id')}: unknown type or incomplete attributes")
        if "id" in item and not item["attributes"].get("label"):
            missing.append(f"{item['id']}: no label")
        if unknown := set(item) - {"type", "id", "attributes", "validations"}:
            missing.append(f"unknown keys {unknown}")
    return missing


def read(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_there_are_two():
    assert [path.name for path in FORMS] == ["bug.yml", "lesson.yml"]


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_a_form_is_complete_and_asks_for_the_doctor(path):
    form = read(path)
    assert faults(form) == []
    (doctor,) = [item for item in form["body"] if item.get("id") == "doctor"]
    assert "`course doctor`" in doctor["attributes"]["label"]
    assert doctor["attributes"]["render"] == "text"  # pasted as one block, as it is


def test_a_bug_needs_the_doctor():
    (doctor,) = [item for item in read(FOLDER / "bug.yml")["body"] if item.get("id") == "doctor"]
    assert doctor["validations"]["required"] is True


def test_the_form_lists_the_lessons_of_the_catalogue():
    (lessons,) = [item for item in read(FOLDER / "lesson.yml")["body"] if item["id"] == "lesson"]
    titles = [f"{lesson.number:02d} {lesson.title}" for lesson in list_lessons()]
    assert lessons["attributes"]["options"][:-1] == titles


def test_a_wrong_form_is_noticed():
    field = {"type": "textarea", "id": "a", "attributes": {"label": "A"}}
    assert faults({"name": "n", "description": "d", "body": [field]}) == []
    assert faults({"name": "n", "body": [field]}) == ["no description"]
    assert faults({"name": "n", "description": "d", "body": [field, field]}) == ["an id is missing or given twice"]
    assert faults({"name": "n", "description": "d", "body": [field | {"type": "text"}]})
    assert faults({"name": "n", "description": "d", "body": [field | {"attributes": {}}]})
