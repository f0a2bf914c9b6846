"""Run a study: take finished runs from the ledger and from what ships, compute the missing ones.

Where the images or the weights of a study are not on this machine, or the images are drawn, its shipped runs are found
by their settings.
"""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

from tqdm.auto import tqdm

from course_lib.errors import RunsFailedError
from course_lib.sweeps.dispatch import run_trials
from course_lib.sweeps.engine import LOCAL, Engine
from course_lib.sweeps.ledger import Ledger
from course_lib.sweeps.shipped import all_shipped, find_without_images
from course_lib.sweeps.studies import find_study
from course_lib.sweeps.study import Study
from course_lib.sweeps.trial import Trial, origins_of
from course_lib.training.device import pick_device


def study_trials(
    study: str | Study, profile: str = "mini", data: str | None = None, seeds: int | None = None
) -> list[Trial]:
    """List the trials of a study, given by its name or as a `Study`; see `Study.trials`.

    Raises:
        ValueError: unknown study or profile, or fewer than one seed.
    """
    return _study(study).trials(profile, data, seeds)


def run_study(
    study: str | Study,
    profile: str = "mini",
    data: str | None = None,
    seeds: int | None = None,
    *,
    workers: int | None = None,
    engine: Engine | str = LOCAL,
    device: str = "auto",
    recompute: bool = False,
    ledger: Ledger | None = None,
    progress: bool = True,
) -> list[dict]:
    """Run a study and return its records: finished runs from the ledger and the shipped results, the rest computed now.

    Args:
        study: its name, or a `Study` of one's own.
        data: an image source; the study's own by default.
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
    study = _study(study)
    trials = study.trials(profile, data, seeds)
    if not recompute and (shipped := find_without_images(study, trials)) and all(shipped):
        return shipped
    with _opened(ledger) as ledger:
        return _collect(study, trials, ledger, engine, device, recompute, progress)


def finished_runs(
    study: str | Study,
    profile: str = "mini",
    data: str | None = None,
    seeds: int | None = None,
    *,
    ledger: Ledger | None = None,
) -> list[dict]:
    """Return those records of a study that the ledger or the shipped results hold; nothing is computed.

    There may be fewer than `study_trials` names, or none.

    Raises:
        ValueError: unknown study, profile or source.
    """
    study = _study(study)
    trials = study.trials(profile, data, seeds)
    if (shipped := find_without_images(study, trials)) is not None:
        return [run for run in shipped if run]
    origins = origins_of(trials)
    keys = _keys(trials, origins)
    with _opened(ledger) as ledger:
        found = _find(study, keys, ledger)
    rows = zip(trials, keys, origins, strict=True)
    return [_as_asked(trial, found[key], origin) for trial, key, origin in rows if key in found]


def _opened(ledger: Ledger | None) -> AbstractContextManager[Ledger]:
    """Open the user's ledger for the block, unless the caller gave one, which stays open."""
    return Ledger() if ledger is None else nullcontext(ledger)  # an empty ledger is false: test for None


def _keys(trials: list[Trial], origins: list[dict]) -> list[str]:
    return [trial.key(origin) for trial, origin in zip(trials, origins, strict=True)]


def _study(study: str | Study) -> Study:
    return find_study(study) if isinstance(study, str) else study


def _find(study: Study, keys: list[str], ledger: Ledger) -> dict[str, dict]:
    shipped = all_shipped(study)
    return {key: run for key in keys if (run := ledger.get(key) or shipped.get(key))}


def _collect(study, trials, ledger, engine, device, recompute, progress) -> list[dict]:
    origins = origins_of(trials)
    keys = _keys(trials, origins)
    found = {} if recompute else _find(study, keys, ledger)
    missing = [trial for trial, key in zip(trials, keys, strict=True) if key not in found]
    with tqdm(
        total=len(trials), initial=len(found), desc=study.name, unit="run", disable=not (progress and missing)
    ) as bar:

        def keep(record: dict) -> None:
            if record["key"] not in keys:
                raise ValueError(
                    f"the images or weights of '{study.name}' changed while it ran, or a worker has others: "
                    "run it again"
                )
            ledger.put(record)
            found[record["key"]] = record
            bar.update()

        failures = run_trials(missing, keep, engine=engine, device=device) if missing else []
    if failures:
        trial, trace = failures[0]
        raise RunsFailedError(
            f"{len(failures)} of {len(trials)} runs of '{study.name}' failed, the others are kept; "
            f"the first, {trial.recipe.name} with lr {trial.recipe.lr:g}, ended with: {trace.strip().splitlines()[-1]}"
        )
    return [_as_asked(trial, found[key], origin) for trial, key, origin in zip(trials, keys, origins, strict=True)]


def _as_asked(trial: Trial, record: dict, origin: dict) -> dict:
    """Return a finished run under the label of the trial that asks for it, with that trial's provenance.

    Two studies may share a run: it has one key, and in each study the label of that study's recipe. Images and weights
    are those of the key, so the provenance of a run from before the world was recorded can be completed.
    """
    recipe = trial.recipe.model_dump(mode="json")
    data = trial.data.model_dump(mode="json")
    return {**record, "recipe": recipe, "data": data, "provenance": record["provenance"] | origin}
