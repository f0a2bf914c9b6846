"""Explorers of SpotTune: titles hold what a few images and runs, given by hand, must give."""

import numpy as np
import pytest

from course_lib.figures.multitune.k_explorer import k_controls, one_k
from course_lib.figures.multitune.one_route import one_route, route_controls
from course_lib.training.drawn_answers import DrawnAnswers
from fake_routes import PROFILE, global_k_records
from layout import title_of

IMAGES = np.random.default_rng(0).integers(0, 256, (2, 3, 16, 16), dtype=np.uint8)
DRAWN = DrawnAnswers(
    chances=np.array([[0.9, 0.2, 0.6], [0.1, 0.2, 0.3]]),
    likelier_routes=np.array([[1, 0, 1], [0, 0, 0]], dtype=bool),
    likelier=np.array([1, 0]),
    routes=np.array([[[1, 0, 1], [0, 0, 0]], [[1, 1, 1], [0, 0, 1]], [[0, 0, 1], [0, 0, 0]]], dtype=bool),
    answers=np.array([[1, 0], [0, 0], [1, 1]]),
)
LABELS, NAMES, GATES = np.array([1, 1]), ("ant", "bee"), ("1.1", "1.2", "2.1")


def route(**controls):
    return one_route(IMAGES, LABELS, DRAWN, NAMES, GATES, **controls)


@pytest.mark.parametrize(
    ("image", "passes", "words"),
    [
        (0, 3, "The likelier route tunes 2 of 3 blocks: bee (right); 1 of 3 drawn routes answer otherwise"),
        (0, 1, "The likelier route tunes 2 of 3 blocks: bee (right); 0 of 1 drawn routes answer otherwise"),
        (1, 3, "The likelier route tunes 0 of 3 blocks: ant (wrong, it is bee); 1 of 3 drawn routes answer otherwise"),
    ],
)
def test_one_image(image, passes, words):
    assert title_of(route(image=image, passes=passes)) == words


def test_each_drawn_route_has_its_answer():
    _, bars, routes = route(image=1, passes=3).axes
    assert [text.get_text() for text in routes.get_yticklabels()] == ["ant ✗", "ant ✗", "bee ✓"]
    assert [bar.get_height() for bar in bars.patches] == pytest.approx([10, 20, 30])
    assert np.array_equal(routes.images[0].get_array(), DRAWN.routes[:, 1])
    assert bars.get_xlabel() == routes.get_xlabel() == "gate of block"


def test_the_image_is_the_first_control():
    assert route_controls(DRAWN) == {"image": (0, 1), "passes": (1, 3)}
    with pytest.raises(ValueError, match="there is no image 2: choose one from 0 to 1"):
        route(image=2)
    with pytest.raises(ValueError, match="0 drawn routes show nothing"):
        route(passes=0)


def value(kind, k):
    return 0.6 + 0.01 * k + (0.08 if kind == "last" and k == 3 else 0)


def test_one_k():
    records = global_k_records(value)
    assert k_controls(records) == {"k": [0, 2, 3, 4, 6, 8, 10, 12]}
    found = title_of(one_k(records, k=3))
    assert found.startswith("k = 3, last 3 blocks minus global-3: 7.")
    assert found.endswith("(shown to be better)")
    assert title_of(one_k(records, k=4)).endswith("(no difference is shown)")
    blocks = one_k(records, k=3).axes[1]
    seeds = len({record["seed"] for record in records})
    heights = [bar.get_height() for bar in blocks.patches]
    assert heights[:12] == [seeds] * 3 + [0] * 9, "the policy of these records tunes the first blocks"
    assert heights[12:] == [0] * 9 + [seeds] * 3
    assert "†" not in one_k(records, k=3).axes[0].get_xlabel()
    at_end = one_k(global_k_records(value, best=max(PROFILE.k_rates)), k=3)
    assert at_end.axes[0].get_xlabel().endswith("† a best rate at the edge of its grid")
    assert title_of(at_end).endswith("(undecided, a best rate is at the edge of its grid)")
    with pytest.raises(ValueError, match="no runs at k = 5: choose one of 0, 2, 3"):
        one_k(records, k=5)
