"""Figures in lessons: described, small, closed."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from course_lib.figures.packing import shrink
from course_lib.teaching import show


def test_a_shown_figure_has_its_description_and_is_closed(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    figure, axes = plt.subplots()
    axes.plot([1, 2])
    show(figure, 'it rises from "1" to 2')
    assert not plt.get_fignums()
    (image,) = shown
    markup = image._repr_html_()
    assert 'alt="it rises from &quot;1&quot; to 2"' in markup
    assert len(markup) < 60_000
    assert f"data:image/{Image.open(io.BytesIO(image.data)).format.lower()};base64," in markup


def test_a_figure_without_description_is_refused_and_closed():
    figure, _ = plt.subplots()
    with pytest.raises(ValueError, match="alt"):
        show(figure, "  ")
    assert not plt.get_fignums()


def test_thin_lines_keep_their_hue_among_few_colours():
    """Black text in all its greys must not take the colours of two thin lines."""
    image = Image.new("RGB", (200, 200), "white")
    for row in range(40, 200):
        for column in range(0, 200, 2):
            image.putpixel((column, row), (row, row, row))
    for column in range(200):
        image.putpixel((column, 10), (213, 94, 0))
        image.putpixel((column, 20), (0, 114, 178))
    raw = io.BytesIO()
    image.save(raw, "PNG")
    small = Image.open(io.BytesIO(shrink(raw.getvalue(), 8))).convert("RGB")
    for place, hue in (((100, 10), (213, 94, 0)), ((100, 20), (0, 114, 178))):
        assert max(abs(a - b) for a, b in zip(small.getpixel(place), hue, strict=True)) < 60
    assert len(small.getcolors()) <= 8


def test_a_small_dot_of_the_course_keeps_its_colour_among_few():
    """The mixed colours at the edges of letters and of other dots have more pixels than a grey dot."""
    image = Image.new("RGB", (200, 200), "white")
    for column in range(200):
        for row in range(60):
            image.putpixel((column, row), (20 * (row // 5), 20 * (row // 5), 20 * (row // 5)))
    for column in range(10):
        for row in range(10):
            image.putpixel((100 + column, 100 + row), (118, 118, 118))
    raw = io.BytesIO()
    image.save(raw, "PNG")
    small = Image.open(io.BytesIO(shrink(raw.getvalue(), 5))).convert("RGB")
    assert small.getpixel((105, 105)) == (118, 118, 118)


def test_a_noisy_picture_shrinks_and_keeps_its_look():
    pixels = np.random.default_rng(0).integers(0, 256, (300, 400, 3)).astype(np.uint8)
    raw = io.BytesIO()
    Image.fromarray(pixels).save(raw, format="png")
    small = shrink(raw.getvalue())
    assert len(small) < 0.5 * len(raw.getvalue())
    again = np.asarray(Image.open(io.BytesIO(small)).convert("RGB"), dtype=float)
    assert np.abs(again - pixels).mean() < 25


def colors_of(pixels):
    raw = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(raw, format="png", compress_level=0)
    return len(Image.open(io.BytesIO(shrink(raw.getvalue()))).convert("RGB").getcolors())


def test_a_chart_gets_few_colours_and_a_picture_many():
    bars = np.zeros((100, 100, 3)) + 40 * (np.arange(100) // 20)[:, None, None]
    ramp = np.linspace(0, 255, 200)
    slope = np.stack([*np.meshgrid(ramp, ramp), np.zeros((200, 200))], axis=-1)
    assert colors_of(bars) == 5
    assert colors_of(slope) > 64


def test_a_lesson_may_ask_for_few_colours(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    for colors in (None, 8):
        figure, axes = plt.subplots(figsize=(3, 2))
        axes.imshow(np.linspace(0, 1, 400).reshape(20, 20))
        show(figure, "a ramp", colors=colors)
    used = [len(Image.open(io.BytesIO(image.data)).convert("RGB").getcolors(10_000)) for image in shown]
    assert used[1] <= 8 < used[0]


def test_transparency_becomes_white_paper():
    raw = io.BytesIO()
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(raw, format="png")
    assert Image.open(io.BytesIO(shrink(raw.getvalue()))).convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_axis_labels_are_not_cut_off(monkeypatch):
    monkeypatch.setattr("IPython.display.display", lambda image: None)
    figure, axes = plt.subplots(figsize=(6, 2))
    axes.set_xlabel("epoch", fontsize=30)
    show(figure, "nothing")
    assert axes.xaxis.label.get_window_extent().y0 >= 0
