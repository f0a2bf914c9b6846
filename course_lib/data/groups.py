"""Groups of images that belong together (the same animal, the same patient), kept in one part of a split."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from course_lib.data.imageset import ImageSet
from course_lib.data.tables import clean_name, read_rows

_PASSES = 20  # over all groups, each of which may move to a better part; two or three do
_EMPTY = 1e6  # cost of a class without an image in a part: more than any unequal shares cost


def is_table(groups: str) -> bool:
    """Whether `groups` is the name of a CSV file and not a regular expression."""
    return groups.lower().endswith(".csv")


def find_groups(names: Sequence[str], groups: str) -> list[str]:
    """The group of each image.

    Args:
        names: paths of the images below their folder, e.g. ``"cats/cat12_3.jpg"``.
        groups: a regular expression that is searched in the file name (in the whole path if the expression has a
            slash): its first group or else the whole match is the image's group. Or the name of a CSV file, ending in
            ``.csv``, with the columns file (path below the folder, or file name) and group.

    Raises:
        FileNotFoundError: there is no such CSV file.
        ValueError: an image has no group, or the expression or the table is faulty.
    """
    known = _read_table(Path(groups).expanduser()) if is_table(groups) else _Matches(compile_pattern(groups))
    found = [known.get(name) or known.get(name.rpartition("/")[2]) for name in names]
    if without := [name for name, group in zip(names, found, strict=True) if not group]:
        more = f" and {len(without) - 1} more have" if len(without) > 1 else " has"
        what = f"row with a group in '{groups}'" if is_table(groups) else f"match for the groups' pattern '{groups}'"
        raise ValueError(f"'{without[0]}'{more} no {what}: every image needs a group")
    return found


def compile_pattern(pattern: str) -> re.Pattern:
    """Compile the regular expression of the groups.

    Raises:
        ValueError: it is faulty.
    """
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ValueError(f"the groups' pattern '{pattern}' is no regular expression ({error}): mend it") from None


def deal_groups(images: ImageSet, groups: Sequence[str], shares: dict[str, float], seed: int) -> dict[str, list[int]]:
    """Positions of the images of each part, whose shares of each class are as close to `shares` as groups allow.

    Of concepts, the shares of the positive and of the negative images of each concept, and of all images.
    The largest groups are dealt out first, each to the part where it is needed most; then single groups move as long as
    that makes the shares more equal. Which group goes where depends on names and `seed` only.

    Raises:
        ValueError: a part would lack a class. (Of concepts, see `lacking_concepts`.)
    """
    members = {}
    for i in sorted(range(len(images)), key=images.names.__getitem__):
        members.setdefault(groups[i], []).append(i)
    rows = _as_rows(images)
    counts = np.array([rows[positions].sum(axis=0) for positions in members.values()])  # (G, C)
    place = _assign(counts, np.array(list(shares.values())), np.random.default_rng(seed))
    if not images.has_concepts:
        _refuse_missing_classes(images, counts, place, list(shares))
    return {
        part: [i for row, positions in enumerate(members.values()) if place[row] == number for i in positions]
        for number, part in enumerate(shares)
    }


def lacking_concepts(
    images: ImageSet, parts: dict[str, list[int]], groups: Sequence[str]
) -> list[tuple[str, int, int]]:
    """Parts without a positive or without a negative image of a concept: (part, concept, 1 or 0), positive ones first.

    Left out are concepts that fewer groups than there are parts show, or show not: no split could give each part one.
    """
    labels, names = images.labels.numpy(), np.asarray(groups)
    found = []
    for value in (1, 0):
        for part, positions in parts.items():
            for k in np.flatnonzero(~(labels[positions] == value).any(axis=0)):
                if min(len(np.unique(names[labels[:, k] == each])) for each in (1, 0)) >= len(parts):
                    found.append((part, int(k), value))
    return found


def _as_rows(images: ImageSet) -> np.ndarray:
    """What each image counts for, (N, C): its class; or its judgements, positive and negative, and itself."""
    if not images.has_concepts:
        return np.eye(images.num_classes)[images.labels.numpy()]
    labels = images.labels.numpy()
    return np.concatenate([labels == 1, labels == 0, np.ones((len(labels), 1))], axis=1).astype(float)


def _assign(counts: np.ndarray, shares: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The part (G,) of each group, given its images of each class (G, C) and the parts' shares (P,)."""
    goal = np.maximum(shares[:, None] * counts.sum(0), 1e-9)  # (P, C) images of each class in each part
    shuffled = random.permutation(len(counts))
    order = shuffled[np.argsort(-counts[shuffled].sum(1), kind="stable")]
    cells, place = np.zeros_like(goal), np.zeros(len(counts), dtype=int)
    for group in order:
        place[group] = np.argmin(_cost(cells + counts[group], goal) - _cost(cells, goal))
        cells[place[group]] += counts[group]
    for _ in range(_PASSES):
        if not sum([_move(group, counts, place, cells, goal) for group in order[::-1]]):
            break
    return place


def _move(group: int, counts: np.ndarray, place: np.ndarray, cells: np.ndarray, goal: np.ndarray) -> bool:
    """Move a group to the part where it lowers the cost most; False if it stays."""
    here = place[group]
    cells[here] -= counts[group]
    gain = _cost(cells + counts[group], goal, _EMPTY) - _cost(cells, goal, _EMPTY)
    best = int(np.argmin(gain))
    if gain[best] > gain[here] - 1e-9:
        best = here
    cells[best] += counts[group]
    place[group] = best
    return best != here


def _cost(cells: np.ndarray, goal: np.ndarray, empty: float = 0) -> np.ndarray:
    """Distance of each part from its goal (χ² over classes), (P,); a class that a part lacks costs `empty` more."""
    return ((cells - goal) ** 2 / goal).sum(1) + empty * ((cells == 0) & (goal > 1e-6)).sum(1)


def _refuse_missing_classes(images: ImageSet, counts: np.ndarray, place: np.ndarray, parts: list[str]) -> None:
    lacking = []
    for label in np.flatnonzero(counts.any(axis=0)):
        owners = np.flatnonzero(counts[:, label])
        if len(set(place[owners])) < len(parts):
            lacking.append(f"class '{images.class_names[label]}' ({len(owners)} group{'s' * (len(owners) > 1)})")
    if lacking:
        raise ValueError(
            f"{', '.join(lacking)} cannot be in each of {len(parts)} parts with whole groups: "
            f"add images of other groups, or remove the class{'es' * (len(lacking) > 1)}"
        )


class _Matches:
    """Groups by a regular expression, looked up like those of a table."""

    def __init__(self, pattern: re.Pattern):
        self.pattern = pattern

    def get(self, name: str) -> str | None:
        if "/" in name and "/" not in self.pattern.pattern:
            return None  # the file name alone is asked for next
        match = self.pattern.search(name)
        return match and match[min(1, self.pattern.groups)]


def _read_table(file: Path) -> dict[str, str]:
    """Groups by file of a CSV file with the columns file and group, see `read_rows`."""
    rows = read_rows(file, "the groups")
    columns = [name.lower() for name in rows[0].cells] if rows else []
    if not {"file", "group"} <= set(columns):
        raise ValueError(f"'{file}' needs the columns file and group, it has {', '.join(columns) or 'none'}: add them")
    groups = {}
    for row in rows[1:]:
        values = dict(zip(columns, row.cells, strict=False))
        name = clean_name(values.get("file", ""))
        if name and groups.setdefault(name, values.get("group", "")) != values.get("group", ""):
            raise ValueError(f"'{file}' puts '{name}' into two groups: keep one of the rows")
    return groups
