"""The report of a run: what was found comes first, claims are cards with strips, the page stands by itself."""

import base64
import io
import math
import re
from dataclasses import replace
from html.parser import HTMLParser

import nbformat
import numpy as np
import pytest
from nbformat import v4
from PIL import Image

from course_lib.analysis import check_claims
from course_lib.teaching import list_lessons, show_claims, write_report
from course_lib.teaching.claim_cards import ClaimCards, claim_card
from course_lib.teaching.outputs import measured_numbers, preview
from course_lib.teaching.report import format_duration
from course_lib.teaching.run import LessonResult
from course_lib.teaching.strip import draw_strip

TABLE = "<table><tr><td>secret table</td></tr></table>"


def png_of(pixels):
    """A picture (H, W, 3) as a PNG in base64."""
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, format="png")
    return base64.b64encode(data.getvalue()).decode()


DOT = png_of(np.zeros((1, 1, 3), np.uint8))


def cell(*outputs, tags=()):
    """A code cell with these outputs."""
    return v4.new_code_cell("x", outputs=list(outputs), metadata={"tags": list(tags)})


def written(path, *cells):
    """The path of a notebook of these cells."""
    nbformat.write(v4.new_notebook(cells=list(cells)), path)
    return path


@pytest.fixture
def done(sample, tmp_path):
    """Results of a lesson that passed, one that failed, and one that was never built."""
    folder = sample.write_lessons(tmp_path / "notebooks")
    third = sample.CATALOGUE[sample.CATALOGUE.index("  - name: 02") :].replace("02_broken", "03_absent")
    (folder / "lessons.yml").write_text(sample.CATALOGUE + third, encoding="utf-8")
    printed = v4.new_output("stream", text="share gained, %: measured 4.25.\n")
    shown = v4.new_output("execute_result", {"text/html": TABLE})
    good = written(tmp_path / "01_good.ipynb", cell(printed), cell(shown, tags=["report"]))
    broken = written(tmp_path / "02_broken.ipynb", cell())
    ends = [("ok", good, None), ("failed", broken, "cell 5: RuntimeError: the rate is far too high")]
    ends.append(("failed", None, "03_absent has not been built: run 'course build'"))
    lessons = zip(list_lessons(folder), ends, strict=True)
    return [LessonResult(lesson, how, 2.0, 1.0, 250.0, book, said, "mini") for lesson, (how, book, said) in lessons]


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


def test_the_report_shows_every_lesson(done, tmp_path):
    path = write_report(done, tmp_path, profile="mini", data="mini:photo", seeds=3)
    text = path.read_text(encoding="utf-8")
    assert path == tmp_path / "index.html"
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
    assert "<dd>4.25 %</dd><dt>share gained</dt>" in text
    page = Page(text)
    assert page.outside == []
    assert "http" not in re.sub(r'src="data:[^"]*"', "", text)
    for link in page.links:
        assert link[1:] in page.ids if link.startswith("#") else (tmp_path / link).is_file()


def test_figures_of_a_lesson_keep_their_description(done, tmp_path):
    picture = f'<img alt="a rising curve" src="data:image/png;base64,{DOT}">'
    outputs = [
        v4.new_output("display_data", {"text/html": picture, "text/plain": "<figure>"}),
        v4.new_output("display_data", {"image/png": f"{DOT[:4]}\n{DOT[4:]}", "text/plain": "<Figure>"}),
        v4.new_output("stream", text="1 < 2\n"),
        v4.new_output("stream", name="stderr", text="noise\n"),
        v4.new_output("display_data", {"text/html": "<script>evil()</script>", "text/plain": "plain instead"}),
    ]
    notebook = written(tmp_path / "01_good.ipynb", cell(*outputs, tags=["report"]), cell())
    text = write_report([replace(done[0], notebook=notebook)], tmp_path).read_text(encoding="utf-8")
    small, *shown = Page(text).images
    assert small["alt"] == "A figure of lesson 01"
    assert [image["alt"] for image in shown] == ["a rising curve", "Figure of the lesson “A good lesson”"]
    assert "1 &lt; 2" in text
    assert "plain instead" in text
    assert "noise" not in text
    assert "evil" not in text


