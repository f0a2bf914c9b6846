"""Output of figures: PNG bytes, a PNG file, or an image with a description in a notebook."""

import base64
import html
import io
from pathlib import Path

from matplotlib.figure import Figure

from course_lib.figures.style import styled


class DescribedImage:
    """A figure for a notebook cell: an image inside HTML, which keeps the description."""

    def __init__(self, data: bytes, alt: str, kind: str = "png"):
        self.data, self.alt, self.kind = data, alt, kind

    def _repr_html_(self) -> str:
        data = base64.b64encode(self.data).decode("ascii")
        source = f"data:image/{self.kind};base64,{data}"
        return f'<img alt="{html.escape(self.alt)}" src="{source}" style="max-width: 100%">'

    def __repr__(self) -> str:
        return f"<figure: {self.alt}>"


def show(figure: Figure, alt: str | None = None) -> DescribedImage:
    """Make a figure a cell's output; `alt` describes it for readers who cannot see it (default: its title).

    JupyterLab drops the description of a plain image, so the image is put inside HTML.

    Raises:
        ValueError: the figure has neither `alt` nor a title.
    """
    alt = " ".join((alt or figure.get_suptitle()).split())
    if not alt:
        raise ValueError("the figure has neither a description nor a title: pass alt='what is to be seen'")
    return DescribedImage(png_bytes(figure), alt)


@styled
def png_bytes(figure: Figure) -> bytes:
    """Encode the figure as a PNG; the same figure gives the same bytes."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def save(figure: Figure, path: str | Path) -> Path:
    """Write the figure as a PNG and return the path."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(png_bytes(figure))
    return path
