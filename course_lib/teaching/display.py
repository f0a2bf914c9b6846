"""Figures, tables and measured numbers in lessons: shown in full, or hidden until the student's guess is there."""

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

from course_lib.figures import showing
from course_lib.teaching import guesses
from course_lib.teaching.claim_cards import ClaimCards

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NO_FINDING = "What do you see here? The finding follows when your guess is compared."


class Notice:
    """A sentence in the place of an answer."""

    def __init__(self, sentence: str):
        self.sentence = sentence

    def _repr_html_(self) -> str:
        style = "border-left: 4px solid #E69F00; padding: 0.3em 0.8em; margin: 0.3em 0"
        return f'<p role="note" style="{style}">{html.escape(self.sentence, quote=False)}</p>'

    def __repr__(self) -> str:
        return self.sentence


def show(figure: "Figure", alt: str | None = None, *, colors: int | None = None, dpi: int | None = None) -> None:
    """Display a figure with a description, in the middle of a cell or a loop, and close it.

    While a guess is missing, a sentence is displayed instead. While a guess waits for its comparison, the figure has
    neither its title nor its description, since both name the finding; `Prediction.compare` prints it.

    Args, Raises: as `course_lib.figures.showing.show`.
    """
    if _notify():
        showing.close(figure)
        return
    if guesses.is_finding_withheld():
        title = showing.replace_title(figure, NO_FINDING)
        if finding := " ".join((title or alt or "").split()):
            guesses.withhold(finding)
        alt = f"{NO_FINDING} {_axes_in_words(figure)}"
    showing.show(figure, alt, colors=colors, dpi=dpi)


def show_claims(
    ids: Sequence[str], *, profile: str = "mini", data: str | None = None, seeds: int | None = None
) -> None:
    """Display the verdicts on claims as cards: words, effect with its 95 % interval, region claimed.

    While a guess is missing, a sentence is displayed instead.

    Args, Raises: as `course_lib.analysis.check_claims`.
    """
    if _notify():
        return
    from IPython.display import display

    from course_lib.analysis import check_claims

    verdicts = check_claims(ids=ids, profile=profile, data=data, seeds=seeds)
    display(ClaimCards([verdict.row() for verdict in verdicts]))


def show_text(text: str) -> None:
    """Print what was measured; while a guess is missing, display a sentence instead."""
    if not _notify():
        print(text)


def cover() -> None:
    """Make the notebook hide tables and explorers, too, as long as a guess is missing; nothing happens elsewhere."""
    from IPython import get_ipython

    if shell := get_ipython():
        for kind in _covered_kinds():
            shell.display_formatter.ipython_display_formatter.for_type(kind, _display_covered)


def _covered_kinds() -> tuple[type, ...]:
    from pandas import DataFrame
    from pandas.io.formats.style import Styler

    from course_lib.figures.explorers.shell import Explorer

    return DataFrame, Styler, Explorer


def _display_covered(thing: object) -> None:
    """Display a sentence in the place of a table or an explorer; the thing itself once no guess is missing."""
    from IPython import get_ipython
    from IPython.display import display

    if not _notify():
        for kind in _covered_kinds():
            get_ipython().display_formatter.ipython_display_formatter.pop(kind, None)
        display(thing)


def _notify() -> bool:
    """Display how to give the missing guess; returns whether one is missing."""
    if not (sentence := guesses.hidden_sentence()):
        return False
    from IPython.display import display

    display(Notice(sentence))
    return True


def _axes_in_words(figure: "Figure") -> str:
    """Labels of a figure's axes, e.g. "Axes: accuracy (%) against epoch."; empty if they have none."""
    pairs = [(axes.get_ylabel(), axes.get_xlabel()) for axes in figure.axes]
    named = dict.fromkeys(" against ".join(filter(None, pair)) for pair in pairs if any(pair))
    return f"Axes: {'; '.join(named)}." if named else ""
