"""Jobs packed for a Dask cluster as bytes that run the job when a worker unpickles them.

A Dask scheduler unpickles the function of every task that it passes on. If that function were one of `course_lib`, the
scheduler would have to import this library, and torch with it: a second of start, hundreds of megabytes, and an
installed course where often only Dask is installed. So the function is `pickle.loads`, which every Python has, and its
argument is a bytes object, which a scheduler passes on unread. Pickle may say of an object "to get it, call this
function with these arguments" (`object.__reduce__`): here the function is `run_packed`, so a worker that unpickles the
bytes runs the job.
"""

import pickle
import threading
from dataclasses import dataclass

from course_lib import __version__
from course_lib.errors import need
from course_lib.sweeps.jobs import Job, Outcome, run_job
from course_lib.training.device import pick_device
from course_lib.training.memory import keep_freed_memory
from course_lib.training.run import TRAINING_VERSION

VERSION = f"{__version__} (training version {TRAINING_VERSION})"
_one_job_at_a_time = threading.Lock()


def pack_job(job: Job, device: str) -> bytes:
    """Pickle a job so that ``pickle.loads`` of the bytes runs the job and returns its outcomes, see `run_packed`.

    Args:
        device: the name of the device to train on; the worker decides what ``"auto"`` means.

    Raises:
        MissingExtraError: the extra `cluster` is missing.
    """
    return pickle.dumps(_Parcel(need("cloudpickle", "cluster").dumps(job), device))


@dataclass(frozen=True)
class _Parcel:
    job: bytes
    device: str

    def __reduce__(self):
        return run_packed, (self.job, self.device, VERSION)


def run_packed(job: bytes, device: str, version: str) -> list[Outcome]:
    """Run a pickled job in this worker process and return its outcomes.

    The jobs of one process run one after another, since all its threads share the random generator of torch.

    Args:
        version: the `VERSION` of the process that packed the job.

    Raises:
        ValueError: this process has another version of the course.
    """
    if version != VERSION:
        raise ValueError(f"it has course-lib {VERSION}, the driver has {version}")
    keep_freed_memory()
    with _one_job_at_a_time:
        outcomes = run_job(pickle.loads(job), device)
    for record, _ in outcomes:
        if record:
            record["provenance"]["device"] = str(pick_device(device))
    return outcomes
