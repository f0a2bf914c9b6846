"""Contract 6: every number has its provenance, and it is enough to compute the run's key again."""

import pytest

from course_lib.data.mini import WORLD_VERSION
from course_lib.paths import shipped_dir
from course_lib.sweeps.ledger import Ledger, shipped_runs
from course_lib.sweeps.running import finished_runs, run_study, study_trials
from course_lib.sweeps.studies import list_studies
from course_lib.sweeps.trial import record_key
from tiny_trials import make_study, make_trial

VERSIONS = ("training_version", "python", "torch", "numpy", "course_lib")
HARDWARE = ("cpu", "cores", "threads", "device", "system")
STUDIES = {
    name if profile == "mini" else f"{name}.{profile}": (name, profile)
    for name, profile in ((study.name, profile) for study in list_studies() for profile in study.profiles)
    if profile in ("mini", "real")
}  # by the file of its runs
OVER_TASKS = ("real_scales.real", "real_running.real", "real_sources.real", "scale_random")  # so are their intervals
SHIPPED = {path.name.removesuffix(".jsonl.gz") for path in (shipped_dir("data") / "results").rglob("*.jsonl.gz")}


def check_provenance(record):
    """Nothing is missing, and recipe, images, split, weights, seed and version give the key under which it is kept."""
    known = record["provenance"]
    assert [name for name in (*VERSIONS, *HARDWARE) if not known.get(name)] == []
    assert record["seconds"] > 0
    assert record["peak_mb"] > 0
    assert record_key(record) == record["key"]
    source, size = record["data"]["source"], record["data"].get("size") or 48
    drawn = f"{source}, edition {WORLD_VERSION}, {size} px"
    assert known["world"] == (drawn if source.startswith("mini:") else None)


@pytest.mark.parametrize("file", sorted(SHIPPED & set(STUDIES)))
def test_contract_6_every_shipped_number_has_its_provenance(file, tmp_path):
    with Ledger(tmp_path / "empty.sqlite") as ledger:
        records = finished_runs(*STUDIES[file], ledger=ledger)
    assert len(records) == len(study_trials(*STUDIES[file]))
    assert len({record["seed"] for record in records}) >= (1 if file in OVER_TASKS else 3)
    for record in records:
        check_provenance(record)


def test_contract_6_so_have_the_runs_on_real_cartoons():
    """They are parts of two studies, in one file of their own; no image is needed to read them."""
    assert {"real_cartoons_split"} == SHIPPED - set(STUDIES)
    records = shipped_runs("homework", "real_cartoons_split").values()
    assert sorted((run["data"]["split"], run["seed"]) for run in records) == [
        (split, seed) for split in ("homework", "stratified") for seed in range(3)
    ]
    for record in records:
        check_provenance(record)


def test_contract_6_a_run_made_now_has_its_provenance(folder, tmp_path):
    trial = make_trial(folder, lr=0.01, architecture="mini_squeezenet")
    with Ledger(tmp_path / "l.sqlite") as ledger:
        (record,) = run_study(make_study([trial]), ledger=ledger, workers=1, progress=False)
        check_provenance(ledger.get(trial.key()))
    check_provenance(record)
    for part in ("data_fingerprint", "split_hash", "weights_hash", "training_version"):
        altered = {**record, "provenance": {**record["provenance"], part: "another"}}
        with pytest.raises(AssertionError):
            check_provenance(altered)
