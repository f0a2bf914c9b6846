"""The same grid on a Dask cluster: same ledger, whatever is killed on the way. Real processes, on this machine."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import psutil
import pytest
import torch
from click.testing import CliRunner

from course_lib.cli import main
from course_lib.cli.sweeps import study
from course_lib.errors import MissingExtraError
from course_lib.sweeps import cluster, parcel, sites
from course_lib.sweeps import running as studies
from course_lib.sweeps.dispatch import run_trials
from course_lib.sweeps.engine import ENGINES, Engine
from course_lib.sweeps.jobs import ATTEMPTS
from course_lib.sweeps.ledger import Ledger
from course_lib.sweeps.running import run_study
from course_lib.sweeps.sites import job_script, places
from tiny_trials import make_trials

WHY = "the extra 'cluster' is missing: uv sync --extra cluster, or pip install 'course-lib[cluster]'"
pytest.importorskip("distributed", reason=WHY)
pytest.importorskip("dask_jobqueue", reason=WHY)


@pytest.fixture(scope="module")
def expected(folder):
    """What this process makes of the six runs."""
    records = []
    assert run_trials(make_trials(folder), records.append, workers=1) == []
    return numbers(records)


def numbers(records):
    """All that must not depend on where a run was computed."""
    assert len({r["key"] for r in records}) == len(records), "a run came twice"
    return {
        r["key"]: (
            [{k: v for k, v in e.items() if k != "seconds"} for e in r["history"]],
            r["test_outcomes"],
            r["data"],
        )
        for r in records
    }


class Cluster:
    """A scheduler on a port of its own and two workers, started as a user would."""

    def __init__(self, home):
        self.log = open(home / "dask.log", "w")  # noqa: SIM115
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
        self.scheduler = self.workers = None

    def start(self):
        port = self.address.rpartition(":")[2]
        self.scheduler = self._run("scheduler", "--host", "127.0.0.1", "--port", port, "--dashboard-address", ":0")
        # As many would start them: with several threads, of which only one may train at a time.
        self.workers = self._run("worker", self.address, "--nworkers", "2", "--nthreads", "2")

    def _run(self, kind, *options):
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--no-dashboard", *options]
        return subprocess.Popen(command, stdout=self.log, stderr=self.log)

    def end(self):
        for process in (self.scheduler, self.workers):
            family = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
            for member in family:
                member.kill()
            process.wait()


@pytest.fixture(scope="module")
def there(tmp_path_factory):
    """A cluster that is at an address."""
    running = Cluster(tmp_path_factory.mktemp("cluster"))
    running.start()
    yield running
    running.end()


def run_with_accident(tiny, engine, ledger, monkeypatch, accident):
    """Records of the study; `accident` happens when the first of them is in the ledger."""
    put = ledger.put

    def put_and_break(record):
        put(record)
        if len(ledger) == 1:
            accident()

    monkeypatch.setattr(ledger, "put", put_and_break)
    records = run_study(tiny, engine=engine, ledger=ledger, progress=False)
    assert len(ledger) == 6
    return records


def worker_processes():
    return [p for p in psutil.Process().children(recursive=True) if "spawn_main" in str(p.cmdline())]


def test_the_ledger_is_the_same_and_a_killed_worker_costs_nothing(tiny, expected, tmp_path, monkeypatch):
    environment, started = dict(os.environ), []

    def kill_one():
        started.extend(worker_processes())
        started[0].kill()

    with Ledger(tmp_path / "l.sqlite") as ledger:
        engine = Engine("dask", workers=2, gpus_per_run=0.5)
        records = run_with_accident(tiny, engine, ledger, monkeypatch, kill_one)
        assert numbers(records) == expected
        monkeypatch.setattr(studies, "run_trials", lambda *a, **k: pytest.fail("something was run again"))
        assert run_study(tiny, engine=engine, ledger=ledger, progress=False) == records
    assert len(started) == 2
    assert worker_processes() == []
    assert dict(os.environ) == environment
    assert {record["provenance"]["device"] for record in records} == {"cpu"}


def make_deadly():
    """A trial that kills every worker it meets. Made in here, it travels whole: workers need not import the tests."""

    class Deadly:
        def group(self):
            return None

        def run(self, device):
            os.kill(os.getpid(), signal.SIGKILL)

    return Deadly()


def test_a_job_that_always_kills_fails_alone_and_the_device_is_the_workers_own(folder, monkeypatch):
    """Tried in company, then alone; once each here: the others were struck, too, and are tried again."""
    assert sites._SCHEDULER["allowed_failures"] == ATTEMPTS - 1
    monkeypatch.setitem(sites._SCHEDULER, "allowed_failures", 0)
    monkeypatch.setattr(sites, "places", lambda *_: ["cuda:7", "cuda:7"])
    trials, records = [make_deadly(), *make_trials(folder, seeds=1)], []
    failures = run_trials(trials, records.append, engine=Engine("dask"))
    assert records == []
    assert [why for trial, why in failures if trial is trials[0]] == ["its worker was killed 1 times"]
    others = [why for trial, why in failures if trial is not trials[0]]
    assert len(others) == 2
    for why in others:
        assert "device 'cuda:7' is not available" in why


def test_a_scheduler_that_is_started_again_costs_nothing_finished(tiny, expected, there, tmp_path, monkeypatch):
    def restart():
        there.end()
        there.start()

    with Ledger(tmp_path / "l.sqlite") as ledger:
        engine = Engine("dask", address=there.address)
        assert numbers(run_with_accident(tiny, engine, ledger, monkeypatch, restart)) == expected


def test_a_scheduler_that_stays_away_ends_the_study_with_one_sentence(tiny, there, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "RECONNECT_S", 1.0)
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", there.address)
    with Ledger(tmp_path / "l.sqlite") as ledger:
        with pytest.raises(OSError, match=f"no Dask scheduler answers at '{there.address}' .waited 1 s.*is kept"):
            run_with_accident(tiny, Engine("dask"), ledger, monkeypatch, there.end)
        assert len(ledger) == 1
    there.start()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("VERSION", "9.9 (training version 7)"), r"cannot run these trials.*it has course-lib 0.*the driver has 9.9"),
        (("PATIENCE_S", 2.0), r"no worker with GPU=1 among its resources came to 'tcp.*within 2 s: start some there"),
    ],
)
def test_workers_that_cannot_do_it_are_told_in_one_sentence(folder, there, monkeypatch, change, message):
    monkeypatch.setattr(sites if change[0] == "PATIENCE_S" else parcel, *change)
    engine = Engine("dask", address=there.address, gpus_per_run=1 if change[0] == "PATIENCE_S" else None)
    with pytest.raises((ValueError, OSError), match=message):
        run_trials(make_trials(folder), lambda record: None, engine=engine)


def test_nobody_at_the_address(folder, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_S", 0.5)
    for address in ("tcp://127.0.0.1:9", "carrier-pigeon://roof"):
        with pytest.raises(OSError, match=f"no Dask scheduler answers at '{address}'.*correct the address"):
            run_trials(make_trials(folder, seeds=1), lambda record: None, engine=Engine("dask", address=address))


SBATCH = """#!/bin/sh
cp "$1" "$FAKE_SLURM/$$.job"
setsid bash "$FAKE_SLURM/$$.job" > "$FAKE_SLURM/$$.log" 2>&1 &
echo $! >> "$FAKE_SLURM/jobs"
echo "Submitted batch job $!"
"""
SCANCEL = """#!/bin/sh
kill -9 "-$1"
"""


@pytest.fixture
def fake_slurm(tmp_path, monkeypatch):
    """`sbatch` and `scancel` for one machine: a job is a process group. Returns the file with the jobs' numbers."""
    if shutil.which("setsid") is None:
        pytest.skip("this system has no setsid, which gives a job a process group of its own")
    for name, text in (("sbatch", SBATCH), ("scancel", SCANCEL)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setenv("FAKE_SLURM", str(tmp_path))
    return tmp_path / "jobs"


def test_jobs_of_a_queue_and_one_that_ends_is_submitted_again(tiny, expected, fake_slurm, tmp_path, monkeypatch):
    def end_job():
        os.killpg(int(fake_slurm.read_text()), signal.SIGKILL)

    engine = Engine("slurm", workers=1, options=(("queue", "tiny"), ("memory", "1GB"), ("cores", "2")))
    monkeypatch.setattr(sites, "GONE_S", 1.0)
    with Ledger(tmp_path / "l.sqlite") as ledger:
        assert numbers(run_with_accident(tiny, engine, ledger, monkeypatch, end_job)) == expected
    jobs = [int(number) for number in fake_slurm.read_text().split()]
    assert len(jobs) == 2
    time.sleep(0.5)
    assert not [job for job in jobs if psutil.pid_exists(job) and psutil.Process(job).status() != "zombie"]


def test_a_queue_that_refuses_or_is_not_there(folder, fake_slurm, tmp_path, monkeypatch):
    (tmp_path / "sbatch").write_text("#!/bin/sh\necho 'invalid partition specified: gpuu' >&2; exit 1\n")
    trials, ignore = make_trials(folder, seeds=1), lambda record: None
    with pytest.raises(OSError, match="'sbatch' refused the job: invalid partition specified: gpuu"):
        run_trials(trials, ignore, engine=Engine("slurm", options=(("queue", "gpuu"),)))
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(OSError, match="'sbatch' is not on this machine.*login node"):
        run_trials(trials, ignore, engine=Engine("slurm"))


def test_the_job_script_says_what_was_asked_for():
    options = [
        "queue=gpu",
        "account=course",
        "walltime=04:00:00",
        "memory=16GB",
        "cores=6",
        "directive=--mail-type=END",
    ]
    args = ["--engine", "slurm", "--workers", "20", "--gpus-per-run", "0.5", "--print-script"]
    for option in (*options, "prologue=module load cuda"):
        args += ["--cluster", option]
    script = CliRunner().invoke(study, args, catch_exceptions=False).output
    for line in (
        "#SBATCH -p gpu", "#SBATCH -A course", "#SBATCH -t 04:00:00", "#SBATCH --mem=15G", "#SBATCH --cpus-per-task=6",
        "#SBATCH --gres=gpu:1", "#SBATCH --mail-type=END", "export OMP_NUM_THREADS=1", "export COURSE_DEVICE=cuda:0",
        "module load cuda",
    ):  # fmt: skip
        assert line in script.splitlines()
    command = script.splitlines()[-1]
    for words in ("distributed.cli.dask_worker tcp://", "--nthreads 1", "--nworkers 2", "--resources GPU=0.5"):
        assert words in command
    assert script.index("module load") < script.index("dask_worker")


def test_job_scripts_without_a_gpu_with_a_chosen_one_and_for_pbs():
    plain = job_script(Engine("slurm", options={"cores": "3", "memory": "6GB"}))
    assert "gpu" not in plain.lower()
    assert "--nthreads 1 " in plain
    assert "--nworkers 3 " in plain
    chosen = job_script(Engine("slurm", gpus_per_run=1, options=(("directive", "--gres=gpu:a100:1"),)))
    assert chosen.count("gpu:") == 1
    pbs = job_script(Engine("pbs", gpus_per_run=0.5, options=(("queue", "gpu"), ("walltime", "01:00:00"))))
    for line in ("#PBS -q gpu", "#PBS -l walltime=01:00:00", "#PBS -l select=1:ncpus=2:ngpus=1:mem=4GB"):
        assert line in pbs.splitlines()


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--engine", "slurm", "--cluster", "que=gpu"], ["unknown option 'que'", "queue", "walltime"]),
        (["--engine", "slurm", "--cluster", "queue"], ["'queue' is not KEY=VALUE"]),
        (["--engine", "slurm", "--cluster", "cores=two"], ["cores = 'two'", "whole number"]),
        (["--engine", "slurm", "--cluster", "memory=4XB"], ["memory = '4XB'", "8GB"]),
        (["--engine", "slurm", "--cluster", "resource_spec=x"], ["resource_spec", "directive"]),
        (["--engine", "dask", "--cluster", "queue=gpu"], ["'queue'", "slurm and pbs", "dask"]),
        (["--engine", "dask"], ["submits no jobs", "slurm or pbs"]),
        (["--address", "tcp://head:8786"], ["tcp://head:8786", "dask", "local"]),
        (["--gpus-per-run", "0.5"], ["gpus_per_run = 0.5", "slurm"]),
        (["--engine", "dask", "--gpus-per-run", "1.5"], ["gpus_per_run = 1.5", "0.5"]),
        (["--engine", "dask", "--gpus-per-run", "nan"], ["gpus_per_run = nan"]),
    ],
    ids=lambda v: " ".join(v[-2:]) if v[0].startswith("-") else "",
)
def test_bad_settings_get_one_sentence(args, words):
    done = CliRunner().invoke(main, ["study", "full", *args, "--print-script"])
    assert done.exit_code == 2
    assert len(done.output.strip().splitlines()) == 1
    for word in ("course: ", *words):
        assert word in done.output


