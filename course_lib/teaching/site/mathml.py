"""Conversion of formulas to MathML while the site is built; pages then need no script, font or other server."""

import html
import re
from typing import TYPE_CHECKING

from course_lib import __version__
from course_lib.errors import need

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

_INLINE, _BLOCK = "{}", '<div class="math-block">{}</div>\n'


def tex_to_mathml(tex: str, *, display: bool) -> str:
    """Convert a formula in TeX to a `<math>` element, which screen readers can read aloud.

    Args:
        display: whether the formula is on its own line.

    Raises:
        ValueError: the formula cannot be read.
        MissingExtraError: the extra `site` is missing.
    """
    converter = need("latex2mathml.converter", "site")
    try:
        markup = converter.convert(tex, display="block" if display else "inline")
    except Exception as error:  # the library has an exception class for each mistake
        raise ValueError(f"the formula '{tex}' cannot be read: {type(error).__name__} {error}") from None
    if unknown := re.search(r">\\(\w+)<", markup):  # the library copies an unknown command unchanged
        raise ValueError(f"the formula '{tex}' cannot be read: there is no command '{unknown[1]}'")
    return markup.replace("<math ", f'<math alttext="{html.escape(tex)}" ', 1)


def visit_math(translator: "HTML5Translator", node: "nodes.math") -> None:
    """Write a formula within a line."""
    _write(translator, node, _INLINE)


def visit_math_block(translator: "HTML5Translator", node: "nodes.math_block") -> None:
    """Write a formula on its own line, in a box that scrolls on a narrow screen."""
    _write(translator, node, _BLOCK)


def _write(translator, node, frame: str) -> None:
    from docutils.nodes import SkipNode
    from sphinx.util import logging

    try:
        formula = tex_to_mathml(node.astext(), display=frame != _INLINE)
    except ValueError as error:
        logging.getLogger(__name__).warning(str(error), location=node)
    else:
        translator.body.append(frame.format(formula))
    raise SkipNode


def setup(app: "Sphinx") -> dict:
    """Register the renderer `mathml` with Sphinx."""
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_math_block, None))
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}
