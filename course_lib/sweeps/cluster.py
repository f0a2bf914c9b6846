"""Runs jobs on a Dask cluster. A lost worker or a restarted scheduler costs the jobs that were running, no more."""

import logging
import pickle
import time
import uuid
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from queue import Empty, SimpleQueue

from course_lib.errors import need
from course_lib.sweeps.engine import Engine
from course_lib.sweeps.jobs import Job, Outcome
from course_lib.sweeps.parcel import VERSION, pack_job
from course_lib.sweeps.sites import Site, open_site

CONNECT_S = 10.0  # timeout of the first connection to a scheduler
RECONNECT_S = 120.0  # timeout after the connection was lost: the scheduler may be starting again
MAX_LOSSES = 10  # connections lost in a row without a finished job between them
WARN_S = 60.0  # time without any worker before a warning
POLL_S = 1.0  # time between two counts of the workers
FETCH_S = 10.0  # timeout for fetching the outcomes of a job, a few kilobytes

log = logging.getLogger(__name__)


class SchedulerLostError(Exception):
    """The connection to the scheduler is lost; jobs without an outcome have to be submitted again."""


def run_on_cluster(
    jobs: Sequence[Job], *, engine: Engine, device: str
) -> Generator[tuple[int, list[Outcome]], None, None]:
    """Yield the index and the outcomes of each job when it is finished, like `run_here`.

    Args:
        device: the device to train on; each worker decides what ``"auto"`` means.

    Raises:
        OSError: no scheduler or no worker answers within the timeouts.
        ValueError: a worker has another version of the course, or settings of the engine exclude each other.
        MissingExtraError: the extra `cluster` is missing.
    """
    open_jobs, losses, wait_s = dict(enumerate(jobs)), 0, CONNECT_S
    with open_site(engine, device, len(jobs)) as site, _quiet():
        while open_jobs:
            try:
                with _connected(site.address, wait_s) as client:
                    for index, outcomes in _Session(client, site, engine.gpus_per_run, open_jobs).results():
                        losses = 0
                        del open_jobs[index]
                        yield index, outcomes
            except SchedulerLostError:
                losses, wait_s = losses + 1, RECONNECT_S
                if losses == MAX_LOSSES:
                    raise OSError(
                        f"the scheduler at '{site.address}' was lost {losses} times before anything more was finished: "
                        "look at its log; what is finished is kept, the same command goes on from there"
                    ) from None
                log.warning("the scheduler at '%s' is lost: waiting up to %g s for it", site.address, RECONNECT_S)
                time.sleep(POLL_S)


def _quiet() -> AbstractContextManager:
    """Silence Dask's log inside the block: it prints tracebacks of errors that this module handles."""
    return need("distributed.utils", "cluster").silence_logging_cmgr(logging.CRITICAL)


@contextmanager
def _connected(address: str, wait_s: float) -> Iterator:
    distributed = need("distributed", "cluster")
    try:
        client = distributed.Client(address, timeout=wait_s, set_as_default=False)
    except (OSError, ValueError):
        raise OSError(
            f"no Dask scheduler answers at '{address}' (waited {wait_s:g} s): start one there, or correct the address; "
            "what is finished is kept"
        ) from None
    try:
        yield client
    finally:
        with suppress(OSError, TimeoutError):  # the scheduler may have ended
            client.close(timeout=5)


