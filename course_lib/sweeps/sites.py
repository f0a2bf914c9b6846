"""Where a cluster is: at an address, on this machine, or in the jobs of a queue."""

import logging
import math
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

import torch
from joblib import cpu_count

from course_lib.errors import need
from course_lib.sweeps.engine import Engine
from course_lib.sweeps.jobs import ATTEMPTS
from course_lib.training.device import DEVICES, pick_device

PATIENCE_S = 120.0  # without any worker; a queue may take days
GONE_S = 30.0  # after that the workers of a job do not come back by themselves

# Our own schedulers: no dashboard, and a job fails when its worker was killed ATTEMPTS times.
_SCHEDULER = {"dashboard": False, "dashboard_address": ":0", "allowed_failures": ATTEMPTS - 1}
# Dask's workers give memory back to the system at once and fetch it again: trainings took a third longer for it.
_NO_TRIM = {"MALLOC_TRIM_THRESHOLD_": None}
_SUBMITTERS = {"slurm": "SLURMCluster", "pbs": "PBSCluster"}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Site:
    """A Dask cluster to run on."""

    address: str
    device: str  # what a worker is told
    patience_s: float  # how long to wait while there is no worker
    refill: Callable[[set[str]], None] = lambda names: None  # replaces jobs that ended; told which workers are there


def open_site(engine: Engine, device: str, num_jobs: int) -> AbstractContextManager[Site]:
    """The engine's cluster; what was started for it ends with the context.

    Raises:
        ValueError: an unknown device, or settings that do not go together. OSError: nothing to submit jobs with.
        MissingExtraError: the extra `cluster` is missing.
    """
    if device.partition(":")[0] not in DEVICES:
        raise ValueError(f"unknown device '{device}': choose one of {', '.join(DEVICES)}")
    need("distributed", "cluster")
    if engine.name != "dask":
        return _in_a_queue(engine, device, num_jobs)
    address = engine.address or os.environ.get("DASK_SCHEDULER_ADDRESS")
    if not address:
        return _on_this_machine(engine, device, num_jobs)
    if engine.workers:
        raise ValueError(f"workers = {engine.workers}: the cluster at '{address}' has its own, leave the number out")
    return nullcontext(Site(address, device, PATIENCE_S))


@contextmanager
def _on_this_machine(engine: Engine, device: str, num_jobs: int) -> Iterator[Site]:
    distributed, config = need("distributed", "cluster"), need("dask.config", "cluster")
    workers = {index: _worker(place, engine) for index, place in enumerate(places(engine, device)[:num_jobs])}
    scheduler = {"cls": distributed.Scheduler, "options": {"host": "127.0.0.1", **_SCHEDULER}}
    with (
        config.set({f"distributed.nanny.pre-spawn-environ.{name}": value for name, value in _NO_TRIM.items()}),
        _same_environment(),
        _start_cluster(workers=workers, scheduler=scheduler, silence_logs=logging.CRITICAL) as cluster,
    ):
        yield Site(cluster.scheduler_address, "auto", PATIENCE_S)


def _start_cluster(**spec):
    try:
        return need("distributed", "cluster").SpecCluster(**spec)
    except RuntimeError as error:
        raise OSError(
            'no worker starts on this machine: a script must do this under `if __name__ == "__main__":`, '
            "since every worker imports it first"
        ) from error


@contextmanager
def _same_environment() -> Iterator[None]:
    """Undo what a nanny changes for the processes it starts."""
    before = dict(os.environ)
    try:
        yield
    finally:
        os.environ.update(before)
        for name in set(os.environ) - set(before):
            del os.environ[name]


def _worker(place: str, engine: Engine) -> dict:
    """One process of one thread that trains on that device."""
    options = {
        "host": "127.0.0.1",
        "nthreads": 1,
        "memory_limit": 0,  # prepared images stay in memory: dask would pause the worker for it
        "dashboard": False,
        "silence_logs": logging.CRITICAL,
        "env": {"COURSE_DEVICE": place},
        "resources": {"GPU": engine.gpus_per_run} if engine.gpus_per_run else {},
    }
    return {"cls": need("distributed", "cluster").Nanny, "options": options}


def places(engine: Engine, device: str) -> list[str]:
    """The device of each worker on this machine: one a core, or as many a GPU as share it.

    Raises:
        ValueError: no such device here, or more workers than GPUs have room for.
    """
    first = pick_device(device)
    if first.type != "cuda":
        return [str(first)] * (engine.workers or (cpu_count() if first.type == "cpu" else 1))
    gpus = [first.index] if first.index is not None else range(torch.cuda.device_count())
    room = len(gpus) * _runs_per_gpu(engine)
    if engine.gpus_per_run and engine.workers and engine.workers > room:
        raise ValueError(
            f"workers = {engine.workers}: with {engine.gpus_per_run:g} GPU a run there is room for {room} on the "
            f"{len(gpus)} GPUs of this machine"
        )
    return [f"cuda:{gpus[index % len(gpus)]}" for index in range(engine.workers or room)]


def _runs_per_gpu(engine: Engine) -> int:
    return int(1 / (engine.gpus_per_run or 1) + 1e-6)


