"""A document is a sub-package; no general module of the analysis or the figures imports one."""

import ast
from pathlib import Path

import course_lib
from course_lib.analysis.claims import documents_with_claims
from course_lib.sweeps.studies import documents

ROOT = Path(course_lib.__file__).parent


def documents_imported_by(text, names):
    """Documents whose modules a module imports."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("course_lib."):
            parts = {*node.module.split("."), *(alias.name for alias in node.names)}
            yield from parts & names


def test_general_modules_import_no_document():
    names = {*documents(), *documents_with_claims()}
    modules = [path for room in ("analysis", "figures") for path in (ROOT / room).rglob("*.py")]
    general = [path for path in modules if names.isdisjoint((path.stem, path.parent.name))]
    found = {path.name: list(documents_imported_by(path.read_text(encoding="utf-8"), names)) for path in general}
    assert {name: imported for name, imported in found.items() if imported} == {}
    of_document = ROOT / "figures" / "homework" / "printed.py"  # so it can fail
    assert set(documents_imported_by(of_document.read_text(encoding="utf-8"), names)) == {"homework"}
