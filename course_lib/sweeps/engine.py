"""Runs tasks here, several at once, or on a cluster, and hands over each record the moment it is finished."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from joblib import Parallel, cpu_count, delayed
from joblib.externals.loky.process_executor import TerminatedWorkerError

from course_lib.sweeps.jobs import Job, Outcome, make_jobs, run_job
from course_lib.sweeps.task import Task

ATTEMPTS = 3  # a worker that is killed (out of memory, say) costs its running jobs only: they are tried again


def default_workers(device: str) -> int:
    """One worker for each core this process may use, since a small net trains best on one thread; one for a GPU."""
    return cpu_count() if device == "cpu" else 1


def run_tasks(
    tasks: Sequence[Task], on_record: Callable[[dict], None], *, workers: int | None = None, device: str = "cpu"
) -> list[tuple[Task, str]]:
    """Run every task in worker processes of one thread each; tasks that can train together do.

    Args:
        on_record: called here, in the driver, with each record as it finishes.
        workers: number of processes; 1 runs in this process.

    Returns:
        The tasks that failed, each with its traceback or what became of its worker.
    """
    jobs = make_jobs(tasks)
    failures = []
    for index, outcomes in run_here(jobs, workers=workers or default_workers(device), device=device):
        for task, (record, error) in zip(jobs[index], outcomes, strict=True):
            if error:
                failures.append((task, error))
            else:
                on_record(record)
    return failures


def run_here(jobs: Sequence[Job], *, workers: int, device: str) -> Iterator[tuple[int, list[Outcome]]]:
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
    for index, job in open_jobs.items():
        yield index, [(None, f"its worker was killed {ATTEMPTS} times")] * len(job)


def _results(jobs: dict[int, Job], workers: int, device: str):
    calls = [delayed(_run)(index, job, device, os.getpid()) for index, job in jobs.items()]
    # Never fewer processes for fewer calls: one would run here, and a call that kills its process would kill the driver.
    return Parallel(n_jobs=workers, batch_size=1, return_as="generator_unordered")(calls)


def _run(index: int, job: Job, device: str, driver: int) -> tuple[int, list[Outcome]]:
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
