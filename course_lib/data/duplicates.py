"""Images that are there twice: exact copies, which can be dropped, and near-duplicates, found by a perceptual hash."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import NamedTuple

import numpy as np
from PIL import Image

from course_lib.data.decode import map_parallel
from course_lib.data.given import given_parts
from course_lib.data.imageset import ImageSet
from course_lib.data.splits import Splits

NEAR = 8  # of 64 bits; of 29 pairs found so in PACS photo and cartoon, 25 show the same person or drawing
_ROWS = 1024  # images compared at once with all of another part: bounds the memory


class NearPair(NamedTuple):
    """Two images of different parts that look nearly the same.

    Attributes:
        first, second: names of the images.
        first_part, second_part: ``"train"``, ``"val"`` or ``"test"``.
        distance: number of bits, of 64, in which their perceptual hashes differ; even, since half of the bits are set.
    """

    first: str
    second: str
    first_part: str
    second_part: str
    distance: int


def find_duplicates(images: ImageSet) -> list[tuple[str, str]]:
    """Names of images with the same pixels: (the first of them, the copy), sorted.

    Where the folder is split already, an image of its test part counts as first, then one of its val part.
    """
    return sorted((images.names[first], images.names[copy]) for first, copy in _find_copies(images))


def drop_duplicates(images: ImageSet) -> ImageSet:
    """The images without the copies that `find_duplicates` finds; the notes name what was dropped.

    Of images with concepts the one that is kept has the judgements of its copies, too.

    Raises:
        ValueError: images with the same pixels have different classes, or contradicting judgements of a concept.
    """
    pairs = _find_copies(images)
    if not pairs:
        return images
    if images.has_concepts:
        images = _with_judgements_of_copies(images, pairs)
    else:
        _refuse_contradictions(images, pairs)
    copies = {copy for _, copy in pairs}
    notes = images.notes and replace(images.notes, dropped_duplicates=find_duplicates(images))
    return replace(images.take([i for i in range(len(images)) if i not in copies]), notes=notes)


def _find_copies(images: ImageSet) -> list[tuple[int, int]]:
    """Positions of images with the same pixels: the first of them, the copy."""
    parts, digests, firsts = given_parts(images), images.pixel_hashes(), {}
    order = [i for part in ("test", "val", "train") for i in parts.get(part, ())] if parts else range(len(images))
    pairs = [(firsts.setdefault(digests[i], i), i) for i in order]
    return [(first, copy) for first, copy in pairs if first != copy]


def _refuse_contradictions(images: ImageSet, pairs: list[tuple[int, int]]) -> None:
    labels = images.labels.tolist()
    if wrong := [pair for pair in pairs if labels[pair[0]] != labels[pair[1]]]:
        first, copy = (f"'{images.names[i]}' ({images.class_names[labels[i]]})" for i in wrong[0])
        more = f", and {len(wrong) - 1} more pair{'s' * (len(wrong) > 2)}" if len(wrong) > 1 else ""
        raise ValueError(f"{first} and {copy} have the same pixels but different classes{more}: remove the wrong one")


def _with_judgements_of_copies(images: ImageSet, pairs: list[tuple[int, int]]) -> ImageSet:
    """The images, the first of copies with the judgements of all of them; contradictions are refused."""
    same, labels, wrong = {}, images.labels.clone(), []
    for first, copy in pairs:
        same.setdefault(first, [first]).append(copy)
    for first, members in same.items():
        own = images.labels[members]  # (M, K)
        yes, no = own == 1, own == 0
        labels[first] = own.nan_to_num(0).amax(dim=0).where(yes.any(dim=0) | no.any(dim=0), float("nan"))
        for k in (yes.any(dim=0) & no.any(dim=0)).nonzero().flatten().tolist():
            wrong.append((k, members[int(yes[:, k].int().argmax())], members[int(no[:, k].int().argmax())]))
    if wrong:
        k, shows, lacks = wrong[0]
        more = f", and {len(wrong) - 1} more contradiction{'s' * (len(wrong) > 2)}" if len(wrong) > 1 else ""
        raise ValueError(
            f"'{images.names[shows]}' and '{images.names[lacks]}' have the same pixels, and the concept "
            f"'{images.class_names[k]}' is judged 1 in the first and 0 in the second{more}: correct one of them"
        )
    return replace(images, labels=labels, root=images.root or images)


def near_duplicates(splits: Splits, limit: int = NEAR) -> list[NearPair]:
    """Find pairs of images in different parts whose perceptual hashes (pHash, 64 bits) differ in at most `limit` bits.

    Such pairs (frames of one video, a photograph saved again or made smaller) make test accuracy look too good. Images
    of large plain areas may be found though they are different. The test images are compared but not scored.

    Measured on 240 photographs of PACS at 224 px and the default limit: found are all that were saved again at quality
    60 or at half the size, 37 of 40 cropped by 5 %, 13 of 40 cropped by 10 %, 28 of 40 turned by 3°, none mirrored.

    Args:
        splits: the parts.
        limit: bits; at 6 nearly all pairs of real photographs are right, at 10 many are not.

    Returns:
        The pairs, nearest first, then by name.

    Raises:
        ValueError: `limit` is negative or above 64.
    """
    if not 0 <= limit <= 64:
        raise ValueError(f"limit = {limit} must be a number of bits from 0 to 64")
    parts = {"train": splits.train, "val": splits.val, "test": splits.test._images}
    bits = {part: _perceptual_bits(images) for part, images in parts.items()}
    pairs = [
        NearPair(parts[one].names[i], parts[two].names[j], one, two, distance)
        for one, two in combinations(parts, 2)
        for i, j, distance in _near_rows(bits[one], bits[two], limit)
    ]
    return sorted(pairs, key=lambda pair: (pair.distance, pair.first, pair.second))


def describe_near(pairs: Sequence[NearPair]) -> str:
    """Say in one sentence how many pairs `near_duplicates` found, which is the nearest, and what to do."""
    near, what = pairs[0], "pair" if len(pairs) == 1 else "pairs"
    verb = "looks" if len(pairs) == 1 else "look"
    nearest = f"'{near.first}' ({near.first_part}) and '{near.second}' ({near.second_part})"
    return (
        f"{len(pairs)} {what} of images in different parts {verb} nearly the same, the nearest {nearest}: accuracy may "
        f"look too good; groups (--groups) keep such images together"
    )


def _perceptual_bits(images: ImageSet) -> np.ndarray:
    """The perceptual hash of each image as −1 and 1, (N, 64) float32."""
    from imagehash import phash  # imports scipy

    def look(i: int) -> np.ndarray:
        picture = Image.fromarray(images.batch(i)[0].permute(1, 2, 0).contiguous().numpy())
        return phash(picture).hash.flatten()

    hashes = np.array(list(map_parallel(look, range(len(images)), progress=False)))
    return np.where(hashes, np.float32(1), np.float32(-1))


def _near_rows(one: np.ndarray, two: np.ndarray, limit: int) -> list[tuple[int, int, int]]:
    """Rows of `one` and of `two` (N, 64) that differ in at most `limit` bits, and in how many.

    Of two vectors of ±1 the inner product is 64 minus twice the number of differences: one matrix product finds all.
    """
    found = []
    for start in range(0, len(one), _ROWS):
        distances = (64 - one[start : start + _ROWS] @ two.T) / 2
        rows, columns = np.nonzero(distances <= limit)
        near = distances[rows, columns].round().astype(int)
        found += zip((rows + start).tolist(), columns.tolist(), near.tolist(), strict=True)
    return found