def test_an_image_without_a_description_gets_one_and_nothing_comes_from_outside(done, tmp_path):
    bare = f'<p><img src=\'data:image/png;base64,{DOT}\'><img alt="" src="data:image/png;base64,{DOT}"></p>'
    outside = '<img alt="spy" src="https://example.org/pixel.png">'
    outputs = [v4.new_output("display_data", {"text/html": text, "text/plain": "as text"}) for text in (bare, outside)]
    notebook = written(tmp_path / "01_good.ipynb", cell(*outputs, tags=["report"]))
    text = write_report([replace(done[0], notebook=notebook)], tmp_path).read_text(encoding="utf-8")
    page = Page(text)
    assert [image["alt"] for image in page.images[1:]] == ["Figure of the lesson “A good lesson”"] * 2
    assert page.outside == []
    assert "example.org" not in text
    assert "as text" in text


def test_what_was_found_comes_first_and_the_machine_last(done, tmp_path):
    about = {"profile": "smoke", "data": "mini:cartoon", "fingerprint": "0123456789abcdef0123", "claims": [CLAIM]}
    text = write_report(done, tmp_path, **about).read_text(encoding="utf-8")
    order = ["1 of 3 lessons passed", "✔ 1 reproduced", "share gained", "secret table", 'id="claim-H1"']
    order += ["over its", "0123456789abcdef", "Processor", "torchvision "]
    text = write_report([replace(done[0], cpu_s=150.0), *done[1:]], tmp_path, **about).read_text(encoding="utf-8")
    places = [text.index(wanted, text.index("<body>")) for wanted in order]
    assert places == sorted(places)
    assert "<dt>Seeds</dt><dd>3</dd>" in text
    assert "measured on real images" in write_report(done, tmp_path, data="pacs:cartoon").read_text(encoding="utf-8")


def test_what_is_over_its_budget_is_seen(done, tmp_path):
    good = done[0]
    within = write_report([replace(good, cpu_s=60.0, peak_mb=250.0)], tmp_path).read_text(encoding="utf-8")
    assert "over its" not in within
    assert within.count("width: 50.0%") == 2
    beyond = write_report([replace(good, cpu_s=150.0, peak_mb=600.0)], tmp_path).read_text(encoding="utf-8")
    assert beyond.count("over its 2 min 00 s") == beyond.count("over its 500 MB") == 1
    assert (tmp_path / "measured.csv").read_text(encoding="utf-8").splitlines()[1].endswith(",150.0,120.0,600.0,500")


CLAIM = {
    "id": "H1", "claim": "More layers <help>", "document": "the homework", "place": "Table IV",
    "verdict": "reproduced", "effect": 4.2, "low": -1.1, "high": 7.3, "unit": "points", "seeds": 5, "reason": "paired",
    "claimed": "> -5",
}  # fmt: skip


def test_claims_are_cards_with_effect_and_interval(done, tmp_path):
    untested = {**CLAIM, "id": "D2", "verdict": "not tested", "effect": math.nan, "low": None, "high": None}
    text = write_report(done, tmp_path, claims=[CLAIM, CLAIM, untested]).read_text(encoding="utf-8")
    assert "no independent test" not in text
    assert "3 claims: 2 reproduced, 1 not tested" in text
    assert "<b>4.2 [−1.1, 7.3] points measured</b>, &gt; −5 claimed" in text
    assert "“More layers &lt;help&gt;”" in text
    card = text[text.index('id="claim-D2"') :]
    assert "nan" not in card
    assert "not measured" in card
    assert "#claims" in Page(text).links


