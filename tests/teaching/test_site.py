"""`course site`: every lesson is there, every link ends somewhere, nothing is fetched, and a browser shows it well."""

import io
import json
import re
import shutil
from functools import partialmethod
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler
from types import SimpleNamespace
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from PIL import Image

from browser import CHROMIUM
from course_lib.errors import MissingExtraError
from course_lib.teaching import build_site, list_lessons
from course_lib.teaching.site.frames import lesson_frames
from server import serve

LESSONS = list_lessons()
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
LOADED = {
    ("script", "src"),
    ("source", "srcset"),
    ("img", "src"),
    ("link", "href"),
    ("iframe", "src"),
    ("video", "src"),
}


class Page(HTMLParser):
    """What a page links to and loads, the anchors it has, and which of its tags are wrong."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.links, self.loaded, self.faults, self.open = set(), [], [], [], []
        self.feed(path.read_text(encoding="utf-8"))
        self.faults += [f"<{tag}> is never closed" for tag in self.open]

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ids |= {attrs[name] for name in ("id", "name") if attrs.get(name)}
        if tag == "img" and not (attrs.get("alt") or "").strip():
            self.faults.append(f"image without a description: {attrs.get('src')}")
        if tag == "a" and attrs.get("href"):
            self.links.append(attrs["href"])
        self.loaded += [attrs[name] for kind, name in LOADED if kind == tag and attrs.get(name)]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in VOID:  # also called for <img/>
            return
        if self.open[-1:] != [tag]:
            self.faults.append(f"</{tag}> where <{' '.join(self.open[-1:])}> is open")
        if tag in self.open:
            del self.open[len(self.open) - 1 - self.open[::-1].index(tag) :]


def find_faults(root):
    """Everything wrong with the pages below a folder: dead links and anchors, foreign resources, bare images, tags."""
    pages = {path.resolve(): Page(path) for path in sorted(root.rglob("*.html")) if "_static" not in path.parts}
    found = []
    for path, page in pages.items():
        name = path.relative_to(root.resolve()).as_posix()
        found += [f"{name}: {fault}" for fault in page.faults]
        found += [f"{name}: loads {url}" for url in page.loaded if urlsplit(url).netloc]
        for url in [*page.links, *page.loaded]:
            address, anchor = urldefrag(url)
            if urlsplit(url).scheme or urlsplit(url).netloc:
                continue
            target = (path.parent / unquote(urlsplit(address).path)).resolve() if address else path
            if not target.is_file() or not target.is_relative_to(root.resolve()):
                found.append(f"{name}: nothing at {url}")
            elif anchor and target in pages and unquote(anchor) not in pages[target].ids:
                found.append(f"{name}: no anchor {url}")
    for path in root.rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        found += [f"{path.name}: loads {url}" for url in re.findall(r"url\([\"']?((?:https?:)?//[^)\"']+)", text)]
    return found


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The course's own site, built once (do not change it)."""
    out = tmp_path_factory.mktemp("out") / "site"
    return SimpleNamespace(root=out, result=build_site(out, repository="octocat/course", sliders=False))


