"""The homework's claims as tests over finished runs: about its strategies and its small training set; and all claims.

The homework's numbers are of real cartoons; in the mini world an accuracy of its own means nothing. So a claim is
tested as an order or a difference, and a difference is "about" the printed one between half and twice its size.
"""

from dataclasses import replace
from functools import partial
from itertools import product

import numpy as np

from course_lib.analysis.comparisons import optimism, score_gap
from course_lib.analysis.homework.augmentation_claims import augmentation_claims
from course_lib.analysis.homework.optimizer_claims import WIDER, optimizer_claims, time_claims
from course_lib.analysis.homework.printed import printed_number, printed_result
from course_lib.analysis.intervals import independent_difference
from course_lib.analysis.measures import compare, each, final_loss, roughness, seed_gap, seed_mean
from course_lib.analysis.records import best_epoch, history, select, setting
from course_lib.analysis.verdicts import NEGATIVE, POSITIVE, Claim, Region, about
from course_lib.sweeps.studies.homework import GRIDS

LARGE, SMALL = GRIDS[:3], GRIDS[3:]
FEW_EPOCHS = 10  # of 50
LITTLE_LOSS = 0.02  # nats: "zero"


def _strategy_claims() -> list[Claim]:
    return [*_scratch_claims(), *_last_layer_claims(), *_full_claims()]


def _scratch_claims() -> list[Claim]:
    printed = printed_result("scratch", "sgd")
    return [
        Claim(
            "scratch-val-above-test",
            f"Val. accuracy {printed.val_percent:.2f} %, test accuracy {printed.test_percent:.2f} % (SGD)", "Table II",
            "validation minus test accuracy from scratch, SGD; in the mini world both are drawn alike, so that only "
            "the choosing is left of it",
            ("scratch",), each("scratch", of=optimism, optimizers=("sgd",)), 
            about((printed.val_percent - printed.test_percent) / 100),
        ),
    ]  # fmt: skip


def _last_layer_claims() -> list[Claim]:
    return [
        Claim(
            "last-layer-beats-scratch", "this model should outperform the model from Section III", "Section IV",
            "test accuracy, last layer minus from scratch, with either optimiser",
            ("scratch", "last_layer"), compare(("last_layer", "scratch")), POSITIVE, calibrated=True,
        ),
        Claim(
            "last-layer-gain", "The test accuracy increased significantly from 60 % to 80 %.", "Section IV",
            "test accuracy, last layer minus from scratch, SGD",
            ("scratch", "last_layer"), compare(("last_layer", "scratch"), optimizers=("sgd",)),
            about(_printed_gap("last_layer", "scratch")),
        ),
        Claim(
            "last-layer-smoother", "all curves in Fig. 10 through 12 are smoother (lacking peaks) than their "
            "counterparts in Section III", "Section IV",
            "mean change of the validation accuracy from epoch to epoch, last layer minus from scratch",
            ("scratch", "last_layer"), compare(("last_layer", "scratch"), by=partial(seed_gap, value=roughness)),
            NEGATIVE, images="val",
        ),
        Claim(
            "last-layer-no-overfitting", "the model is no longer overfitting the training set (compare the non-zero "
            "loss in Fig. 10 to its Section III counterpart in Fig. 7)", "Section IV",
            "training loss at the end, last layer minus from scratch",
            ("scratch", "last_layer"), compare(("last_layer", "scratch"), by=partial(seed_gap, value=final_loss)),
            POSITIVE, "nats", "train", about_the_end=True,
        ),
    ]  # fmt: skip


def _full_claims() -> list[Claim]:
    last, full = (printed_result(name, "sgd") for name in ("last_layer", "full"))
    return [
        Claim(
            "full-is-best", "this model achieves the best test accuracy (and hence best generalization)", "Section V",
            "test accuracy, full fine-tuning minus each of the other two strategies, with either optimiser",
            LARGE, compare(("full", "last_layer"), ("full", "scratch")), POSITIVE, calibrated=True,
        ),
        Claim(
            "full-gain", f"Test accuracy: last layer {last.test_percent:.2f} %, full {full.test_percent:.2f} % (SGD)",
            "Tables III, IV",
            "test accuracy, full fine-tuning minus last layer, SGD",
            ("last_layer", "full"), compare(("full", "last_layer"), optimizers=("sgd",)),
            about(_printed_gap("full", "last_layer")),
        ),
        Claim(
            "full-head-start", "using pre-trained weights gives the model a head-start for the training process",
            "Section V", "validation accuracy after the first epoch, full fine-tuning minus from scratch",
            ("scratch", "full"), compare(("full", "scratch"), by=partial(seed_gap, value=_first_val)), POSITIVE,
            images="val",
        ),
        Claim(
            "full-few-epochs", f"SGD: learning rate {full.lr:g}, epoch {full.epoch}", "Tables IV, VII",
            f"best epoch of full fine-tuning with SGD: a few epochs, here fewer than {FEW_EPOCHS}",
            ("full", "few_shot_full"),
            each("full", "few_shot_full", of=partial(seed_mean, value=best_epoch), optimizers=("sgd",)),
            Region(high=FEW_EPOCHS), "epochs", "val", about_the_end=True,
        ),
        Claim(
            "full-zero-loss", "The model can (eventually) reduce the training loss to zero", "Section V",
            f"training loss at the end of full fine-tuning: below {LITTLE_LOSS} nats",
            ("full",), each("full", of=partial(seed_mean, value=final_loss)),
            Region(high=LITTLE_LOSS), "nats", "train", about_the_end=True,
        ),
    ]  # fmt: skip


