"""The homework's claims about its two optimisers, learning rates and times as tests over finished runs."""

from functools import partial

import numpy as np

from course_lib.analysis.homework.printed import printed_number, printed_result
from course_lib.analysis.intervals import Interval, accuracy_interval
from course_lib.analysis.measures import compare, compare_optimizers, each, log_rate, seed_gap, seed_mean, slowdown
from course_lib.analysis.records import best_epoch, diverged, history, origin_of, setting
from course_lib.analysis.verdicts import POSITIVE, Claim, Region, about
from course_lib.sweeps.studies.homework import GRIDS

WIDER = ("higher_rates",)  # the grids go on until the score falls
SAME = Region(-0.03, 0.03)  # "comparable": within three points
ROUGHLY = 0.1  # "roughly the same time": within 10 %
A_NEIGHBOUR = 0.6  # decades: the next rate of the grid is hardly further


def optimizer_claims() -> list[Claim]:
    """Claims of Section II-A and of the rates that won."""
    return [
        Claim(
            "optimizers-comparable-full", "When the implementation error was corrected, and SGD started to converge "
            "every time, it yielded results comparable to those of Adam", "Section II-A",
            "test accuracy of full fine-tuning, Adam minus SGD: within 3 points",
            ("full",), compare_optimizers("full"), SAME, wider=WIDER,
        ),
        Claim(
            "optimizers-no-pattern", "No statistically significant pattern was observed regarding whether SGD or Adam "
            "yields better results for a particular experiment.", "Section II-A",
            "test accuracy, Adam minus SGD, in each of the six experiments: within 3 points",
            GRIDS, compare_optimizers(*GRIDS), SAME, wider=WIDER,
        ),
        Claim(
            "rates-sgd-high-adam-low", _printed_rates(), "Tables IV, VII",
            "the rate that validation chooses for full fine-tuning, SGD's over Adam's: higher",
            ("full", "few_shot_full"),
            compare_optimizers("full", "few_shot_full", by=partial(seed_gap, value=log_rate), order=("sgd", "adam")),
            POSITIVE, "decades", "val", wider=WIDER,
        ),
        Claim(
            "rates-full", _printed_rates(), "Table IV",
            "the rate that validation chooses, relative to the printed one: at most a neighbour in the grid (the "
            "mini world's batches are larger)",
            ("full",), each("full", of=partial(seed_mean, value=_rate_error)),
            Region(-A_NEIGHBOUR, A_NEIGHBOUR), "decades", "val", wider=WIDER,
        ),
        Claim(
            "thousand-outputs-sgd", "the choice of SGD led to an occasional explosion of gradients and a collapse of "
            "the learning process through the emergence of NaNs", "Section II-A",
            "share of SGD's runs with a thousand outputs that diverged: above none",
            ("thousand_outputs",), each("thousand_outputs", of=_share_diverged, optimizers=("sgd",)),
            POSITIVE, "%", "train",
        ),
        Claim(
            "thousand-outputs-adam", "learning with Adam did not fail and converged to not-entirely-bad results (test "
            "accuracies in the range [20, 30] %)", "Section II-A",
            "test accuracy of full fine-tuning of 189 images with Adam, a thousand outputs minus seven",
            ("thousand_outputs", "few_shot_full"),
            compare(("thousand_outputs", "few_shot_full"), optimizers=("adam",)),
            _thousand_outputs_region(),
        ),
    ]  # fmt: skip


def time_claims() -> list[Claim]:
    """Claims of Section II-A about seconds, and what they buy."""
    return [
        Claim(
            "adam-slower", "the SGD took on average 5.57 s per epoch while fine-tuning the model (see Section V), "
            "whereas Adam required 7.49 s on average – a 34 % slow-down.", "Section II-A",
            "time of an epoch of full fine-tuning, Adam relative to SGD: slower by half to twice of that",
            ("full",), compare_optimizers("full", by=slowdown),
            about(printed_number("adam_slower") / 100), "%", "train",
        ),
        Claim(
            "scratch-as-slow-as-full", "training from scratch and fine tuning the whole model took roughly the same "
            "time", "Section II-A", "time of an epoch, from scratch relative to full fine-tuning, SGD: within 10 %",
            ("scratch", "full"), compare(("scratch", "full"), by=slowdown, optimizers=("sgd",)),
            Region(-ROUGHLY, ROUGHLY), "%", "train",
        ),
        Claim(
            "last-layer-faster", "When only the last layer was trained, the required time normalized by the training "
            "set size decreased by approximately 30 %.", "Section II-A",
            "time of an epoch, last layer relative to full fine-tuning, SGD: less by half to twice of that; only runs "
            "that send every image through the whole network in every epoch, as the homework did",
            ("last_layer", "full"), compare(("last_layer", "full"), by=_long_slowdown, optimizers=("sgd",)),
            about(-printed_number("last_layer_faster") / 100), "%", "train",
        ),
        Claim(
            "full-training-accuracy", "the roughly 10 % increase in training accuracy is very well worth the "
            "investment", "Section II-A",
            "training accuracy at the best epoch, full fine-tuning minus last layer, SGD: half to twice of that",
            ("last_layer", "full"),
            compare(("full", "last_layer"), by=partial(seed_gap, value=_train_accuracy), optimizers=("sgd",)),
            about(printed_number("full_training_gain") / 100), images="train", about_the_end=True, wider=WIDER,
        ),
    ]  # fmt: skip


def _printed_rates() -> str:
    """The sentence of Tables IV and VII, which print the same rates."""
    sgd, adam = (printed_result("full", optimizer).lr for optimizer in ("sgd", "adam"))
    return f"Learning rate: SGD {sgd:g}, Adam {adam:g}"


def _rate_error(run):
    """Base-10 logarithm of a chosen rate over the rate printed for full fine-tuning with that optimiser."""
    return log_rate(run) - np.log10(printed_result("full", setting(run, "optimizer")).lr)


def _long_slowdown(a, b, confidence) -> Interval:
    if any(origin_of(run).get("shortcuts", True) for run in a):
        raise ValueError("these last layers were trained on kept features, the homework's on every image in each epoch")
    return slowdown(a, b, confidence)


def _share_diverged(records, confidence) -> Interval:
    return accuracy_interval(len(diverged(records)), len(records), confidence, things="runs")


def _thousand_outputs_region() -> Region:
    """What the text and Table VII imply: the printed range of Adam with 1000 outputs minus its accuracy with seven."""
    seven = printed_result("full", "adam", few_shot=True).test_percent
    low, high = (printed_number(f"thousand_outputs_adam_test_{end}") for end in ("low", "high"))
    return Region((low - seven) / 100, (high - seven) / 100)


def _train_accuracy(run):
    return history(run)[best_epoch(run)]["train_accuracy"]