@pytest.fixture(scope="module")
def browser():
    """Headless Chromium: the machine's own, never one that playwright downloads."""
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright: the site was NOT seen in a browser")
    if CHROMIUM is None:
        pytest.skip("no Chromium (apt-get install chromium): the site was NOT seen in a browser")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def visit(site, browser):
    """`visit(page, width, scheme)` opens a page; at the end nothing may have been fetched, no error been written."""
    contexts, errors = [], []

    def open_page(name, width=1280, scheme="light"):
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda sent: errors.append(sent.url) if sent.url.startswith(("http", "ws")) else None)
        page.goto((site.root / name).as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


def test_it_is_built_without_a_warning(site):
    assert site.result.warnings == ()
    assert site.result.page == site.root / "index.html"


def test_every_lesson_is_there_with_its_files_and_in_order(site):
    front = (site.root / "index.html").read_text(encoding="utf-8")
    places = [front.index(f'href="lessons/{lesson.name}.html"') for lesson in LESSONS]
    assert places == sorted(places)
    for lesson in LESSONS:
        assert lesson.question in front.replace("’", "'")  # as it is typeset
        page = (site.root / "lessons" / f"{lesson.name}.html").read_text(encoding="utf-8")
        files = (f"{lesson.name}.ipynb", f"solutions/{lesson.name}.ipynb", f"source/{lesson.name}.py")
        for file in files:
            assert f'href="../notebooks/{file}"' in page
            assert (site.root / "notebooks" / file).is_file()
        assert f"github.com/github/octocat/course/blob/main/notebooks/{lesson.name}.ipynb" not in page
        assert (
            f"https://colab.research.google.com/github/octocat/course/blob/main/notebooks/{lesson.name}.ipynb" in page
        )


def test_every_figure_of_a_lesson_is_on_its_page_and_the_first_on_its_card(site):
    front = (site.root / "index.html").read_text(encoding="utf-8")
    for lesson in LESSONS:
        drawn = lesson.solution().read_text(encoding="utf-8").count("<img alt=")
        page = (site.root / "lessons" / f"{lesson.name}.html").read_text(encoding="utf-8")
        assert drawn
        assert page.count('src="../figures/') == drawn
        card = re.search(rf'<img[^>]*alt="The first figure of lesson {lesson.number:02d}"[^>]*>', front)
        assert card, "a card has a picture"


def test_links_images_and_tags_are_in_order_and_nothing_is_foreign(site):
    assert find_faults(site.root) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda text: text.replace('href="second.html"', 'href="third.html"'), "nothing at third.html"),
        (lambda text: text.replace("#there", "#gone"), "no anchor second.html#gone"),
        (lambda text: text.replace('alt="a dot"', 'alt=" "'), "image without a description: dot.png"),
        (lambda text: text.replace('src="dot.png"', 'src="no.png"'), "nothing at no.png"),
        (lambda text: text.replace("own.js", "https://cdn.example/own.js"), "loads https://cdn.example/own.js"),
        (lambda text: text.replace("own.js", "//cdn.example/own.js"), "loads //cdn.example/own.js"),
        (lambda text: text.replace("</div>", ""), "</body> where <div> is open"),
        (lambda text: text.replace("second.html", "../second.html"), "nothing at ../second.html"),
    ],
)
def test_the_link_checker_finds(tmp_path, change, fault):
    root = tmp_path / "site"
    root.mkdir()
    for name in ("dot.png", "own.js"):
        (root / name).touch()
    (tmp_path / "second.html").touch()
    (root / "second.html").write_text('<html><body><p id="there">x</p></body></html>', encoding="utf-8")
    good = (
        '<html><body><script src="own.js"></script><a href="second.html">2</a><a href="second.html#there">3</a>'
        '<a href="https://example.org">far</a><div><img alt="a dot" src="dot.png"></div></body></html>'
    )
    (root / "index.html").write_text(good, encoding="utf-8")
    assert find_faults(root) == []
    (root / "index.html").write_text(change(good), encoding="utf-8")
    assert any(fault in found for found in find_faults(root))


def test_without_a_repository_there_is_no_colab_and_a_page_is_added_by_a_file(built, tmp_path, monkeypatch):
    from course_lib.teaching.site import builder

    notebooks = good_lesson(built, tmp_path)
    shutil.copytree(builder.HERE, tmp_path / "package", ignore=shutil.ignore_patterns("*.py[co]"))
    (tmp_path / "package/pages/guide.md").write_text(
        "# A guide\nTo $x^2$.\n\n$$\\nosuch{2}$$\n\n$$\\left( 2$$\n", encoding="utf-8"
    )
    monkeypatch.setattr(builder, "HERE", tmp_path / "package")
    result = build_site(tmp_path / "site", notebooks=notebooks)
    assert len(result.warnings) == 2  # and a formula with a mistake is told, with its place
    assert re.search(
        r"^guide\.md:4: WARNING: the formula '.nosuch\{2\}' cannot be read: .* 'nosuch'", result.warnings[0]
    )
    assert re.search(r"^guide\.md:6: WARNING: the formula '.left\( 2' cannot be read", result.warnings[1])
    assert 'href="guide.html"' in (tmp_path / "site/index.html").read_text(encoding="utf-8")
    assert "<msup>" in (tmp_path / "site/guide.html").read_text(encoding="utf-8")
    page = (tmp_path / "site/lessons/01_good.html").read_text(encoding="utf-8")
    assert "colab" not in page
    assert page.index("your code here") < page.index("Show a solution") < page.index("secret")
    assert build_site(tmp_path / "site", notebooks=notebooks).page.is_file()  # over an older site


