"""What the report of a classifier says about concepts: their average precision, and the top of each ranking."""

import numpy as np

from course_lib.analysis.concepts import ConceptScore, score_concepts
from course_lib.data.imageset import ImageSet
from course_lib.figures.concepts import concept_precisions
from course_lib.teaching.embedding import embed_figure, embed_picture
from course_lib.training.tuning import TrainedClassifier

RANKINGS = 8  # concepts whose ranking is shown: of more, the best and the worst
TOP = 6  # images of a ranking
_VERDICTS = {1.0: "right", 0.0: "wrong"}  # other labels are NaN


def concept_values(trained: TrainedClassifier) -> dict:
    """Values of the report's template for a classifier of concepts."""
    labels, probabilities = trained.test.labels.numpy(), trained.probabilities.numpy()
    mean, scores = score_concepts(labels, probabilities, trained.run.class_names)
    return {
        "found": None,
        "mean": mean,
        "concepts": scores,
        "precisions": embed_figure(concept_precisions(mean, scores)),
        "num_test": len(labels),
        "rankings": [_ranking(trained.test, probabilities, k, scores[k]) for k in _chosen(scores)],
    }


def _chosen(scores: list[ConceptScore]) -> list[int]:
    """Positions of the concepts whose ranking is shown, the best first."""
    known = [k for k, score in enumerate(scores) if score.precision is not None]
    known.sort(key=lambda k: -scores[k].precision)
    return known if len(known) <= RANKINGS else known[: RANKINGS // 2] + known[-RANKINGS // 2 :]


def _ranking(images: ImageSet, probabilities: np.ndarray, k: int, score: ConceptScore) -> dict:
    """The first images of a concept's ranking, and the positive image that comes last."""
    own, labels = probabilities[:, k], images.labels[:, k].numpy()
    order = np.argsort(-own, kind="stable")
    ranks = np.flatnonzero(labels[order] == 1)
    missed = int(ranks[-1]) if len(ranks) and ranks[-1] >= TOP else None
    top = [_entry(images, order, place, own) for place in range(min(TOP, len(order)))]
    return {
        "name": score.name,
        "precision": score.precision,
        "top": [entry | {"verdict": _verdict(labels[i])} for entry, i in zip(top, order, strict=False)],
        "missed": None if missed is None else _entry(images, order, missed, own),
    }


def _verdict(label: float) -> str:
    return _VERDICTS.get(float(label), "not judged")


def _entry(images: ImageSet, order: np.ndarray, place: int, probabilities: np.ndarray) -> dict:
    i = int(order[place])
    picture = embed_picture(images.batch(i)[0].permute(1, 2, 0).numpy())
    return {"name": images.names[i], "rank": place + 1, "share": float(probabilities[i]), "picture": picture}
