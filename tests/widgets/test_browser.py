"""Every explorer in a real browser: its first slider is moved in JupyterLab and in Voilà, and the picture follows."""

import io
import os
import time
from pathlib import Path

import pytest
from PIL import Image

import browser
import sample_explorers as samples

pytest.importorskip("playwright", reason="no playwright: 'uv sync' installs it")


from playwright.sync_api import TimeoutError as StillTheSameError

pytestmark = [
    pytest.mark.skipif(
        browser.CHROMIUM is None,
        reason="NO BROWSER, so no slider was moved for real: 'apt-get install chromium', or name one in $CHROMIUM",
    ),
    pytest.mark.timeout(900),
]

NAMES = list(samples.SAMPLES)
HELPERS = str(Path(samples.__file__).parent)
UNWIRED = """import ipywidgets
explorer = make_explorer("feature_map")
dead = ipywidgets.IntSlider(max=9)
ipywidgets.VBox([dead, ipywidgets.Image(value=explorer.picture.value, format="png")]).add_class("box-unwired")"""
CELLS = [
    f"import sys; sys.path.insert(0, {HELPERS!r})\nfrom sample_explorers import make_explorer",
    UNWIRED,
    *(f"make_explorer({name!r})" for name in NAMES),
]


@pytest.fixture(scope="module", params=["lab", "voila"])
def opened(request, tmp_path_factory):
    """(page, its errors, lab or voila) with all explorers in it; `$COURSE_SCREENSHOTS` keeps a picture of the page."""
    kind, notebook = request.param, tmp_path_factory.mktemp(request.param) / "sliders.ipynb"
    browser.write_notebook(notebook, CELLS)
    with browser.serve(kind, notebook) as url, browser.open_page(kind, url, f"box-{NAMES[-1]}") as (page, errors):
        yield page, errors, kind


def same_picture(a, b):
    return a == b or Image.open(io.BytesIO(a)).tobytes() == Image.open(io.BytesIO(b)).tobytes()


def value_of(control, readout):
    """The value of a slider that says `readout`."""
    if hasattr(control, "options"):
        return next(option for option in control.options if str(option) == readout)
    return int(readout)


@pytest.mark.parametrize("name", NAMES)
def test_a_moved_slider_changes_the_picture(opened, name):
    """And the picture is the one that Python draws for the value at which the slider stands."""
    page, errors, kind = opened
    before = browser.shown_bytes(page, f"box-{name}")
    first = next(iter(samples.make_explorer(name).controls.values()))
    began = time.perf_counter()
    readout = browser.move_first_slider(page, f"box-{name}", by="mouse" if name == "mistake_gallery" else "keys")
    print(f"{kind}, {name}: {time.perf_counter() - began:.2f} s until the picture was another one")
    value = value_of(first, readout)
    assert value != first.value
    expected = samples.make_explorer(name)
    next(iter(expected.controls.values())).value = value
    wanted, end = expected.picture.value, time.monotonic() + 60
    while not same_picture(browser.shown_bytes(page, f"box-{name}"), wanted):  # keys may still be on their way
        assert time.monotonic() < end, f"{name}: the picture is not the one for {readout}"
        page.wait_for_timeout(300)
    assert not same_picture(before, wanted)
    assert page.locator(f".box-{name} img").count() == 1
    assert errors == []
    if folder := os.environ.get("COURSE_SCREENSHOTS"):
        page.locator(f".box-{name}").screenshot(path=f"{folder}/{kind}-{name}.png")


def test_a_slider_without_a_wire_is_caught(opened):
    """The way in which the test above sees a change sees none where there is none."""
    page, _, _ = opened
    before = browser.shown_bytes(page, "box-unwired")
    with pytest.raises(StillTheSameError):
        browser.move_first_slider(page, "box-unwired", timeout_s=4)
    assert page.locator(".box-unwired .widget-readout").inner_text() == "2", "the slider itself has moved"
    assert same_picture(browser.shown_bytes(page, "box-unwired"), before)