def test_calibrated_claims_and_those_at_an_edge_are_marked_and_counted_apart(done, tmp_path):
    others = [{**CLAIM, "id": "H2", "calibrated": True}, {**CLAIM, "id": "H3", "verdict": "undecided", "at_edge": True}]
    text = write_report(done, tmp_path, claims=[CLAIM, CLAIM, *others]).read_text(encoding="utf-8")
    assert "4 claims: 2 reproduced, 1 reproduced (calibrated), 1 undecided: edge of the grid" in text
    assert "no independent test" in text
    assert "✔ reproduced (calibrated)</span>" in text
    assert "? undecided: edge of the grid</span>" in text


def test_a_lesson_shows_claims_as_cards_with_the_numbers_of_the_verdicts(displayed):
    ids = ["full-gain", "last-layer-faster"]
    show_claims(ids)
    (cards,) = displayed
    assert isinstance(cards, ClaimCards)
    rows = [verdict.row() for verdict in check_claims(ids=ids)]
    assert cards.rows == rows
    markup = cards._repr_html_()
    assert markup.count("<svg") == len(ids), "the region is drawn, whether something was measured or not"
    assert "<table" not in markup
    assert all(f"{row['id']}: {row['verdict']}" in repr(cards) for row in rows)
    assert f"<b>{rows[0]['effect']:.3g} [{rows[0]['low']:.3g}, {rows[0]['high']:.3g}] points measured</b>" in markup


@pytest.mark.parametrize(
    ("claimed", "region"), [("> 0", [0, None]), ("< -0.02", [None, -0.02]), ("-3 to 3", [-3, 3]), ("as said", None)]
)
def test_a_card_draws_the_region_if_there_is_one(claimed, region):
    markup = claim_card({**CLAIM, "claimed": claimed, "region": region})
    assert ("<svg" in markup) == (region is not None)
    assert f"{claimed.replace('-', '−').replace('>', '&gt;').replace('<', '&lt;')} claimed" in markup


@pytest.mark.parametrize("region", [(0, math.inf), (-math.inf, -2), (10, 40), (-3, 3)])
@pytest.mark.parametrize("found", [(-5, -9, -1), (20, 15, 25), (0.001, -0.002, 0.004), ()])
def test_the_strip_shows_all_of_interval_and_region_in_their_order(region, found):
    markup = draw_strip(region, found, unit="points", color="#000", description='5 "points"', hollow=True)
    left, width = map(float, re.search(r'<rect x="([\d.]+)" y="15" width="([\d.]+)"', markup).groups())
    bounds = [bound for bound in region if math.isfinite(bound)]
    drawn = [float(x) for x in re.findall(r'<path d="M([\d.]+) 15V', markup)]
    places = dict(zip(bounds, drawn, strict=True))
    for bound, edge in zip(region, (left, left + width), strict=True):
        assert edge == pytest.approx(places.get(bound, 10 if bound < 0 else 350), abs=0.2)
    if found:
        start, end = map(float, re.search(r'd="M([\d.]+) 28.5H([\d.]+)"', markup).groups())
        dot = float(re.search(r'cx="([\d.]+)"', markup)[1])
        places |= dict(zip(found, (dot, start, end), strict=True))
    assert [places[value] for value in sorted(places)] == sorted(places.values())
    assert all(10 < x < 350 for x in places.values())
    assert len(re.findall(r"<text[^>]*>[−.\d]+</text>", markup)) >= 2, "an axis needs two numbers"
    assert ('fill="none"' in markup) == bool(found)
    assert 'aria-label="5 &quot;points&quot;"' in markup


def test_a_strip_without_a_bound_is_refused():
    with pytest.raises(ValueError, match="no bound"):
        draw_strip((-math.inf, math.inf), (), unit="", color="#000", description="")


