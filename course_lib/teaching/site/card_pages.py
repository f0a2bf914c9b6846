"""Pages of the report card and of the reproduction report."""

from pathlib import Path

from course_lib.analysis.report_card import report_card
from course_lib.analysis.reproduction import reproduction_report
from course_lib.figures.report_card import verdicts_by_document
from course_lib.teaching.card_page import card_page

PICTURE = "report_card.webp"


def write_card_pages(folder: Path) -> None:
    """Write both pages into a folder of Sphinx's input, and the figure into its folder ``extra``."""
    rows = report_card()
    verdicts_by_document(rows).savefig(folder / "extra" / PICTURE, format="webp")
    (folder / "report_card.md").write_text(card_page(rows, PICTURE), encoding="utf-8")
    (folder / "reproduction.md").write_text(reproduction_report(rows), encoding="utf-8")
