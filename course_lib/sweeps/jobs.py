"""What travels to a worker: one trial, or several that train together."""

import logging
import traceback
from collections.abc import Sequence

from course_lib.sweeps.trial import Trial, run_together

MAX_TOGETHER = 64  # bounds the memory of a job, and what is lost with its worker
Job = tuple[Trial, ...]
Outcome = tuple[dict | None, str | None]  # a record, or the traceback of what went wrong

log = logging.getLogger(__name__)


def make_jobs(trials: Sequence[Trial]) -> list[Job]:
    """Jobs of up to `MAX_TOGETHER` trials that can train together, and one for each other trial; first come, first."""
    jobs: dict[object, list[Trial]] = {}
    for index, trial in enumerate(trials):
        group = trial.group()
        jobs.setdefault(index if group is None else group, []).append(trial)
    starts = range(0, len(trials), MAX_TOGETHER)
    return [tuple(part) for job in jobs.values() for start in starts if (part := job[start : start + MAX_TOGETHER])]


def run_job(job: Job, device: str) -> list[Outcome]:
    """Outcome of each trial of the job. An error must not take other runs with it: it travels back as text."""
    if len(job) > 1:
        try:
            return [(record, None) for record in run_together(job, device)]
        except Exception as error:  # which of them is at fault shows when each runs alone
            log.warning("%d runs that could train together run one by one, since %r", len(job), error)
    return [_run_alone(trial, device) for trial in job]


def _run_alone(trial: Trial, device: str) -> Outcome:
    try:
        return trial.run(device), None
    except Exception:
        return None, traceback.format_exc()