class _Session:
    """The jobs that are submitted over one connection to a scheduler."""

    def __init__(self, client, site: Site, gpus_per_run: float | None, jobs: dict[int, Job]):
        self.client, self.site, self.jobs = client, site, dict(jobs)
        self.resources = {"GPU": gpus_per_run} if gpus_per_run else {}
        self.waiting, self.suspects, self.alone = deque(jobs), deque(), set()
        self.running, self.done = {}, SimpleQueue()
        self.workers, self.looked, self.seen = 0, 0.0, time.monotonic()
        self.warned = self.seen

    def results(self) -> Iterator[tuple[int, list[Outcome]]]:
        """Yield the index and the outcomes of each job when it is finished."""
        while self.waiting or self.suspects or self.running:
            self._count_workers()
            self._submit()
            if future := self._next_done():
                index, _ = self.running.pop(future.key)
                if outcomes := self._outcomes(index, future):
                    yield index, outcomes

    def _next_done(self):
        try:
            return self.done.get(timeout=POLL_S)
        except Empty:
            return None

    def _count_workers(self) -> None:
        """Count the workers, at most once in `POLL_S`; raise OSError when there has been none for too long."""
        now = time.monotonic()
        if now - self.looked < POLL_S:
            return
        try:
            found = self.client.scheduler_info(n_workers=-1)["workers"].values()
        except OSError:
            raise SchedulerLostError from None
        able = [w for w in found if all(w["resources"].get(k, 0) >= v for k, v in self.resources.items())]
        self.workers, self.looked = len(able), now
        self.site.refill({str(worker["name"]) for worker in found})
        if able:
            self.seen = self.warned = now
        elif now - self.warned > WARN_S:
            self.warned = now
            log.warning(
                "no worker at '%s' for %.0f s: look at the logs of its jobs", self.site.address, now - self.seen
            )
        elif now - self.seen > self.site.patience_s:
            wanted = "".join(f" with {key}={amount:g} among its resources" for key, amount in self.resources.items())
            raise OSError(
                f"no worker{wanted} came to '{self.site.address}' within {self.site.patience_s:g} s: start some there; "
                "what is finished is kept"
            )

    def _submit(self) -> None:
        """Submit enough jobs to keep every worker busy, and few more.

        Dask counts a job that waits at a worker as killed, too, when the worker is killed.
        """
        while self.waiting and len(self.running) <= 2 * self.workers:
            self._start(self.waiting.popleft())
        if self.suspects and not self.running:
            self.alone.add(self.suspects[0])
            self._start(self.suspects.popleft())

    def _start(self, index: int) -> None:
        key = f"course-{index}-{uuid.uuid4().hex}"  # a new key: the scheduler may remember the result of an old one
        packed = pack_job(self.jobs[index], self.site.device)  # a scheduler must not import torch, see `parcel`
        try:
            future = self.client.submit(pickle.loads, packed, key=key, pure=False, resources=self.resources)
        except need("distributed.client", "cluster").ClosedClientError:  # after this machine was suspended, for example
            raise SchedulerLostError from None
        self._watch(index, future)

    def _watch(self, index: int, future) -> None:
        self.running[future.key] = index, future  # Dask drops the result of a future that is not referenced
        future.add_done_callback(self.done.put)

    def _outcomes(self, index: int, future) -> list[Outcome] | None:
        """Return the outcomes of a job whose future is done, or None if the job has to run again."""
        distributed = need("distributed", "cluster")
        try:
            return future.result(timeout=FETCH_S)
        except distributed.scheduler.KilledWorker as killed:
            return self._killed(index, killed.allowed_failures + 1)
        except Exception as error:
            if future.status == "error":  # not an error of a trial, which is an outcome: the worker failed
                raise ValueError(
                    f"a worker of '{self.site.address}' cannot run these trials ({type(error).__name__}: {error}): "
                    f"install course-lib {VERSION} for all workers"
                ) from None
            if isinstance(error, TimeoutError):  # the worker was lost with the result: Dask runs the job again
                self._watch(index, future)
                return None
            raise SchedulerLostError from None

    def _killed(self, index: int, times: int) -> list[Outcome] | None:
        """Schedule a killed job to run again alone; return its outcomes if it was killed when it ran alone.

        Jobs that ran or waited at the same worker may have caused the first kill.
        """
        if index in self.alone:
            return [(None, f"its worker was killed {times} times")] * len(self.jobs[index])
        self.suspects.append(index)
        return None
