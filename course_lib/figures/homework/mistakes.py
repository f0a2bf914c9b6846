"""Images that a network gave a wrong class, chosen by a fixed rule (Fig. 28); lessons about training share them."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from course_lib.analysis.metrics import worst_mistakes
from course_lib.data.imageset import ImageSet
from course_lib.figures.images import contact_sheet, misclassified


def worst(images: ImageSet, probabilities, class_names: Sequence[str], count: int = 3) -> Figure:
    """Show the most confident mistake of each true class; the title names the most confident of all.

    If no image was misclassified, the images that were named with the least confidence are shown.

    Args:
        images: one class for each image.
        probabilities: (N, C), rows sum to 1.
        count: greatest number of images drawn.
    """
    labels, probabilities = np.asarray(images.labels), np.asarray(probabilities)
    wrong = worst_mistakes(labels, probabilities)
    if not len(wrong):
        return _least_certain(images, probabilities, class_names, count)
    first = wrong[0]
    true, taken = class_names[labels[first]], class_names[probabilities[first].argmax()]
    title = f"{true.capitalize()} taken for {taken}, and {probabilities[first].max():.0%} sure of it"
    return misclassified(images.images, labels, probabilities, class_names, title=title, count=count)


def _least_certain(images: ImageSet, probabilities: np.ndarray, class_names: Sequence[str], count: int) -> Figure:
    rows = np.argsort(probabilities.max(axis=1), kind="stable")[:count]
    captions = [f"{class_names[probabilities[row].argmax()]} {probabilities[row].max():.0%}" for row in rows]
    title = f"All {len(probabilities)} images were named rightly; these with the least confidence"
    return contact_sheet(images.images[rows.tolist()], captions, title=title)