def _few_shot_claims() -> list[Claim]:
    percents = [f"{printed_result(name, 'sgd', few_shot=True).test_percent:.2f} %" for name in LARGE]
    costs = [f"{printed_number(f'few_shot_drop_{name}'):g} %" for name in LARGE]
    sections = dict(zip(LARGE, ("VI-A", "VI-B", "VI-C"), strict=True))
    drops = [
        Claim(
            f"few-shot-drop-{name.replace('_', '-')}",
            f"Comparing with Table {printed_result(name, 'sgd').table} (the same task but with larger training "
            f"dataset) shows roughly {printed_number(f'few_shot_drop_{name}'):g} % decrease in the test accuracy.",
            f"Section {section}", "test accuracy, 1687 training images minus 189, SGD; other test images",
            (name, f"few_shot_{name}"), compare((name, f"few_shot_{name}"), optimizers=("sgd",)),
            about(_printed_gap(name, f"few_shot_{name}")),
        )
        for name, section in sections.items()
    ]  # fmt: skip
    return [
        *drops,
        Claim(
            "few-shot-drop-order",
            "roughly {} [from scratch], {} [last layer], {} [full] decrease in the test accuracy".format(*costs),
            "Sections VI-A to VI-C",
            "what few images cost (1687 minus 189), from scratch minus full fine-tuning, SGD: less from scratch",
            ("scratch", "full", "few_shot_scratch", "few_shot_full"), _drop_order, NEGATIVE,
        ),
        Claim(
            "few-shot-order", "Test accuracy: from scratch {}, last layer {}, full {} (SGD)".format(*percents),
            "Tables V–VII", "test accuracy with 189 images, each strategy minus the one before, with either optimiser",
            SMALL, compare((SMALL[2], SMALL[1]), (SMALL[1], SMALL[0])), POSITIVE, calibrated=True,
        ),
        Claim(
            "few-shot-more-epochs", "Keeping the maximal number of training epochs at 50 for both larger and smaller "
            "datasets may lead to some performance loss", "Section VI-A",
            "test accuracy from 189 images, as many steps as 1687 take minus 50 epochs, at one rate each",
            ("few_shot_steps", *SMALL[::2]), _more_epochs, POSITIVE,
        ),
    ]  # fmt: skip


def _drop_order(runs, confidence):
    large, small = (
        compare((f"{few}scratch", f"{few}full"), optimizers=("sgd",))(runs, confidence) for few in ("", "few_shot_")
    )
    (large,), (small,) = large.values(), small.values()
    about_it = {"method": f"{large.method}; {small.method}", "seeds": min(large.seeds, small.seeds)}
    about_it["edge"] = "; ".join(filter(None, (large.edge, small.edge)))
    return {"sgd": replace(independent_difference(large, small), **about_it)}


def _more_epochs(runs, confidence):
    found = {}
    for name, optimizer in product(("scratch", "full"), ("sgd", "adam")):
        if long := select(runs["few_shot_steps"], name=name, optimizer=optimizer):
            rate = setting(long[0], "lr")  # they have one each; a profile with few rates may lack it
            short = select(runs[f"few_shot_{name}"], optimizer=optimizer, lr=rate)
            found[f"{name}, {optimizer}"] = score_gap(long, short, confidence)
    if not found:
        raise ValueError("none of the long runs' rates is in this profile")
    return found


def _first_val(run):
    return history(run)[0]["val_accuracy"]


def _printed_gap(a: str, b: str) -> float:
    """Between two studies' printed test accuracies with SGD."""
    printed = (printed_result(n.removeprefix("few_shot_"), "sgd", few_shot=n in SMALL).test_percent for n in (a, b))
    return float(np.subtract(*printed)) / 100


# In the order of the document.
CLAIMS: tuple[Claim, ...] = (
    *optimizer_claims(),
    *time_claims(),
    *(replace(claim, wider=WIDER) for claim in (*_strategy_claims(), *_few_shot_claims())),
    *augmentation_claims(),
)
