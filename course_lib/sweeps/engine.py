"""Where the runs of a study are computed: the settings of an engine, checked."""

from collections.abc import Mapping
from dataclasses import dataclass

ENGINES = ("local", "dask", "slurm", "pbs")
QUEUES = ("slurm", "pbs")
OPTIONS = (  # settings of a queue's jobs
    "queue", "account", "walltime", "memory", "cores", "directive", "prologue",
    "interface", "log_directory", "local_directory", "python", "resource_spec",
)  # fmt: skip


@dataclass(frozen=True)
class Engine:
    """Settings that say where the runs of a study are computed.

    On one kind of processor the results of mini nets are the same with every engine. The last bits of a larger net's
    results depend on the number of threads: with one worker a run uses all threads of this process, with several
    workers each run uses one thread.

    A script that uses ``"dask"`` without an address starts processes: it needs ``if __name__ == "__main__":``.

    Args:
        name: ``"local"`` (processes of this machine), ``"dask"`` (the Dask cluster at `address`; without an address,
            a Dask cluster of processes of this machine), ``"slurm"`` or ``"pbs"`` (jobs of a queue, each with Dask
            workers).
        workers: number of processes, or number of jobs in the queue.
        address: the address of a Dask scheduler, like ``"tcp://head:8786"``; the value of the environment variable
            DASK_SCHEDULER_ADDRESS by default.
        gpus_per_run: the share of a GPU that a run takes; 0.5 lets two runs share a GPU. A Dask worker must offer
            that much of a resource named ``GPU``; the workers that the engine starts do.
        options: settings of the queue's jobs, a dict (or pairs) of keys of `OPTIONS` and their values. Among pairs
            ``directive`` (a line of the job script's head) and ``prologue`` (a line before the worker starts) may be
            repeated.

    Raises:
        ValueError: an unknown name or option, or settings that exclude each other.
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
