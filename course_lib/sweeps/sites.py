"""Opens a Dask cluster to run on: at an address, on this machine, or in the jobs of a queue."""

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
from course_lib.interruption import held_back, is_interrupt
from course_lib.sweeps.engine import Engine
from course_lib.sweeps.jobs import ATTEMPTS
from course_lib.sweeps.pool import without_interrupts
from course_lib.training.device import DEVICES, pick_device

PATIENCE_S = 120.0  # longest time without any worker; none for a queue, where a job may wait for days
GONE_S = 30.0  # a job of the queue without workers for this long has ended

# Options of schedulers that are started here: no dashboard; a job fails when its worker was killed ATTEMPTS times.
_SCHEDULER = {"dashboard": False, "dashboard_address": ":0", "allowed_failures": ATTEMPTS - 1}
# Dask sets this variable for its workers, and so returns freed memory to the operating system at once: trainings take
# a third longer.
_NO_TRIM = {"MALLOC_TRIM_THRESHOLD_": None}
_SUBMITTERS = {"slurm": "SLURMCluster", "pbs": "PBSCluster"}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Site:
    """The address of a Dask cluster, and how to use its workers."""

    address: str
    device: str  # name of the device, passed to the workers
    patience_s: float  # longest time without any worker
    refill: Callable[[set[str]], None] = lambda names: (
        None
    )  # submits new jobs for ended ones; takes the names of all workers


def open_site(engine: Engine, device: str, num_jobs: int) -> AbstractContextManager[Site]:
    """Open the cluster of an engine; processes and jobs that were started for it end with the context.

    Raises:
        ValueError: an unknown device, or settings that exclude each other.
        OSError: the command that submits jobs is not on this machine.
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
        _last_words_unsaid(),
        _start_cluster(workers=workers, scheduler=scheduler, silence_logs=logging.CRITICAL) as cluster,
    ):
        yield Site(cluster.scheduler_address, "auto", PATIENCE_S)


def _start_cluster(**spec):
    distributed = need("distributed", "cluster")
    try:
        with held_back(), without_interrupts():  # Dask cannot close a cluster that has started only in part
            return distributed.SpecCluster(**spec)
    except RuntimeError as error:
        raise OSError(
            'no worker starts on this machine: a script must do this under `if __name__ == "__main__":`, '
            "since every worker imports it first"
        ) from error


@contextmanager
def _last_words_unsaid() -> Iterator[None]:
    """After an interrupt of the block, keep Dask from printing at the exit of the process.

    It would log futures that nobody waited for, and close a cluster that has ended already.
    """
    try:
        yield
    except BaseException as error:
        if is_interrupt(error):
            logging.getLogger("asyncio").setLevel(logging.CRITICAL)
            for cluster in list(need("distributed", "cluster").SpecCluster._instances):
                cluster.shutdown_on_close = False
        raise


@contextmanager
def _same_environment() -> Iterator[None]:
    """Restore the environment variables after the block: a Dask nanny changes them for the processes that it starts."""
    before = dict(os.environ)
    try:
        yield
    finally:
        os.environ.update(before)
        for name in set(os.environ) - set(before):
            del os.environ[name]


def _worker(place: str, engine: Engine) -> dict:
    """Return the specification of a Dask worker: a process of one thread that trains on the device `place`."""
    options = {
        "host": "127.0.0.1",
        "nthreads": 1,
        "memory_limit": 0,  # no limit: prepared images stay in memory, and Dask would pause the worker
        "dashboard": False,
        "silence_logs": logging.CRITICAL,
        "env": {"COURSE_DEVICE": place},
        "resources": {"GPU": engine.gpus_per_run} if engine.gpus_per_run else {},
    }
    return {"cls": need("distributed", "cluster").Nanny, "options": options}


def places(engine: Engine, device: str) -> list[str]:
    """Return the device of each worker on this machine: one worker a core, or on each GPU as many as share it.

    Raises:
        ValueError: this machine lacks the device, or its GPUs have room for fewer workers.
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
    with _last_words_unsaid(), submitter(scheduler_options=_SCHEDULER, silence_logs="critical", **settings) as cluster:
        queue = _Queue(cluster, command, count)
        queue.submit()
        yield Site(cluster.scheduler_address, device, math.inf, queue.refill)


class _Queue:
    """Keeps the number of jobs in the queue: submits a new one when a job ends (walltime, failed node)."""

    def __init__(self, cluster, command: str, count: int):
        self.cluster, self.command, self.count = cluster, command, count
        self.seen: dict[str, float] = {}  # time of the last count that found a worker of the job

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
        except OSError as error:  # the other jobs continue
            log.warning("%d of %d jobs ended and could not be replaced: %s", len(gone), self.count, error)


def job_script(engine: Engine) -> str:
    """Return the script of a queue's job, which is submitted once for each of the engine's workers; submit nothing.

    Raises:
        ValueError: the engine uses no queue, or an option is wrong.
        MissingExtraError: the extra `cluster` is missing.
    """
    if engine.name not in _SUBMITTERS:
        raise ValueError(f"the engine {engine.name} submits no jobs: choose slurm or pbs")
    job = getattr(need("dask_jobqueue", "cluster"), _SUBMITTERS[engine.name]).job_cls
    return job("tcp://SCHEDULER:PORT", "course-0", **job_settings(engine)).job_script()


def job_settings(engine: Engine) -> dict:
    """Return settings of dask_jobqueue: workers of one thread, one for each core of a job or for each share of its GPU.

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
        "worker_extra_args": ["--memory-limit", "0"],  # the queue limits the memory of a job, see also `_worker`
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
    """Request one GPU for each job. Its workers share it. Without a GPU they fail; they do not use the CPU."""
    settings["worker_extra_args"] += ["--resources", f"GPU={engine.gpus_per_run:g}"]
    settings["job_script_prologue"] += ["export COURSE_DEVICE=cuda:0"]
    if engine.name == "pbs":
        settings.setdefault("resource_spec", f"select=1:ncpus={cores}:ngpus=1:mem={settings['memory']}")
        return
    settings["job_cpu"] = cores
    if not any("gpu" in line for line in settings["job_extra_directives"]):
        settings["job_extra_directives"] += ["--gres=gpu:1"]
