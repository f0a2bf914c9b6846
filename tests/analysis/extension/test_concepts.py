"""Scores of the evaluated concepts alone, whatever a run was trained for."""

import numpy as np
import pytest

from course_lib.analysis.comparisons import compare_runs
from course_lib.analysis.extension.concepts import answered, concepts_of, on_evaluated
from course_lib.analysis.records import num_units, score_of, units_of
from course_lib.data.mini.keyframes import CONCEPTS, EVALUATED, FEW
from course_lib.sweeps.studies.extension.grids import VOC
from course_lib.training.recipe import Recipe
from fake_extension import concept_grid, extension_run, multiplier_grid, strategy_grid

RUN = multiplier_grid(lambda k, e, lr: 0.3)[1]  # seed 1, without noise


def test_the_score_is_the_mean_of_the_evaluated_concepts():
    (own,) = on_evaluated([RUN])
    assert score_of(RUN) == pytest.approx((30 * 0.3 + 10 * 0.9) / 40)
    assert score_of(own) == pytest.approx(0.3)
    assert num_units(own) == len(EVALUATED) == 30
    assert units_of(own, "direct after 2").mean() == pytest.approx(0.3)
    assert len(RUN["scores"]["direct"]["units"]) == 40, "the record itself is not changed"


def test_units_come_in_the_order_of_the_evaluated_concepts_however_a_run_was_trained():
    names = tuple(reversed(FEW))
    run = {**RUN, "data": RUN["data"] | {"classes": list(names)}}
    run["scores"] = {"direct": {"metric": "map", "value": 0, "units": [float(CONCEPTS.index(name)) for name in names]}}
    (own,) = on_evaluated([run])
    assert units_of(own).tolist() == [CONCEPTS.index(name) for name in EVALUATED]


def test_limiting_twice_changes_nothing():
    once = on_evaluated([RUN])
    assert on_evaluated(once) == once


def test_few_and_many_concepts_are_paired():
    runs = on_evaluated(concept_grid(lambda *_: 0.3, lambda *_: 0.32, networks=("ResNet",)))
    few, many = ([run for run in runs if len(concepts_of(run)) == n] for n in (len(FEW), len(CONCEPTS)))
    few, many = ([run for run in side if run["recipe"]["name"] == "FT1-def"] for side in (few, many))
    found = compare_runs(many, few)
    assert found.shares_images
    assert found.interval().estimate == pytest.approx(0.02)
    assert "30 shared concepts" in found.interval().method


def test_photographs_stay_as_they_are():
    runs = strategy_grid(lambda *_: 0.3, networks=("ResNet",), source=VOC, seeds=(0,))
    assert on_evaluated(runs) == runs


def test_a_run_that_diverged_stays_as_it_is():
    run = RUN | {"scores": {"direct": {"metric": "map", "value": None, "units": []}}}
    assert on_evaluated([run])[0]["scores"] == run["scores"]
    assert on_evaluated([RUN | {"scores": None}])[0]["scores"] is None


def test_concepts_without_an_average_precision_do_not_count():
    units = [None if i == 0 else u for i, u in enumerate(RUN["scores"]["direct"]["units"])]
    (own,) = on_evaluated([RUN | {"scores": {"direct": RUN["scores"]["direct"] | {"units": units}}}])
    assert score_of(own) == pytest.approx(np.mean(np.array(units[1:30], dtype=float)))
    assert num_units(own) == 29


def test_records_of_other_data_are_refused():
    with pytest.raises(ValueError, match="40 units for 128 concepts"):
        on_evaluated([RUN | {"data": RUN["data"] | {"classes": None}}])
    with pytest.raises(ValueError, match="not trained for 'dog'"):
        on_evaluated([RUN | {"data": RUN["data"] | {"classes": list(FEW[1:])}}])


def test_a_probe_takes_the_place_of_the_main_score():
    recipe = Recipe(name="FT1-def", architecture="mini_resnet18", start="mini_resnet18", lr=0.1, optimizer="sgd")
    other = extension_run(recipe, 1, {"direct": 0.2, "x": 0.4})
    assert score_of(answered([other], "x")[0]) == other["scores"]["x"]["value"]
    assert answered([other], "y") == []
