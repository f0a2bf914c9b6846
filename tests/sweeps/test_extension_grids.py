"""The grids of the document on extension strategies: what is trained, on what, and what is asked."""

import pytest

from course_lib.data.mini.keyframes import CONCEPTS, EVALUATED, FEW
from course_lib.data.spec import DataSpec
from course_lib.sweeps.ledger import Ledger
from course_lib.sweeps.running import finished_runs, run_study, study_trials
from course_lib.sweeps.studies.extension import PROFILES
from course_lib.sweeps.studies.extension.profiles import PRINTED_EPOCHS, PRINTED_K
from course_lib.sweeps.studies.extension.questions import fused, layers_of
from course_lib.training.direct import Inferred
from course_lib.training.recipe import Recipe

GRID = ("multipliers", "strategies", "strategies_voc", "num_concepts")


def names(trials):
    return list(dict.fromkeys(trial.recipe.name for trial in trials))


def test_one_run_of_a_constant_rate_serves_all_numbers_of_epochs():
    trials = study_trials("multipliers")
    profile = PROFILES["mini"]
    assert profile.grid_k == PRINTED_K
    assert len(trials) == len(PRINTED_K) * len(profile.grid_lr) * profile.seeds
    for trial in trials:
        assert trial.recipe.schedule == "constant"
        assert trial.recipe.epochs == max(PRINTED_EPOCHS)
        assert [probe.epoch for probe in trial.probes] == list(PRINTED_EPOCHS)
        assert trial.data.classes == FEW
    assert {trial.recipe.multiplier_of("stage2") for trial in trials} == set(PRINTED_K)


@pytest.mark.parametrize(("study", "controls"), [("strategies", ["full"]), ("strategies_voc", [])])
def test_every_strategy_starts_from_every_network(study, controls):
    trials = study_trials(study)
    profile = PROFILES["mini"]
    found = names(trials)
    assert found[:-10] == ["FT1-def", *controls, "FT2-re1", "FT2-re1-frozen", "FT2-re2", "FT2-re2-frozen"]
    assert "FT3-ex1-4096" in found
    assert "FT3-ex2-64" in found
    assert len(trials) == len(found) * sum(len(network.lr) for network in profile.networks.values()) * profile.seeds
    assert len({trial.recipe.identity() for trial in trials}) == len(trials) // profile.seeds
    assert {(trial.recipe.architecture, trial.recipe.start) for trial in trials} == {
        (network.architecture, network.weights) for network in profile.networks.values()
    }


def test_the_strategies_are_those_of_the_slides():
    recipes = {trial.recipe.name: trial.recipe for trial in study_trials("strategies", seeds=1)}
    default, slow, frozen = (recipes[name] for name in ("FT1-def", "FT2-re2", "FT2-re2-frozen"))
    assert default.multiplier_of("stem") == default.multiplier_of("stage4") == 0.1
    assert slow.fresh == frozen.fresh == ("stage3", "stage4")
    assert [slow.multiplier_of(stage) for stage in ("stage2", "stage3", "stage4", "head")] == [0.1, 1, 1, 1]
    assert [frozen.multiplier_of(stage) for stage in ("stage2", "stage3", "stage4", "head")] == [0, 1, 1, 1]
    assert recipes["FT3-ex2-256"].hidden == (256, 256)
    assert recipes["FT3-ex1-64"].multipliers == default.multipliers


def test_auxiliary_heads_are_asked_alone_and_together():
    trials = [trial for trial in study_trials("strategies", seeds=1) if trial.recipe.aux_heads]
    assert {trial.recipe.start for trial in trials} == {"mini_googlenet", "mini_googlenet_few"}
    for trial in trials:
        asked = {probe.name for probe in trial.probes}
        assert {"direct head.aux1", "direct head.aux2", "direct head+head.aux1+head.aux2"} <= asked


def test_only_keyframes_have_a_pool_to_infer_from():
    assert Inferred(of=fused(Recipe(start="mini_resnet18"))) in study_trials("strategies", seeds=1)[0].probes
    voc = study_trials("strategies_voc", seeds=1)[0]
    assert not any(isinstance(probe, Inferred) for probe in voc.probes)
    assert voc.data.classes is None


def test_few_and_many_concepts_are_of_the_same_images_and_hold_the_evaluated_ones():
    trials = study_trials("num_concepts", seeds=1)
    few, many = ([t for t in trials if t.data.classes == classes] for classes in (FEW, None))
    assert len(few) == len(many) == len(trials) / 2
    assert [t.recipe for t in few] == [t.recipe for t in many]
    assert few[0].data == DataSpec(**many[0].data.model_dump() | {"classes": FEW})
    assert set(EVALUATED) < set(FEW) < set(CONCEPTS)


def test_layers_run_from_stage_1_to_the_logits():
    assert layers_of(Recipe(start="mini_resnet18")) == ("stage1", "stage2", "stage3", "pool", "head")
    extended = Recipe(start="mini_resnet18", hidden=(8, 8))
    assert layers_of(extended) == ("stage1", "stage2", "stage3", "pool", "hidden1", "hidden2", "head")


@pytest.mark.parametrize("study", GRID)
def test_the_smallest_grid_answers_all_questions(study, tmp_path):
    with Ledger(tmp_path / "l.sqlite") as ledger:
        records = run_study(study, "smoke", seeds=1, ledger=ledger, workers=1, progress=False)
        trials = study_trials(study, "smoke", seeds=1)
        assert finished_runs(study, "smoke", seeds=1, ledger=ledger) == records
    for trial, record in zip(trials, records, strict=True):
        assert set(record["scores"]) == {"direct", *(probe.name for probe in trial.probes)}
        assert all(0 < score["value"] <= 1 for score in record["scores"].values())


def test_the_collages_are_a_study_of_the_profile_real_alone():
    with pytest.raises(ValueError, match="no profile 'mini' here: choose one of real"):
        study_trials("collages")
