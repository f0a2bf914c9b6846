"""Readouts: other classifiers on the outputs of a trained network's layers."""

from collections.abc import Sequence
from typing import Annotated, Literal, NamedTuple, Self

import numpy as np
import torch
from pydantic import Field, model_serializer, model_validator
from torch import Tensor

from course_lib.data.fields import Settings
from course_lib.data.imageset import ImageSet
from course_lib.models import layers
from course_lib.models.architectures import build
from course_lib.models.network import Network
from course_lib.training.head2toe import select_features
from course_lib.training.inputs import Pixels
from course_lib.training.linear_models import GRID, ChosenC, best_c, choose_c, fit_linear_models
from course_lib.training.prediction import layer_features
from course_lib.training.recipe import Recipe
from course_lib.training.target import CLASSES, Target, target_of

PARTS = ("train", "val", "test")


class Readout(Settings):
    """Probe: the score of another classifier on the outputs of layers, fitted on the run's training images.

    Features are averaged over all positions and standardised; every concept has a classifier of its own, fitted to the
    images on which it is judged. The validation images do nothing but choose.

    Attributes:
        layers: whose outputs are the features, see `layer_names`.
        by: logistic regression, linear support vector machine, or the five nearest neighbours.
        fuse: one classifier on all features side by side (early fusion); the mean of the scores of one classifier a
            layer (late fusion; Pittaras et al. 2017); or a linear head on the features that are selected among all
            (Head2Toe, Evci et al. 2022), which is a logistic regression with penalties of its own.
        c: inverse strength of the penalty: a number, or the one that validation chooses among `GRID` or `SVM_GRID`, in
            late fusion for each layer by itself. It is one for all concepts.
    """

    layers: Annotated[tuple[str, ...], Field(min_length=1)] = ("pool",)
    by: Literal["logistic", "svm", "knn"] = "logistic"
    fuse: Literal["concatenate", "mean", "head2toe"] = "concatenate"
    c: Annotated[float, Field(gt=0)] | Literal["validation"] = 1.0

    @model_validator(mode="after")
    def _check_unused(self) -> Self:
        """Refuse settings without effect: they would give one question two keys."""
        if self.c != 1 and (self.by == "knn" or self.fuse == "head2toe"):
            raise ValueError(
                f"c = {self.c} has no effect with {self.by if self.by == 'knn' else 'head2toe'}: leave it out"
            )
        if self.fuse == "head2toe" and self.by != "logistic":
            raise ValueError(
                f"by = '{self.by}' with head2toe: its head is always a logistic regression, leave `by` out"
            )
        if twice := [layer for layer in self.layers if self.layers.count(layer) > 1]:
            raise ValueError(f"the layer '{twice[0]}' is named twice")
        return self

    @model_serializer(mode="wrap")
    def _without_later_defaults(self, write) -> dict:
        """Write `c` only where it is not the default, so that this later setting changes no key of a finished run."""
        return {name: value for name, value in write(self).items() if name != "c" or value != 1}

    @property
    def name(self) -> str:
        """``"logistic pool"``, ``"svm stage3+stage4, mean"``, ``"logistic pool, c=validation"``."""
        fused = f", {self.fuse}" if self.fuse != "concatenate" and len(self.layers) > 1 else ""
        fused = ", head2toe" if self.fuse == "head2toe" else fused
        chosen = "" if self.c == 1 else f", c={self.c if isinstance(self.c, str) else format(self.c, 'g')}"
        return f"{self.by} {'+'.join(self.layers)}{fused}{chosen}"

    @property
    def looks_at_val(self) -> bool:
        """Whether validation images choose something."""
        return self.c == "validation" or self.fuse == "head2toe"


def last_layers(model: Network | Recipe, n: int) -> tuple[str, ...]:
    """List the last `n` layers of a network, or of the one that a recipe trains; see `layers.last_layers`.

    Raises:
        ValueError: the network has not as many layers.
    """
    if isinstance(model, Recipe):
        with torch.random.fork_rng(devices=[]):
            model = build(model.architecture, model.num_outputs or 1, model.hidden)
    return layers.last_layers(model, n)


class Found(NamedTuple):
    """Scores of a readout on the test images, and what validation chose for it."""

    scores: np.ndarray  # (N, C)
    chosen: dict[str, str]


