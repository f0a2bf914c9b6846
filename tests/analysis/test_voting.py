import numpy as np
import pytest
import torch

from course_lib.analysis.voting import average_classes, frequent_classes, vote_units
from course_lib.training.answers import answer_texts


def test_the_most_frequent_class_wins_and_ties_go_to_the_smallest_index():
    """As `torch.mode` on the CPU, which FewTrans uses."""
    assert frequent_classes([[2, 0, 3], [2, 1, 1], [0, 1, 0]]).tolist() == [2, 1, 0]
    answers = np.random.RandomState(0).randint(5, size=(11, 400))
    assert frequent_classes(answers).tolist() == torch.mode(torch.from_numpy(answers), dim=0).values.tolist()
    assert frequent_classes(answers[:1]).tolist() == answers[0].tolist()
    with pytest.raises(ValueError, match="no runs to vote"):
        frequent_classes(np.zeros((0, 3), dtype=int))


def test_the_mean_of_probabilities_may_choose_what_no_run_did():
    probabilities = [[[0.5, 0.1, 0.4]], [[0.1, 0.5, 0.4]]]
    assert average_classes(probabilities).tolist() == [2]
    assert frequent_classes(np.argmax(probabilities, axis=2)).tolist() == [0]
    assert average_classes([[[0.5, 0.5]]]).tolist() == [0]


def record(probabilities, labels, seed=0, **data):
    texts = answer_texts("probabilities", np.array(probabilities), np.array(labels))
    return {"seed": seed, "data": {"source": "task", **data}, "scores": {"answers": {"units": "0", **texts}}}


LABELS = [2, 1, 0]
RUNS = [
    record([[0.5, 0.1, 0.4], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]], LABELS),
    record([[0.1, 0.5, 0.4], [0.6, 0.4, 0.0], [0.0, 1.0, 0.0]], LABELS, seed=1),
    record([[0.0, 0.4, 0.6], [0.4, 0.6, 0.0], [0.0, 0.6, 0.4]], LABELS, seed=2),
]


def test_finished_runs_vote():
    assert vote_units(RUNS).tolist() == [0, 1, 0]  # image 0: one vote for each class; image 2: twice 1
    assert vote_units(RUNS, by="probabilities").tolist() == [1, 1, 0]
    assert vote_units(RUNS[:1]).tolist() == [0, 1, 1]


def test_what_cannot_vote_is_refused():
    with pytest.raises(ValueError, match="list of records is empty"):
        vote_units([])
    with pytest.raises(ValueError, match="unknown vote 'mode'"):
        vote_units(RUNS, by="mode")
    for other in (record([[1.0, 0, 0]] * 3, LABELS, source="other"), record([[1.0, 0, 0]] * 3, [0, 0, 0])):
        with pytest.raises(ValueError, match="on different test images"):
            vote_units([*RUNS, other])
    with pytest.raises(ValueError, match="no labels for each test image"):
        vote_units([{"data": {}}])
