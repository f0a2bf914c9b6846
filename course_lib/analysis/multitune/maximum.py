"""The printed accuracies are maxima over the epochs of a run: by how much noise alone raises such a maximum.

The released log of MultiTune on Aircraft has its highest validation accuracy, 1986 of 3333 images, after the 73rd of
110 epochs (epoch 72, counted from 0); it is the printed one, 59.59 %. SpotTune's numbers are maxima, too, so that the
gains of both cancel in part; what remains favours the method whose accuracy varies more from epoch to epoch:
SpotTune's, whose released code draws its routes at random at each validation, too. SpotTune's released log on Aircraft
is of another run than the printed one (55.33 % in place of 55.15 %).
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


def log_correlation(method: str = "MultiTune") -> float:
    """Correlation of the outcomes of two epochs, from the spread of the last ten epochs in a released log of Aircraft.

    Raises:
        ValueError: a method without a log.
    """
    log = _log(method)
    return correlation_of_spread(log["late"] / 100, log["sd"] / 100, printed_row("Aircraft").num_images)


def maximum_table(repeats: int = 500) -> pd.DataFrame:
    """Table of the released logs of Aircraft: maximum minus last epoch, measured, and what noise alone gives.

    Noise is given for all epochs, which is too many, since the first ones are worse, and for those after the second
    decay of the learning rate. Its accuracy and spread are those of the last ten epochs (of SpotTune: the accuracy of
    the last). At the higher rates of earlier epochs the spread may be larger.

    Returns:
        Columns: method, ``"maximum"`` and ``"last"`` (%), ``"gain"`` (maximum − last, points), epochs, and of the gain
        by noise alone ``"noise"`` with ``"low"`` and ``"high"`` (points; 95 % of the repeats).
    """
    images, epochs = printed_row("Aircraft").num_images, int(printed_number("epochs"))
    rows = []
    for method in _LOGS:
        log, correlation = _log(method), log_correlation(method)
        for count in (epochs, epochs - log["second_decay"]):
            found = noise_of_maximum(log["late"] / 100, images, count, correlation, repeats=repeats)
            measured = {"maximum": log["peak"], "last": log["final"], "gain": log["peak"] - log["final"]}
            noise = {"noise": 100 * found.estimate, "low": 100 * found.low, "high": 100 * found.high}
            rows.append({"method": method, **measured, "epochs": count, **noise})
    return pd.DataFrame(rows)


# Number of a log → its name in the text, for each method.
_LOGS = {
    "MultiTune": {"peak": "log_peak", "final": "log_final", "late": "log_late_mean", "sd": "log_late_sd"},
    "SpotTune": {
        "peak": "spottune_log_peak",
        "final": "spottune_log_final",
        "late": "spottune_log_final",
        "sd": "spottune_log_late_sd",
    },
}


def _log(method: str) -> dict[str, float]:
    if method not in _LOGS:
        raise ValueError(f"no released log of '{method}': choose one of {', '.join(_LOGS)}")
    decays = {
        "MultiTune": printed_table1()["A"].decay_epochs[1],
        "SpotTune": int(printed_number("spottune_decay_second")),
    }
    return {
        **{part: printed_number(name) for part, name in _LOGS[method].items()},
        "second_decay": decays[method],
    }
