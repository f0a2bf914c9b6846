"""The runs of a named study, and the one function that computes what is missing of them."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

from tqdm.auto import tqdm

from course_lib.errors import RunsFailedError
from course_lib.sweeps.engine import LOCAL, Engine, run_tasks
from course_lib.sweeps.homework import STUDIES
from course_lib.sweeps.ledger import Ledger, shipped_runs
from course_lib.sweeps.profiles import get_profile
from course_lib.sweeps.task import Task, origins_of
from course_lib.training.device import pick_device


def study_tasks(name: str, profile: str = "mini", data: str = "mini:cartoon", seeds: int | None = None) -> list[Task]:
    """The runs a study consists of; `seeds` by default as many as the study has at that profile.

    Raises:
        ValueError: unknown study or profile, or fewer than one seed.
    """
    if name not in STUDIES:
        raise ValueError(f"unknown study '{name}': choose one of {', '.join(STUDIES)}")
    numbers, study = get_profile(profile), STUDIES[name]
    count = study.seeds(numbers) if seeds is None else seeds
    if count < 1:
        raise ValueError(f"seeds = {count}: a study needs at least one seed (three or more for an interval)")
    return study.build(numbers, data, range(count))


def run_study(
    name: str,
    profile: str = "mini",
    data: str = "mini:cartoon",
    seeds: int | None = None,
    *,
    workers: int | None = None,
    engine: Engine | str = LOCAL,
    device: str = "auto",
    recompute: bool = False,
    ledger: Ledger | None = None,
    progress: bool = True,
) -> list[dict]:
    """Records of a study: finished runs from the ledger and the shipped results, the rest computed now.

    Args:
        seeds: how many seeds (0, 1, …); the study's number at that profile by default.
        workers: number of processes, or of jobs of a queue; the engine's number by default.
        engine: where to compute: ``"local"``, ``"dask"``, ``"slurm"``, ``"pbs"``, or an `Engine` with its settings.
        device: on a cluster each worker decides for itself what ``"auto"`` means.
        recompute: compute every run, whatever the ledger holds. To go on after an interruption, leave it out.

    Returns:
        One dict a run, in the order of the grid; ``record["recipe"]["name"]`` is the strategy.

    Raises:
        ValueError: unknown study, profile, source, engine or device.
        OSError: the cluster does not answer, or no longer; what was finished is kept.
        MissingExtraError: the extra `cluster` is missing.
        RunsFailedError: some runs failed; the others were kept, and running again does only what is missing.
    """
    engine = Engine(engine) if isinstance(engine, str) else engine
    engine = replace(engine, workers=engine.workers if workers is None else workers)
    device = str(pick_device(device)) if engine.name == "local" else device
    tasks = study_tasks(name, profile, data, seeds)
    with _opened(ledger) as ledger:
        return _collect(name, tasks, ledger, engine, device, recompute, progress)


def finished_runs(
    name: str,
    profile: str = "mini",
    data: str = "mini:cartoon",
    seeds: int | None = None,
    *,
    ledger: Ledger | None = None,
) -> list[dict]:
    """The records of a study that the ledger or the shipped results hold, like `run_study`; nothing is computed.

    There may be fewer than `study_tasks` names, or none.

    Raises:
        ValueError: unknown study, profile or source.
    """
    tasks = study_tasks(name, profile, data, seeds)
    origins = origins_of(tasks)
    keys = _keys(tasks, origins)
    with _opened(ledger) as ledger:
        found = _find(keys, ledger)
    rows = zip(tasks, keys, origins, strict=True)
    return [_as_asked(task, found[key], origin) for task, key, origin in rows if key in found]


def _opened(ledger: Ledger | None) -> AbstractContextManager[Ledger]:
    """The caller's ledger, which stays open, or the course's own for this once."""
    return Ledger() if ledger is None else nullcontext(ledger)  # an empty ledger is false: test for None


def _keys(tasks: list[Task], origins: list[dict]) -> list[str]:
    return [task.key(origin) for task, origin in zip(tasks, origins, strict=True)]


def _find(keys: list[str], ledger: Ledger) -> dict[str, dict]:
    return {key: run for key in keys if (run := ledger.get(key) or shipped_runs().get(key))}


def _collect(name, tasks, ledger, engine, device, recompute, progress) -> list[dict]:
    origins = origins_of(tasks)
    keys = _keys(tasks, origins)
    found = {} if recompute else _find(keys, ledger)
    missing = [task for task, key in zip(tasks, keys, strict=True) if key not in found]
    with tqdm(total=len(tasks), initial=len(found), desc=name, unit="run", disable=not (progress and missing)) as bar:

        def keep(record: dict) -> None:
            if record["key"] not in keys:
                raise ValueError(
                    f"the images or weights of '{name}' changed while it ran, or a worker has others: run it again"
                )
            ledger.put(record)
            found[record["key"]] = record
            bar.update()

        failures = run_tasks(missing, keep, engine=engine, device=device) if missing else []
    if failures:
        task, trace = failures[0]
        raise RunsFailedError(
            f"{len(failures)} of {len(tasks)} runs of '{name}' failed, the others are kept; "
            f"the first, {task.recipe.name} with lr {task.recipe.lr:g}, ended with: {trace.strip().splitlines()[-1]}"
        )
    return [_as_asked(task, found[key], origin) for task, key, origin in zip(tasks, keys, origins, strict=True)]


def _as_asked(task: Task, record: dict, origin: dict) -> dict:
    """A kept run as the answer to a task with its key: two studies may share a run, each sees it under its own label.

    The key says that images and weights are the task's, so runs kept before the world was recorded get to know theirs.
    """
    recipe = task.recipe.model_dump(mode="json")
    return {**record, "recipe": recipe, "provenance": record["provenance"] | origin}
