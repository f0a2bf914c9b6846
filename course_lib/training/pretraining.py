"""Source training of the shipped weights, and of `NOT_SHIPPED`: drawn pictures, never a class of the homework."""

from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from tqdm.auto import tqdm

from course_lib.data.mini.catalogue import SOURCE_DOMAINS
from course_lib.data.spec import DataSpec, prepare
from course_lib.models.weights import save_weights
from course_lib.paths import shipped_dir
from course_lib.training.fitting import fit
from course_lib.training.probes import score_test
from course_lib.training.recipe import Recipe
from course_lib.training.run import describe_weights


@dataclass(frozen=True)
class Pretraining:
    """How a set of weights is trained."""

    recipe: Recipe
    data: DataSpec
    seed: int = 0


# Every fourth of the 84 categories, counted domain by domain: 21, at least two of each domain.
FEW_CATEGORIES = tuple(sorted(list(chain.from_iterable(SOURCE_DOMAINS.values()))[::4]))

_GOOGLENET_EPOCHS = 10
_COMMON = {"name": "pretrain", "lr": 2e-3, "batch_size": 64}
# Epochs on a quarter of each domain: few images are shown more often.
_EPOCHS_AT_HOME = {
    "animals": 14,
    "people": 24,
    "plants": 6,
    "instruments": 8,
    "buildings": 12,
    "vehicles": 14,
    "tools": 60,
    "household": 40,
}


def _on_all(source: str) -> DataSpec:
    return DataSpec(source=source, split="stratified", val=0.05, test=0.05, seed=0)


def _googlenet(epochs: int, **data) -> Pretraining:
    """Train with auxiliary heads, which are not kept (Szegedy et al. 2015; 0.3 is their weight in the loss)."""
    recipe = {"architecture": "mini_googlenet", "schedule": "cosine", "aux_heads": ("stage2", "stage3"), **_COMMON}
    return Pretraining(Recipe(epochs=epochs, **recipe), _on_all("mini:source").replace(**data))


def _on_domain(domain: str) -> Pretraining:
    recipe = Recipe(architecture="mini_resnet18", schedule="cosine", epochs=_EPOCHS_AT_HOME[domain], **_COMMON)
    return Pretraining(recipe, DataSpec(source=f"mini:{domain}", split="source", seed=0))


def _resnet26(architecture: str, size: int) -> Pretraining:
    """Train at the size of lessons 16 and 17: the narrow networks at half of it, 36 pixels."""
    recipe = Recipe(architecture=architecture, schedule="cosine", epochs=8, **_COMMON)
    return Pretraining(recipe, _on_all("mini:source").replace(size=size))


PRETRAINED = {
    "mini_resnet18": Pretraining(
        Recipe(architecture="mini_resnet18", schedule="cosine", epochs=7, **_COMMON), _on_all("mini:source")
    ),
    "mini_resnet26": _resnet26("mini_resnet26", 36),
    "mini_resnet26_wide": _resnet26("mini_resnet26_wide", 36),
    "resnet26": _resnet26("resnet26", 72),
    "mini_squeezenet": Pretraining(
        Recipe(architecture="mini_squeezenet", schedule="warmup_cosine", epochs=9, **_COMMON),
        _on_all("mini:album"),  # lesson 01 shows it photos
    ),
    # Two sources as in Pittaras et al. (2017): many categories, and a quarter of them, with as many steps of training.
    "mini_googlenet": _googlenet(_GOOGLENET_EPOCHS),
    "mini_googlenet_few": _googlenet(_GOOGLENET_EPOCHS * 4, classes=FEW_CATEGORIES),
    **{f"mini_resnet18_{domain}": _on_domain(domain) for domain in _EPOCHS_AT_HOME},
}


def pretrain_weights(
    name: str, *, out_dir: Path | None = None, epochs: int | None = None, device: str = "cpu", progress: bool = True
) -> dict:
    """Train the shipped weights `name` again, or those that do not ship, and save them in half precision.

    Returns:
        ``test_accuracy`` on ``num_test`` unseen images of ``num_classes`` categories of its source, ``seconds`` and
        ``model`` (the file).

    Raises:
        ValueError: `PRETRAINED` has no weights of that name.
    """
    job = find_pretraining(name)
    if epochs and out_dir is None:
        raise ValueError(
            "a trial with other epochs must not replace the shipped weights: name another folder with --out"
        )
    recipe = job.recipe.replace(epochs=epochs) if epochs else job.recipe
    splits = prepare(job.data, progress=progress)
    with tqdm(total=recipe.epochs, desc=name, unit="epoch", disable=not progress) as bar:
        run = fit(recipe, splits, seed=job.seed, device=device, on_epoch=lambda epoch: _show(bar, epoch))
    score_test(run, splits, device)
    file = (out_dir or shipped_dir("data/weights")) / f"{name}.safetensors"
    save_weights(run.model, file, describe_weights(run, job.data.source, split_hash=splits.hash), half=True)
    return {
        "test_accuracy": run.test_accuracy,
        "num_test": len(splits.test),
        "num_classes": splits.num_classes,
        "seconds": run.seconds,
        "model": str(file),
    }


def find_pretraining(name: str) -> Pretraining:
    """Find how weights of `PRETRAINED` are trained; ValueError if it has none of that name."""
    if name not in PRETRAINED:
        raise ValueError(f"unknown weights '{name}': choose one of {', '.join(PRETRAINED)}")
    return PRETRAINED[name]


def _show(bar: tqdm, epoch) -> None:
    bar.set_postfix(loss=f"{epoch.train_loss:.3f}", val=f"{epoch.score:.1%}")
    bar.update()