def test_white_letters_on_a_verdict_can_be_read():
    from course_lib.teaching.claim_cards import LOOKS

    for _, color in LOOKS.values():
        shares = np.array([int(color[n : n + 2], 16) for n in (1, 3, 5)]) / 255
        linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
        assert 1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05) >= 4.5, color
    assert len(set(LOOKS.values())) == len({sign for sign, _ in LOOKS.values()}) == 3


def test_a_card_says_its_verdict_in_a_word_and_escapes_the_sentence():
    markup = claim_card({**CLAIM, "verdict": "contradicted", "claim": "<b>"}, anchor='a"b')
    assert "✘ contradicted" in markup
    assert "“&lt;b&gt;”" in markup
    assert 'id="a&quot;b"' in markup


@pytest.mark.parametrize(
    ("printed", "numbers"),
    [
        ("test accuracy, %: measured 81.1.", {"test accuracy": "81.1 %"}),
        ("test accuracy, %: measured 81.1. (No guess yet: commit to a number.)", {"test accuracy": "81.1 %"}),
        ("gain: you guessed 40 to 60, measured -1.5e-05: it is 41 below your range.", {"gain": "-1.5e-05"}),
        ("a: measured 1.\nnoise\nb: you guessed 3, measured 2: too high", {"a": "1", "b": "2"}),
        ("they were measured yesterday", {}),
    ],
)
def test_measured_numbers_are_those_that_compare_prints(tmp_path, printed, numbers):
    notebook = written(tmp_path / "a.ipynb", cell(v4.new_output("stream", text=printed + "\n")))
    assert measured_numbers(notebook) == numbers


def test_numbers_are_found_in_what_a_prediction_prints_today(tmp_path, capsys, monkeypatch):
    from course_lib.teaching import Prediction

    monkeypatch.setattr("IPython.display.display", lambda image: None)  # a picture, which is not printed in a notebook
    Prediction("share, %", 50).compare(-12.346)
    notebook = written(tmp_path / "a.ipynb", cell(v4.new_output("stream", text=capsys.readouterr().out)))
    assert measured_numbers(notebook) == {"share": "-12.35 %"}


def test_a_preview_is_small_and_has_no_title(tmp_path):
    pixels = np.full((400, 1000, 3), 255, np.uint8)
    pixels[10:30, 200:800] = 0  # the title, red after this
    pixels[10:30, 200:800, 0] = 255
    pixels[60:390, 100:900] = (0, 0, 255)
    markup = f'<img alt="x" src="data:image/png;base64,{png_of(pixels)}">'
    plain = f'<img alt="y" src="data:image/png;base64,{DOT}">'
    first, second = (v4.new_output("display_data", {"text/html": text}) for text in (plain, markup))
    cells = [cell(first), cell(second, tags=["report"])]
    notebook = written(tmp_path / "a.ipynb", *cells)
    small = Image.open(io.BytesIO(preview(notebook, tagged=True))).convert("RGB")
    assert small.width <= 460
    assert small.height <= 200
    colors = np.asarray(small, int).reshape(-1, 3)
    assert (colors[:, 2] - colors[:, 0]).max() > 150, "the figure"
    assert (colors[:, 0] - colors[:, 2]).max() < 60, "no title"
    assert Image.open(io.BytesIO(preview(notebook))).size == (1, 1)
    assert preview(written(tmp_path / "b.ipynb", cell())) is None


@pytest.mark.parametrize("claims", [None, []])
def test_without_claims_there_is_no_section(done, tmp_path, claims):
    text = write_report(done, tmp_path, claims=claims).read_text(encoding="utf-8")
    assert "claims" not in text[text.index("<body>") :]


def test_a_report_of_nothing_is_refused(tmp_path):
    with pytest.raises(ValueError, match="nothing to report"):
        write_report([], tmp_path)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.44, "0.4 s"), (9.97, "10 s"), (59.6, "1 min 00 s"), (185, "3 min 05 s"), (7830, "2 h 10 min")],
)
def test_durations_read_well(seconds, text):
    assert format_duration(seconds) == text
