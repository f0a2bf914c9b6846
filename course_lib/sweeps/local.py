"""Runs jobs on this machine, several at once. A killed worker costs the jobs that it was running, no more."""

from collections.abc import Generator, Sequence
from contextlib import closing

from joblib import cpu_count

from course_lib.sweeps.jobs import ATTEMPTS, Job, Outcome, run_job
from course_lib.sweeps.pool import WorkerKilledError, call_in_workers, can_start_workers
from course_lib.training.memory import keep_freed_memory


def default_workers(device: str) -> int:
    """Number of workers when nobody says otherwise: one for each core that this process may use; one for a GPU.

    A mini net trains best on one thread.
    """
    return cpu_count() if device == "cpu" else 1


def run_here(jobs: Sequence[Job], *, workers: int, device: str) -> Generator[tuple[int, list[Outcome]], None, None]:
    """Yield the index and the outcomes of each job when it is finished; a job whose worker was killed is tried again.

    Args:
        workers: number of worker processes; with 1 the jobs run in this process.
    """
    if workers == 1 or not can_start_workers():
        yield from ((index, run_job(job, device)) for index, job in enumerate(jobs))
        return
    open_jobs, attempts = dict(enumerate(jobs)), ATTEMPTS
    while open_jobs and attempts:
        before = len(open_jobs)
        try:
            with closing(_results(open_jobs, workers, device)) as results:
                for index, outcomes in results:
                    del open_jobs[index]
                    yield index, outcomes
        except WorkerKilledError:
            attempts = ATTEMPTS if len(open_jobs) < before else attempts - 1
            for suspect in list(open_jobs)[: 2 * workers]:  # the deadly job had started: try these last
                open_jobs[suspect] = open_jobs.pop(suspect)
    for index, job in open_jobs.items():  # on a slow machine a deadly job kills its neighbours before they finish
        yield index, _run_alone(index, job, workers, device)


def _run_alone(index: int, job: Job, workers: int, device: str) -> list[Outcome]:
    """Run a job while no other job runs. If its worker is killed now, the job is the cause."""
    try:
        ((_, outcomes),) = _results({index: job}, workers, device)
        return outcomes
    except WorkerKilledError:
        return [(None, "its worker was killed again and again, and also when it ran alone")] * len(job)


def _results(jobs: dict[int, Job], workers: int, device: str) -> Generator[tuple[int, list[Outcome]], None, None]:
    # In worker processes also for a single job: in this process a deadly job would end the study.
    return call_in_workers([(_run, index, job, device) for index, job in jobs.items()], workers)


def _run(index: int, job: Job, device: str) -> tuple[int, list[Outcome]]:
    keep_freed_memory()
    return index, run_job(job, device)
