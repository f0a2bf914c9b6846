"""The report of a trained classifier: one self-contained HTML page beside the model."""

import shlex
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from course_lib.analysis.classification import describe_predictions
from course_lib.analysis.reliability import reliability
from course_lib.data.imageset import ImageSet
from course_lib.errors import need
from course_lib.figures.heat import heated
from course_lib.figures.learning import learning_curves
from course_lib.figures.reliability import reliability_curve
from course_lib.models.heatmaps import class_heat_maps
from course_lib.paths import write_whole
from course_lib.teaching.concept_report import concept_values
from course_lib.teaching.embedding import embed_figure, embed_picture
from course_lib.teaching.report import PAGE_STYLE, format_duration
from course_lib.training.inputs import normalise
from course_lib.training.tuning import TrainedClassifier

TEMPLATE = Path(__file__).with_name("model_report.html.j2")
PICTURES = 12  # mistakes and near-duplicates that are shown
MATRIX = 15  # classes; of more the most frequent confusions are listed


def write_model_report(trained: TrainedClassifier, path: Path | None = None) -> Path:
    """Write what is known of a trained classifier as a page that needs no other file.

    Args:
        trained: with a model; diverged ones have nothing to report.
        path: of the page; by default beside the model, under its name.

    Returns:
        The path.

    Raises:
        ValueError: the training diverged before its first epoch ended.
        OSError: the page cannot be written.
    """
    if trained.file is None:
        raise ValueError("the training diverged before its first epoch ended: there is nothing to report")
    path = path or trained.file.with_suffix(".html")
    jinja2 = need("jinja2", "lab")
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    page = environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        page_style=PAGE_STYLE.read_text(encoding="utf-8"),
        model=trained.file.name,
        names=trained.run.class_names,
        curves=_curves(trained),
        parts=_parts(trained),
        notes=trained.notes[:-2],
        choices=trained.notes[-2:],  # start and settings
        near=_near_pairs(trained),
        settings=_settings(trained),
        network=_network(trained),
        command=shlex.quote(trained.file.name),
        size=trained.run.size[0],
        baseline=trained.splits.train.labels.ndim == 1 and _baseline(trained),
        **_scores(trained),
    )
    write_whole(path, page.encode())
    return path


def _scores(trained: TrainedClassifier) -> dict:
    """Values of the template that differ between classes and concepts."""
    labels, probabilities = trained.test.labels.numpy(), trained.probabilities.numpy()
    if trained.test.has_concepts:
        return concept_values(trained)
    found = describe_predictions(labels, probabilities, trained.run.class_names)
    calibration = reliability(labels, probabilities)
    title = f"Calibration error {100 * calibration.error:.0f} points"
    return {
        "found": found,
        "calibration": embed_figure(reliability_curve(calibration, title=title)),
        "confusions": _confusions(found, trained.run.class_names),
        "matrix": len(trained.run.class_names) <= MATRIX,
        "largest": max(1, max(max(row) for row in found["confusion"])),
        **_mistakes(trained, labels, probabilities),
    }


def _curves(trained: TrainedClassifier) -> list[dict]:
    history = [epoch.record() for epoch in trained.run.history]
    best = trained.run.best_epoch
    score = trained.run.history[best].score
    return [
        embed_figure(learning_curves(history, best, kind="score", title=f"Validation {score:.1%} at epoch {best}")),
        embed_figure(learning_curves(history, best, kind="loss", title="Loss by epoch")),
    ]


def _confusions(found: dict, names: Sequence[str]) -> list[dict]:
    """Pairs of classes by how often one was taken for the other, the most frequent first."""
    counts = np.array(found["confusion"])
    np.fill_diagonal(counts, 0)
    order = [divmod(int(i), len(names)) for i in np.argsort(-counts, axis=None, kind="stable")[:PICTURES]]
    return [{"true": names[i], "taken": names[j], "count": int(counts[i, j])} for i, j in order if counts[i, j]]


