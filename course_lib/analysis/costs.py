"""The cost of a run, counted in a unit that no machine changes: images times training steps."""

from collections.abc import Mapping

from course_lib.analysis.records import history, num_images, setting
from course_lib.training.auto_rgn import NUM_BATCHES


def image_steps(record: Mapping, epochs: int | None = None) -> int:
    """Count the images that a run computed a gradient of, each as often as it did.

    Frozen stages make no difference, validation is not counted. Auto-RGN computes the gradients of five batches more in
    each epoch.

    Args:
        epochs: only the first ones; by default all that the run trained. One that diverged stopped earlier.
    """
    trained = len(history(record)) if epochs is None else min(epochs, len(history(record)))
    each = images = num_images(record, "train")
    if setting(record, "layer_rates") == "auto_rgn":
        batches = NUM_BATCHES * setting(record, "batch_size")
        each += images if images <= batches + 1 else batches  # a last batch of one image joins the one before
    return trained * each
