"""The probe `Answers` keeps what each test image was taken for, in texts that JSON and gzip make small."""

import json

import numpy as np
import pytest
from pydantic import TypeAdapter

from course_lib.analysis.records import answers_of, labels_of, probabilities_of, score_of, units_of
from course_lib.data.splits import stratified_split
from course_lib.sweeps.trial import Trial, probes_asked
from course_lib.training.answers import Answers, decode, encode
from course_lib.training.fitting import fit
from course_lib.training.prediction import predict_probabilities
from course_lib.training.probes import Direct, Probe, check_probes, probe_test
from course_lib.training.recipe import Recipe
from pictures import write_pngs
from tiny_trials import make_trial


def test_the_record_holds_the_answers_of_the_model(make_images):
    splits = stratified_split(make_images(), val=0.2, test=0.2, seed=0)
    run = fit(Recipe.scratch(epochs=3, lr=3e-3, batch_size=8), splits, seed=0)
    probe_test(run, splits, [Direct(), Answers(keep="probabilities")])
    assert splits.test.times_opened == 1
    record = json.loads(json.dumps(run.record()))
    test = splits.test.open()
    expected = predict_probabilities(run.model, test, run.mean, run.std).numpy()
    assert answers_of(record).tolist() == expected.argmax(axis=1).tolist()
    assert labels_of(record).tolist() == test.labels.tolist()
    assert probabilities_of(record).shape == expected.shape
    np.testing.assert_allclose(probabilities_of(record), expected, atol=1 / 18 + 1e-5)
    right = (answers_of(record) == labels_of(record)).astype(float)
    assert right.tolist() == units_of(record).tolist() == units_of(record, "answers").tolist()
    assert score_of(record, probe="answers") == score_of(record)


def test_without_probabilities_there_are_none(make_images):
    splits = stratified_split(make_images(), val=0.2, test=0.2, seed=0)
    record = probe_test(fit(Recipe.scratch(epochs=1), splits, seed=0), splits, [Direct(), Answers()]).record()
    assert set(record["scores"]["answers"]) == {"metric", "value", "units", "answers", "labels"}
    assert len(record["scores"]["answers"]["answers"]) == 12
    with pytest.raises(ValueError, match="no probabilities for each test image.*Answers with keep='probabilities'"):
        probabilities_of(record)
    with pytest.raises(ValueError, match="no answers for each test image.*give its trial the probe Answers"):
        answers_of({"scores": {}})


def test_a_trial_keeps_it_and_reads_it_back(make_images, tmp_path):
    write_pngs(make_images(), tmp_path)
    plain = make_trial(tmp_path)
    trial = Trial(plain.recipe, plain.data, plain.seed, (Answers(),))
    record = trial.run()
    assert len(answers_of(record)) == record["num_test"]
    assert probes_asked(record) == [Answers()]
    keys = {t.key() for t in (plain, trial, Trial(plain.recipe, plain.data, 0, (Answers(keep="probabilities"),)))}
    assert len(keys) == 3
    assert record["key"] == trial.key()


def test_it_is_told_from_other_probes():
    for probe in (Answers(), Direct(), Answers(keep="probabilities")):
        assert TypeAdapter(Probe).validate_python(probe.model_dump(mode="json")) == probe
    with pytest.raises(ValueError, match="two probes are named 'answers'"):
        check_probes([Answers(), Answers(keep="probabilities")], None)


def test_numbers_become_signs_and_come_back():
    assert encode([0, 3, 9]) == "039"
    many = np.arange(2000)
    assert decode(json.loads(json.dumps(encode(many)))).tolist() == many.tolist()
    assert decode(encode([])).tolist() == []
    for wrong in ([-1], [60_000]):
        with pytest.raises(ValueError, match="a text holds those from 0 to 55247"):
            encode(wrong)


def test_concepts_have_no_class(make_images):
    from course_lib.data.imageset import ImageSet

    images = make_images()
    labels = np.eye(3, dtype=np.float32)[images.labels.numpy()]
    several = ImageSet.from_arrays(images.pixels.numpy(), labels, images.class_names, images.names, source="test")
    splits = stratified_split(several, val=0.2, test=0.2, seed=0)
    run = fit(Recipe.scratch(epochs=1), splits, seed=0)
    with pytest.raises(ValueError, match="these images have several concepts each"):
        probe_test(run, splits, [Answers()])
