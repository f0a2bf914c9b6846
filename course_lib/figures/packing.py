"""Compression of pictures, so that a notebook with all its figures stays small."""

import io

from course_lib.figures.style import BLACK, GREY, SERIES

_PALETTE_ABOVE_KB = 10  # larger pictures are stored in few colours, so that a notebook stays under its cap
_PALETTES, _MAX_ERROR = (64, 128), 2.0  # the fewest colours with at most this root mean square error, of 255
_SOLID_BELOW = 16  # so few colours are the picture's own: dots, lines and areas keep theirs exactly
_APART = 48  # of 255 in some channel: what two of these colours differ by at least
_DRAWN = 50  # pixels: a colour of the course that has fewer is of the edges of letters
_SMALL_PALETTE_ABOVE_KB = 200  # grids of curves get the smallest of these numbers at most, other pictures 256


def shrink(png: bytes, colors: int | None = None) -> bytes:
    """Compress a picture as lossless WebP; a large one is first reduced to 64, 128 or 256 colours.

    A WebP has about three quarters of a PNG's bytes, and every recent browser shows it.

    Args:
        colors: greatest number of colours, for a picture of any size.
    """
    from PIL import Image

    image = Image.open(io.BytesIO(png)).convert("RGBA")
    paper = Image.new("RGBA", image.size, "white")  # a transparent margin is unreadable on a dark page
    image = Image.alpha_composite(paper, image).convert("RGB")
    if colors is not None:
        image = _with_palette(image, colors)
    elif len(png) > 1024 * _PALETTE_ABOVE_KB:
        image = _with_palette(image, 64 if len(png) > 1024 * _SMALL_PALETTE_ABOVE_KB else 256)
    packed = io.BytesIO()
    image.convert("RGB").save(packed, format="webp", lossless=True, quality=100, method=4)
    return packed.getvalue()


def _with_palette(image, most: int):
    from PIL import Image, ImageChops, ImageStat

    for colors in (colors for colors in _PALETTES if colors < most):
        few = image.quantize(colors, dither=Image.Dither.NONE)
        if max(ImageStat.Stat(ImageChops.difference(image, few.convert("RGB"))).rms) <= _MAX_ERROR:
            return few
    if most < _SOLID_BELOW:
        return image.quantize(palette=_solid_palette(image, most), dither=Image.Dither.NONE)
    return image.quantize(most, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


def _solid_palette(image, most: int):
    """The course's colours in an image and its most frequent other ones that are apart, as an image with that palette.

    Edges of letters and of dots have more pixels of a mixed colour than a small dot has of its own.
    """
    from PIL import Image, ImageColor

    pixels = {color: number for number, color in image.getcolors(image.width * image.height)}
    drawn = {ImageColor.getrgb(name) for name in (*SERIES, BLACK, GREY)}
    frequent = sorted(pixels, key=lambda color: (pixels[color], color), reverse=True)
    first, *others = frequent
    own = [color for color in others if color in drawn and pixels[color] >= _DRAWN]
    chosen: list[tuple[int, int, int]] = []
    for color in (first, *own, *others):
        if len(chosen) < most and all(_distance(color, other) >= _APART for other in chosen):
            chosen.append(color)
    palette = Image.new("P", (1, 1))
    palette.putpalette([value for color in chosen for value in color])
    return palette


def _distance(one: tuple[int, int, int], other: tuple[int, int, int]) -> int:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))
