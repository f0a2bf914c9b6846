"""Finished runs that ship, found by their settings: no image is looked at.

For a machine that lacks the images or the weights; and of drawn images the edition of the world says as much as a look
at them, which would mean to draw seventy tasks before one figure is shown.
"""

from collections.abc import Mapping, Sequence

from course_lib.data.loading import world_identity
from course_lib.data.sources import is_here
from course_lib.data.spec import DataSpec
from course_lib.models.catalogue import are_weights_here
from course_lib.sweeps.ledger import shipped_runs
from course_lib.sweeps.study import Study
from course_lib.sweeps.trial import Trial, probes_asked, weights_hash
from course_lib.training.recipe import Recipe
from course_lib.training.run import TRAINING_VERSION


def all_shipped(study: Study) -> dict[str, dict]:
    """Read the shipped runs of a study at every profile, by key."""
    return shipped_runs(study.document, study.name) | shipped_runs(study.document, f"{study.name}.real")


def lacks_something(trials: Sequence[Trial]) -> bool:
    """Tell whether images or weights of some trials are not on this machine, so that their keys cannot be computed."""
    sources = {trial.data.source for trial in trials}
    starts = {trial.recipe.start for trial in trials if trial.recipe.start}
    return not (all(map(is_here, sources)) and all(map(are_weights_here, starts)))


def find_without_images(study: Study, trials: Sequence[Trial]) -> list[dict | None] | None:
    """Find the shipped run of each trial where the images need not be looked at, or cannot be.

    Returns:
        Of images or weights that this machine lacks: a run, or None, for each trial. Of drawn images: a run for each
        trial if all ship and are of this machine's edition of the world and weights. None: look at the images.
    """
    if lacks_something(trials):
        return find_shipped(study, trials)
    if not all(trial.data.source.startswith("mini:") for trial in trials) or not (shipped := all_shipped(study)):
        return None
    found = _matching(shipped, trials)
    return found if all(map(_is_of_today, found, trials)) else None


def _is_of_today(run: dict | None, trial: Trial) -> bool:
    if run is None or trial.probes_elsewhere:
        return False
    own = run["provenance"]
    world = world_identity(trial.data.source, trial.data.size)
    return own.get("world") == world and own["weights_hash"] == weights_hash(trial.recipe.start)


def find_shipped(study: Study, trials: Sequence[Trial]) -> list[dict | None]:
    """Find the shipped run of each trial by recipe, settings of the data, seed and probes; None where there is none.

    A key also holds the hashes of images and weights. The records have these, and this machine has nothing to compare
    them with.
    """
    return _matching(all_shipped(study), trials)


def _matching(shipped: Mapping[str, dict], trials: Sequence[Trial]) -> list[dict | None]:
    runs = {_settings(run): run for run in shipped.values()}
    return [_labelled(runs.get(_settings_of(trial)), trial) for trial in trials]


def _labelled(run: Mapping | None, trial: Trial) -> dict | None:
    """Give a run the label of the trial that asks for it."""
    return None if run is None else {**run, "recipe": trial.recipe.model_dump(mode="json")}


def _settings_of(trial: Trial) -> tuple:
    probes = tuple(sorted(probe.model_dump_json() for probe in trial.probes))
    return trial.recipe.identity(), trial.data, trial.seed, probes, TRAINING_VERSION


def _settings(run: Mapping) -> tuple:
    probes = tuple(sorted(probe.model_dump_json() for probe in probes_asked(run)))
    version = run["provenance"]["training_version"]
    return Recipe(**run["recipe"]).identity(), DataSpec(**run["data"]), run["seed"], probes, version
