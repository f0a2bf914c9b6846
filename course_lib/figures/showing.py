"""Show a figure in a notebook with its description, or write it as a PNG."""

import base64
import html
import io
import textwrap
from pathlib import Path

from matplotlib.figure import Figure

from course_lib.figures.packing import shrink
from course_lib.figures.style import TITLE_CHARACTERS, styled


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


def show(figure: Figure, alt: str | None = None, *, colors: int | None = None, dpi: int | None = None) -> None:
    """Display a figure with a description, in the middle of a cell or a loop, and close it.

    Args:
        figure: closed in pyplot afterwards.
        alt: what the figure shows, in a sentence a person could act on without seeing it (default: its title).
        colors: largest number of colours of the stored picture (64 for grids of curves); None: as its size asks for.
        dpi: pixels of an inch, e.g. 80 for a figure that is wider than a notebook's page; None: those of the figure.

    Raises:
        ValueError: neither `alt` nor a title says what is to be seen.
    """
    from IPython.display import display

    if figure.get_layout_engine() is None:
        figure.set_layout_engine("constrained")  # a figure made by hand would lose its axis labels at the edge
    try:
        image = describe(figure, alt, dpi=dpi)
    finally:
        close(figure)
    display(DescribedImage(shrink(image.data, colors), image.alt, "webp"))


def close(figure: Figure) -> None:
    """Close a figure in pyplot, which would show it once more at the end of the cell."""
    import matplotlib.pyplot as plt

    plt.close(figure)


def describe(figure: Figure, alt: str | None = None, *, dpi: int | None = None) -> DescribedImage:
    """The figure as a PNG with a description (default: its title).

    JupyterLab drops the description of a plain image, so the image is put inside HTML.

    Raises:
        ValueError: the figure has neither `alt` nor a title.
    """
    alt = " ".join((alt or figure.get_suptitle()).split())
    if not alt:
        raise ValueError("the figure has neither a description nor a title: pass alt='what is to be seen'")
    return DescribedImage(png_bytes(figure, dpi), alt)


@styled
def replace_title(figure: Figure, title: str) -> str:
    """Give a figure another title, wrapped to its width; returns the former one on one line, "" if there was none."""
    former = " ".join(figure.get_suptitle().split())
    figure.suptitle(textwrap.fill(title, width=int(figure.get_figwidth() * TITLE_CHARACTERS)), fontweight="bold")
    return former


@styled
def png_bytes(figure: Figure, dpi: int | None = None) -> bytes:
    """Encode the figure as a PNG; the same figure gives the same bytes."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi or "figure", metadata={"Software": None})
    return buffer.getvalue()


def save(figure: Figure, path: str | Path) -> Path:
    """Write the figure as a PNG and return the path."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(png_bytes(figure))
    return path
