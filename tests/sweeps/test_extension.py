"""Several concepts in one image, from the drawn scene to the printed table: trained, scored by MAP, kept, shown."""

import json
import math

import numpy as np
import pytest

from course_lib.analysis import best_table, check_comparable, comparable_groups, probe_table
from course_lib.analysis.records import metric_of, score_of, units_of
from course_lib.analysis.scores import mean_score
from course_lib.data.mini.scenes import CONCEPTS
from course_lib.sweeps.ledger import Ledger
from course_lib.sweeps.running import finished_runs, run_study, study_trials
from course_lib.sweeps.studies.extension.scenes import READOUTS
from course_lib.sweeps.trial import Trial, record_key
from course_lib.training.probes import Direct
from tiny_trials import make_trial


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """(records, ledger): the study at its smallest, one seed."""
    with Ledger(tmp_path_factory.mktemp("scenes") / "l.sqlite") as ledger:
        yield run_study("scenes", "smoke", seeds=1, ledger=ledger, workers=1, progress=False), ledger


def test_a_record_says_what_it_measures(ran):
    for record in ran[0]:
        assert record["status"] == "finished"
        assert metric_of(record) == "map"
        assert record["val_accuracy"] is record["test_accuracy"] is record["test_outcomes"] is None
        assert record["num_test"] == round(0.1 * (record["num_train"] + record["num_val"] + record["num_test"]))
        assert set(record["scores"]) == {"direct", *(probe.name for probe in READOUTS)}
        for epoch in record["history"]:
            assert epoch["val_accuracy"] is None
            assert 0 < epoch["val_score"] <= 1
        assert record["val_score"] == max(epoch["val_score"] for epoch in record["history"])


def test_the_score_is_the_mean_over_concepts(ran):
    for record in ran[0]:
        units = units_of(record)
        assert len(units) == len(CONCEPTS)
        assert score_of(record) == pytest.approx(np.mean(units))
        interval = mean_score([record])
        assert interval.low < score_of(record) < interval.high
        assert "11 concepts" in interval.method


def test_finished_runs_are_found_again(ran):
    records, ledger = ran
    assert finished_runs("scenes", "smoke", seeds=1, ledger=ledger) == records
    assert run_study("scenes", "smoke", seeds=1, ledger=ledger, progress=False) == records


def test_a_trial_with_other_probes_is_another_run():
    trial = study_trials("scenes", "smoke", seeds=1)[0]
    keys = {Trial(trial.recipe, trial.data, trial.seed, probes).key() for probes in (READOUTS, READOUTS[:1], ())}
    assert len(keys) == 3
    assert trial.group() is None  # heads train together for one class per image only


def test_the_tables_name_the_metric(ran):
    groups = comparable_groups(ran[0])
    assert list(groups) == ["last_layer", "full"]
    for records in groups.values():
        check_comparable(records)
        assert best_table(records)["metric"].tolist() == ["MAP"]
        table = probe_table(records)
        assert table["probe"].tolist() == ["direct", *(probe.name for probe in READOUTS)]
        assert (table["low %"] < table["test %"]).all()
        assert all(math.isfinite(value) for value in table["high %"])


def test_one_trial_answers_for_several_numbers_of_epochs(folder):
    """Weights on the way are probed in the same run, by keys of their own; a run that is too short is refused."""
    trial = make_trial(folder, epochs=4, batch_size=8, optimizer="sgd", lr=0.01)
    asked = (Direct(epoch=0.5), Direct(epoch=2), Direct(epoch="last"))
    record = Trial(trial.recipe, trial.data, 0, asked).run()
    short = Trial(trial.recipe.replace(epochs=2), trial.data, 0, (Direct(epoch="last"),)).run()
    assert record["scores"]["direct after 2"] == short["scores"]["direct last"]
    assert record["key"] == record_key(json.loads(json.dumps(record)))
    assert record["key"] != Trial(trial.recipe, trial.data, 0, asked[1:]).key()
    assert record["test_outcomes"] == trial.run()["test_outcomes"]
    with pytest.raises(ValueError, match="after 5 epochs: the recipe trains 4"):
        Trial(trial.recipe, trial.data, 0, (Direct(epoch=5),))
