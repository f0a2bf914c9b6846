"""Worker processes of this machine, which end when the process that started them ends.

This module is the first of the library that a new worker imports, so it imports nothing heavy.
"""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, as_completed
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker

from joblib.externals.loky import ProcessPoolExecutor
from joblib.externals.loky.process_executor import BrokenProcessPool

from course_lib.interruption import held_back

IDLE_S = 300.0  # a worker without work ends then; the next study of a notebook starts at once until then
POLL_S = 0.5
THREADS = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS", "NUMEXPR_NUM_THREADS",
)  # fmt: skip

_pools: dict[int, ProcessPoolExecutor] = {}  # by number of workers; one at most


class WorkerKilledError(Exception):
    """A worker process was killed (memory ran out, for example): the calls without a result have to be made again."""


def can_start_workers() -> bool:
    """Whether this process may start others: a daemonic process of multiprocessing must not."""
    return not multiprocessing.current_process().daemon


def call_in_workers(calls: Sequence[tuple], workers: int) -> Iterator:
    """Make calls in worker processes of one thread each, and yield each result when it is there.

    The workers stay for the next calls. They are killed if the caller closes this generator early or is interrupted.

    Args:
        calls: tuples of a function and its arguments.
        workers: number of processes.

    Raises:
        WorkerKilledError: a worker was killed. What the other workers had finished by then was yielded before.
    """
    done = False
    try:
        killed = False
        for future in as_completed(_submit(calls, workers)):
            try:
                result = future.result()
            except BrokenProcessPool:
                killed = True
                continue
            yield result
        if killed:
            raise WorkerKilledError
        done = True
    finally:
        if not done:
            _close_pools()


def _submit(calls: Sequence[tuple], workers: int) -> list[Future]:
    try:
        with held_back(), _without_interrupts():
            pool = _open_pool(workers)
            return [pool.submit(*call) for call in calls]
    except BrokenProcessPool:  # an idle worker was killed since the last calls
        raise WorkerKilledError from None


def _open_pool(workers: int) -> ProcessPoolExecutor:
    if workers not in _pools:
        _close_pools()
        environment = dict.fromkeys(THREADS, "1")
        _pools[workers] = ProcessPoolExecutor(
            workers, timeout=IDLE_S, initializer=follow_driver, initargs=(os.getpid(),), env=environment
        )
    return _pools[workers]


def _close_pools() -> None:
    """Kill all workers, and wait for their end.

    Not with loky's ``kill_workers``: it fails with a KeyError in a thread while calls wait that it has not queued yet.
    """
    while _pools:
        _, pool = _pools.popitem()
        for number in list(pool._processes):
            with suppress(ProcessLookupError, PermissionError):  # it has ended
                os.kill(number, getattr(signal, "SIGKILL", signal.SIGTERM))  # Windows has no SIGKILL
        pool.shutdown(wait=True)


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Block SIGINT for the processes that are started in the block: Ctrl-C reaches all processes of a terminal.

    A worker would answer with a traceback; its driver ends it.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # a process of multiprocessing; its start unblocks SIGINT, so start it before
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def follow_driver(driver: int, end: Callable[[int], None] = os._exit) -> None:
    """Make this worker end when its driver, its parent process, has ended in whatever way, ``kill -9`` included.

    A worker calls this function before anything else. From then on a thread looks twice a second whether the driver is
    there. On Windows, where a process keeps the number of a parent that has ended, nothing is noticed.

    Args:
        driver: process number of the driver.
        end: called with the exit code.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == driver:
            time.sleep(POLL_S)
        end(1)

    threading.Thread(target=watch, daemon=True).start()
