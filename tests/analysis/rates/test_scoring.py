"""Scores of sources before fine-tuning: the shipped table is what is computed, and rankings have the matrix's form."""

import numpy as np
import pytest

from course_lib.analysis.rates import scoring, sources
from course_lib.analysis.rates.frozen_outputs import outputs_of
from course_lib.data import prepare, small_target, target_names
from course_lib.data.mini.domains import DOMAINS
from course_lib.models import describe_shipped
from fake_sources import source_grid

RUNS = source_grid({"random": 0.4, "plants": 0.7, "tools": 0.2})
MATRIX = sources.source_matrix(RUNS)


def test_the_shipped_scores_cover_all_pairs_and_seeds():
    table = scoring.shipped_scores()
    assert set(table["target"]) == set(target_names())
    assert set(table["source"]) == set(DOMAINS)
    assert set(table["seed"]) == {0, 1, 2}
    assert not table.duplicated(["target", "source", "seed", "score"]).any()
    assert np.isfinite(table["value"]).all()
    assert len(table) == len(target_names()) * 8 * 3 * table["score"].nunique()


@pytest.mark.parametrize(("target", "source"), [("task-49", "plants"), ("task-14", "tools")])
def test_the_shipped_scores_are_those_that_are_computed(target, source):
    found = scoring.scores_of(source, prepare(small_target(target, seed=1)))
    table = scoring.shipped_scores()
    own = table[(table["target"] == target) & (table["source"] == source) & (table["seed"] == 1)]
    assert own.set_index("score")["value"].to_dict() == pytest.approx(found, rel=1e-3, abs=1e-3)


def test_outputs_are_features_and_probabilities_of_the_training_images():
    splits = prepare(small_target("task-49"))
    features, probabilities = outputs_of("mini_resnet18_tools", splits)
    assert len(features) == len(probabilities) == len(splits.train)
    assert probabilities.shape[1] == len(DOMAINS["tools"].categories)
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(len(splits.train)), abs=1e-5)


def test_rankings_are_matrices_without_the_targets_own_domain():
    found = scoring.all_rankings(MATRIX, scoring.shipped_scores(), RUNS, RUNS)
    empty = np.isnan(MATRIX.candidates).all(axis=2)
    for name, matrix in found.items():
        assert np.array_equal(np.isnan(matrix), empty), name
    home = [describe_shipped(f"mini_resnet18_{source}").test_accuracy for source in MATRIX.sources]
    assert found[scoring.STATIC][2] == pytest.approx(home)
    plants = MATRIX.sources.index("plants")
    assert found[scoring.AFTERWARDS][2, plants] == pytest.approx(0.7, abs=0.02)
    assert found["images at home"][2].argmax() == plants


def test_a_missing_score_is_named():
    table = scoring.shipped_scores()
    with pytest.raises(ValueError, match="source plants for animals: compute it"):
        scoring.score_matrices(table[table["source"] != "plants"], MATRIX)


def test_runs_of_another_size_get_scores_of_their_own(monkeypatch):
    asked = []
    monkeypatch.setattr(scoring, "score_table", lambda targets, seeds, size: asked.append((targets, seeds, size)))
    scoring._computed.cache_clear()
    small = [run | {"data": run["data"] | {"size": 32}} for run in RUNS]
    scoring.scores_for(small)
    assert asked == [(MATRIX.targets, 3, 32)]
    scoring._computed.cache_clear()
    assert len(scoring.scores_for(RUNS)) > 1000
    with pytest.raises(ValueError, match="runs at"):
        scoring.scores_for([*small, *RUNS])