def good_lesson(built, tmp_path):
    """A folder of notebooks with the sample lesson that works."""
    notebooks = tmp_path / "notebooks"
    shutil.copytree(built.notebooks, notebooks)
    catalogue = (notebooks / "lessons.yml").read_text(encoding="utf-8")
    (notebooks / "lessons.yml").write_text(catalogue[: catalogue.index("  - name: 02")], encoding="utf-8")
    return notebooks


GUESSED = """
# %% [markdown]
# ## Predict

# %%
from course_lib.teaching import Prediction

guess = Prediction("sum of one and one", 3{reveal})

# %% tags=["report"]
print("the reported", "answer")

# %%
print("no answer")

# %%
guess.compare(2)

# %% tags=["report"]
print("a later report")

# %%
from functools import partial

from course_lib import figures
from course_lib.figures.style import new_figure


def draw(kind="thin", *, width=2, note=0):
    figure = new_figure(f"A {{kind}} line of width {{width}}", width=12, height=2)
    if width > 5 and kind == "thick":
        raise ValueError("too wide")
    figure.subplots().plot([0, 1], linewidth=width)
    return figure


figures.explorers.explore(draw, kind=["thin", "thick"], width=(1, 7), note=(0, 3), stored=False)

# %%
raise_if_run = 1 / 0 if "record_frames" in globals() else "never run for the frames"
"""


@pytest.fixture(scope="module")
def small(sample, tmp_path_factory):
    """The site of one small lesson with a guess and sliders, and the lines of progress."""
    from course_lib.teaching import build_lessons
    from course_lib.teaching.source import read_source

    folder = sample.write_lessons(tmp_path_factory.mktemp("small"))
    plain = sample.GOOD + GUESSED.format(reveal="")
    guarded = plain.replace("rate = 0.1", "rate = 0.1\nreveal = False").replace('one", 3)', 'one", 3, reveal=reveal)')
    (folder / "source/01_good.py").write_text(plain, encoding="utf-8")
    if read_source(folder / "source/01_good.py").problems:  # where a guess may be withheld
        (folder / "source/01_good.py").write_text(guarded, encoding="utf-8")
    (folder / "lessons.yml").write_text(sample.CATALOGUE[: sample.CATALOGUE.index("  - name: 02")], encoding="utf-8")
    assert build_lessons(notebooks=folder).problems == []
    out, said = tmp_path_factory.mktemp("out") / "site", []
    return SimpleNamespace(root=out, result=build_site(out, notebooks=folder, progress=said.append), said=said)


def test_sliders_are_pictures_drawn_by_the_explorer_itself(small):
    assert small.result.warnings == ()
    assert small.said == ["01_good: drawing the pictures of its sliders"]
    assert find_faults(small.root) == []
    page = (small.root / "lessons/01_good.html").read_text(encoding="utf-8")
    data = json.loads(re.search(r'<script type="application/json">(.*?)</script>', page, re.S)[1])
    assert (data["menu"], data["slider"]) == ("kind", "width")
    frames = data["frames"]
    assert [(frame["choice"], frame["value"]) for frame in frames] == [
        (kind, str(width)) for kind in ("thin", "thick") for width in range(1, 8)
    ]
    for frame in frames:
        refused = frame["choice"] == "thick" and int(frame["value"]) > 5
        assert frame["text"] == ("too wide" if refused else f"A {frame['choice']} line of width {frame['value']}")
        assert bool(frame["src"]) != refused
        assert refused or (small.root / "lessons" / frame["src"]).is_file()
    assert data["start"] == 1
    assert "These are 12 pictures drawn in advance." in page


def test_a_cell_that_hides_its_sliders_is_told():
    import nbformat.v4 as v4

    hidden = v4.new_code_cell("print('guess first')  # explore(", id="07-hidden")
    with pytest.raises(ChildProcessError, match="cell 07-hidden shows no sliders when it runs: run 'course build'"):
        lesson_frames(v4.new_notebook(cells=[hidden]))


def folded(page, what):
    """The texts of a page's folded boxes whose button says this."""
    boxes = re.findall(r"<details.*?</details>", page, re.S)
    return [box for box in boxes if what in box]


