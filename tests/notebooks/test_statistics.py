"""The page of statistics: its numbers are what the course's functions give, and the lessons' links to it end there."""

import doctest
import re

import numpy as np
import pytest
from scipy import stats

from course_lib.paths import shipped_dir
from course_lib.teaching import list_lessons
from course_lib.teaching.assignment import assignment
from course_lib.teaching.notebook import derive, without_file_links
from course_lib.teaching.source import read_source

TEXT = (shipped_dir("notebooks") / "statistics.md").read_text(encoding="utf-8")
EXAMPLES = doctest.DocTestParser().get_doctest(TEXT.replace("```", "\n"), {}, "statistics.md", None, 0)
LINK = re.compile(r"\]\(([^)#]*)#([\w-]+)\)")
LESSONS = list_lessons()


def slug(heading):
    """Anchor of a heading on GitHub and on the site."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


ANCHORS = [slug(heading) for heading in re.findall(r"^## (.*)$", TEXT, re.M)]


def test_every_example_gives_what_the_page_says():
    assert len(EXAMPLES.examples) > 15
    told = []
    failed = doctest.DocTestRunner(verbose=False).run(EXAMPLES, out=told.append).failed
    assert failed == 0, "".join(told)


def test_the_examples_can_fail():
    wrong = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "wrong", None, 0)
    assert doctest.DocTestRunner(verbose=False).run(wrong, out=lambda text: None).failed == 1


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("either side: {:.1f} with three seeds", stats.t.ppf(0.975, 2)),
        ("with three seeds, {:.1f} with five", stats.t.ppf(0.975, 4)),
        ("1 nat = {:.2f} bits", 1 / np.log(2)),
        ("√(3² + 4²) = {:g} points", np.hypot(3, 4)),
    ],
)
def test_numbers_within_sentences(words, value):
    assert words.format(value) in TEXT


def test_every_heading_has_an_anchor_for_jupyterlab():
    assert re.findall(r'^<a id="([\w-]+)"></a>\n\n## ', TEXT, re.M) == ANCHORS
    assert {anchor for page, anchor in LINK.findall(TEXT) if not page} == set(ANCHORS)


@pytest.mark.parametrize("student", [True, False])
def test_the_links_of_lessons_end_at_a_heading_of_the_page(student):
    linked = set()
    for lesson in LESSONS:
        folder = (lesson.student_copy() if student else lesson.solution()).parent
        for cell in derive(lesson, read_source(lesson.source()), student=student)["cells"]:
            if cell["cell_type"] == "markdown":
                for page, anchor in (link for link in LINK.findall(cell["source"]) if "://" not in link[0]):
                    assert (folder / page).resolve() == shipped_dir("notebooks") / "statistics.md"
                    linked.add(anchor)
    assert linked == set(ANCHORS)


def test_a_copy_that_lies_elsewhere_keeps_the_words_only():
    assert without_file_links("an [*interval*](../statistics.md#nats) of [it](statistics.md)") == "an *interval* of it"
    web = "[issue 1439](https://example.org/a.md#b)"
    assert without_file_links(web) == web
    lesson = next(lesson for lesson in LESSONS if lesson.number == 3)
    assert not any("statistics.md" in cell["source"] for cell in assignment(lesson, parameters={})["cells"])
