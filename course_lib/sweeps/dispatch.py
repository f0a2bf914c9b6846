"""Hands trials to the engine that computes them, and each record to the caller when it is finished."""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import replace

from course_lib.interruption import kept
from course_lib.sweeps.cluster import run_on_cluster
from course_lib.sweeps.engine import LOCAL, Engine
from course_lib.sweeps.jobs import Job, Outcome, make_jobs
from course_lib.sweeps.local import default_workers, run_here
from course_lib.sweeps.trial import Trial


def run_trials(
    trials: Sequence[Trial],
    on_record: Callable[[dict], None],
    *,
    workers: int | None = None,
    device: str = "cpu",
    engine: Engine = LOCAL,
) -> list[tuple[Trial, str]]:
    """Run trials in worker processes of one thread each; trials that can train together do.

    Args:
        on_record: called in this process with each record when it is finished. Its exceptions end all runs.
        workers: number of processes; 1 runs the trials in this process, with all its threads. The engine's number by
            default.
        device: the device to train on; on a cluster each worker decides what ``"auto"`` means.

    Returns:
        Each trial that failed, with its traceback or with the reason why its worker did not finish it.
    """
    jobs = make_jobs(trials)
    failures, finished = [], 0
    # `closing` ends the workers at once when `on_record` raises or the user interrupts.
    with (
        kept(lambda: f"{finished} of {len(trials)} missing runs were finished"),
        closing(_start(jobs, replace(engine, workers=workers or engine.workers), device)) as results,
    ):
        for index, outcomes in results:
            for trial, (record, error) in zip(jobs[index], outcomes, strict=True):
                if error:
                    failures.append((trial, error))
                else:
                    on_record(record)
                    finished += 1
    return failures


def _start(jobs: Sequence[Job], engine: Engine, device: str) -> Generator[tuple[int, list[Outcome]], None, None]:
    if engine.name == "local":
        return run_here(jobs, workers=engine.workers or default_workers(device), device=device)
    return run_on_cluster(jobs, engine=engine, device=device)
