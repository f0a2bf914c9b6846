"""A trial: one run to be done, a recipe on some data with a seed and the probes that it answers."""

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pydantic import TypeAdapter

from course_lib.data.spec import DataSpec, kept_images, prepare
from course_lib.data.splits import Splits
from course_lib.models.catalogue import find_origin
from course_lib.models.shipped import find_weights
from course_lib.models.weights import load_weights
from course_lib.training.fitting import fit
from course_lib.training.former import Former
from course_lib.training.heads import fit_heads, shared_settings
from course_lib.training.keeping import check_numbers
from course_lib.training.probes import Direct, Probe, epochs_asked, probe_test
from course_lib.training.recipe import Recipe
from course_lib.training.run import TRAINING_VERSION, Run
from course_lib.training.target import CLASSES, target_of

_PROBE = TypeAdapter(Probe)


@dataclass(frozen=True)
class Trial:
    """One run to be done.

    Attributes:
        recipe: how is it trained?
        data: on which images, split how?
        seed: of the new weights, the order of the images and their augmentation.
        probes: what the trained network is asked beside the probe `Direct()`, which every trial answers.

    Raises:
        ValueError: a probe asks for the weights after more epochs than the recipe has.
    """

    recipe: Recipe
    data: DataSpec
    seed: int
    probes: tuple[Probe, ...] = ()

    def __post_init__(self):
        check_numbers(self.kept_epochs, self.recipe.epochs)

    def key(self, origin: dict | None = None) -> str:
        """Compute the key of the run in the ledger, see `run_key`; given its `origin`, no file is looked at."""
        origin = self.origin() if origin is None else origin
        return run_key(self.recipe, self.seed, origin | {"training_version": TRAINING_VERSION}, self.probes)

    def origin(self, splits: Splits | None = None) -> dict:
        """Compute the hashes of images, split and weights; with the edition of the drawn world (None: not drawn).

        Args:
            splits: the trial's data as `prepare` returns them; by default they are prepared here.
        """
        splits = prepare(self.data) if splits is None else splits
        images = splits.train.root or splits.train
        others = [found for probe in self.probes if (found := self._probed_on(probe))]
        return {
            "world": images.identity,
            "data_fingerprint": splits.train.source_fingerprint,
            "split_hash": splits.hash,
            "weights_hash": weights_hash(self.recipe.start),
            **({"probed_on": others} if others else {}),
        }

    @property
    def kept_epochs(self) -> tuple[float, ...]:
        """The numbers of epochs after which probes want the weights."""
        asked = {epochs_asked(probe, self.recipe) for probe in self.probes}
        return tuple(sorted(asked - {None}))

    @property
    def probes_elsewhere(self) -> bool:
        """Whether a probe is answered on other images than the trial's own test images."""
        return any(isinstance(probe, Former) or getattr(probe, "data", None) for probe in self.probes)

    def _probed_on(self, probe: Probe) -> str | None:
        """Hash of the images that a probe is answered on, if they are not the trial's own test images."""
        if isinstance(probe, Former):
            return kept_images(probe.source, self.data.size).fingerprint
        return prepare(probe.data).test_hash if isinstance(probe, Direct) and probe.data else None

    def run(self, device: str = "cpu") -> dict:
        """Train, score the test set once, and return the record for the ledger (see `Run.record`)."""
        splits = prepare(self.data)
        run = fit(self.recipe, splits, seed=self.seed, device=device, keep=self.kept_epochs)
        return self._complete(run, splits, device)

    def group(self) -> object | None:
        """Return what trials of `run_together` must have in common; None if this trial trains alone."""
        shared = shared_settings(self.recipe)
        if self.probes or shared is None or self.data.crop or target_of(prepare(self.data).train.labels) is not CLASSES:
            return None
        return self.data, shared

    def _complete(self, run: Run, splits: Splits, device: str) -> dict:
        if run.best_epoch is not None:
            probe_test(run, splits, (Direct(), *self.probes), device)
        record = run.record()
        origin = self.origin(splits)  # of the images that trained, whatever became of the files meanwhile
        record["provenance"] |= origin | {"finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
        return {
            "key": self.key(origin),
            "data": self.data.model_dump(mode="json"),
            "num_train": len(splits.train),
            "num_val": len(splits.val),
            **record,
            **({"probes": [probe.model_dump(mode="json") for probe in self.probes]} if self.probes else {}),
        }


def origins_of(trials: Sequence[Trial]) -> list[dict]:
    """Compute `Trial.origin` of each trial; files are looked at once for each data set."""
    splits = {data: prepare(data) for data in dict.fromkeys(trial.data for trial in trials)}
    return [trial.origin(splits[trial.data]) for trial in trials]


def run_key(recipe: Recipe, seed: int, provenance: dict, probes: Sequence[Probe] = ()) -> str:
    """Hash everything that decides a run's numbers except the machine; a finished run's record contains all of it.

    Processors differ in the last bits, a GPU with bfloat16 in more: the record's provenance names the device.

    Args:
        provenance: with ``data_fingerprint``, ``split_hash``, ``weights_hash`` and ``training_version``.
    """
    parts = {
        "recipe": recipe.identity(),
        "data": provenance["data_fingerprint"],
        "split": provenance["split_hash"],
        "weights": provenance["weights_hash"],
        "seed": seed,
        "training_version": provenance["training_version"],
    }
    if probes:  # without any, a key is that of the first edition
        parts["probes"] = sorted(probe.model_dump_json(exclude_none=True) for probe in probes)
    if "probed_on" in provenance:
        parts["probed_on"] = provenance["probed_on"]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]


def record_key(record: dict) -> str:
    """Compute the key of a finished run from nothing but its record; see `run_key`."""
    return run_key(Recipe(**record["recipe"]), record["seed"], record["provenance"], probes_asked(record))


def probes_asked(record: dict) -> list[Probe]:
    """Read the probes of a finished run from its record, without the one that every run answers."""
    return [_PROBE.validate_python(probe) for probe in record.get("probes", ())]


def run_together(trials: Sequence[Trial], device: str = "cpu") -> list[dict]:
    """Run the trials of one group together and return their records, in order."""
    splits = prepare(trials[0].data)
    runs = fit_heads([trial.recipe for trial in trials], splits, [trial.seed for trial in trials], device=device)
    return [trial._complete(run, splits, device) for trial, run in zip(trials, runs, strict=True)]


def weights_hash(name: str | None) -> str | None:
    """Hash of the content of pretrained weights; None for random initialisation."""
    if name is None:
        return None
    if find_origin(name):  # a name for one content, for ever
        return _hash_of(name, None)
    file = find_weights(name).absolute()
    stamp = file.stat()
    return _hash_of(str(file), (stamp.st_mtime_ns, stamp.st_size, stamp.st_ino))


@lru_cache(maxsize=32)
def _hash_of(name: str, _stamp: tuple | None) -> str:
    return load_weights(name).hash
