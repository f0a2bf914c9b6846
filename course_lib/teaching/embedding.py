"""Figures and pictures as text inside a page that needs no other file."""

import base64
import io

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from course_lib.figures.packing import shrink
from course_lib.figures.showing import png_bytes

_SIDE = 224  # pixels of a picture


def embed_figure(figure: Figure) -> dict:
    """Encode a figure in base64 (``data``), with its title (``alt``)."""
    data = base64.b64encode(shrink(png_bytes(figure))).decode("ascii")
    return {"alt": " ".join(figure.get_suptitle().split()), "data": data}


def embed_picture(picture: np.ndarray) -> str:
    """Encode a picture (H, W, 3) uint8 as a small WebP in base64."""
    image = Image.fromarray(picture)
    image.thumbnail((_SIDE, _SIDE))
    packed = io.BytesIO()
    image.save(packed, format="webp", quality=80)
    return base64.b64encode(packed.getvalue()).decode("ascii")