def test_answers_and_setup_are_folded_and_nothing_else(small):
    page = (small.root / "lessons/01_good.html").read_text(encoding="utf-8")
    answers = folded(page, "You have a guess? Show what was measured")
    assert ["the reported answer" in box for box in answers] == [True, False]
    assert "sum of one and one" in answers[1]
    (setup,) = folded(page, "Show the set-up")
    assert "find_course" in setup
    assert "profile" in setup
    outside = re.sub(r"<details.*?</details>", "", page, flags=re.S)
    for shown in ("no answer", "a later report", "Prediction"):
        assert shown in outside
    assert "The course is here" not in outside, "the first cell's output is no reader's"
    assert "the reported answer" not in outside


def test_the_slider_and_the_menu_show_another_picture(small, browser):
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((small.root / "lessons/01_good.html").as_uri())
    box = page.locator(".frames")
    image, slider = box.locator("img"), box.locator("input[type=range]")
    assert image.get_attribute("alt") == "A thin line of width 2"
    before = image.get_attribute("src")
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert image.get_attribute("alt") == "A thin line of width 3"
    assert image.get_attribute("src") != before
    page.wait_for_function("document.querySelector('.frames img').naturalWidth > 0")
    assert box.locator("output").inner_text() == "3"
    page.keyboard.press("End")
    box.locator("select").select_option("thick")
    assert not image.is_visible()
    assert box.locator("[role=status]").inner_text() == "too wide"
    page.close()
    assert errors == []


