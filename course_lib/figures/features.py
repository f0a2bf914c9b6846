"""Scatter plots of image features (a head's inputs) on two principal components."""

from collections.abc import Mapping, Sequence

import numpy as np
import seaborn
from matplotlib.figure import Figure
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from course_lib.figures.style import SERIES, new_figure, styled


@styled
def feature_planes(
    features_by_model: Mapping[str, object], labels, class_names: Sequence[str], *, title: str
) -> Figure:
    """Plot the features of the same images from several models, each on its first two principal components.

    Every feature is first standardised to mean 0 and variance 1, so that none dominates by its scale.

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
    palette = list(SERIES[: len(class_names)]) if len(class_names) <= len(SERIES) else "husl"
    names, first = [class_names[label] for label in labels], next(iter(features_by_model))
    panels = figure.subplots(1, len(features_by_model), squeeze=False)[0]
    for axes, (name, features) in zip(panels, features_by_model.items(), strict=True):
        features = np.asarray(features, dtype=np.float64)
        if features.ndim != 2 or len(features) != len(labels):
            raise ValueError(
                f"features of '{name}' have shape {features.shape}: need one row for each of {len(labels)}"
            )
        plane = PCA(2, random_state=0)
        points = plane.fit_transform(StandardScaler().fit_transform(features))
        seaborn.scatterplot(
            x=points[:, 0], y=points[:, 1], hue=names, style=names, hue_order=class_names, style_order=class_names,
            palette=palette, s=40, alpha=0.8, linewidth=0, legend=name == first, ax=axes,
        )  # fmt: skip
        share = 100 * plane.explained_variance_ratio_
        axes.set(title=name, xlabel=f"first principal component ({share[0]:.0f} % of variance)")
        axes.set_ylabel(f"second principal component ({share[1]:.0f} %)")
    handles, shown = panels[0].get_legend_handles_labels()
    panels[0].get_legend().remove()
    figure.legend(handles, shown, loc="outside lower center", ncols=min(len(class_names), 8), markerscale=1.4)
    return figure
