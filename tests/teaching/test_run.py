"""Running lessons."""

import json
import math
import shutil
import sys

import nbformat
import pytest

from course_lib.teaching import build_lessons, find_lesson, list_lessons, run_lessons
from course_lib.teaching.run import check_parameters, read_parameters


@pytest.fixture(scope="module")
def ran(built, sample, tmp_path_factory):
    """(results, progress lines, out_dir) of a passing, a failing and a missing lesson."""
    from types import SimpleNamespace

    notebooks = shutil.copytree(built.notebooks, tmp_path_factory.mktemp("ran") / "notebooks")  # `built` is everybody's
    third = sample.CATALOGUE[sample.CATALOGUE.index("  - name: 02") :].replace("02_broken", "03_absent")
    (notebooks / "lessons.yml").write_text(sample.CATALOGUE + third, encoding="utf-8")
    build_lessons(["02"], notebooks=notebooks, execute=False)
    out, said = tmp_path_factory.mktemp("report"), []
    lessons = list_lessons(notebooks)
    results = run_lessons(lessons, "mini", "mini:photo", 3, out, said.append, notebooks=notebooks)
    return SimpleNamespace(results=results, said=said, out=out)


def test_one_failure_does_not_stop_the_others(ran):
    assert [(result.lesson.name, result.status) for result in ran.results] == [
        ("01_good", "ok"),
        ("02_broken", "failed"),
        ("03_absent", "failed"),
    ]
    good, broken, absent = ran.results
    assert good.error is None
    assert broken.error == "cell 5: RuntimeError: the rate is far too high"
    assert "course build" in absent.error
    assert absent.notebook is None
    assert [line[0] for line in ran.said] == ["0", "✔", "0", "✘", "0", "✘"]


def test_time_and_memory_are_recorded(ran):
    good = ran.results[0]
    assert 0.1 < good.cpu_s < 60
    assert good.seconds > 0.1
    assert not good.over_time
    assert not good.over_memory
    assert 20 < good.peak_mb < 2000  # an idle kernel takes about 60 MB
    assert math.isnan(ran.results[2].peak_mb)


def test_parameters_arrive_in_the_types_of_the_lesson(ran):
    executed = nbformat.read(ran.results[0].notebook, as_version=4)
    printed = [output.text for cell in executed.cells for output in cell.get("outputs", ()) if "text" in output]
    assert any("mini [0, 1, 2] 0.1" in text for text in printed)


def test_the_kernel_is_this_python(sample, tmp_path, monkeypatch):
    other = tmp_path / "jupyter" / "kernels" / "python3"
    other.mkdir(parents=True)
    spec = {"argv": ["/no/such/python", "{connection_file}"], "display_name": "other", "language": "python"}
    (other / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    where = '\n# %% tags=["report"]\nprint(sys.executable)\n'
    folder = sample.write_lessons(tmp_path, _01_good=sample.GOOD + where)
    build_lessons(["01"], notebooks=folder)
    assert sys.executable in (folder / "solutions" / "01_good.ipynb").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"seads": 3}, "no parameter 'seads', it has: profile, data, seeds, rate"),
        ({"rate": "fast"}, "rate='fast' is not of the kind of its default 0.1"),
        ({"rate": [1]}, "not of the kind"),
        ({"data": 3}, "not of the kind"),
    ],
)
def test_a_wrong_parameter_is_refused_before_anything_runs(built, tmp_path, parameters, message):
    lesson = find_lesson("01", built.notebooks)
    (result,) = run_lessons([lesson], out_dir=tmp_path, parameters=parameters, notebooks=built.notebooks)
    assert result.status == "failed"
    assert message in result.error
    assert result.notebook is None
    assert list(tmp_path.iterdir()) == []


def test_values_take_the_type_of_the_default(built):
    notebook = find_lesson("01", built.notebooks).solution(built.notebooks)
    values = check_parameters(notebook, {"rate": "1e-3", "seeds": 2, "data": "pacs:photo"})
    assert values == {"rate": 0.001, "seeds": [0, 1], "data": "pacs:photo"}
    assert check_parameters(notebook, {"rate": 1}) == {"rate": 1.0}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"profile": "huge"}, "profile='huge'.*smoke"),
        ({"seeds": 0}, "seeds=0"),
        ({"seeds": "many"}, "seeds='many'"),
        ({"profle": "mini"}, "profle"),
    ],
)
def test_wrong_settings_of_a_run_are_one_sentence(given, message):
    with pytest.raises(ValueError, match=message) as error:
        read_parameters(**given)
    assert "\n" not in str(error.value)


def test_without_the_lab_one_sentence_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "papermill", None)
    with pytest.raises(RuntimeError, match=r"pip install 'course-lib\[lab\]'"):
        run_lessons([], out_dir=tmp_path)
