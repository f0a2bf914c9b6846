"""Train a classifier on one's own images, test it once, save it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor
from tqdm.auto import tqdm

from course_lib.data.duplicates import NearPair, describe_near, near_duplicates
from course_lib.data.imageset import ImageSet
from course_lib.data.spec import DataSpec, prepare
from course_lib.data.splits import Splits
from course_lib.interruption import kept
from course_lib.models.catalogue import find_architecture
from course_lib.models.loaded import weights_hash
from course_lib.models.weights import load_weights, save_weights
from course_lib.paths import check_writable
from course_lib.training.checkpoint import Checkpoint, training_key
from course_lib.training.classifier import Classifier
from course_lib.training.defaults import STRATEGY, default_recipe, describe_settings, describe_start, find_default
from course_lib.training.device import pick_device
from course_lib.training.fitting import fit
from course_lib.training.prediction import compute_logits
from course_lib.training.prefix import make_inputs
from course_lib.training.probes import score_test
from course_lib.training.recipe import Recipe
from course_lib.training.run import Run, describe_weights
from course_lib.training.score import MAIN
from course_lib.training.target import target_of

VAL_SHARE = TEST_SHARE = 0.2
UNFINISHED = ".unfinished.pt"  # ending of the file with the state of a training that was interrupted


@dataclass(frozen=True, eq=False)
class TrainedClassifier:
    """A classifier that was trained on one's own images and tested once.

    Attributes:
        run: the training, with its score on the test images.
        splits: the images.
        spec: how the images were found and split.
        file: of the model; None if training diverged before the first epoch ended.
        test: the test images; None where `file` is.
        probabilities: of the test images, (N, C) on the CPU; None where `file` is.
        near: images of different parts that look nearly the same.
        notes: what the command said before training: what was found in the folder, and at the end the start and the
            settings.
        tuned_shares: of a `RoutedNetwork`, the share of test images that take the tuned copy of each block that has a
            gate, by its path; None for others.
    """

    run: Run
    splits: Splits
    spec: DataSpec
    file: Path | None
    test: ImageSet | None
    probabilities: Tensor | None
    near: tuple[NearPair, ...]
    notes: tuple[str, ...]
    tuned_shares: dict[str, float] | None = None

    @property
    def classifier(self) -> Classifier:
        """The classifier, for new images."""
        if self.file is None:
            raise ValueError("the training diverged before its first epoch ended: there is no classifier")
        return Classifier.load(self.file)

    def outcome(self) -> dict:
        """Return the result as plain values for JSON.

        Returns:
            ``status``, ``best_epoch`` (0-based), ``metric`` (``"accuracy"``, or ``"map"`` for images of several
            concepts), ``val_score``, ``test_score``, ``val_accuracy`` and ``test_accuracy`` (None for concepts),
            ``num_test``, ``seconds``, ``peak_mb``, ``start`` and ``model`` (the file, or None); of a network with
            routes ``tuned_shares``, too.
        """
        record, main = self.run.record(), self.run.scores.get(MAIN)
        kept = ("status", "best_epoch", "val_accuracy", "test_accuracy", "seconds", "peak_mb")
        scores = {"metric": target_of(self.splits.train.labels).metric, "test_score": main and main.value}
        scores["val_score"] = self.run.val_accuracy if self.run.val_score is None else self.run.val_score
        last = {"num_test": len(self.splits.test), "start": self.run.recipe.start}
        if self.tuned_shares:
            last["tuned_shares"] = self.tuned_shares
        return {**{key: record[key] for key in kept}, **scores, **last, "model": self.file and str(self.file)}


def train_classifier(
    source: str,
    strategy: str = STRATEGY,
    settings: Mapping | None = None,
    *,
    size: int | None = None,
    crop: int | None = None,
    seed: int = 0,
    groups: str | None = None,
    duplicates: str = "error",
    device: str = "auto",
    out: Path | None = None,
    progress: bool = False,
    say: Callable[[str], None] | None = None,
) -> TrainedClassifier:
    """Train on a source, test once, save the model.

    A folder or table that is split already is used so. Of others 60 % of each class train, 20 % choose the epoch, 20 %
    test. After an interrupt the same call goes on after the last epoch that is kept beside the model, and ends in the
    same model as without the interrupt (on a CPU to the bit).

    Args:
        source: see `source_names`, e.g. ``"folder:my_photos"``.
        strategy: one of `STRATEGIES`; `settings` change single values of the recipe. Everything else follows from
            the table `DEFAULTS`.
        size: pixels a side; by default what the starting weights were trained with (mini nets: 48, others: 224).
        crop: train on random windows of so many pixels a side, see `DataSpec`.
        seed: of new weights, order of images and split.
        groups: keep together the images of a group, see `find_groups`.
        duplicates: ``"drop"`` keeps one of images with the same pixels, ``"error"`` refuses them in different parts.
        device: see `pick_device`.
        out: file of the model, by default ``model-STRATEGY-HASH.safetensors`` in the present folder.
        progress: whether to show bars, with the time that is left (on stderr).
        say: called with each of `TrainedClassifier.notes` before training.

    Raises:
        ValueError: the source, the recipe, the device or `out` is unusable.
        OSError: the model could not be written; said before anything is trained.
    """
    plan = None
    with kept(lambda: _what_is_kept(plan)):
        # Refuse before hours of work, not after.
        out = out and Path(out)
        find_default(strategy, 0)
        target = pick_device(device)
        _check_file(out)
        settings = dict(settings or {})
        size = size or _default_size(_recipe(strategy, 0, settings))
        options = {"size": size, "crop": crop, "seed": seed, "groups": groups, "duplicates": duplicates}
        spec = _spec(source, **options)
        splits = prepare(spec, progress=progress)
        num_images = sum(len(part) for part in (splits.train, splits.val, splits.test))
        recipe = _recipe(strategy, num_images, settings)
        near = tuple(near_duplicates(splits))
        notes = _notes(strategy, recipe, splits, near, size, num_images)
        checkpoint = _checkpoint(strategy, out, training_key(recipe, splits, seed, target))
        plan = _Plan(source, strategy, recipe, spec, splits, seed, device, out, near, notes, checkpoint)
        for note in (*notes, *_about(plan)) if say else ():
            say(note)
        trained = _carry_out(plan, progress)
        checkpoint.remove()
    return trained


def splits_of(source: str, *, progress: bool = False) -> Splits:
    """Read and split a source as `train_classifier` does by default, at the size of the best installed network.

    Raises:
        ValueError, OSError: the source is unusable; with the words of `train_classifier`.
    """
    size = _default_size(_recipe(STRATEGY, 0, {}))
    return prepare(_spec(source, size=size, seed=0), progress=progress)


def _spec(source: str, **options) -> DataSpec:
    return DataSpec.for_training(source, val=VAL_SHARE, test=TEST_SHARE, **options)


@dataclass(frozen=True, eq=False)
class _Plan:
    """Everything that is settled before the first step."""

    source: str
    strategy: str
    recipe: Recipe
    spec: DataSpec
    splits: Splits
    seed: int
    device: str
    out: Path | None
    near: tuple[NearPair, ...]
    notes: tuple[str, ...]
    checkpoint: Checkpoint


def _carry_out(plan: _Plan, progress: bool) -> TrainedClassifier:
    """Train, test once, save."""
    run = _fit(plan, progress)
    test, probabilities, file, shares = None, None, None, None
    if run.best_epoch is not None:
        score_test(run, plan.splits, plan.device)
        test = plan.splits.test.open()  # to show the mistakes
        run.model.take_shares()  # of what was answered before
        probabilities = _probabilities(run, test, plan.device)
        if (found := run.model.take_shares()) is not None:
            shares = dict(zip(run.model.gated, found, strict=True))
        file = _save(run, plan)
    return TrainedClassifier(run, plan.splits, plan.spec, file, test, probabilities, plan.near, plan.notes, shares)


def _fit(plan: _Plan, progress: bool) -> Run:
    """Train with a bar that shows the time that is left."""
    recipe, checkpoint = plan.recipe, plan.checkpoint
    bar_options = {"total": recipe.epochs, "initial": checkpoint.done, "desc": recipe.name, "unit": "epoch"}
    with tqdm(**bar_options, disable=not progress) as bar:

        def show(epoch):
            bar.set_postfix(train_loss=f"{epoch.train_loss:.3f}", val=f"{epoch.score:.1%}")
            bar.update()

        options = {"seed": plan.seed, "device": plan.device, "on_epoch": show, "checkpoint": checkpoint}
        return fit(recipe, plan.splits, **options)


def _recipe(strategy: str, num_images: int, settings: dict) -> Recipe:
    """Make the recipe; settings that belong to lessons are refused."""
    recipe = default_recipe(strategy, num_images, **settings)
    find_architecture(recipe.architecture)
    if recipe.num_outputs:
        raise ValueError("num_outputs belongs to a lesson's experiment: leave it out, the classes decide")
    return recipe


def _notes(
    strategy: str, recipe: Recipe, splits: Splits, near: Sequence[NearPair], size: int, num_images: int
) -> tuple[str, ...]:
    found = splits.notes.sentences() if splits.notes else []
    alike = [describe_near(near)] if near else []
    return (*found, *alike, describe_start(recipe), describe_settings(strategy, recipe, size, num_images))


def _checkpoint(strategy: str, out: Path | None, key: str) -> Checkpoint:
    """The state of the unfinished training beside the model."""
    return Checkpoint(out.with_suffix(UNFINISHED) if out else Path(f"model-{strategy}-{key[:8]}{UNFINISHED}"), key)


def _about(plan: _Plan) -> list[str]:
    """What is said of a state that was found."""
    checkpoint = plan.checkpoint
    if checkpoint.done:
        return [f"goes on after epoch {checkpoint.done} of {plan.recipe.epochs}, kept in {checkpoint.path}"]
    if checkpoint.is_foreign:
        return [f"{checkpoint.path} is the unfinished state of another training and will be replaced"]
    return []


def _what_is_kept(plan: _Plan | None) -> str:
    """What is said after an interrupt."""
    if plan and plan.checkpoint.done:
        done, path = plan.checkpoint.done, plan.checkpoint.path
        return f"the same command goes on after epoch {done} of {plan.recipe.epochs} ({path})"
    return "no model was saved, the same command starts anew"


def _default_size(recipe: Recipe) -> int:
    """Find the size of a recipe's weights; that of registered ones is known without reading their file."""
    architecture = find_architecture(recipe.architecture)
    if recipe.start in (None, architecture.start):
        return architecture.size
    return int(load_weights(recipe.start).meta["size"])


def _probabilities(run: Run, test: ImageSet, device: str) -> Tensor:
    """Compute the probabilities (N, C) of test images; outputs of frozen stages were kept when they were scored."""
    target = pick_device(device)
    model = run.model.to(target)
    try:
        inputs = make_inputs(run.recipe, model, test, run.mean, run.std, target, part="test")
        return target_of(test.labels).probabilities(compute_logits(model, inputs)).cpu()
    finally:
        model.to("cpu")


def _check_file(out: Path | None) -> None:
    if out is None:
        check_writable(Path.cwd())
        return
    if out.suffix != ".safetensors" or out.is_dir():
        raise ValueError(f"out = '{out}' is no name for a model file: end it in .safetensors")
    check_writable(out.parent, make=True)


def _save(run: Run, plan: _Plan) -> Path:
    portable, out = plan.spec.without_paths(), plan.out
    meta = describe_weights(run, portable["source"], split_hash=plan.splits.hash)
    meta["training"]["data"] = portable  # `course export` finds the test images by it
    if out is None:  # named after its content: training again never overwrites another model
        out = Path(f"model-{plan.strategy}-{weights_hash(run.model.state_dict())[:8]}.safetensors")
    save_weights(run.model, out, meta)
    return out
