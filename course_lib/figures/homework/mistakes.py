"""Images that a network gave a wrong class (Fig. 28), and heat maps of why; a fixed rule chooses the images."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from course_lib.analysis.metrics import worst_mistakes
from course_lib.data.imageset import ImageSet
from course_lib.figures.heat import heat_maps
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


def reasons(images: ImageSet, maps, probabilities, class_names: Sequence[str], count: int = 3) -> Figure:
    """Show mistakes and right answers, each under the heat map of the class that the network gave it.

    The mistakes are those of `worst`. Of each of their true classes follows the image that was named rightly with the
    highest confidence. Without mistakes, the first classes are shown.

    Args:
        images: one class for each image.
        maps: (N, h, w) in [0, 1]; their cells are drawn as they are, not smoothed.
        probabilities: (N, C), rows sum to 1.
        count: greatest number of mistakes, and of right answers.
    """
    labels, probabilities, maps = np.asarray(images.labels), np.asarray(probabilities), np.asarray(maps)
    taken, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = worst_mistakes(labels, probabilities)[:count]
    right = []
    for label in labels[wrong] if len(wrong) else np.unique(labels)[:count]:
        rows = np.flatnonzero((labels == label) & (taken == label))
        right += [rows[sure[rows].argmax()]] if len(rows) else []
    rows = [*wrong.tolist(), *map(int, right)]
    captions = [f"{class_names[labels[row]]},\ntaken for {class_names[taken[row]]}" for row in wrong]
    captions += [f"{class_names[labels[row]]},\nright" for row in right]
    cells = " × ".join(map(str, maps.shape[1:]))
    title = f"Which of {cells} cells speak for the answer: {len(wrong)} wrong and {len(right)} right ones"
    return heat_maps(images.images[rows], maps[rows], captions, title=title, smooth=False)
