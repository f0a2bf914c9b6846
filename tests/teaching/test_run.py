"""Running lessons and reporting on them."""

import json
import math
import re
import shutil
import sys
from html.parser import HTMLParser

import nbformat
import pytest

from course_lib.teaching import build_lessons, find_lesson, list_lessons, run_lessons, write_report
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


class Page(HTMLParser):
    """Collects links, sources and image descriptions of a page."""

    def __init__(self, text):
        super().__init__()
        self.links, self.images, self.outside, self.ids = [], [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ids.add(attrs.get("id"))
        if tag == "a":
            self.links.append(attrs["href"])
        if tag == "img":
            self.images.append(attrs)
        if tag in ("script", "link") or (tag == "img" and not attrs["src"].startswith("data:")):
            self.outside.append(tag)


def test_the_report_shows_every_lesson(ran):
    path = write_report(ran.results, ran.out, profile="mini", data="mini:photo", seeds=3)
    text = path.read_text(encoding="utf-8")
    assert path == ran.out / "index.html"
    for wanted in (
        "1 of 3 lessons passed",
        "A good lesson",
        "A broken lesson",
        "Does one plus one make two?",
        "mini:photo",
    ):
        assert wanted in text
    assert "RuntimeError: the rate is far too high" in text
    assert "secret table" in text
    page = Page(text)
    assert page.outside == []
    assert "http" not in re.sub(r'src="data:[^"]*"', "", text)
    for link in page.links:
        assert link[1:] in page.ids if link.startswith("#") else (ran.out / link).is_file()


def test_figures_of_a_lesson_keep_their_description(ran, tmp_path):
    from dataclasses import replace

    v4 = nbformat.v4
    picture = '<img alt="a rising curve" src="data:image/png;base64,AAAA">'
    outputs = [
        v4.new_output("display_data", {"text/html": picture, "text/plain": "<figure>"}),
        v4.new_output("display_data", {"image/png": "AA\nAA", "text/plain": "<Figure>"}),
        v4.new_output("stream", text="1 < 2\n"),
        v4.new_output("stream", name="stderr", text="noise\n"),
        v4.new_output("display_data", {"text/html": "<script>evil()</script>", "text/plain": "plain instead"}),
    ]
    cells = [v4.new_code_cell("x", outputs=outputs, metadata={"tags": ["report"]}), v4.new_code_cell("y")]
    notebook = tmp_path / "01_good.ipynb"
    nbformat.write(v4.new_notebook(cells=cells), notebook)
    text = write_report([replace(ran.results[0], notebook=notebook)], tmp_path).read_text(encoding="utf-8")
    page = Page(text)
    assert [image["alt"] for image in page.images] == ["a rising curve", "Figure of the lesson “A good lesson”"]
    assert "1 &lt; 2" in text
    assert "plain instead" in text
    assert "noise" not in text
    assert "evil" not in text


def test_an_image_without_a_description_gets_one_and_nothing_comes_from_outside(ran, tmp_path):
    from dataclasses import replace

    v4 = nbformat.v4
    bare = '<p><img src=\'data:image/png;base64,AAAA\'><img alt="" src="data:image/png;base64,BBBB"></p>'
    outside = '<img alt="spy" src="https://example.org/pixel.png">'
    outputs = [v4.new_output("display_data", {"text/html": text, "text/plain": "as text"}) for text in (bare, outside)]
    notebook = tmp_path / "01_good.ipynb"
    cell = v4.new_code_cell("x", outputs=outputs, metadata={"tags": ["report"]})
    nbformat.write(v4.new_notebook(cells=[cell]), notebook)
    text = write_report([replace(ran.results[0], notebook=notebook)], tmp_path).read_text(encoding="utf-8")
    page = Page(text)
    assert [image["alt"] for image in page.images] == ["Figure of the lesson “A good lesson”"] * 2
    assert [image["src"][-4:] for image in page.images] == ["AAAA", "BBBB"]
    assert page.outside == []
    assert "example.org" not in text
    assert "as text" in text


def test_world_machine_and_contents_come_first(ran, tmp_path):
    about = {"profile": "smoke", "data": "mini:cartoon", "fingerprint": "0123456789abcdef0123"}
    text = write_report(ran.results, tmp_path, **about).read_text(encoding="utf-8")
    order = ["drawn mini world, edition ", "0123456789abcdef", "Processor", "torchvision ", "Contents", 'id="lessons"']
    places = [text.index(wanted) for wanted in order]
    assert places == sorted(places)
    assert "<dt>Seeds</dt><dd>3</dd>" in text
    assert "real images" in write_report(ran.results, tmp_path, data="pacs:cartoon").read_text(encoding="utf-8")


def test_what_is_over_its_budget_is_seen(ran, tmp_path):
    from dataclasses import replace

    good = ran.results[0]
    within = write_report([replace(good, cpu_s=60.0, peak_mb=250.0)], tmp_path).read_text(encoding="utf-8")
    assert "over its" not in within
    assert within.count("width: 50.0%") == 2
    beyond = write_report([replace(good, cpu_s=150.0, peak_mb=600.0)], tmp_path).read_text(encoding="utf-8")
    assert beyond.count("over its 2 min 00 s") == beyond.count("over its 500 MB") == 2  # in the table, in the lesson
    assert (tmp_path / "measured.csv").read_text(encoding="utf-8").splitlines()[1].endswith(",150.0,120.0,600.0,500")


CLAIM = {
    "id": "H1", "claim": "More layers <help>", "document": "the homework", "place": "Table IV", "verdict": "holds",
    "effect": 4.2, "low": -1.1, "high": 7.3, "unit": "points", "seeds": 5, "reason": "paired",
}  # fmt: skip


def test_claims_have_a_section_with_effect_and_interval(ran, tmp_path):
    untested = {**CLAIM, "id": "D2", "verdict": "not tested", "effect": math.nan, "low": None, "high": None}
    text = write_report(ran.results, tmp_path, claims=[CLAIM, CLAIM, untested]).read_text(encoding="utf-8")
    assert "no independent test" not in text
    assert "3 claims: 2 holds, 1 not tested" in text
    assert "4.2 [−1.1, 7.3] points" in text
    assert "More layers &lt;help&gt;" in text
    assert "nan" not in text[text.index('id="claim-D2"') :]
    assert "#claims" in Page(text).links


def test_calibrated_claims_are_marked_and_counted_apart(ran, tmp_path):
    marked = {**CLAIM, "id": "H2", "calibrated": True}
    plain = {**CLAIM, "calibrated": False}
    text = write_report(ran.results, tmp_path, claims=[plain, plain, marked]).read_text(encoding="utf-8")
    assert "3 claims: 2 holds, 1 holds (calibrated)" in text
    assert "no independent test" in text
    assert '<span class="status verdict holds">holds (calibrated)</span>' in text


@pytest.mark.parametrize("claims", [None, []])
def test_without_claims_there_is_no_section(ran, tmp_path, claims):
    text = write_report(ran.results, tmp_path, claims=claims).read_text(encoding="utf-8")
    assert "claims" not in text[text.index("<body>") :]


def test_a_report_of_nothing_is_refused(tmp_path):
    with pytest.raises(ValueError, match="nothing to report"):
        write_report([], tmp_path)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.44, "0.4 s"), (9.97, "10 s"), (59.6, "1 min 00 s"), (185, "3 min 05 s"), (7830, "2 h 10 min")],
)
def test_durations_read_well(seconds, text):
    from course_lib.teaching.report import format_duration

    assert format_duration(seconds) == text


def test_without_the_lab_one_sentence_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "papermill", None)
    with pytest.raises(RuntimeError, match=r"pip install 'course-lib\[lab\]'"):
        run_lessons([], out_dir=tmp_path)
