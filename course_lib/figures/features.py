"""Features of images, the numbers a head sees, laid out in the plane."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from course_lib.figures.style import new_figure, styled

MARKERS = "osD^vPX*"


@styled
def feature_planes(
    features_by_model: Mapping[str, object], labels, class_names: Sequence[str], *, title: str
) -> Figure:
    """Features of the same images from several models, each projected on its first two principal components.

    Args:
        features_by_model: model → (N, D) array or CPU tensor.
        labels: (N,) integers, positions in `class_names`; a class has one colour and one marker.

    Raises:
        ValueError: no model, or features that are not one row for each label.
    """
    labels = np.asarray(labels)
    if not features_by_model:
        raise ValueError("no features to draw: give at least one model")
    figure = new_figure(title, width=6.2 * len(features_by_model), height=5.6)
    panels = figure.subplots(1, len(features_by_model), squeeze=False)[0]
    for axes, (name, features) in zip(panels, features_by_model.items(), strict=True):
        features = np.asarray(features, dtype=np.float64)
        if features.ndim != 2 or len(features) != len(labels):
            raise ValueError(
                f"features of '{name}' have shape {features.shape}: need one row for each of {len(labels)}"
            )
        plane = PCA(2, random_state=0)
        points = plane.fit_transform(StandardScaler().fit_transform(features))
        for number, class_name in enumerate(class_names):
            mine = points[labels == number]
            axes.scatter(*mine.T, s=22, alpha=0.75, marker=MARKERS[number % len(MARKERS)], label=class_name)
        share = 100 * plane.explained_variance_ratio_
        axes.set(title=name, xlabel=f"component 1 ({share[0]:.0f} % of variance)")
        axes.set_ylabel(f"component 2 ({share[1]:.0f} %)")
    handles, names = panels[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=len(class_names), markerscale=1.6)
    return figure
