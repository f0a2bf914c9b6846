"""What full fine-tuning at each rate leaves of the former task, beside the score on the new one."""

from collections.abc import Sequence

from course_lib.analysis.intervals import Interval
from course_lib.analysis.records import probes_of, score_of, select, values_of
from course_lib.analysis.scores import score_over_runs
from course_lib.analysis.settings import check_comparable

NEW, AS_IT_IS, OWN_STATISTICS = "new task", "former task, as it is", "former task, its own statistics"


def task_scores(records: Sequence[dict]) -> dict[str, dict[float, Interval]]:
    """Test score of the last epoch on the new task and on the former one: series → rate → interval over the seeds.

    Weights that come without images of their own task leave the new task alone.

    Raises:
        ValueError: no records, or records that differ in more than the rate.
    """
    if not records:
        raise ValueError("no runs to score: the list of records is empty")
    check_comparable(records, vary=("lr",))
    series = {}
    for probe in dict.fromkeys(probe for run in records for probe in probes_of(run)):
        if (name := _series_of(probe)) is None:
            continue
        rates = {lr: select(records, lr=lr) for lr in sorted(values_of(records, "lr"))}
        scored = {lr: [run for run in runs if score_of(run, probe=probe) is not None] for lr, runs in rates.items()}
        series[name] = {lr: score_over_runs(runs, probe=probe) for lr, runs in scored.items() if runs}
    return series


def _series_of(probe: str) -> str | None:
    if probe.startswith("former "):
        return OWN_STATISTICS if "statistics=former" in probe else AS_IT_IS
    return NEW if probe == "direct last" else None
