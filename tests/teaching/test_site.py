"""`course site`: every lesson is there, every link ends somewhere, nothing is fetched, and a browser shows it well."""

import io
import re
import shutil
from html.parser import HTMLParser
from types import SimpleNamespace
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from PIL import Image

from browser import CHROMIUM
from course_lib.errors import MissingExtraError
from course_lib.teaching import build_site, list_lessons

LESSONS = list_lessons()
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
LOADED = {("script", "src"), ("img", "src"), ("link", "href"), ("iframe", "src"), ("source", "src"), ("video", "src")}


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
    return SimpleNamespace(root=out, result=build_site(out, repository="octocat/course"))


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
        assert lesson.question in front
        page = (site.root / "lessons" / f"{lesson.name}.html").read_text(encoding="utf-8")
        files = (f"{lesson.name}.ipynb", f"solutions/{lesson.name}.ipynb", f"source/{lesson.name}.py")
        for file in files:
            assert f'href="../notebooks/{file}"' in page
            assert (site.root / "notebooks" / file).is_file()
        assert f"github.com/github/octocat/course/blob/main/notebooks/{lesson.name}.ipynb" not in page
        assert (
            f"https://colab.research.google.com/github/octocat/course/blob/main/notebooks/{lesson.name}.ipynb" in page
        )


def test_every_figure_of_a_lesson_is_on_its_page(site):
    for lesson in LESSONS:
        drawn = lesson.solution().read_text(encoding="utf-8").count("<img alt=")
        page = (site.root / "lessons" / f"{lesson.name}.html").read_text(encoding="utf-8")
        assert drawn
        assert page.count('src="../figures/') == drawn


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


def test_a_solution_is_behind_a_button(visit):
    page = visit("lessons/02_streaming_statistics.html")
    box = page.locator("details", has_text="Show a solution").first
    code = box.locator("pre").first
    assert not code.is_visible()
    box.locator("summary").click()
    assert code.is_visible()