@contextmanager
def _in_a_queue(engine: Engine, device: str, num_jobs: int) -> Iterator[Site]:
    submitter = getattr(need("dask_jobqueue", "cluster"), _SUBMITTERS[engine.name])
    command = submitter.job_cls.submit_command
    if shutil.which(command) is None:
        raise OSError(f"'{command}' is not on this machine: start this where jobs are submitted, on a login node")
    settings = job_settings(engine)
    count = min(engine.workers or 1, math.ceil(num_jobs / settings["processes"]))
    with submitter(scheduler_options=_SCHEDULER, silence_logs="critical", **settings) as cluster:
        queue = _Queue(cluster, command, count)
        queue.submit()
        yield Site(cluster.scheduler_address, device, math.inf, queue.refill)


class _Queue:
    """As many jobs as were asked for, also when some end: at their walltime, with their node."""

    def __init__(self, cluster, command: str, count: int):
        self.cluster, self.command, self.count = cluster, command, count
        self.seen: dict[str, float] = {}  # when a worker of the job was last there

    def submit(self) -> None:
        async def scale() -> None:
            self.cluster.scale(jobs=self.count)
            await self.cluster._correct_state()  # as SpecCluster's documentation says; its errors are lost otherwise

        try:
            self.cluster.sync(scale)
        except (RuntimeError, ValueError) as error:
            for job in self.cluster.workers.values():
                if job.job_id is None:
                    job.status = need("distributed", "cluster").Status.failed  # or the cluster does not close
            raise OSError(f"'{self.command}' refused the job: {str(error).strip().splitlines()[-1]}") from None

    def refill(self, workers: set[str]) -> None:
        now = time.monotonic()
        for job in list(self.cluster.workers):
            if any(name == job or name.startswith(f"{job}-") for name in workers):
                self.seen[job] = now
        gone = [job for job, seen in self.seen.items() if now - seen > GONE_S]
        if not gone:
            return
        self.seen = {job: seen for job, seen in self.seen.items() if job not in gone}
        self.cluster.sync(self.cluster.scale_down, gone)
        try:
            self.submit()
        except OSError as error:  # the other jobs go on
            log.warning("%d of %d jobs ended and could not be replaced: %s", len(gone), self.count, error)


def job_script(engine: Engine) -> str:
    """The script that would be submitted, as often as the engine has workers. Nothing is started.

    Raises:
        ValueError: the engine has no jobs, or an option is wrong. MissingExtraError: the extra `cluster` is missing.
    """
    if engine.name not in _SUBMITTERS:
        raise ValueError(f"the engine {engine.name} submits no jobs: choose slurm or pbs")
    job = getattr(need("dask_jobqueue", "cluster"), _SUBMITTERS[engine.name]).job_cls
    return job("tcp://SCHEDULER:PORT", "course-0", **job_settings(engine)).job_script()


def job_settings(engine: Engine) -> dict:
    """Settings of dask_jobqueue for workers of one thread: one for each core of a job, or for each share of its GPU.

    Raises:
        ValueError: an option is wrong.
    """
    options = dict(engine.options)
    lines = {key: [value for k, value in engine.options if k == key] for key in ("directive", "prologue")}
    cores = options.pop("cores", "1")
    if not cores.isdecimal() or int(cores) < 1:
        raise ValueError(f"cores = '{cores}': a job needs a whole number of cores, at least 1")
    memory = options.pop("memory", "4GB")
    try:
        need("dask.utils", "cluster").parse_bytes(memory)
    except ValueError:
        raise ValueError(f"memory = '{memory}': a job needs a size like 8GB") from None
    workers = _runs_per_gpu(engine) if engine.gpus_per_run else int(cores)
    settings = {
        "memory": memory,
        **{key: value for key, value in options.items() if key not in lines},
        "cores": workers,
        "processes": workers,
        "job_name": "course",
        "worker_extra_args": ["--memory-limit", "0"],  # the queue has its own, see `_worker`
        "job_extra_directives": lines["directive"],
        "job_script_prologue": [
            "export OMP_NUM_THREADS=1",
            f'export DASK_DISTRIBUTED__NANNY__PRE_SPAWN_ENVIRON="{_NO_TRIM}"',
            *lines["prologue"],
        ],
    }
    if engine.gpus_per_run:
        _ask_for_gpu(settings, engine, max(workers, int(cores)))
    if engine.name == "slurm" and "resource_spec" in settings:
        raise ValueError("resource_spec is an option of pbs: give slurm a directive, e.g. directive=--gres=gpu:1")
    return settings


def _ask_for_gpu(settings: dict, engine: Engine, cores: int) -> None:
    """One GPU a job; its workers share it, and fail rather than train on the CPU when it is not there."""
    settings["worker_extra_args"] += ["--resources", f"GPU={engine.gpus_per_run:g}"]
    settings["job_script_prologue"] += ["export COURSE_DEVICE=cuda:0"]
    if engine.name == "pbs":
        settings.setdefault("resource_spec", f"select=1:ncpus={cores}:ngpus=1:mem={settings['memory']}")
        return
    settings["job_cpu"] = cores
    if not any("gpu" in line for line in settings["job_extra_directives"]):
        settings["job_extra_directives"] += ["--gres=gpu:1"]
