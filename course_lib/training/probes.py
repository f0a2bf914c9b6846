"""Probes: named, read-only questions to a finished run, answered on its test images."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
import torch
from pydantic import Field, PositiveFloat, field_validator

from course_lib.data.fields import Settings
from course_lib.data.imageset import ImageSet
from course_lib.data.spec import DataSpec, prepare
from course_lib.data.splits import Splits
from course_lib.models.freezing import snapshot
from course_lib.models.network import HEAD, Network
from course_lib.training.answers import Answers, answer_texts
from course_lib.training.device import deliberate_threads, pick_device
from course_lib.training.former import Former, score_former
from course_lib.training.inputs import Pixels
from course_lib.training.precision import memory_format
from course_lib.training.prediction import compute_logits, stage_features
from course_lib.training.prefix import make_inputs
from course_lib.training.recipe import Recipe
from course_lib.training.run import Run
from course_lib.training.score import MAIN, Score
from course_lib.training.target import CLASSES, Target, target_of


class Direct(Settings):
    """Probe: the score of a head of the network itself.

    Attributes:
        head: the path of the head.
        epoch: the weights of the epoch that validation chose, of the last one, or after that number of epochs; a
            fraction is a share of the batches of an epoch, see `KeptStates`.
        data: test images of other data, split by its own rule; the run's own by default.
    """

    head: str = HEAD
    epoch: Literal["best", "last"] | PositiveFloat = "best"
    data: DataSpec | None = None

    @field_validator("epoch", mode="before")
    @classmethod
    def _need_epoch(cls, epoch: object) -> object:
        is_number = isinstance(epoch, int | float) and not isinstance(epoch, bool) and 0 < epoch < math.inf
        if not is_number and epoch not in ("best", "last"):
            raise ValueError("ask for 'best', 'last' or a number of epochs above 0")
        return epoch

    @property
    def name(self) -> str:
        """``"direct"``, followed by what is not the default: ``"direct head.aux1"``, ``"direct after 0.25"``."""
        parts = [self.head] * (self.head != HEAD) + [_in_words(self.epoch)] * (self.epoch != "best")
        if self.data:
            changed = {name: getattr(self.data, name) for name in sorted(self.data.changed() - {"source"})}
            parts += [self.data.source, *(f"{name}={value}" for name, value in changed.items())]
        return " ".join([MAIN, *parts])


class Readout(Settings):
    """Probe: the score of another classifier on the outputs of stages, fitted on the run's training images.

    Features are averaged over all positions and standardised; every concept has a classifier of its own.

    Attributes:
        layers: stage paths whose outputs are the features.
        by: logistic regression, linear support vector machine, or the five nearest neighbours.
        fuse: one classifier on all features side by side (early fusion), or the mean of the scores of one classifier a
            layer (late fusion; Pittaras et al. 2017).
    """

    layers: Annotated[tuple[str, ...], Field(min_length=1)] = ("pool",)
    by: Literal["logistic", "svm", "knn"] = "logistic"
    fuse: Literal["concatenate", "mean"] = "concatenate"

    @property
    def name(self) -> str:
        """``"logistic pool"``, ``"svm stage3+stage4, mean"``."""
        late = ", mean" if self.fuse == "mean" and len(self.layers) > 1 else ""
        return f"{self.by} {'+'.join(self.layers)}{late}"


def _in_words(epoch: str | float) -> str:
    return epoch if isinstance(epoch, str) else f"after {epoch:g}"


Probe = Direct | Readout | Former | Answers


def probe_test(run: Run, splits: Splits, probes: Sequence[Probe], device: str = "cpu", **options) -> Run:
    """Answer probes on the sealed test set, which is opened once for all of them, and keep the scores in the run.

    Args:
        options: `shortcuts`, as of `fit`.

    Returns:
        The same run.

    Raises:
        ValueError: the run was scored before, has no model worth scoring, or a probe asks for what the run lacks.
    """
    if run.scores:
        first = next(iter(run.scores.values()))
        raise ValueError(f"this run's test set was scored already ({first.value:.4f}): train again for another")
    if run.best_epoch is None:
        raise ValueError("this run diverged before its first epoch ended: there is no model to score")
    check_probes(probes, run)
    target = pick_device(device)
    model = run.model.to(target, memory_format=memory_format(target))
    try:
        with deliberate_threads(run.recipe.architecture):
            test = splits.test.open()
            run.scores = {p.name: _ASK[type(p)](p, run, model, splits, test, target, **options) for p in probes}
    finally:
        model.to("cpu", memory_format=torch.contiguous_format)
    return run


def epochs_asked(probe: Probe, recipe: Recipe) -> float | None:
    """Find after how many epochs a probe wants the weights; None: those that validation chose."""
    epoch = getattr(probe, "epoch", "best")
    if isinstance(epoch, str):
        return None if epoch == "best" else float(recipe.epochs)
    return epoch


def check_probes(probes: Sequence[Probe], run: Run) -> None:
    """Check that a run can answer probes, before any image is looked at.

    Raises:
        ValueError: two probes of one name, a head or stage that the network does not have, or a probe about weights
            that were not kept.
    """
    names = [probe.name for probe in probes]
    if twice := [name for name in names if names.count(name) > 1]:
        raise ValueError(f"two probes are named '{twice[0]}': ask each question once")
    model = run.model
    for probe in probes:
        if isinstance(probe, Readout):
            for layer in probe.layers:
                model.stage_module(layer)
            continue
        if isinstance(probe, Direct) and probe.head not in model.head_paths:
            raise ValueError(f"unknown head '{probe.head}': this model has {', '.join(model.head_paths)}")
        number = epochs_asked(probe, run.recipe)
        if number is not None and number not in run.kept:
            raise ValueError(f"this run kept no weights after {number:g} epochs: fit(…, keep=({number:g},)) keeps them")


def score_test(run: Run, splits: Splits, device: str = "cpu", *, shortcuts: bool = True) -> float:
    """Score the run's best model on the sealed test set (the probe `Direct()`); recorded in the run.

    Returns:
        Accuracy, or mean average precision for concepts.

    Raises:
        ValueError: the run was scored before (the test set is scored once), or has no model worth scoring.
    """
    return probe_test(run, splits, [Direct()], device, shortcuts=shortcuts).scores[MAIN].value


def _ask_directly(
    probe: Direct, run: Run, model: Network, splits: Splits, test: ImageSet, device, shortcuts: bool = True
) -> Score:
    labels_target = target_of(splits.train.labels)
    if run.kept.get(epochs_asked(probe, run.recipe), {}) is None:  # the run diverged before
        return Score.missing(labels_target)
    tested_on = None
    if probe.data:
        other = prepare(probe.data)
        test, tested_on = other.test.open(), other.test_hash
        _check_other_images(probe.data, splits, test)
    with _epoch_of(probe, run, model):
        inputs = make_inputs(run.recipe, model, test, run.mean, run.std, device, part="test", shortcuts=shortcuts)
        logits = compute_logits(model, inputs, probe.head)
    return Score.of(labels_target, logits, inputs.labels, tested_on)


def _ask_for_answers(
    probe: Answers, run: Run, model: Network, splits: Splits, test: ImageSet, device, shortcuts: bool = True
) -> Score:
    if target_of(splits.train.labels) is not CLASSES:
        raise ValueError("the probe 'answers' keeps the class of each image: these images have several concepts each")
    inputs = make_inputs(run.recipe, model, test, run.mean, run.std, device, part="test", shortcuts=shortcuts)
    logits = compute_logits(model, inputs)
    probabilities, labels = CLASSES.probabilities(logits).cpu().numpy(), inputs.labels.cpu().numpy()
    score = Score.of(CLASSES, logits, inputs.labels)
    return replace(score, texts=answer_texts(probe.keep, probabilities, labels))


def _check_other_images(spec: DataSpec, splits: Splits, test: ImageSet) -> None:
    """Refuse other classes, another size, and images that the run was trained or chosen by."""
    if test.class_names != splits.class_names:
        raise ValueError(f"'{spec.source}' has other classes than the run: a probe needs the same ones")
    if test.size != splits.train.size:
        sizes = f"{test.size[0]} px, those of the run {splits.train.size[0]} px"
        raise ValueError(f"the images of '{spec.source}' have {sizes}: set the size of the probe's data")
    seen = {*splits.train.pixel_hashes(), *splits.val.pixel_hashes()}
    if known := [name for name, pixels in zip(test.names, test.pixel_hashes(), strict=True) if pixels in seen]:
        raise ValueError(
            f"{len(known)} test images of '{spec.source}' trained this run or chose its epoch, "
            f"the first is '{known[0]}': give a probe other images"
        )


@contextmanager
def _epoch_of(probe: Direct | Former, run: Run, model: Network) -> Iterator[None]:
    """Load the weights of the epoch that a probe asks for, for the block."""
    number = epochs_asked(probe, run.recipe)
    if number is None:
        yield
        return
    best = snapshot(model)
    model.load_state_dict(run.kept[number])
    try:
        yield
    finally:
        model.load_state_dict(best)


def _ask_former(probe: Former, run: Run, model: Network, splits: Splits, _test, device, **_options) -> Score:
    if run.recipe.start is None:
        raise ValueError(
            f"'{probe.name}' asks for the task of the weights at the start: this run began with random ones"
        )
    if run.kept.get(epochs_asked(probe, run.recipe), {}) is None:
        return Score.missing(CLASSES)
    with _epoch_of(probe, run, model):
        former = deepcopy(model)
    return score_former(probe, former, run.recipe.start, splits.train.size[0], run.mean, run.std, device)


def _read_out(
    probe: Readout, run: Run, model: Network, splits: Splits, test: ImageSet, device, shortcuts=True
) -> Score:
    sides = []
    for images in (splits.train, test):
        found = stage_features(model, Pixels(images, run.mean, run.std, device), probe.layers)
        sides.append([found[layer].cpu().numpy() for layer in probe.layers])
    train, new = sides
    if probe.fuse == "concatenate":
        train, new = [np.concatenate(train, axis=1)], [np.concatenate(new, axis=1)]
    target = target_of(splits.train.labels)
    labels = splits.train.labels.cpu().numpy()
    parts = [_class_scores(probe.by, x, labels, x_new, target) for x, x_new in zip(train, new, strict=True)]
    return Score.of(target, torch.from_numpy(np.mean(parts, axis=0)), test.labels.cpu())


def _class_scores(by: str, x: np.ndarray, labels: np.ndarray, x_new: np.ndarray, target: Target) -> np.ndarray:
    """Fit a classifier on features (M, D) and labels (M,) or (M, K); return the scores (N, C) of new features."""
    if target is CLASSES:
        if len(set(labels.tolist())) == 1:  # nothing to tell apart
            return np.ones((len(x_new), int(labels.max()) + 1))
        fitted = _classifier(by).fit(x, labels)
        columns = _scores(fitted, x_new)
        scores = np.full((len(x_new), int(labels.max()) + 1), -np.inf)
        scores[:, fitted.classes_] = columns if columns.ndim == 2 else np.stack([-columns, columns], axis=1)
        return scores
    scores = np.zeros((len(x_new), labels.shape[1]))
    for k in range(labels.shape[1]):
        judged = np.isfinite(labels[:, k])
        own = labels[judged, k].astype(int)
        if len(set(own)) == 2:  # with one kind of label alone every image has the same score
            found = _scores(_classifier(by).fit(x[judged], own), x_new)
            scores[:, k] = found[:, 1] if found.ndim == 2 else found
    return scores


def _classifier(by: str):
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import LinearSVC

    makers = {
        "logistic": lambda: LogisticRegression(max_iter=2000),
        "svm": lambda: LinearSVC(random_state=0, max_iter=5000),
        "knn": KNeighborsClassifier,
    }
    return make_pipeline(StandardScaler(), makers[by]())


_ASK = {Direct: _ask_directly, Readout: _read_out, Former: _ask_former, Answers: _ask_for_answers}


def _scores(fitted, x: np.ndarray) -> np.ndarray:
    return fitted.predict_proba(x) if hasattr(fitted, "predict_proba") else fitted.decision_function(x)
