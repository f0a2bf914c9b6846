"""Logistic regression and linear support vector machines of many concepts: all together against scikit-learn's loop."""

import time
from collections.abc import Callable, Iterator

import numpy as np
import torch
from common import main, row
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from course_lib.data.sources import load_images
from course_lib.models.starting import start_model
from course_lib.models.weights import load_weights
from course_lib.training.device import one_thread
from course_lib.training.inputs import Pixels
from course_lib.training.linear_models import GRID, KINDS, fit_path
from course_lib.training.memory import keep_freed_memory
from course_lib.training.prediction import layer_features

NUM_IMAGES, NUM_CONCEPTS = 1600, 120
STAGES = ("stem", "stage1", "stage2", "stage3", "stage4")
TIGHT = 1e-8  # scikit-learn's tolerance at which its decision values are as exact as ours


def run(size: str) -> Iterator[dict]:
    """120 concepts on 1600 images: C = 1 with 128, 256 and 512 features, and a path over six C; one thread."""
    keep_freed_memory()
    every = 10 if size == "quick" else 1  # scikit-learn's time is that of some concepts, times so many
    with one_thread():
        for x in features():
            labels = draw_labels(x)
            for by in KINDS:
                if size == "quick" and by == "svm" and x.shape[1] > 256:
                    continue  # minutes of scikit-learn
                yield from compare(by, x, labels, (1.0,), every)
        yield from compare("logistic", x, labels, GRID, every)


def features() -> Iterator[np.ndarray]:
    """Features of a mini net: its last stage, all stages side by side, and 512 random combinations behind a ReLU."""
    images = load_images("mini:scenes", size=48, progress=False)
    inputs = Pixels(images, *load_weights("mini_resnet18").normalisation, torch.device("cpu"))
    found = layer_features(start_model("mini_resnet18", "mini_resnet18", 1), inputs, STAGES)
    together = np.concatenate([found[stage].numpy() for stage in STAGES], axis=1)[:NUM_IMAGES].astype(float)
    mixing = np.random.default_rng(0).normal(size=(together.shape[1], 512))
    yield from (together[:, -128:], together, np.maximum(0, together @ mixing))


def draw_labels(x: np.ndarray) -> np.ndarray:
    """Concepts that are noisy linear functions of the features, 1 to 30 % of the images positive."""
    rng = np.random.default_rng(1)
    values = StandardScaler().fit_transform(x) @ rng.normal(size=(x.shape[1], NUM_CONCEPTS))
    values += 0.7 * values.std(axis=0) * rng.normal(size=values.shape)
    shares = rng.uniform(0.01, 0.3, NUM_CONCEPTS)
    return (values > [np.quantile(own, 1 - share) for own, share in zip(values.T, shares, strict=True)]).astype(float)


def compare(by: str, x: np.ndarray, labels: np.ndarray, cs: tuple[float, ...], every: int) -> Iterator[dict]:
    """A row for scikit-learn's usual tolerance and one for a tight one, with the difference of decision values."""
    ours_s, path = _timed(lambda: fit_path(x, labels, cs, by))
    concepts = range(0, NUM_CONCEPTS, every)
    for tol in (1e-4, TIGHT):
        peer_s, found = _timed(lambda tol=tol: [_peer(by, c, tol, x, labels[:, k]) for c in cs for k in concepts])
        ours = np.concatenate([models.decide(x)[:, list(concepts)].T for models in path])
        apart = max(np.abs(pipe.decision_function(x) - own).max() for pipe, own in zip(found, ours, strict=True))
        what = f"{by}, {x.shape[1]} features, {len(cs)} C, s; peer's tolerance {tol:g}: {apart:.1g} apart"
        yield row("linear", what, ours_s, peer=peer_s * every / ours_s)


def _peer(by: str, c: float, tol: float, x: np.ndarray, labels: np.ndarray):

    model = (
        LogisticRegression(C=c, tol=tol, max_iter=20_000)
        if by == "logistic"
        else LinearSVC(C=c, tol=tol, max_iter=20_000, random_state=0)
    )
    return make_pipeline(StandardScaler(), model).fit(x, labels)


def _timed(call: Callable[[], object]) -> tuple[float, object]:
    began = time.process_time()
    result = call()
    return time.process_time() - began, result


if __name__ == "__main__":
    main(run)
