"""`course run` writes its report whatever becomes of the claims."""

import pytest
from click.testing import CliRunner

from course_lib.cli import main
from course_lib.teaching import find_lesson
from course_lib.teaching.run import LessonResult


@pytest.mark.parametrize("error", [ValueError("the image 'a/1.png' is damaged"), OSError("the ledger is locked")])
def test_claims_that_cannot_be_tested_do_not_cost_the_report(tmp_path, monkeypatch, error):
    def fail(*_, **__):
        raise error

    result = LessonResult(find_lesson("02"), "ok", 1.0, 100.0, None, None, "smoke")
    monkeypatch.setattr("course_lib.teaching.run.run_lessons", lambda *_, **__: [result])
    monkeypatch.setattr("course_lib.analysis.claims.check_claims", fail)
    monkeypatch.setattr("course_lib.cli.lessons._fingerprint", lambda *_: None)
    done = CliRunner().invoke(main, ["run", "02", "--profile", "smoke", "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert f"course: the documents' claims were not tested: {error}" in done.stderr
    assert "index.html" in done.stdout
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "They were not tested: " in page
    assert str(error).split("'")[0] in page
