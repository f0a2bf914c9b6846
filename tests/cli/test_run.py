"""`course run` writes its report whatever becomes of the claims."""

import pytest
from click.testing import CliRunner

from course_lib.cli import main
from course_lib.teaching import find_lesson
from course_lib.teaching.run import LessonResult


@pytest.fixture
def no_lesson_runs(monkeypatch):
    """`course run` gets a finished result; what lessons do is tested elsewhere."""
    result = LessonResult(find_lesson("02"), "ok", 1.0, 1.0, 100.0, None, None, "smoke")

    def run_lessons(*_, on_result, **__):
        on_result(result)
        return [result]

    monkeypatch.setattr("course_lib.teaching.run_lessons", run_lessons, raising=False)


def test_claims_that_cannot_be_tested_do_not_cost_the_report(no_lesson_runs, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    (tmp_path / "ledger.sqlite").write_bytes(b"no database, but <text> " * 100)
    done = CliRunner().invoke(main, ["run", "02", "--profile", "smoke", "--out", str(tmp_path / "report")])
    assert done.exit_code == 0, done.output
    assert "course: the documents' claims were not tested: " in done.stderr
    assert "ledger.sqlite" in done.stderr
    assert "index.html" in done.stdout
    page = (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    assert "They were not tested: " in page
    assert "ledger.sqlite" in page
