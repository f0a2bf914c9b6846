"""Worker processes of this machine, which end when the process that started them ends.

This module is the first of the library that a new worker imports, so it imports nothing heavy.
"""

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from multiprocessing import resource_tracker

from joblib.externals.loky import ProcessPoolExecutor
from joblib.externals.loky.backend import resource_tracker as loky_tracker
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
    waiting, running, killed, done = deque(calls), set(), False, False
    try:
        while running or (waiting and not killed):
            if not killed:
                running |= _submit(waiting, 2 * workers - len(running), workers)
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
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


def _submit(waiting: deque[tuple], number: int, workers: int) -> set[Future]:
    """Submit the next calls, so many that a worker that is free finds one; `number` of them at most."""
    futures = set()
    try:
        with held_back(), without_interrupts():
            pool = _open_pool(workers)
            while waiting and len(futures) < number:
                futures.add(pool.submit(*waiting.popleft()))
    except BrokenProcessPool:  # an idle worker was killed
        raise WorkerKilledError from None
    return futures


def _open_pool(workers: int) -> ProcessPoolExecutor:
    if workers not in _pools:
        _close_pools()
        _start_tracker()
        environment = dict.fromkeys(THREADS, "1")
        _pools[workers] = ProcessPoolExecutor(
            workers, timeout=IDLE_S, initializer=follow_driver, initargs=(os.getpid(),), env=environment
        )
    return _pools[workers]


def _start_tracker() -> None:
    """Start the process that removes what killed workers left, without its warnings: it does remove it."""
    sys.warnoptions.append("ignore:resource_tracker")  # handed on to the processes that start now
    try:
        loky_tracker.ensure_running()
    finally:
        sys.warnoptions.remove("ignore:resource_tracker")


def _close_pools() -> None:
    """Kill all workers, and wait for their end."""
    while _pools:
        _, pool = _pools.popitem()
        for _ in range(100):  # loky's thread fails with a KeyError if a call waits that it has not taken yet
            if pool._work_ids.empty():
                break
            time.sleep(0.01)
        pool.shutdown(wait=True, kill_workers=True)


@contextmanager
def without_interrupts() -> Iterator[None]:
    """Block SIGINT for the processes and threads that are started in the block, and for the processes of these threads.

    Ctrl-C reaches all processes of a terminal. A worker would answer with a traceback; its driver ends it.
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