def test_bad_input_is_refused_and_costs_nothing(built, tmp_path, monkeypatch):
    with pytest.raises(ValueError, match="repository 'course' is not owner/name"):
        build_site(tmp_path / "site", repository="course")
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(ValueError, match="holds other files"):
        build_site(tmp_path)
    assert (tmp_path / "thesis.tex").is_file()
    with pytest.raises(FileNotFoundError, match="02_broken has no solutions/02_broken.ipynb: run 'course build'"):
        build_site(tmp_path / "site", notebooks=built.notebooks)
    assert not (tmp_path / "site").exists()
    monkeypatch.setitem(__import__("sys").modules, "myst_nb", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'course-lib\[site\]'"):
        build_site(tmp_path / "site")


def test_on_a_phone_no_page_scrolls_sideways(site, visit):
    for path in [site.root / "index.html", *sorted((site.root / "lessons").glob("*.html"))]:
        page = visit(path.relative_to(site.root), width=375)
        assert page.evaluate("document.documentElement.scrollWidth") <= 375, path.name
        page.close()


def test_every_picture_is_shown(site, visit):
    for lesson in LESSONS:
        page = visit(f"lessons/{lesson.name}.html")
        page.evaluate("document.querySelectorAll('img').forEach(image => image.loading = 'eager')")
        page.wait_for_function("[...document.images].every(image => image.complete)")
        widths = page.evaluate("[...document.images].map(image => image.naturalWidth)")
        assert widths
        assert min(widths) > 0
        page.close()


def test_the_switch_makes_it_dark(visit):
    page = visit(f"lessons/{LESSONS[-1].name}.html")
    colour = "getComputedStyle(document.body).backgroundColor"
    light, bright = page.evaluate(colour), brightness(page)
    page.locator(".theme-switch-button:visible").click()
    page.locator(".theme-change-button[data-mode=dark]:visible").click()
    page.wait_for_function(f"{colour} !== '{light}'")  # it fades
    assert bright > 200
    assert brightness(page) < 80


def brightness(page):
    """Mean of what is on the screen, 0 to 255."""
    (mean,) = (
        Image.open(io.BytesIO(page.screenshot(timeout=120_000)))
        .convert("L")
        .resize((1, 1), Image.Resampling.BOX)
        .get_flattened_data()
    )
    return mean


@pytest.mark.parametrize(("word", "lesson"), [("thousand", "08_sgd_or_adam"), ("BatchNorm", "04_the_last_layer")])
def test_search_finds_a_lesson(visit, word, lesson):
    page = visit("index.html")
    page.goto(page.url.replace("index.html", f"search.html?q={word}"))
    page.wait_for_selector(f"#search-results a[href*='{lesson}']")


@pytest.fixture(scope="module")
def address(site):
    """The address of the site, served over http."""
    start = partialmethod(SimpleHTTPRequestHandler.__init__, directory=str(site.root))
    handler = type("Site", (SimpleHTTPRequestHandler,), {"__init__": start})
    with serve(handler) as url:
        yield url


def test_over_http_a_search_lists_sections_with_a_line_of_each(address, browser):
    page = browser.new_page()
    page.goto(f"{address}/search.html?q=overfitting")
    page.wait_for_selector(".search-sections a[href]")
    links = page.locator(".search-sections a").evaluate_all("all => all.map(link => link.href)")
    assert links
    assert all(re.fullmatch(rf"{address}/(lessons/)?\w+\.html#[\w-]+", link) for link in links), links
    assert page.locator(".search-sections mark").first.inner_text().lower().startswith("overfit")
    page.locator(".search-sections a").first.click()
    page.wait_for_load_state()
    anchor = page.evaluate("decodeURIComponent(location.hash.slice(1))")
    assert page.locator(f"section[id='{anchor}']").count() == 1
    page.close()


CONTRAST = """() => { const linear = c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const light = text => { const [r, g, b] = text.match(/[\\d.]+/g).map(n => linear(n / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const paper = element => { for (let e = element; e; e = e.parentElement) {
    const color = getComputedStyle(e).backgroundColor;
    if (!/, 0\\)$|transparent/.test(color)) return color; } return "rgb(255, 255, 255)"; };
  return [...document.querySelectorAll(".cell_input .highlight span")].filter(e => e.innerText.trim()).map(e => {
    const [a, b] = [light(getComputedStyle(e).color), light(paper(e))];
    return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.className, e.innerText]; })
    .sort((a, b) => a[0] - b[0])[0]; }"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_of_the_code_can_be_read(visit, scheme):
    page = visit(f"lessons/{LESSONS[0].name}.html", scheme=scheme)
    page.wait_for_function(f"document.documentElement.dataset.theme === '{scheme}'")
    page.evaluate("document.querySelectorAll('details').forEach(box => box.open = true)")
    contrast, kind, word = page.evaluate(CONTRAST)
    assert contrast >= 4.5, f"{kind} '{word}'"


@pytest.mark.parametrize("width", [390, 1400])
def test_code_never_scrolls_and_a_wide_table_shows_that_it_does(visit, width):
    page = visit(f"lessons/{LESSONS[-1].name}.html", width=width)
    page.evaluate("document.querySelectorAll('details').forEach(box => box.open = true)")
    pre = "[...document.querySelectorAll('.cell_input pre')]"
    assert page.evaluate(f"{pre}.filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.innerText)") == []
    boxes = "[...document.querySelectorAll('.cell_output .text_html')]"
    page.wait_for_timeout(200)  # the observer of widths
    wide = page.evaluate(f"{boxes}.filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.className)")
    assert all("more" in name for name in wide)
    assert wide or width > 390
    if wide:
        page.evaluate("document.querySelector('.text_html.more').scrollLeft = 1e5")
        page.wait_for_function(f"document.querySelectorAll('.text_html.more').length === {len(wide) - 1}")


@pytest.mark.parametrize(("width", "name"), [(390, "cover_narrow.webp"), (1400, "cover.webp")])
def test_the_cover_fits_the_screen(visit, width, name):
    page = visit("index.html", width=width)
    shown = page.evaluate("document.querySelector('.cover img').currentSrc")
    assert shown.endswith(f"/{name}")


def test_a_solution_is_behind_a_button(visit):
    page = visit("lessons/02_streaming_statistics.html")
    box = page.locator("details", has_text="Show a solution").first
    code = box.locator("pre").first
    assert not code.is_visible()
    box.locator("summary").click()
    assert code.is_visible()


def test_the_report_card_filters_its_claims(visit):
    """By document and verdict: what is shown has the chosen values, and the count says how many."""
    from course_lib.analysis.card_counts import verdict_of
    from course_lib.analysis.report_card import report_card

    rows = report_card()
    page = visit("report_card.html")
    shown = "[...document.querySelectorAll('.card-claims .claim')].filter(e => !e.hidden).map(e => ({...e.dataset}))"
    assert len(page.evaluate(shown)) == len(rows)
    document = rows[0]["document"]
    page.select_option("select[data-filter=document]", document)
    page.select_option("select[data-filter=mini]", "reproduced")
    expected = [r for r in rows if r["document"] == document and verdict_of(r, "mini") == "reproduced"]
    found = page.evaluate(shown)
    assert len(found) == len(expected) > 0
    assert {(own["document"], own["mini"]) for own in found} == {(document, "reproduced")}
    assert page.inner_text(".card-filters output") == f"{len(expected)} of {len(rows)} claims"


def test_the_reproduction_report_is_a_page(site):
    text = (site.root / "reproduction.html").read_text(encoding="utf-8")
    assert "What was hard" in text
    assert "Communication with the original authors" in text
