"""Runs trials here, several at once, or on a cluster, and hands over each record the moment it is finished."""

import os
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache

from joblib import Parallel, cpu_count, delayed, parallel_config
from joblib.externals.loky.process_executor import TerminatedWorkerError

from course_lib.sweeps.jobs import Job, Outcome, make_jobs, run_job
from course_lib.sweeps.trial import Trial
from course_lib.training.device import keep_freed_memory

ATTEMPTS = 3  # a worker that is killed (out of memory, say) costs its running jobs only: they are tried again
ENGINES = ("local", "dask", "slurm", "pbs")
QUEUES = ("slurm", "pbs")
OPTIONS = (  # of a queue's jobs
    "queue", "account", "walltime", "memory", "cores", "directive", "prologue",
    "interface", "log_directory", "local_directory", "python", "resource_spec",
)  # fmt: skip


@dataclass(frozen=True)
class Engine:
    """Where the runs of a study are computed. On one kind of processor the numbers of mini nets do not depend on it.

    The last bits of a larger net depend on the number of threads: all of this process's where it runs the trials itself
    (one worker), one in each of several.

    A script that uses ``"dask"`` without an address starts processes: it needs ``if __name__ == "__main__":``.

    Args:
        name: ``"local"`` (processes of this machine), ``"dask"`` (the Dask cluster at `address`, else one of processes
            of this machine), ``"slurm"`` or ``"pbs"`` (jobs of a queue, each with Dask workers).
        workers: number of processes, or of jobs of the queue.
        address: a Dask scheduler's, like ``"tcp://head:8786"``; the variable DASK_SCHEDULER_ADDRESS by default.
        gpus_per_run: 0.5 lets two runs share a GPU. Workers need that much of a resource ``GPU``; ours have it.
        options: for the jobs of a queue, a dict (or pairs) of keys of `OPTIONS` and their values. ``directive`` (a line
            of the job script's head) and ``prologue`` (one before the worker starts) may be repeated among pairs.

    Raises:
        ValueError: an unknown name or option, or settings that do not go together.
    """

    name: str = "local"
    workers: int | None = None
    address: str | None = None
    gpus_per_run: float | None = None
    options: Mapping[str, str] | tuple[tuple[str, str], ...] = ()

    def __post_init__(self):
        if isinstance(self.options, Mapping):
            object.__setattr__(self, "options", tuple(self.options.items()))
        if self.name not in ENGINES:
            raise ValueError(f"unknown engine '{self.name}': choose one of {', '.join(ENGINES)}")
        if self.workers is not None and self.workers < 1:
            raise ValueError(f"workers = {self.workers}: an engine needs at least one")
        if self.address and self.name != "dask":
            raise ValueError(f"the address '{self.address}' goes with the engine dask, not with {self.name}")
        if self.gpus_per_run is not None:
            self._check_gpus(self.gpus_per_run)
        for key, _ in self.options:
            self._check_option(key)

    def _check_gpus(self, share: float) -> None:
        if self.name == "local":
            raise ValueError(f"gpus_per_run = {share:g} goes with the engines dask, slurm and pbs: choose one of them")
        if not 0 < share <= 1:
            raise ValueError(f"gpus_per_run = {share:g}: a run uses one GPU or a part of it, e.g. 1, 0.5 or 0.25")

    def _check_option(self, key: str) -> None:
        if self.name not in QUEUES:
            raise ValueError(f"the option '{key}' goes with the engines slurm and pbs, not with {self.name}")
        if key not in OPTIONS:
            raise ValueError(f"unknown option '{key}' of the cluster: choose one of {', '.join(OPTIONS)}")


LOCAL = Engine()


def default_workers(device: str) -> int:
    """One worker for each core this process may use, since a small net trains best on one thread; one for a GPU."""
    return cpu_count() if device == "cpu" else 1


def run_trials(
    trials: Sequence[Trial],
    on_record: Callable[[dict], None],
    *,
    workers: int | None = None,
    device: str = "cpu",
    engine: Engine = LOCAL,
) -> list[tuple[Trial, str]]:
    """Run every trial in worker processes of one thread each; trials that can train together do.

    Args:
        on_record: called here, in the driver, with each record as it finishes.
        workers: number of processes; 1 runs in this process, with its threads. The engine's number by default.
        device: on a cluster each worker decides for itself what ``"auto"`` means.

    Returns:
        The trials that failed, each with its traceback or what became of its worker.
    """
    jobs = make_jobs(trials)
    failures = []
    # Closed here and now: when `on_record` refuses a record, the workers must not go on.
    with closing(_start(jobs, replace(engine, workers=workers or engine.workers), device)) as results:
        for index, outcomes in results:
            for trial, (record, error) in zip(jobs[index], outcomes, strict=True):
                if error:
                    failures.append((trial, error))
                else:
                    on_record(record)
    return failures


def _start(jobs: Sequence[Job], engine: Engine, device: str) -> Generator[tuple[int, list[Outcome]], None, None]:
    if engine.name == "local":
        return run_here(jobs, workers=engine.workers or default_workers(device), device=device)
    from course_lib.sweeps.cluster import run_on_cluster  # it imports this module

    return run_on_cluster(jobs, engine=engine, device=device)


def run_here(jobs: Sequence[Job], *, workers: int, device: str) -> Generator[tuple[int, list[Outcome]], None, None]:
    """Index and outcomes of each job as it finishes; a job whose worker is killed is tried again."""
    open_jobs, attempts = dict(enumerate(jobs)), ATTEMPTS
    while open_jobs and attempts:
        before = len(open_jobs)
        try:
            for index, outcomes in _results(open_jobs, workers, device):
                del open_jobs[index]
                yield index, outcomes
        except TerminatedWorkerError:
            attempts = ATTEMPTS if len(open_jobs) < before else attempts - 1
            for suspect in list(open_jobs)[: 2 * workers]:  # one of those that had started: they come last now
                open_jobs[suspect] = open_jobs.pop(suspect)
    for index, job in open_jobs.items():  # on a slow machine a deadly job's neighbours have never come to their end
        yield index, _alone(index, job, workers, device)


def _alone(index: int, job: Job, workers: int, device: str) -> list[Outcome]:
    """Outcomes of a job that runs beside no other; if its worker is killed now, the job is to blame."""
    try:
        ((_, outcomes),) = _results({index: job}, workers, device)
        return outcomes
    except TerminatedWorkerError:
        return [(None, "its worker was killed again and again, and also when it ran alone")] * len(job)


def _results(jobs: dict[int, Job], workers: int, device: str):
    calls = [delayed(_run)(index, job, device, os.getpid()) for index, job in jobs.items()]
    # Never fewer processes for fewer calls: one would run here, and a call that kills it would kill the driver.
    with parallel_config(backend="loky", inner_max_num_threads=1):
        return Parallel(n_jobs=workers, batch_size=1, return_as="generator_unordered")(calls)


def _run(index: int, job: Job, device: str, driver: int) -> tuple[int, list[Outcome]]:
    if os.getpid() != driver:
        keep_freed_memory()
    _leave_with(driver)
    return index, run_job(job, device)


@cache
def _leave_with(driver: int) -> None:
    """End this worker once its driver, its parent, is gone: after a kill -9 nobody collects what it computes.

    Where the driver is not the parent (this very process, a cluster's worker) nothing is watched.
    """

    def watch() -> None:
        while os.getppid() == driver:
            time.sleep(0.5)
        os._exit(1)

    if os.getppid() == driver:
        threading.Thread(target=watch, daemon=True).start()
