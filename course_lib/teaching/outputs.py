"""Outputs of an executed lesson as HTML that stands by itself: for a page that is sent to others."""

import base64
import html
import io
import re
from collections.abc import Iterator
from pathlib import Path

from course_lib.errors import need

REPORT_TAG = "report"
_IMAGE_KINDS = ("image/png", "image/jpeg")
_STYLES = re.compile(r"<style.*?</style>", re.S | re.I)
_ACTIVE = re.compile(
    r"<(script|link|iframe|object)\b|\bsrc=(?![\"']?data:)", re.I
)  # a page that is sent to others must be self-contained
_UNDESCRIBED = re.compile(r"<img\b(?![^>]*\balt=[\"'][^\"'])(?P<rest>[^>]*)>", re.I)
_NO_ALT = re.compile(r"\s\balt=([\"'])\1", re.I)
_EMBEDDED = re.compile(r"src=[\"']data:image/\w+;base64,(?P<data>[^\"']+)")
# What `Prediction.compare` prints, with or without a guess.
_MEASURED = re.compile(
    r"^(?P<quantity>.+?)(?:, (?P<unit>%|points))?: (?:you guessed .+?, )?measured (?P<value>[-−+\d.,e]*\d)", re.M
)
_PREVIEW = 460, 200  # pixels, at most
_GAP = 6  # blank rows between a figure's title and what follows


def report_outputs(notebook: Path, title: str) -> list[str]:
    """HTML of the outputs of a notebook's cells tagged `report`: figures, tables, printed text."""
    node = need("nbformat", "lab").read(str(notebook), as_version=4)
    found = []
    for cell in node["cells"]:
        if cell["cell_type"] == "code" and REPORT_TAG in cell["metadata"].get("tags", ()):
            found.extend(filter(None, (_output_html(output, title) for output in cell["outputs"])))
    return found


def measured_numbers(notebook) -> dict[str, str]:
    """The quantities that a lesson lets its readers guess → what was measured, with its unit, as the lesson prints it.

    Args:
        notebook: path or NotebookNode of an executed lesson.
    """
    printed = [output["text"] for _, output in _outputs(notebook) if output.get("name") == "stdout"]
    found = [match for text in printed for match in _MEASURED.finditer(text)]
    return {match["quantity"]: " ".join(filter(None, (match["value"], match["unit"]))) for match in found}


def preview(notebook, *, tagged: bool = False) -> bytes | None:
    """A lesson's first figure, small and without its title, as WebP; None if the notebook has no figure.

    Args:
        notebook: path or NotebookNode of an executed lesson.
        tagged: the first figure of a cell tagged `report`, if there is one.
    """
    figures = {}
    for cell, output in _outputs(notebook):
        if found := _EMBEDDED.search(output.get("data", {}).get("text/html", "")):
            figures.setdefault(REPORT_TAG in cell["metadata"].get("tags", ()), found["data"])
    data = figures.get(True) if tagged and True in figures else next(iter(figures.values()), None)
    return _shrunk(base64.b64decode(data)) if data else None


def _outputs(notebook) -> Iterator[tuple]:
    """(cell, output) of every output of a notebook."""
    node = need("nbformat", "lab").read(str(notebook), as_version=4) if isinstance(notebook, str | Path) else notebook
    for cell in node["cells"]:
        yield from ((cell, output) for output in cell.get("outputs", ()))


def _shrunk(content: bytes) -> bytes:
    """The picture without its title, at most `_PREVIEW` in size, as WebP."""
    import numpy as np
    from PIL import Image

    image = Image.open(io.BytesIO(content)).convert("RGB")
    drawn = np.asarray(image.convert("L")).min(axis=1) < 200  # rows with something on them
    top = int(drawn.argmax())
    ends = [row for row in range(top, len(drawn) // 3) if not drawn[row : row + _GAP].any()]
    image = image.crop((0, ends[0] if ends else 0, *image.size))
    image.thumbnail(_PREVIEW, Image.Resampling.LANCZOS)
    packed = io.BytesIO()
    image.save(packed, format="webp", quality=80, method=6)
    return packed.getvalue()


def _output_html(output: dict, title: str) -> str:
    """Convert an output to HTML for the page; an empty string if it has none."""
    if output["output_type"] == "stream":
        return _text(output["text"]) if output["name"] == "stdout" else ""
    data = output.get("data", {})
    markup = _STYLES.sub("", data.get("text/html", ""))
    alt = html.escape(f"Figure of the lesson “{title}”", quote=True)
    if markup and not _ACTIVE.search(markup):
        return f'<div class="output">{_describe(markup, alt)}</div>'
    for kind in _IMAGE_KINDS:
        if kind in data:
            return f'<div class="output"><img alt="{alt}" src="data:{kind};base64,{"".join(data[kind].split())}"></div>'
    if "text/markdown" in data:
        from nbconvert.filters import markdown2html

        return f'<div class="output">{markdown2html(data["text/markdown"])}</div>'
    return _text(data.get("text/plain", ""))


def _describe(markup: str, alt: str) -> str:
    """Add `alt` to every image of the markup that has no description."""
    return _UNDESCRIBED.sub(lambda found: f'<img alt="{alt}"{_NO_ALT.sub("", found["rest"])}>', markup)


def _text(text: str) -> str:
    return f'<pre class="output">{html.escape(text.rstrip())}</pre>' if text.strip() else ""
