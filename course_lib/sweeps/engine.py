"""Runs tasks here, several at once, and hands over each record the moment it is finished."""

import os
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from functools import cache

from joblib import Parallel, cpu_count, delayed
from joblib.externals.loky.process_executor import TerminatedWorkerError

from course_lib.sweeps.task import Task

ATTEMPTS = 3  # a worker that is killed (out of memory, say) costs its running tasks only: they are tried again


def default_workers(device: str) -> int:
    """One worker for each core this process may use, since a small net trains best on one thread; one for a GPU."""
    return cpu_count() if device == "cpu" else 1


def run_tasks(
    tasks: Sequence[Task], on_record: Callable[[dict], None], *, workers: int | None = None, device: str = "cpu"
) -> list[tuple[Task, str]]:
    """Run every task in worker processes of one thread each.

    Args:
        on_record: called here, in the driver, with each record as it finishes.
        workers: number of processes; 1 runs in this process.

    Returns:
        The tasks that failed, each with its traceback or what became of its worker.
    """
    workers = workers or default_workers(device)
    open_tasks, failures, attempts = dict(enumerate(tasks)), [], ATTEMPTS
    while open_tasks and attempts:
        before = len(open_tasks)
        try:
            for index, record, error in _results(open_tasks, workers, device):
                task = open_tasks.pop(index)
                if error:
                    failures.append((task, error))
                else:
                    on_record(record)
        except TerminatedWorkerError:
            attempts = ATTEMPTS if len(open_tasks) < before else attempts - 1
            for suspect in list(open_tasks)[: 2 * workers]:  # one of those that had started: they come last now
                open_tasks[suspect] = open_tasks.pop(suspect)
    return failures + [(task, f"its worker was killed {ATTEMPTS} times") for task in open_tasks.values()]


def _results(tasks: dict[int, Task], workers: int, device: str):
    calls = [delayed(_run)(index, task, device, os.getpid()) for index, task in tasks.items()]
    # Never fewer jobs for fewer calls: one job would run here, and a call that kills its process would kill the driver.
    return Parallel(n_jobs=workers, batch_size=1, return_as="generator_unordered")(calls)


def _run(index: int, task: Task, device: str, driver: int) -> tuple[int, dict | None, str | None]:
    _leave_with(driver)
    try:
        return index, task.run(device), None
    except Exception:  # an error must not take the other runs with it: it travels back as text
        return index, None, traceback.format_exc()


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
