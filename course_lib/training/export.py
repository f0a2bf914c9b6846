"""Export a classifier for programs that do not have this course: ONNX or TorchScript, checked before it is written."""

import inspect
import json
import os
import tempfile
import warnings
from collections.abc import Callable
from contextlib import contextmanager, redirect_stdout
from copy import deepcopy
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from course_lib.data.groups import is_table
from course_lib.data.sources import is_own
from course_lib.data.spec import DataSpec, prepare
from course_lib.errors import need
from course_lib.models.convolution import use_usual_convolutions
from course_lib.models.routed import RoutedNetwork
from course_lib.paths import check_writable, write_whole
from course_lib.training.classifier import Classifier
from course_lib.training.target import CONCEPTS

FORMATS = ("onnx", "torchscript")
TOLERANCE = 1e-4  # of the logits and of the probabilities
INPUT, OUTPUTS = "images", ("probabilities", "logits")
_RANDOM = 3  # images of noise
_BATCH = 32


class Exported(nn.Module):
    """A classifier with its preprocessing: from RGB images (N, 3, size, size), floats in [0, 1], to its answers.

    The outputs are probabilities (N, C) and logits (N, C).
    """

    def __init__(self, classifier: Classifier):
        super().__init__()
        self.model = deepcopy(classifier.model).to(memory_format=torch.contiguous_format)
        if isinstance(self.model, RoutedNetwork):
            self.model.skips = False  # an exported graph is one for all images
        self.concepts = classifier.target is CONCEPTS
        self.register_buffer("mean", classifier.mean.view(1, 3, 1, 1).clone())
        self.register_buffer("std", classifier.std.view(1, 3, 1, 1).clone())

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Compute probabilities and logits, each (N, C)."""
        logits = self.model((images - self.mean) / self.std)
        return (logits.sigmoid() if self.concepts else logits.softmax(dim=1)), logits


def export_classifier(path: Path | str, out: Path | str, kind: str = "onnx", data: str | None = None) -> dict:
    """Write a saved classifier as ONNX or TorchScript, after comparing its answers with the original's.

    The graph holds the preprocessing; see `Exported`. Class names are in the file: ONNX metadata ``class_names``, or
    TorchScript's extra file ``class_names.json``, both as a JSON list.

    Args:
        path: of a model written by `train_classifier`.
        out: file to write.
        kind: one of `FORMATS`.
        data: source of the training, whose test images are compared; by default a folder of its name, looked for in
            the present folder and beside the model.

    Returns:
        ``format``, ``file``, ``size`` (pixels a side of the input), ``classes``, ``largest_difference`` (of logits and
        probabilities), ``num_random`` and ``num_test`` images that it was checked on.

    Raises:
        ValueError: unknown format, the model is no classifier or draws its answers, or the export computes something
            else.
        MissingExtraError: a package for ONNX is not installed.
        OSError: the file cannot be written.
    """
    if kind not in FORMATS:
        raise ValueError(f"unknown format '{kind}': choose one of {', '.join(FORMATS)}")
    out = Path(out)
    check_writable(out.parent)
    classifier = Classifier.load(path)
    _check_repeats(classifier.model)
    original, model = Exported(classifier).eval(), Exported(classifier).eval()
    use_usual_convolutions(model)
    noise = torch.rand(_RANDOM, 3, classifier.size, classifier.size, generator=torch.Generator().manual_seed(0))
    test = find_test_images(classifier, data, beside=Path(path).parent)
    with tempfile.TemporaryDirectory() as folder, _quiet():
        made = Path(folder) / f"model.{kind}"
        run = _EXPORTERS[kind](model, noise, made, classifier)
        difference = compare(original, run, noise)
        if test is not None:
            difference = max(difference, compare(original, run, test))
        content = made.read_bytes()
    if not difference <= TOLERANCE:
        raise ValueError(
            f"the {kind} file computes something else (difference {difference:.2g}, allowed {TOLERANCE:g}): nothing "
            f"was written; another version of torch or onnx may do better"
        )
    write_whole(out, content)
    about = {"format": kind, "file": str(out), "size": classifier.size, "classes": list(classifier.class_names)}
    counts = {"num_random": len(noise), "num_test": 0 if test is None else len(test)}
    return {**about, "largest_difference": difference, **counts}


def _check_repeats(model: nn.Module) -> None:
    """Refuse a network whose answers are drawn: an export cannot be compared with it."""
    if isinstance(model, RoutedNetwork) and model.form.routes == "sample":
        raise ValueError(
            "this model draws the routes of its images (routes = 'sample'), so that its answers change from call to "
            "call and no export can be compared with them: train one with routes = 'argmax'"
        )


def compare(model: nn.Module, run: Callable[[Tensor], list[np.ndarray]], images: Tensor) -> float:
    """Find the largest difference of logits and probabilities between a model and its export.

    Args:
        run: the export, from images (N, 3, H, W) to arrays of probabilities and logits.
        images: floats in [0, 1], or uint8.

    Returns:
        Infinity where one of them is not finite.
    """
    largest = 0.0
    for part in images.split(_BATCH):
        part = part / 255 if part.dtype == torch.uint8 else part
        with torch.no_grad():
            expected = [output.numpy() for output in model(part)]
        found = run(part)
        gaps = [float(np.abs(a - b).max()) for a, b in zip(expected, found, strict=True)]
        largest = max(largest, *(gap if np.isfinite(gap) else float("inf") for gap in gaps))
    return largest


def find_test_images(classifier: Classifier, data: str | None = None, beside: Path | str = ".") -> Tensor | None:
    """Find the test images of a classifier's training, (N, 3, size, size) uint8; None if they are not found or changed.

    Args:
        data: source of the training; by default a folder of its name, in the present folder or in `beside`.
        beside: the folder of the model.
    """
    training = classifier.meta["training"]
    for fields in _places(training.get("data", {}), data, Path(beside)):
        try:
            splits = prepare(DataSpec(**fields))
        except (ValueError, OSError):  # moved, changed, or on another machine
            continue
        if splits.hash == training["split_hash"]:
            return splits.test.open().images
    return None


def _places(fields: dict, data: str | None, beside: Path) -> list[dict]:
    """Descriptions of the images, one for each place where they may be."""
    if data is not None:
        return [{**fields, "source": data}]
    kind, _, name = fields.get("source", "").partition(":")
    if not is_own(fields.get("source", "")):
        return [fields] if fields else []
    groups, there = fields.get("groups"), {"source": f"{kind}:{beside / name}"}
    if groups and is_table(groups):
        there["groups"] = str(beside / groups)
    return [fields, {**fields, **there}]


def _to_onnx(model: nn.Module, example: Tensor, file: Path, classifier: Classifier) -> Callable:
    onnx, _, runtime = need("onnx", "export"), need("onnxscript", "export"), need("onnxruntime", "export")
    names = {"input_names": [INPUT], "output_names": list(OUTPUTS)}
    known = inspect.signature(torch.onnx.export).parameters
    if "dynamo" in known and "dynamic_shapes" in known:
        options = {"dynamo": True, "dynamic_shapes": {INPUT: {0: torch.export.Dim("batch", min=1, max=4096)}}}
        options |= {"external_data": False} if "external_data" in known else {}
    else:  # torch 2.4
        options = {"dynamic_axes": {name: {0: "batch"} for name in (INPUT, *OUTPUTS)}}
    torch.onnx.export(model, (example,), str(file), **names, **options)
    graph = onnx.load(str(file))
    about = {"class_names": json.dumps(list(classifier.class_names)), "size": str(classifier.size)}
    about["input"] = "RGB images (N, 3, size, size), floats in [0, 1]; shorter side resized, centre cut out"
    onnx.helper.set_model_props(graph, about)
    onnx.checker.check_model(graph)
    onnx.save(graph, str(file))
    session = runtime.InferenceSession(file.read_bytes(), providers=["CPUExecutionProvider"])
    return lambda images: session.run(list(OUTPUTS), {INPUT: images.numpy()})


def _to_torchscript(model: nn.Module, example: Tensor, file: Path, classifier: Classifier) -> Callable:
    extra = {"class_names.json": json.dumps(list(classifier.class_names)), "size.json": json.dumps(classifier.size)}
    with torch.no_grad():
        torch.jit.save(torch.jit.trace(model, example[:2]), str(file), _extra_files=extra)
    loaded = torch.jit.load(str(file)).eval()

    def run(images: Tensor) -> list[np.ndarray]:
        with torch.no_grad():
            return [output.numpy() for output in loaded(images)]

    return run


_EXPORTERS = {"onnx": _to_onnx, "torchscript": _to_torchscript}


@contextmanager
def _quiet():
    """Keep what the exporters print and warn about away from stdout and from the user."""
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
