"""Routes of SpotTune, read from records: which blocks are tuned for which class and image, and how that changes.

A *decision* is one gate's choice for one test image, True for the tuned copy of the block; the route of an image is its
decisions at all gates. Decisions are those of the epoch that validation chose, and the likelier ones (`Routes`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from course_lib.analysis.intervals import Interval, seed_interval
from course_lib.analysis.records import history, setting
from course_lib.sweeps.studies.multitune.routing import BLOCKS
from course_lib.training.answers import decode
from course_lib.training.routes import decode_routes

PROBE = "routes"
ALL_GATES = ("stage",)  # what `Routed.gates` is where a record does not say it


def gates_of(record: Mapping) -> tuple[str, ...]:
    """Paths of the blocks of ResNet-26 that have a gate, e.g. ``"stage3.block4"``.

    Raises:
        ValueError: the run is of another network.
    """
    form = setting(record, "network") or {}
    if form.get("kind") != "routed":
        raise ValueError(f"'{setting(record, 'name')}' has no routes: give runs of SpotTune")
    return tuple(block for block in BLOCKS if block.startswith(tuple(form.get("gates", ALL_GATES))))


def block_name(path: str) -> str:
    """Shorten the path of a block: ``"stage3.block4"`` is ``"3.4"``."""
    return path.replace("stage", "").replace("block", "")


def routes_of(record: Mapping) -> np.ndarray:
    """Decisions (N, G) for the test images.

    Raises:
        ValueError: the run was not asked for its routes.
    """
    return decode_routes(kept(record, "routes"), len(gates_of(record)))


def labels_of(record: Mapping) -> np.ndarray:
    """The class (N,) of each test image.

    Raises:
        ValueError: as `routes_of`.
    """
    return decode(kept(record, "labels"))


def kept(record: Mapping, name: str) -> str:
    """Read a text that the probe `Routes` left in a record.

    Raises:
        ValueError: the run was not asked for its routes.
    """
    found = (record.get("scores") or {}).get(PROBE) or {}
    if name not in found:
        raise ValueError(
            f"a run of '{setting(record, 'name')}' keeps no {name}: give its trial the probe Routes, and leave out "
            "runs that diverged"
        )
    return found[name]


def route_map(record: Mapping) -> np.ndarray:
    """Share (C, G) of each class's test images for which a gate takes the tuned copy."""
    routes, labels = routes_of(record), labels_of(record)
    return np.array([routes[labels == label].mean(axis=0) for label in np.unique(labels)])


def entropy(shares: np.ndarray) -> np.ndarray:
    """Entropy of a decision in bits: 0 where a gate always decides alike, 1 where it does half of each."""
    shares = np.asarray(shares, dtype=float)
    parts = [-np.where(p > 0, p * np.log2(np.where(p > 0, p, 1.0)), 0.0) for p in (shares, 1 - shares)]
    return parts[0] + parts[1]


def shares_over_epochs(record: Mapping) -> np.ndarray:
    """Share (E, G) of the validation images that a gate sends to the tuned copy, after each epoch.

    Raises:
        ValueError: the run's history holds no shares.
    """
    found = [epoch["routes"] for epoch in history(record) if epoch.get("routes")]
    if not found:
        raise ValueError(f"the history of '{setting(record, 'name')}' holds no shares of routes: train it again")
    return np.array(found)


def entropy_over_epochs(record: Mapping) -> np.ndarray:
    """Entropy (E, G) of each gate's decision over the validation images, in bits, after each epoch."""
    return entropy(shares_over_epochs(record))


@dataclass(frozen=True)
class RouteCounts:
    """Routes of the test images of one run.

    Attributes:
        images: number of test images.
        distinct: number of different routes.
        commonest: share of the images that take the commonest route.
        bits: entropy of the route of an image, in bits; the number of gates at most.
        tuned: mean number of blocks tuned for an image, with the fewest and the most.
        apart: share of the gates at which two test images differ, mean over all pairs.
        constant: number of gates that decide alike for all images.
    """

    images: int
    distinct: int
    commonest: float
    bits: float
    tuned: tuple[float, int, int]
    apart: float
    constant: int


