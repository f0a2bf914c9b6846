"""Train a classifier on one's own images, save it, and classify new images with it."""

from pathlib import Path

import torch
from tqdm.auto import tqdm

from course_lib.data.decode import decode_image, resize_and_crop
from course_lib.data.sources import load_images
from course_lib.data.splits import Splits, stratified_split
from course_lib.models.catalogue import find_architecture
from course_lib.models.loaded import weights_hash
from course_lib.models.weights import load_model, load_weights, save_weights
from course_lib.paths import check_writable
from course_lib.training.device import pick_device
from course_lib.training.fitting import fit
from course_lib.training.inputs import normalise
from course_lib.training.probes import score_test
from course_lib.training.recipe import Recipe, make_recipe
from course_lib.training.run import Run, describe_weights
from course_lib.training.score import MAIN
from course_lib.training.target import CLASSES, CONCEPTS, target_of

VAL_SHARE = TEST_SHARE = 0.2


def train_classifier(
    source: str,
    strategy: str,
    settings: dict | None = None,
    *,
    size: int | None = None,
    seed: int = 0,
    device: str = "auto",
    out: Path | None = None,
    progress: bool = False,
) -> dict:
    """Train on a source (60 % of each class train, 20 % choose the epoch, 20 % test), test once, save the model.

    Args:
        strategy: one of `STRATEGIES`; `settings` change single values of it.
        size: pixels a side; by default what the starting weights were trained with (mini nets: 48, others: 224).
        out: file of the model, by default ``model-STRATEGY-HASH.safetensors`` in the present folder.

    Returns:
        ``status``, ``best_epoch`` (0-based), ``metric`` (``"accuracy"``, or ``"map"`` for images of several concepts),
        ``val_score``, ``test_score``, ``val_accuracy`` and ``test_accuracy`` (None for concepts), ``num_test``,
        ``seconds``, ``peak_mb`` and ``model`` (the file; None if training diverged before the first epoch ended).

    Raises:
        ValueError: the source, the recipe, the device or `out` is unusable.
        OSError: the model could not be written; said before anything is trained.
    """
    settings = dict(settings or {})
    if isinstance(settings.get("start"), str) and "architecture" not in settings:
        settings["architecture"] = load_weights(settings["start"]).meta["architecture"]
    recipe = make_recipe(strategy, **settings)
    # Refuse before hours of work, not after.
    pick_device(device)
    find_architecture(recipe.architecture)
    _check_file(out)
    if recipe.num_outputs:
        raise ValueError("num_outputs belongs to a lesson's experiment: leave it out, the classes decide")
    images = load_images(source, size=size or _default_size(recipe), progress=progress)
    splits = stratified_split(images, val=VAL_SHARE, test=TEST_SHARE, seed=seed)
    with tqdm(total=recipe.epochs, desc=recipe.name, unit="epoch", disable=not progress) as bar:

        def show(epoch):
            bar.set_postfix(train_loss=f"{epoch.train_loss:.3f}", val=f"{epoch.score:.1%}")
            bar.update()

        run = fit(recipe, splits, seed=seed, device=device, on_epoch=show)
    file = None
    if run.best_epoch is not None:
        score_test(run, splits, device)
        file = _save(run, source, splits.hash, strategy, out)
    return _outcome(run, splits) | {"model": file and str(file)}


def _outcome(run: Run, splits: Splits) -> dict:
    record = run.record()
    kept = ("status", "best_epoch", "val_accuracy", "test_accuracy", "seconds", "peak_mb")
    main = run.scores.get(MAIN)
    scores = {"metric": target_of(splits.train.labels).metric, "test_score": main and main.value}
    scores["val_score"] = run.val_accuracy if run.val_score is None else run.val_score
    return {**{key: record[key] for key in kept}, **scores, "num_test": len(splits.test)}


def _default_size(recipe: Recipe) -> int:
    if recipe.start:
        return int(load_weights(recipe.start).meta["size"])
    return find_architecture(recipe.architecture).size


def _check_file(out: Path | None) -> None:
    if out is None:
        check_writable(Path.cwd())
        return
    if out.suffix != ".safetensors" or out.is_dir():
        raise ValueError(f"out = '{out}' is no name for a model file: end it in .safetensors")
    check_writable(out.parent, make=True)


def _save(run: Run, source: str, split_hash: str, strategy: str, out: Path | None) -> Path:
    meta = describe_weights(run, source, split_hash=split_hash)
    if out is None:  # named after its content: training again never overwrites another model
        name = f"model-{strategy}-{weights_hash(run.model.state_dict())[:8]}.safetensors"
        out = Path(name)
    save_weights(run.model, out, meta)
    return out


class Classifier:
    """A saved classifier with the preprocessing it was trained with."""

    def __init__(self, model: torch.nn.Module, meta: dict, device: str = "cpu"):
        self.device = pick_device(device)
        self.model = model.to(self.device).eval()
        self.class_names = tuple(meta["class_names"])
        self.size = int(meta["size"])
        self.target = CONCEPTS if meta["training"].get("metric") == CONCEPTS.metric else CLASSES
        self.mean, self.std = (torch.tensor(meta[key], device=self.device) for key in ("mean", "std"))

    @classmethod
    def load(cls, path: Path | str, device: str = "cpu") -> "Classifier":
        """Read a file written by `train_classifier`.

        Raises:
            FileNotFoundError, ValueError: there is no such file, or it is damaged or not a classifier.
        """
        if not Path(path).is_file():
            raise FileNotFoundError(f"there is no model '{path}': 'course train' writes one and prints its name")
        loaded = load_weights(path)
        return cls(load_model(loaded), loaded.meta, device)

    @torch.no_grad()
    def predict(self, file: Path | str) -> dict:
        """Classify one image file.

        Returns:
            ``class`` and ``probabilities`` by class, which sum to 1; of a model of concepts ``concepts`` (those above
            one half) and ``probabilities`` by concept.

        Raises:
            ValueError, FileNotFoundError: the file cannot be read as an image.
        """
        image = resize_and_crop(decode_image(Path(file)), self.size)  # (3, size, size) uint8
        logits = self.model(normalise(image[None].to(self.device), self.mean, self.std))
        found = dict(zip(self.class_names, self.target.probabilities(logits)[0].tolist(), strict=True))
        if self.target is CONCEPTS:
            return {"concepts": [name for name, p in found.items() if p > 0.5], "probabilities": found}
        return {"class": max(found, key=found.get), "probabilities": found}
