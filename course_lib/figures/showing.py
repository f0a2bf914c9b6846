"""Figures on their way to a page: as PNG bytes, a file, or a described image in a notebook."""

import base64
import html
import io
from pathlib import Path

from matplotlib.figure import Figure

from course_lib.figures.style import styled


class DescribedImage:
    """A figure as a notebook shows it: an image file inside HTML, so that the description survives."""

    def __init__(self, data: bytes, alt: str, kind: str = "png"):
        self.data, self.alt, self.kind = data, alt, kind

    def _repr_html_(self) -> str:
        data = base64.b64encode(self.data).decode("ascii")
        source = f"data:image/{self.kind};base64,{data}"
        return f'<img alt="{html.escape(self.alt)}" src="{source}" style="max-width: 100%">'

    def __repr__(self) -> str:
        return f"<figure: {self.alt}>"


def show(figure: Figure, alt: str | None = None) -> DescribedImage:
    """What a cell returns to show a figure; `alt` describes it for those who cannot see it (default: its title).

    JupyterLab drops the description of a plain image, so it travels in HTML.

    Raises:
        ValueError: neither `alt` nor a title says what is to be seen.
    """
    alt = " ".join((alt or figure.get_suptitle()).split())
    if not alt:
        raise ValueError("the figure has neither a description nor a title: pass alt='what is to be seen'")
    return DescribedImage(png_bytes(figure), alt)


@styled
def png_bytes(figure: Figure) -> bytes:
    """The figure as a PNG; the same figure gives the same bytes."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def save(figure: Figure, path: str | Path) -> Path:
    """Write the figure as a PNG and return the path."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(png_bytes(figure))
    return path
