"""Jobs: what one worker runs at a time, a single trial or several trials that train together."""

import logging
import traceback
from collections.abc import Sequence

from course_lib.sweeps.trial import Trial, run_together

MAX_TOGETHER = 64  # bounds the memory of a job, and the number of runs that are lost when its worker is killed
ATTEMPTS = 3  # how often a job is tried whose worker is killed (memory ran out, for example)
Job = tuple[Trial, ...]
Outcome = tuple[dict | None, str | None]  # of one trial: (record, None), or (None, traceback)

log = logging.getLogger(__name__)


def make_jobs(trials: Sequence[Trial]) -> list[Job]:
    """Sort trials into jobs: up to `MAX_TOGETHER` trials that can train together in one job, every other trial alone.

    The jobs are in the order of their first trials.
    """
    jobs: dict[object, list[Trial]] = {}
    for index, trial in enumerate(trials):
        group = trial.group()
        jobs.setdefault(index if group is None else group, []).append(trial)
    starts = range(0, len(trials), MAX_TOGETHER)
    return [tuple(part) for job in jobs.values() for start in starts if (part := job[start : start + MAX_TOGETHER])]


def run_job(job: Job, device: str) -> list[Outcome]:
    """Run the trials of a job and return the outcome of each.

    Exceptions of a trial become its outcome, as text, so that the other trials of the job are not lost.
    """
    if len(job) > 1:
        try:
            return [(record, None) for record in run_together(job, device)]
        except Exception as error:  # run alone, each trial shows whether it is the cause
            log.warning("%d runs that could train together run one by one, since %r", len(job), error)
    return [_run_alone(trial, device) for trial in job]


def _run_alone(trial: Trial, device: str) -> Outcome:
    try:
        return trial.run(device), None
    except Exception:
        return None, traceback.format_exc()
