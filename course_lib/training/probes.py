"""Probes: named, read-only questions to a finished run, answered on its test images."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from course_lib.data.imageset import ImageSet
from course_lib.data.spec import DataSpec, prepare
from course_lib.data.splits import Splits
from course_lib.models.freezing import snapshot
from course_lib.models.layers import layer_module
from course_lib.models.network import Network
from course_lib.training.answers import Answers, answer_texts
from course_lib.training.device import deliberate_threads, pick_device, seeded
from course_lib.training.direct import Direct, Inferred, epochs_asked
from course_lib.training.former import Former, score_former
from course_lib.training.inputs import Inputs
from course_lib.training.precision import memory_format
from course_lib.training.prediction import compute_logits, mean_probabilities
from course_lib.training.prefix import make_inputs
from course_lib.training.readouts import Readout, Readouts
from course_lib.training.routes import Routes, score_routes
from course_lib.training.run import Run
from course_lib.training.score import INFERRED, MAIN, Score
from course_lib.training.target import CLASSES, Target, target_of

Probe = Direct | Readout | Inferred | Former | Answers | Routes


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
        with deliberate_threads(run.recipe.architecture), seeded(run.seed, target):  # drawn routes
            asked = _Asked.prepare(run, splits, probes, target, **options)
            run.scores = {probe.name: asked.answer(probe) for probe in probes}
    finally:
        model.to("cpu", memory_format=torch.contiguous_format)
    return run


def check_probes(probes: Sequence[Probe], run: Run) -> None:
    """Check that a run can answer probes, before any image is looked at.

    Raises:
        ValueError: two probes of one name, a head or layer that the network does not have, or a probe about weights
            that were not kept.
    """
    names = [probe.name for probe in probes]
    if twice := [name for name in names if names.count(name) > 1]:
        raise ValueError(f"two probes are named '{twice[0]}': ask each question once")
    model = run.model
    for probe in map(_ranking_of, probes):
        if isinstance(probe, Readout):
            for layer in probe.layers:
                layer_module(model, layer)
            continue
        for head in probe.heads if isinstance(probe, Direct) else ():
            if head not in model.head_paths:
                raise ValueError(f"unknown head '{head}': this model has {', '.join(model.head_paths)}")
        number = epochs_asked(probe, run.recipe)
        if number is not None and number not in run.kept:
            raise ValueError(f"this run kept no weights after {number:g} epochs: fit(…, keep=({number:g},)) keeps them")


def _ranking_of(probe: Probe) -> Probe:
    """The probe whose scores rank the images: of most probes, itself."""
    return probe.of if isinstance(probe, Inferred) else probe


def score_test(run: Run, splits: Splits, device: str = "cpu", *, shortcuts: bool = True) -> float:
    """Score the run's best model on the sealed test set (the probe `Direct()`); recorded in the run.

    Returns:
        Accuracy, or mean average precision for concepts.

    Raises:
        ValueError: the run was scored before (the test set is scored once), or has no model worth scoring.
    """
    return probe_test(run, splits, [Direct()], device, shortcuts=shortcuts).scores[MAIN].value


@dataclass(frozen=True)
class _Ranking:
    """Scores (N, C) of images, which rise with probability; None where a run has none."""

    scores: Tensor | None
    images: ImageSet
    tested_on: str | None = None
    texts: dict[str, str] | None = None


@dataclass(frozen=True)
class _Asked:
    """A run with its test images, and the features that its probes share."""

    run: Run
    splits: Splits
    test: ImageSet
    device: torch.device
    target: Target
    readouts: Readouts | None
    shortcuts: bool = True

    @classmethod
    def prepare(cls, run: Run, splits: Splits, probes: Sequence[Probe], device, **options) -> "_Asked":
        test, target, readouts = splits.test.open(), target_of(splits.train.labels), None
        if wanted := [own for probe in probes if isinstance(own := _ranking_of(probe), Readout)]:
            images = {"train": splits.train, "val": splits.val, "test": test}
            readouts = Readouts(wanted, run.model, images, run.mean, run.std, device)
        return cls(run, splits, test, device, target, readouts, **options)

    def answer(self, probe: Probe) -> Score:
        if isinstance(probe, Former):
            return _ask_former(probe, self.run, self.splits, self.device)
        if isinstance(probe, Answers):
            return self._keep_answers(probe)
        if isinstance(probe, Routes):
            return score_routes(probe, self.run.model, self._inputs(self.test), self.run.seed)
        ranking = self._rank(_ranking_of(probe))
        if ranking.scores is None:
            return Score.missing(self.target, INFERRED if isinstance(probe, Inferred) else None)
        if isinstance(probe, Inferred):
            score = Score.inferred(ranking.scores, ranking.images)
        else:
            labels = ranking.images.labels.to(ranking.scores.device)
            score = Score.of(self.target, ranking.scores, labels, ranking.tested_on)
        return replace(score, texts=ranking.texts or {})

    def _rank(self, probe: Direct | Readout) -> _Ranking:
        if isinstance(probe, Readout):
            found = self.readouts.scores(probe)
            return _Ranking(torch.from_numpy(found.scores), self.test, texts=found.chosen)
        if self.run.kept.get(epochs_asked(probe, self.run.recipe), {}) is None:  # the run diverged before
            return _Ranking(None, self.test)
        test, tested_on = self.test, None
        if probe.data:
            other = prepare(probe.data)
            test, tested_on = other.test.open(), other.test_hash
            _check_other_images(probe.data, self.splits, test)
        with _epoch_of(probe, self.run, self.run.model):
            inputs = self._inputs(test)
            if len(probe.heads) == 1:
                return _Ranking(compute_logits(self.run.model, inputs, probe.head), test, tested_on)
            return _Ranking(mean_probabilities(self.run.model, inputs, probe.heads), test, tested_on)

    def _keep_answers(self, probe: Answers) -> Score:
        if self.target is not CLASSES:
            raise ValueError(
                "the probe 'answers' keeps the class of each image: these images have several concepts each"
            )
        inputs = self._inputs(self.test)
        logits = compute_logits(self.run.model, inputs)
        probabilities, labels = CLASSES.probabilities(logits).cpu().numpy(), inputs.labels.cpu().numpy()
        score = Score.of(CLASSES, logits, inputs.labels)
        return replace(score, texts=answer_texts(probe.keep, probabilities, labels))

    def _inputs(self, images: ImageSet) -> Inputs:
        run, options = self.run, {"part": "test", "shortcuts": self.shortcuts}
        return make_inputs(run.recipe, run.model, images, run.mean, run.std, self.device, **options)


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


def _ask_former(probe: Former, run: Run, splits: Splits, device: torch.device) -> Score:
    if run.recipe.start is None:
        raise ValueError(
            f"'{probe.name}' asks for the task of the weights at the start: this run began with random ones"
        )
    if run.kept.get(epochs_asked(probe, run.recipe), {}) is None:
        return Score.missing(CLASSES)
    with _epoch_of(probe, run, run.model):
        former = deepcopy(run.model)
    return score_former(probe, former, run.recipe.start, splits.train.size[0], run.mean, run.std, device)
