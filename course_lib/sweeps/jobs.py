"""What travels to a worker: one task, or several that train together."""

import traceback
from collections.abc import Sequence

from course_lib.sweeps.task import Task, run_together
from course_lib.training.device import keep_freed_memory

Job = tuple[Task, ...]
Outcome = tuple[dict | None, str | None]  # a record, or the traceback of what went wrong


def make_jobs(tasks: Sequence[Task]) -> list[Job]:
    """One job for each group of tasks that can train together, and one for each other task; first come, first."""
    jobs: dict[object, list[Task]] = {}
    for index, task in enumerate(tasks):
        group = task.group()
        jobs.setdefault(index if group is None else group, []).append(task)
    return [tuple(job) for job in jobs.values()]


def run_job(job: Job, device: str) -> list[Outcome]:
    """Outcome of each task of the job. An error must not take other runs with it: it travels back as text."""
    keep_freed_memory()
    if len(job) > 1:
        try:
            return [(record, None) for record in run_together(job, device)]
        except Exception:  # which of them is at fault shows when each runs alone
            pass
    return [_run_alone(task, device) for task in job]


def _run_alone(task: Task, device: str) -> Outcome:
    try:
        return task.run(device), None
    except Exception:
        return None, traceback.format_exc()