def _mistakes(trained: TrainedClassifier, labels: np.ndarray, probabilities: np.ndarray) -> dict:
    """The most confident mistakes, each with its image and the heat map of the class it was taken for."""
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != labels)
    rows = wrong[np.argsort(-probabilities[wrong].max(axis=1), kind="stable")][:PICTURES]
    if not len(rows):
        return {"mistakes": [], "num_wrong": 0, "no_heat": None}
    images, no_heat = trained.test.images[rows.tolist()], None
    try:
        maps = class_heat_maps(trained.run.model, normalise(images, trained.run.mean, trained.run.std))
        under = [embed_picture(picture) for picture in heated(images, maps)]
    except ValueError as error:  # a network without maps
        under, no_heat = [None] * len(rows), str(error)
    names = trained.run.class_names
    shown = [
        {
            "name": trained.test.names[row],
            "true": names[labels[row]],
            "top": [(names[k], float(probabilities[row, k])) for k in np.argsort(-probabilities[row])[:3]],
            "picture": embed_picture(image.permute(1, 2, 0).numpy()),
            "heat": heat,
        }
        for row, image, heat in zip(rows, images, under, strict=True)
    ]
    return {"mistakes": shown, "num_wrong": len(wrong), "no_heat": no_heat}


def _near_pairs(trained: TrainedClassifier) -> dict:
    """Pairs of images of two parts that look nearly alike, with their pictures."""
    pairs, sets = trained.near, _sets(trained)
    shown = []
    for pair in pairs[:PICTURES]:
        sides = ((pair.first, pair.first_part), (pair.second, pair.second_part))
        shown.append([{"name": name, "part": part, "picture": _find(sets[part], name)} for name, part in sides])
    tested = {
        name
        for pair in pairs
        for name, part in ((pair.first, pair.first_part), (pair.second, pair.second_part))
        if part == "test"
    }
    return {"count": len(pairs), "tested": len(tested), "shown": shown}


def _find(images: ImageSet, name: str) -> str:
    return embed_picture(images.batch(images.names.index(name))[0].permute(1, 2, 0).numpy())


def _sets(trained: TrainedClassifier) -> dict[str, ImageSet]:
    return {"train": trained.splits.train, "val": trained.splits.val, "test": trained.test}


def _parts(trained: TrainedClassifier) -> dict:
    """Number of images of each class in each part."""
    counts = {part: images.class_counts() for part, images in _sets(trained).items()}
    rows = [{"name": name, **{part: counts[part][name] for part in counts}} for name in trained.run.class_names]
    return {"rows": rows, **{part: len(images) for part, images in _sets(trained).items()}}


def _baseline(trained: TrainedClassifier) -> float:
    """Accuracy of always saying the class that is most frequent in training."""
    most = torch.bincount(trained.splits.train.labels).argmax()
    return (trained.test.labels == most).float().mean().item()


def _network(trained: TrainedClassifier) -> dict | None:
    """What a network of two copies is: its stages by rate, and how many test images took a tuned copy; else None."""
    recipe, model = trained.run.recipe, trained.run.model
    if recipe.network is None:
        return None
    stages: dict[float, list[str]] = {}
    for stage in model.trained_stages:
        stages.setdefault(recipe.lr * recipe.multiplier_of(stage), []).append(stage)
    rates = [{"rate": f"{rate:.4g}" if rate else "0 (frozen)", "stages": names} for rate, names in stages.items()]
    shares = trained.tuned_shares or {}
    blocks = [
        {"name": name, "share": share, "count": round(share * len(trained.test))} for name, share in shares.items()
    ]
    return {
        "architecture": recipe.architecture,
        "about": recipe.network.describe(),
        "kind_of_rate": "Learning rate" if recipe.schedule == "constant" else "Highest learning rate",
        "rates": rates,
        "blocks": blocks,
        "num_test": len(trained.test),
    }


def _settings(trained: TrainedClassifier) -> dict[str, str]:
    run, spec = trained.run, trained.spec
    shown = run.recipe.changed() | {"optimizer", "lr", "batch_size"}
    recipe = {name: value for name, value in run.recipe.model_dump(mode="json").items() if name in shown}
    about = run.provenance
    facts = {
        "Images": spec.source,
        "Split": trained.splits.rule,
        "Start": run.recipe.start or "random weights",
        "Size": f"{run.size[0]} px",
        **{name: _in_words(value) for name, value in recipe.items() if name not in ("start", "name", "network")},
        "Seed": str(run.seed),
        "Time": format_duration(run.seconds),
        "Machine": f"{about['cpu']}, {about.get('gpu', about['device'])}",
        "Versions": f"course-lib {about['course_lib']}, torch {about['torch']}, Python {about['python']}",
    }
    return facts


def _in_words(value) -> str:
    """Say a setting: JSON without brackets, a transform by its name."""
    if isinstance(value, dict):
        return value["name"] if "name" in value else ", ".join(f"{k} {_in_words(v)}" for k, v in value.items())
    if isinstance(value, list):
        return ", ".join(map(_in_words, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
