"""Grids: what is finished is not run again, what fails does not take the others along (kill -9: tests/faults)."""

import os
import signal
from dataclasses import replace

import pytest

from course_lib.errors import RunsFailedError
from course_lib.sweeps import local
from course_lib.sweeps.dispatch import run_trials
from course_lib.sweeps.ledger import Ledger
from course_lib.sweeps.running import finished_runs, run_study, study_trials
from course_lib.sweeps.studies.homework import PROFILES, STUDIES
from tiny_trials import make_study, make_trial, make_trials

EVERYWHERE = [name for name, study in STUDIES.items() if "smoke" in study.profiles]  # the others are of real images


def test_second_time_nothing_is_run(tiny, tmp_path):
    with Ledger(tmp_path / "l.sqlite") as ledger:
        first = run_study(tiny, ledger=ledger, workers=1, progress=False)
        again = run_study(tiny, ledger=ledger, workers=1, progress=False)
        assert len(ledger) == 6
    assert first == again  # to the fraction of a second that each epoch took
    assert len({record["key"] for record in first}) == 6
    assert {record["status"] for record in first} == {"finished"}


def test_finished_runs_are_those_that_are_there(tiny, tmp_path):
    with Ledger(tmp_path / "l.sqlite") as ledger:
        assert finished_runs(tiny, ledger=ledger) == []
        records = run_study(tiny, ledger=ledger, workers=1, progress=False)
        assert finished_runs(tiny, ledger=ledger) == records
    with Ledger(tmp_path / "some.sqlite") as ledger:
        for record in (records[4], records[1]):
            ledger.put(record)
        assert finished_runs(tiny, ledger=ledger) == [records[1], records[4]]  # in the order of the grid
    with pytest.raises(ValueError, match="unknown study 'nope'"):
        finished_runs("nope")


def test_workers_change_nothing_but_the_time(folder):
    def results(workers):
        records = {}
        trials = make_trials(folder, seeds=2)
        assert run_trials(trials, lambda r: records.update({r["key"]: r}), workers=workers) == []
        return {key: (r["history"][0]["train_loss"], r["test_outcomes"]) for key, r in records.items()}

    assert results(1) == results(2)


def test_an_error_costs_its_own_run_only(folder, tmp_path):
    bad = make_trials(folder, seeds=1, multipliers={"no_such_stage": 1.0})[:1]
    mixed = make_study(bad + make_trials(folder, seeds=1), "mixed")
    with Ledger(tmp_path / "l.sqlite") as ledger:
        with pytest.raises(RunsFailedError, match=r"1 of 3 runs of 'mixed' failed.*no_such_stage"):
            run_study(mixed, ledger=ledger, workers=1, progress=False)
        assert len(ledger) == 2


def test_a_diverged_run_is_a_result(folder, tmp_path):
    records = []
    trial = make_trial(folder, optimizer="sgd", lr=1e7, epochs=3)
    assert run_trials([trial], records.append, workers=1) == []
    with Ledger(tmp_path / "l.sqlite") as ledger:
        ledger.put(records[0])
        assert ledger.get(trial.key())["status"] == "diverged"


def test_a_killed_worker_is_replaced(folder):
    """Two workers, one shoots itself the first time: every run is there in the end."""
    marker = folder.parent / "shot"
    trials = [*make_trials(folder, seeds=2), _Deadly(make_trials(folder, seeds=1)[0], str(marker))]
    records = []
    assert run_trials(trials, records.append, workers=2) == []
    assert len(records) == 5
    assert marker.exists()


def test_a_worker_that_always_dies_fails_alone(folder):
    deadly = _Deadly(make_trials(folder, seeds=1)[0], None)
    records = []
    ((failed, why),) = run_trials([deadly, *make_trials(folder, seeds=2)], records.append, workers=2)
    assert failed is deadly
    assert "killed" in why
    assert len(records) == 4


def test_a_deadly_neighbour_is_not_contagious(folder, monkeypatch):
    """As on a slow machine: no trial ends before the deadly one has killed its pool for the last time."""
    deadly = _Deadly(make_trials(folder, seeds=1)[0], None)
    monkeypatch.setattr(local, "ATTEMPTS", 0)
    records = []
    ((failed, why),) = run_trials([*make_trials(folder, seeds=1), deadly], records.append, workers=2)
    assert failed is deadly
    assert "alone" in why
    assert len(records) == 2


def test_two_studies_share_a_run_under_their_own_labels(folder, tmp_path):
    with Ledger(tmp_path / "l.sqlite") as ledger:
        for label in ("one", "two"):
            trials = [replace(t, recipe=t.recipe.replace(name=label)) for t in make_trials(folder, seeds=1)]
            records = run_study(make_study(trials, label), ledger=ledger, workers=1, progress=False)
            assert {record["recipe"]["name"] for record in records} == {label}
        assert len(ledger) == 2


class _Deadly:
    """A trial whose worker dies: at the first attempt, or without a marker at every one."""

    def __init__(self, trial, marker):
        self.trial, self.marker = trial, marker

    def group(self):
        return None

    def run(self, device):
        if self.marker is None or not os.path.exists(self.marker):
            if self.marker:
                open(self.marker, "w").close()
            os.kill(os.getpid(), signal.SIGKILL)
        return self.trial.run(device)


@pytest.mark.parametrize("study", EVERYWHERE)
def test_contract_7_a_profile_changes_numbers_only(study):
    """And the network with its weights, which are mini in the mini world. Smoke has few rates, and not every run's."""

    def shapes(profile):
        numbers = {"lr", "epochs", "batch_size", "architecture", "start"}
        return {str(sorted((k, v) for k, v in t.recipe if k not in numbers)) for t in study_trials(study, profile)}

    assert set() < shapes("smoke") <= shapes("mini") == shapes("paper")


def test_a_grid_has_every_rate_optimizer_and_seed():
    assert len(study_trials("full", "mini")) == 5 * 2 * PROFILES["mini"].seeds
    assert len(study_trials("full", "mini", seeds=1)) == 5 * 2


def test_a_profile_may_give_table_viii_fewer_seeds():
    """What the command computes is what lesson 07 and the claims ask for."""
    for name in ("augmentation", "augmentation_order"):
        assert {trial.seed for trial in study_trials(name, "smoke")} == {0, 1}
        assert {trial.seed for trial in study_trials(name, "smoke", seeds=1)} == {0}
        assert {trial.seed for trial in study_trials(name, "mini")} == set(range(5))
    assert {trial.seed for trial in study_trials("full", "smoke")} == {0, 1, 2}


@pytest.mark.parametrize("profile", PROFILES)
def test_contract_10_every_study_has_three_seeds(profile):
    """But Table VIII's 28 rows at smoke, where nothing is claimed from them."""
    seeds = {name: len({trial.seed for trial in study_trials(name, profile)}) for name in EVERYWHERE}
    assert {name for name, count in seeds.items() if count < 3} <= (
        {"augmentation", "augmentation_order", "augmentation_rates"} if profile == "smoke" else set()
    )


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="unknown study 'ful'.*scratch"):
        study_trials("ful")
    with pytest.raises(ValueError, match="unknown profile 'big'.*smoke, mini, paper"):
        study_trials("full", "big")
    with pytest.raises(ValueError, match="seeds = 0"):
        study_trials("full", seeds=0)
