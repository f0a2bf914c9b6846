"""Sets of labelled images in memory; the subsets of a loaded set share its pixels."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from course_lib.data.notes import FolderNotes


@dataclass(frozen=True, eq=False, repr=False)
class ImageSet:
    """Labelled images of one size. Subsets made by `take` share the pixels of the set they come from.

    An image has one class (labels (N,)) or any number of concepts (labels (N, K)).

    Attributes:
        pixels: (M, 3, H, W) uint8 in [0, 255], in memory or memory-mapped.
        rows: (N,) int64, the rows of `pixels` that this set consists of, in its order.
        labels: (N,) int64, positions in `class_names`; or (N, K) float32, where 1 says that the image shows concept k,
            0 that it does not, and NaN that nobody judged it.
        class_names: one name per class, or per concept.
        names: (N,) unique names, e.g. ``"dog/pic_001.jpg"``.
        source: where the images come from, e.g. ``"pacs:cartoon"``.
        root: the set as it was loaded; None for that set itself.
        identity: edition of the world and size of a drawn set, which determine its pixels; None for other sets. The
            fingerprint includes it instead of the pixels: another processor may round a pixel differently, and the
            runs on these images must still be found.
        notes: what was found when a folder was read; None for other sources.
    """

    pixels: Tensor
    rows: Tensor
    labels: Tensor
    class_names: tuple[str, ...]
    names: tuple[str, ...]
    source: str
    root: "ImageSet | None" = None
    identity: str | None = None
    notes: FolderNotes | None = None

    def __post_init__(self):
        if self.pixels.dtype != torch.uint8 or self.pixels.ndim != 4 or self.pixels.shape[1] != 3:
            found = f"{self.pixels.dtype} {tuple(self.pixels.shape)}"
            raise ValueError(f"pixels must be uint8 (M, 3, H, W), got {found}: convert the images before")
        if not len(self.rows) == len(self.labels) == len(self.names):
            sizes = f"{len(self.rows)} rows, {len(self.labels)} labels, {len(self.names)} names"
            raise ValueError(f"an image set needs one row, label and name per image, got {sizes}")
        if len(self.rows) and not 0 <= int(self.rows.min()) <= int(self.rows.max()) < len(self.pixels):
            raise ValueError(f"rows must lie in 0…{len(self.pixels) - 1}: {self.rows.min()}…{self.rows.max()} do not")
        _check_labels(self.labels, len(self.class_names))
        for what, values in (("image", self.names), (self._label_kind[0], self.class_names)):
            if len(set(values)) < len(values):
                twice = Counter(values).most_common(1)[0][0]
                raise ValueError(f"two {what} names are the same ('{twice}'): give each {what} a name of its own")

    @classmethod
    def from_arrays(
        cls,
        images,
        labels,
        class_names: Sequence[str],
        names: Sequence[str] | None = None,
        source: str = "arrays",
    ) -> "ImageSet":
        """An image set of (N, 3, H, W) uint8 `images` and their `labels`, numpy or torch.

        Labels are (N,) integers (classes), or (N, K) numbers 0, 1 and NaN (concepts). Without `names`, image i of the
        set is called ``"<class>/<i>"``, or ``"image/<i>"`` if it has concepts.

        Raises:
            ValueError: types, shapes, labels or names do not fit together.
        """
        pixels, labels = torch.as_tensor(images), torch.as_tensor(labels)
        if labels.ndim == 2:
            labels = labels.to(torch.float32)
            names = [f"image/{i:05d}" for i in range(len(labels))] if names is None else names
        elif labels.ndim == 1 and not labels.is_floating_point():
            labels = labels.to(torch.int64)
        if names is None and labels.ndim == 1 and all(0 <= label < len(class_names) for label in labels.tolist()):
            names = [f"{class_names[label]}/{i:05d}" for i, label in enumerate(labels.tolist())]
        rows = torch.arange(len(pixels))
        return cls(pixels, rows, labels, tuple(class_names), tuple(names or ()), source)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        height, width = self.size
        labels = f"{self.num_classes} {self._label_kind[1]}"
        return f"ImageSet('{self.source}', {len(self)} images {height}×{width}, {labels})"

    @property
    def has_concepts(self) -> bool:
        """Whether an image may show several concepts (labels (N, K)) instead of one class (labels (N,))."""
        return self.labels.ndim == 2

    @property
    def _label_kind(self) -> tuple[str, str]:
        """The word for a label of this set, singular and plural."""
        return ("concept", "concepts") if self.has_concepts else ("class", "classes")

    @property
    def num_classes(self) -> int:
        """Number of classes (or concepts), whether or not this set has images of each."""
        return len(self.class_names)

    @property
    def size(self) -> tuple[int, int]:
        """(H, W) in pixels."""
        return self.pixels.shape[2], self.pixels.shape[3]

    @property
    def images(self) -> Tensor:
        """All images of the set, (N, 3, H, W) uint8, as a copy."""
        return self.pixels[self.rows]

    def batch(self, index) -> tuple[Tensor, Tensor]:
        """Images (B, 3, H, W) uint8 and labels (B,) or (B, K) at `index`: a slice, integers or an int64 tensor."""
        return self.pixels[self.rows[index]], self.labels[index]

    def take(self, indices) -> "ImageSet":
        """The subset at positions `indices`, in that order; the pixels are shared, not copied."""
        indices = torch.as_tensor(indices, dtype=torch.int64)
        names = tuple(self.names[i] for i in indices.tolist())
        root = self.root or self
        return replace(self, rows=self.rows[indices], labels=self.labels[indices], names=names, root=root)

    def of_classes(self, class_names: Sequence[str]) -> "ImageSet":
        """The images of these classes, labelled by position in `class_names`; of concepts, these columns of all images.

        Raises:
            ValueError: a name that the set does not have, or a name given twice.
        """
        if unknown := set(class_names) - set(self.class_names):
            kind, kinds = self._label_kind
            known = ", ".join(self.class_names)
            raise ValueError(f"'{self.source}' has no {kind} '{min(unknown)}': choose among its {kinds} {known}")
        columns = [self.class_names.index(name) for name in class_names]
        if self.has_concepts:
            labels = self.labels[:, columns]
            return replace(self, labels=labels, class_names=tuple(class_names), root=self.root or self)
        number = torch.full((self.num_classes,), -1)
        number[columns] = torch.arange(len(columns))
        part = self.take((number[self.labels] >= 0).nonzero().flatten())
        return replace(part, labels=number[part.labels], class_names=tuple(class_names))

    def joined_with(self, other: "ImageSet") -> "ImageSet":
        """The images of this set, then those of `other`, which must be a part of the same loaded set.

        Raises:
            ValueError: the two sets do not share pixels, have other classes, or share an image.
        """
        if other.class_names != self.class_names:
            raise ValueError(f"classes {self.class_names} and {other.class_names} are not the same: join sets of one")
        if other.pixels is not self.pixels:
            raise ValueError(f"'{self.source}' and '{other.source}' were loaded apart: join parts of one loaded set")
        rows, labels = torch.cat([self.rows, other.rows]), torch.cat([self.labels, other.labels])
        return replace(self, rows=rows, labels=labels, names=self.names + other.names, root=self.root or self)

    def class_counts(self) -> dict[str, int]:
        """Number of images of each class, or of images that show each concept, in the order of `class_names`."""
        if self.has_concepts:
            counts = (self.labels == 1).sum(dim=0)
        else:
            counts = torch.bincount(self.labels, minlength=self.num_classes)
        return dict(zip(self.class_names, counts.tolist(), strict=True))

    def single_labels(self, purpose: str) -> list[int]:
        """The class of each image, (N,); `purpose` names in the error what needs it, e.g. "the homework's split".

        Raises:
            ValueError: the images have concepts.
        """
        if self.has_concepts:
            raise ValueError(
                f"{purpose} needs one class per image, and '{self.source}' has {self.num_classes} concepts: "
                f"use a source with classes"
            )
        return self.labels.tolist()

    def pixel_hashes(self) -> tuple[str, ...]:
        """SHA-256 (hex) of each image's pixels, (N,). Computed once for each image, whatever subset asks."""
        known = (self.root or self)._hash_of_row
        for row in self.rows.tolist():
            if row not in known:
                known[row] = hashlib.sha256(self.pixels[row].contiguous().numpy()).hexdigest()
        return tuple(known[row] for row in self.rows.tolist())

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 (hex) over size, pixels (or their identity), labels, names and class names."""
        pixels = self.identity or self.pixel_hashes()
        content = [self.size, pixels, self.labels.tolist(), self.names, self.class_names]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    @property
    def source_fingerprint(self) -> str:
        """Fingerprint of the set as it was loaded, the same for all its subsets."""
        return (self.root or self).fingerprint

    def without_duplicates(self) -> "ImageSet":
        """The set with only the first of images whose pixels are the same."""
        first = {}
        for i, digest in enumerate(self.pixel_hashes()):
            first.setdefault(digest, i)
        return self.take(list(first.values()))

    @cached_property
    def _hash_of_row(self) -> dict[int, str]:
        return {}


def _check_labels(labels: Tensor, num_names: int) -> None:
    """Refuse labels that are neither (N,) positions of class names nor (N, K) judgements of concepts."""
    found = f"{labels.dtype} {tuple(labels.shape)}"
    if labels.ndim == 2 and labels.dtype == torch.float32:
        if labels.shape[1] != num_names:
            raise ValueError(
                f"labels of concepts need one column per name, got {labels.shape[1]} columns and {num_names} names"
            )
        wrong = labels[~((labels == 0) | (labels == 1) | labels.isnan())]
        if len(wrong):
            raise ValueError(f"labels of concepts must be 0, 1 or NaN (not judged), got {wrong[0].item():g}")
    elif labels.ndim != 1 or labels.dtype != torch.int64:
        raise ValueError(f"labels must be (N,) integers or (N, K) float32 of 0, 1 and NaN, got {found}")
    elif len(labels) and not 0 <= int(labels.min()) <= int(labels.max()) < num_names:
        raise ValueError(
            f"labels must lie in 0…{num_names - 1} for {num_names} class names, got {labels.min()}…{labels.max()}"
        )