def test_settings_of_the_engine_that_need_a_cluster_to_be_wrong(folder, monkeypatch):
    trials, ignore = make_trials(folder, seeds=1), lambda record: None
    with pytest.raises(ValueError, match="unknown engine 'spark': choose one of local, dask, slurm, pbs"):
        run_study("full", engine="spark")
    with pytest.raises(ValueError, match="unknown device 'tpu'"):
        run_trials(trials, ignore, device="tpu", engine=Engine("dask", address="tcp://127.0.0.1:9"))
    with pytest.raises(ValueError, match="workers = 3: the cluster at 'tcp://127.0.0.1:9' has its own"):
        run_trials(trials, ignore, workers=3, engine=Engine("dask", address="tcp://127.0.0.1:9"))
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtraError, match=r"distributed is not installed.*pip install 'course-lib\[cluster\]'"):
        run_trials(trials, ignore, engine=Engine("dask"))


def test_the_command_offers_every_engine():
    (option,) = (p for p in study.params if p.name == "engine")
    assert tuple(option.type.choices) == ENGINES


def test_each_worker_gets_its_share_of_a_gpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.delenv("COURSE_DEVICE", raising=False)
    assert places(Engine("dask"), "auto") == ["cuda:0", "cuda:1"]
    assert places(Engine("dask", gpus_per_run=0.5), "cuda") == ["cuda:0", "cuda:1"] * 2
    assert places(Engine("dask", gpus_per_run=1 / 3), "cuda:1") == ["cuda:1"] * 3
    assert places(Engine("dask", workers=3), "auto") == ["cuda:0", "cuda:1", "cuda:0"]
    assert places(Engine("dask", workers=2), "cpu") == ["cpu", "cpu"]
    with pytest.raises(ValueError, match="workers = 3: with 1 GPU a run there is room for 2 on the 2 GPUs"):
        places(Engine("dask", workers=3, gpus_per_run=1), "auto")
