"""The printed accuracies are maxima over the epochs of a run: by how much noise alone raises such a maximum.

The released log of MultiTune on Aircraft has its highest validation accuracy, 1986 of 3333 images, at epoch 72; it is
the printed one, 59.59 %. SpotTune's numbers are maxima, too, so that the gains of both cancel in part.
"""

import numpy as np
import pandas as pd

from course_lib.analysis.intervals import Interval
from course_lib.analysis.multitune.printed import printed_number, printed_row, printed_table1
from course_lib.analysis.selection_bias import best_over_last, correlation_of_spread


def noise_of_maximum(
    accuracy: float, num_images: int, epochs: int, correlation: float, *, repeats: int = 500, seed: int = 0
) -> Interval:
    """Maximum of the validation accuracy over the epochs minus that of the last epoch, if all epochs are equally good.

    Every epoch has the same true accuracy, and each image is right by chance with it
    (`course_lib.analysis.selection_bias`). The interval holds 95 % of the repeats.

    Args:
        accuracy: true accuracy of every epoch, a fraction.
        correlation: ρ of the outcomes of two epochs on an image, e.g. from `correlation_of_spread`.

    Raises:
        ValueError: an accuracy or correlation out of range, or no image, epoch or repeat.
    """
    gains = best_over_last(accuracy, num_images, epochs, correlation, repeats=repeats, seed=seed)
    low, high = np.quantile(gains, [0.025, 0.975])
    return Interval(float(gains.mean()), float(low), float(high), f"95 % of {repeats} repeats", unit="points")


def log_correlation() -> float:
    """Correlation of the outcomes of two epochs, from the mean and the spread of the released log's last ten epochs."""
    mean, deviation = (printed_number(f"log_late_{name}") / 100 for name in ("mean", "sd"))
    return correlation_of_spread(mean, deviation, printed_row("Aircraft").num_images)


def maximum_table(repeats: int = 500) -> pd.DataFrame:
    """Table of the released log of MultiTune on Aircraft: its maximum over its end, beside what noise alone gives.

    Noise is given for all epochs, which is too many, since the first ones are worse, and for those after the second
    decay of the learning rate, among which the highest is. Its accuracy is the mean of the last ten epochs, its
    spread theirs. At the higher rates of earlier epochs the spread may be larger than in these last ten.

    Returns:
        Columns: what, epochs, points, low, high (NaN for what is measured).
    """
    peak, final, mean = (printed_number(f"log_{name}") for name in ("peak", "final", "late_mean"))
    epochs = int(printed_number("epochs"))
    first = printed_table1()["A"].decay_epochs[1]
    rows = [
        {"what": "maximum − last epoch, log", "epochs": epochs, "points": peak - final},
        {"what": "maximum − mean of the last ten epochs, log", "epochs": epochs, "points": peak - mean},
    ]
    images, correlation = printed_row("Aircraft").num_images, log_correlation()
    for count in (epochs, epochs - first):
        found = noise_of_maximum(mean / 100, images, count, correlation, repeats=repeats)
        ends = {"points": 100 * found.estimate, "low": 100 * found.low, "high": 100 * found.high}
        rows.append({"what": "maximum − last epoch, noise alone", "epochs": count, **ends})
    return pd.DataFrame(rows)