def count_routes(record: Mapping) -> RouteCounts:
    """Count the routes of the test images."""
    routes = routes_of(record)
    counts, tuned, images = np.unique(routes, axis=0, return_counts=True)[1], routes.sum(axis=1), len(routes)
    share = counts / images
    return RouteCounts(
        images,
        len(counts),
        float(share.max()),
        float(-(share * np.log2(share)).sum()) + 0.0,
        (float(tuned.mean()), int(tuned.min()), int(tuned.max())),
        pair_difference(routes),
        int((routes.all(axis=0) | ~routes.any(axis=0)).sum()),
    )


def pair_difference(routes: np.ndarray) -> float:
    """Share of the gates at which two images differ, mean over all pairs of different images; routes (N, G)."""
    tuned, images = routes.sum(axis=0), len(routes)
    return float((2 * tuned * (images - tuned) / (images * (images - 1))).mean())


@dataclass(frozen=True)
class ClassShare:
    """How much of the variance of the decisions the class of an image explains.

    Attributes:
        share: variance between the classes over all variance, both summed over the gates; 0 if nothing varies.
        by_chance: the same with labels in random order, mean of the repeats; it is above 0, since classes are small.
        low, high: 95 % of the repeats.
    """

    share: float
    by_chance: float
    low: float
    high: float

    @property
    def beyond_chance(self) -> float:
        """Share minus what random labels explain."""
        return self.share - self.by_chance


def class_share(record: Mapping, repeats: int = 200, seed: int = 0) -> ClassShare:
    """Compute how much of the variance of the decisions the class explains, beside the control of permuted labels.

    Args:
        repeats: permutations of the labels.
    """
    routes, labels, draw = routes_of(record), labels_of(record), np.random.default_rng(seed)
    found = [explained(routes, draw.permutation(labels)) for _ in range(repeats)]
    low, high = np.quantile(found, [0.025, 0.975])
    return ClassShare(explained(routes, labels), float(np.mean(found)), float(low), float(high))


def explained(routes: np.ndarray, labels: np.ndarray) -> float:
    """Share of the variance of decisions (N, G), summed over gates, that lies between the classes of labels (N,)."""
    total = routes.var(axis=0).sum()
    if not total:
        return 0.0
    classes, place = np.unique(labels, return_inverse=True)
    members = np.eye(len(classes))[place]  # (N, C)
    means = members.T @ routes / members.sum(axis=0)[:, None]  # (C, G)
    between = members.sum(axis=0) @ (means - routes.mean(axis=0)) ** 2 / len(labels)
    return float(between.sum() / total)


def beyond_chance(chosen: Sequence[Mapping], confidence: float = 0.95) -> Interval:
    """Share of the variance that the class explains minus that of permuted labels, mean over the runs.

    Raises:
        ValueError: fewer than two runs.
    """
    return seed_interval([class_share(run).beyond_chance for run in chosen], confidence, unit="points")


def apart_interval(chosen: Sequence[Mapping], confidence: float = 0.95) -> Interval:
    """Share of the gates at which two test images differ, mean over the runs.

    Raises:
        ValueError: fewer than two runs.
    """
    return seed_interval([count_routes(run).apart for run in chosen], confidence)


def routes_table(chosen: Sequence[Mapping]) -> pd.DataFrame:
    """Tabulate the routes of runs, one of each seed: a row for each, in words."""
    rows = {}
    for run in chosen:
        own, by_class = count_routes(run), class_share(run)
        mean, fewest, most = own.tuned
        rows[f"seed {setting(run, 'seed')}, lr {setting(run, 'lr'):g}"] = {
            "blocks tuned": f"{mean:.1f} ({fewest} to {most})",
            "gates that never vary": own.constant,
            "different routes": f"{own.distinct} for {own.images} images",
            "bits of a route": f"{own.bits:.1f}",
            "explained by class": f"{100 * by_class.share:.0f} %",
            "by random labels": f"{100 * by_class.by_chance:.0f} %",
        }
    return pd.DataFrame.from_dict(rows, orient="index")