class Readouts:
    """The features of a run's images and what was fitted to them, for all readouts of the run together.

    The network sees each part of the images once, for all layers that any of the probes needs; a classifier that
    several probes need is fitted once.

    Args:
        probes: that are going to be asked.
        model: on `device`.
        images: by part: ``"train"``, ``"val"``, ``"test"``.
        mean, std: (3,) of the input's normalisation.
    """

    def __init__(
        self,
        probes: Sequence[Readout],
        model: Network,
        images: dict[str, ImageSet],
        mean: Tensor,
        std: Tensor,
        device: torch.device,
    ):
        self.target = target_of(images["train"].labels)
        self.labels = {part: images[part].labels.cpu() for part in PARTS}
        names = tuple(dict.fromkeys(layer for probe in probes for layer in probe.layers))
        needed = [part for part in PARTS if part != "val" or any(probe.looks_at_val for probe in probes)]
        self.features = {
            part: {
                layer: values.cpu()
                for layer, values in layer_features(model, Pixels(images[part], mean, std, device), names).items()
            }
            for part in needed
        }  # fmt: skip
        self._fitted: dict[tuple, Found] = {}

    def scores(self, probe: Readout) -> Found:
        """Fit and apply the classifiers of a probe; scores rise with probability."""
        if probe.fuse == "head2toe":
            return self._selected(probe.layers)
        if probe.fuse == "concatenate":
            return self._fit(probe.layers, probe.by, probe.c)
        parts = [self._fit((layer,), probe.by, probe.c) for layer in probe.layers]
        chosen = {key: " ".join(part.chosen[key] for part in parts) for key in parts[0].chosen}
        return Found(np.mean([part.scores for part in parts], axis=0), chosen)

    def _fit(self, layers: tuple[str, ...], by: str, c: float | str) -> Found:
        if (layers, by, c) not in self._fitted:
            fit = _fit_classes if self.target is CLASSES else _fit_concepts
            x = {
                part: np.concatenate([own[layer].numpy() for layer in layers], axis=1)
                for part, own in self.features.items()
            }
            labels = {part: values.numpy() for part, values in self.labels.items()}
            self._fitted[layers, by, c] = fit(x, labels, by, c)
        return self._fitted[layers, by, c]

    def _selected(self, layers: tuple[str, ...]) -> Found:
        key = (layers, "head2toe", None)
        if key not in self._fitted:
            own = {part: [values[layer] for layer in layers] for part, values in self.features.items()}
            found = select_features(own["train"], self.labels["train"], own["val"], self.labels["val"])
            scores = self.target.probabilities(found.logits(own["test"])).numpy()
            self._fitted[key] = Found(scores, {"share": f"{found.share:g}"})
        return self._fitted[key]


def _fit_concepts(x: dict, labels: dict, by: str, c: float | str) -> Found:
    if by == "knn":
        return Found(_nearest(x["train"], labels["train"], x["test"]), {})
    if c == "validation":
        models, chosen = choose_c(x["train"], labels["train"], x["val"], labels["val"], by)
        return Found(models.scores(x["test"]), _in_words(chosen))
    return Found(fit_linear_models(x["train"], labels["train"], by, c).scores(x["test"]), {})


def _in_words(chosen: ChosenC) -> dict[str, str]:
    return {"c": f"{chosen.c:g}", "c_at_edge": "yes" if chosen.at_edge else "no"}


def _nearest(x: np.ndarray, labels: np.ndarray, x_new: np.ndarray) -> np.ndarray:
    scores = np.zeros((len(x_new), labels.shape[1]))
    for k, own in enumerate(labels.T):
        judged = np.isfinite(own)
        if len(set(own[judged])) == 2:  # with one kind of label alone every image has the same score
            scores[:, k] = _classifier("knn", 1).fit(x[judged], own[judged].astype(int)).predict_proba(x_new)[:, 1]
    return scores


def _fit_classes(x: dict, labels: dict, by: str, c: float | str) -> Found:
    if c != "validation":
        return Found(_class_scores(by, c, x["train"], labels["train"], x["test"]), {})
    target: Target = CLASSES
    val = torch.from_numpy(labels["val"])
    reached = {}
    for tried in GRID:
        scores = torch.from_numpy(_class_scores(by, tried, x["train"], labels["train"], x["val"]))
        reached[tried] = target.score(target.units(scores, val))
    chosen = best_c(reached)
    return Found(_class_scores(by, chosen.c, x["train"], labels["train"], x["test"]), _in_words(chosen))


def _class_scores(by: str, c: float, x: np.ndarray, labels: np.ndarray, x_new: np.ndarray) -> np.ndarray:
    """Fit a classifier on features (M, D) and labels (M,); return the scores (N, C) of new features."""
    num_classes = int(labels.max()) + 1
    if len(set(labels.tolist())) == 1:  # nothing to tell apart
        return np.ones((len(x_new), num_classes))
    fitted = _classifier(by, c).fit(x, labels)
    columns = fitted.predict_proba(x_new) if hasattr(fitted, "predict_proba") else fitted.decision_function(x_new)
    scores = np.full((len(x_new), num_classes), -np.inf)
    scores[:, fitted.classes_] = columns if columns.ndim == 2 else np.stack([-columns, columns], axis=1)
    return scores


def _classifier(by: str, c: float):
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import LinearSVC

    makers = {
        "logistic": lambda: LogisticRegression(C=c, max_iter=2000),
        "svm": lambda: LinearSVC(C=c, random_state=0, max_iter=5000),
        "knn": KNeighborsClassifier,
    }
    return make_pipeline(StandardScaler(), makers[by]())
