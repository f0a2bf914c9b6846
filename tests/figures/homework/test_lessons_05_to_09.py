"""Figures of lessons 05 to 09: each states what its records show, whichever way they come out."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from matplotlib import pyplot

import fakes
from course_lib.analysis.homework import (
    few_shot_losses,
    optimizer_table,
    order_accuracies,
    printed_gains,
    steps_and_images,
    task_scores,
)
from course_lib.analysis.homework.few_shot import Loss
from course_lib.analysis.homework.forgetting import AS_IT_IS, NEW, OWN_STATISTICS
from course_lib.analysis.homework.worlds import pair_verdicts
from course_lib.analysis.intervals import Interval
from course_lib.analysis.records import select
from course_lib.analysis.verdicts import POSITIVE, Claim, Verdict
from course_lib.figures.homework import augmentation, few_shot, full, optimizers, worlds
from course_lib.sweeps.studies.homework import ORDER_ROWS, TABLE_VIII
from layout import assert_texts_stay_inside_and_apart, figures_of, title_of

RNG = np.random.default_rng(0)
NAMES = ("scratch", "last_layer", "full")
SETTINGS = {"rates": (0.03, 0.001), "seeds": (0, 1), "epochs": 4}
MANY = {name: fakes.fake_grid(name, **SETTINGS) for name in NAMES}
FEW = {name: fakes.fake_grid(name, few_shot=True, **SETTINGS) for name in NAMES}
FEW = {name: [r | {"recipe": r["recipe"] | {"batch_size": 32}} for r in runs] for name, runs in FEW.items()}
MANY = {name: [r | {"recipe": r["recipe"] | {"batch_size": 64}} for r in runs] for name, runs in MANY.items()}
LONG = select(FEW["scratch"], optimizer="adam", lr=0.001) + select(FEW["full"], optimizer="sgd", lr=0.03)
LOST = [fakes.fake_run("full", "sgd", 0.03, s, epochs=2, diverge_at=1) for s in (0, 1)]
KEPT = [fakes.fake_run("full", "sgd", 0.03, s, epochs=2) for s in (0, 1)]
PICTURES = torch.from_numpy(RNG.integers(0, 256, (9, 3, 8, 8), dtype=np.uint8))
MEAN, STD = torch.tensor([0.5, 0.5, 0.5]), torch.tensor([0.3, 0.3, 0.3])
PLAIN = (PICTURES / 255 - MEAN.view(3, 1, 1)) / STD.view(3, 1, 1)
ORDERS = {
    order: {row: fakes.fake_grid("full", few_shot=True, optimizers=("sgd",), **SETTINGS) for row in ORDER_ROWS}
    for order in ("before Normalize", "after, in validation too")
}
PARTS = {"forward": 1.0, "step": 0.5, "validation": 0.1}
TIMES = {
    (8, form, name): [PARTS | {"step": step}] * 3
    for form in ("loop", "fused")
    for name, step in (("SGD", 0.5), ("Adam", 0.8))
}


def at(estimate, half=0.01, method="t, 3 seeds"):
    return Interval(estimate, estimate - half, estimate + half, method)


FORMER = {NEW: {1e-6: at(0.2), 1e-3: at(0.9)}, AS_IT_IS: {1e-6: at(0.8), 1e-3: at(0.4)}}
CLAIM = Claim("", "a sentence", "nowhere", "a fake", ("full",), None, POSITIVE)
RULES = {"borrowed layers": {7: at(0.5), 189: at(0.8)}, "random layers": {7: at(0.2), 189: at(0.3)}}
GAINS = {"RandomInvert(p=0.5)": at(0.05), "GaussianBlur(3)": at(0.0), "GaussianBlur(5)": at(-0.04)}
KINDS = {"RandomInvert(p=0.5)": "colour", "GaussianBlur(3)": "blur", "GaussianBlur(5)": "blur"}
SIZES = {"SGD": [(1e-3, 1e-5), (1e-1, 1e-3)], "Adam, first step": [(1e-3, 1e-2), (1e-1, 1e-2)]}
PAIRS = pair_verdicts(
    *(
        [Verdict(replace(CLAIM, id=name), word, "", at(effect)) for name, (word, effect) in own.items()]
        for own in (
            {"flip-gain": ("reproduced", 0.05), "few-shot-order": ("undecided", 0.01), "a-loss": ("reproduced", 0.1)},
            {
                "flip-gain": ("reproduced", 0.04),
                "few-shot-order": ("reproduced", 0.2),
                "a-loss": ("contradicted", -0.2),
            },
        )
    )
)
FIGURES = {
    "full.learning": lambda: full.learning(MANY),
    "full.first_filters": lambda: full.first_filters(RNG.normal(size=(8, 3, 5, 5)), np.ones((8, 3, 5, 5)), "tuned"),
    "full.forgetting": lambda: full.forgetting(FORMER | {OWN_STATISTICS: {1e-6: at(0.85), 1e-3: at(0.45)}}),
    "few_shot.curves": lambda: few_shot.curves(FEW, "adam"),
    "few_shot.one_seed": lambda: few_shot.one_seed(FEW, "adam"),
    "few_shot.losses": lambda: few_shot.losses(few_shot_losses(MANY, FEW), (1687, 189)),
    "few_shot.budget": lambda: few_shot.budget(RULES, {189: at(0.4)}, {189: at(0.85)}, 189),
    "few_shot.steps_and_images": lambda: few_shot.steps_and_images(steps_and_images(FEW, LONG, MANY)),
    "augmentation.samples": lambda: augmentation.samples(
        PICTURES, 1, "dog", {name: TABLE_VIII[name] for name in ("RandomInvert(p=0.5)", "GaussianBlur(13)")}
    ),
    "augmentation.gains": lambda: augmentation.gains(GAINS, KINDS, printed_gains()),
    "augmentation.learning": lambda: augmentation.learning("GaussianBlur(3)", select(FEW["full"], optimizer="sgd"), 47),
    "augmentation.jittered_values": lambda: augmentation.jittered_values(PLAIN, 1.01 * PLAIN, PLAIN.clamp(0, 1)),
    "augmentation.jittered_pictures": lambda: augmentation.jittered_pictures(PICTURES, PLAIN.clamp(0, 1), MEAN, STD),
    "augmentation.orders": lambda: augmentation.orders(order_accuracies(ORDERS, ORDER_ROWS), 0.2),
    "augmentation.luck": lambda: augmentation.luck(0.9),
    "optimizers.losses": lambda: optimizers.losses({o: select(MANY["full"], optimizer=o) for o in ("sgd", "adam")}),
    "optimizers.differences": lambda: optimizers.differences(optimizer_table({"full": MANY["full"]})),
    "optimizers.sensitivity": lambda: optimizers.sensitivity({"full": MANY["full"], "few_shot_full": FEW["full"]}),
    "optimizers.gaps_by_grid": lambda: optimizers.gaps_by_grid({"all": at(0.02), "high": replace(at(-0.1), edge="x")}),
    "optimizers.steps": lambda: optimizers.steps(SIZES, 0.01),
    "optimizers.lost_runs": lambda: optimizers.lost_runs({"as it is, 7 outputs": KEPT, "as it is, 1000 outputs": LOST}),
    "worlds.verdicts": lambda: worlds.verdicts(PAIRS),
    "worlds.sizes": lambda: worlds.sizes({"last layer, 96 px": {"sgd": at(0.5), "adam": at(0.6)}}, [at(0.2), at(0.0)]),
    "optimizers.seconds": lambda: optimizers.seconds(TIMES, 189),
}


def test_every_figure_is_known():
    """A new figure is entered above."""
    modules = {"full": full, "few_shot": few_shot, "augmentation": augmentation, "optimizers": optimizers}
    modules["worlds"] = worlds
    found = {f"{name}.{function}" for name, module in modules.items() for function in figures_of(module)}
    assert found == set(FIGURES)


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_has_a_title_and_a_clean_layout(name):
    figure = FIGURES[name]()
    assert title_of(figure)
    assert "nan" not in title_of(figure)
    assert pyplot.get_fignums() == [], "the figure leaks into pyplot"
    assert_texts_stay_inside_and_apart(figure, name)


def test_filters_that_did_not_move_are_the_start():
    start = RNG.normal(size=(8, 3, 5, 5))
    assert (
        title_of(full.first_filters(start, start, "borrowed")) == "First filters, borrowed: where both trainings start"
    )
    assert (
        title_of(full.first_filters(3 * start, start, "tuned")) == "First filters, tuned: moved by 200 % of their size"
    )


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (0.45, "takes the former one from 85 to 45 %"),
        (0.845, "does not clearly change the former one (from 85 to 84 %)"),
        (0.9, "raises the former one from 85 to 90 %"),
    ],
)
def test_forgetting_says_what_happened_to_the_former_task(end, words):
    title = title_of(full.forgetting(FORMER | {OWN_STATISTICS: {1e-6: at(0.85), 1e-3: at(end)}}))
    assert title == f"The rate best for the new task, 0.001, reaches 90 % and {words}"


def test_weights_without_images_of_their_own_leave_the_new_task_alone():
    figure = full.forgetting({NEW: FORMER[NEW]})
    assert title_of(figure) == "The rate best for the new task, 0.001, reaches 90 %"
    assert figure.legends[0].get_title().get_text() == "mean over seeds, 95 % t-interval"
    one_run = full.forgetting({NEW: {1e-3: at(0.9, method="Wilson, 9 images")}})
    assert "over the test images" in one_run.legends[0].get_title().get_text()
    assert task_scores  # the form of the scores is its own


def test_losses_name_a_strategy_only_if_it_clearly_loses_most():
    def losses(*points):
        lost = [Interval(p, p - 0.03, p + 0.03, "Newcombe", unit="points") for p in points]
        return [Loss(name, "adam", False, found, 2.0) for name, found in zip(NAMES, lost, strict=True)]

    title = title_of(few_shot.losses(losses(0.41, 0.08, 0.11), (1687, 189)))
    assert title == (
        "With 189 in place of 1687 images, from scratch loses most with Adam: 41 points "
        "(full fine-tuning 11, last layer 8)"
    )
    title = title_of(few_shot.losses(losses(0.12, 0.10, 0.11), (100, 9)))
    assert "no strategy clearly loses most with Adam: from scratch 12, full fine-tuning 11, last layer 10" in title


def test_a_budget_says_how_few_images_are_enough_or_that_none_were():
    enough = title_of(few_shot.budget(RULES, {189: at(0.4)}, {189: at(0.85)}, 189))
    assert enough == (
        "A linear rule on borrowed layers that learned from 7 images is right more often than a network trained from "
        "scratch on 189"
    )
    never = few_shot.budget(RULES, {189: at(0.9)}, {189: at(0.95)}, 189)
    assert title_of(never).startswith("No number of images tried here lifts a linear rule")
    assert never.legends[0].get_title().get_text() == "95 % interval over draws or seeds (t)"
    rules = RULES | {"random layers": {7: at(0.2), 189: at(0.3, method="Wilson, 9 images")}}
    mixed = few_shot.budget(rules, {189: at(0.9)}, {189: at(0.95)}, 189)
    assert "dotted: over the images" in mixed.legends[0].get_title().get_text()


def test_one_seed_moves_more_than_the_mean():
    def run(seed, *values):
        history = [{"train_loss": 1.0, "val_loss": 1.0, "val_accuracy": value} for value in values]
        return fakes.fake_run("full", "adam", 0.001, seed, epochs=3) | {"history": history}

    figure = few_shot.one_seed({"full": [run(0, 0.5, 0.6, 0.5), run(1, 0.6, 0.5, 0.6)]}, "adam")
    assert (
        title_of(figure) == "Points from epoch to epoch: one run moves by 10.0 (full fine-tuning); the mean of 2 by 0.0"
    )
    mean, alone = figure.axes[0].get_lines()
    assert mean.get_ydata() == pytest.approx([55, 55, 55])
    assert alone.get_ydata() == pytest.approx([50, 60, 50])
    single = few_shot.one_seed({"full": [run(0, 0.5)]}, "adam")
    assert title_of(single) == "After a single epoch, no run has moved from one epoch to the next"
    with pytest.raises(ValueError, match="no finished run of 'full' with SGD"):
        few_shot.one_seed({"full": [run(0, 0.5, 0.6, 0.5)]}, "sgd")


def test_gains_are_counted_in_words_that_fit():
    title = title_of(augmentation.gains(GAINS, KINDS, printed_gains()))
    assert title == "1 row gains, 1 loses, and 1 of 3 cannot be told from no augmentation"
    none = {name: at(0.0) for name in GAINS}
    title = title_of(augmentation.gains(none, KINDS, printed_gains()))
    assert title == "0 rows gain, 0 lose, and 3 of 3 cannot be told from no augmentation"


def test_a_jitter_after_the_normalisation_that_does_no_harm_is_said_to():
    far = title_of(augmentation.jittered_values(PLAIN, PLAIN + 0.01, PLAIN + 0.4))
    assert far.endswith("moves them 40 times as far")
    near = title_of(augmentation.jittered_values(PLAIN, PLAIN + 0.01, PLAIN + 0.01))
    assert near.endswith("moves them no further than before it")


def test_the_title_of_luck_names_both_extremes():
    assert "(tries as alike as ours) to" in title_of(augmentation.luck(0.97))


def test_the_title_of_gaps_by_grid_counts_the_grids_that_each_optimiser_wins():
    one, other = Interval(0.05, 0.02, 0.08, "t"), Interval(-0.04, -0.06, -0.02, "t", edge="best at the highest rate")
    figure = optimizers.gaps_by_grid({"low": one, "high": other, "all": Interval(0.01, -0.02, 0.04, "t")})
    assert title_of(figure) == "The same runs: Adam wins 1 of 3 grids of rates, SGD 1"
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["low", "high †", "all"]
    assert axes.get_xlabel().endswith("† a best rate at the edge of its grid")


def test_differences_are_clear_undecided_or_at_the_edge():
    table = optimizer_table({"full": MANY["full"]})
    clear = table.assign(**{"low": 1.0, "high": 3.0, "low, seeds": 0.5, "high, seeds": 4.0, "edge": "–"})
    assert title_of(optimizers.differences(clear)) == "Adam − SGD, grid by grid: a clear difference in full"
    unclear = clear.assign(**{"low, seeds": -0.5})
    assert title_of(optimizers.differences(unclear)) == "Adam − SGD, grid by grid: nothing decided"
    at_edge = title_of(optimizers.differences(clear.assign(edge="sgd")))
    assert at_edge == "Adam − SGD, grid by grid: nothing decided, 1 of 1 grids have a best rate at their edge"


def test_lost_runs_are_counted_by_the_number_of_outputs():
    rows = {"a, 7 outputs": KEPT, "a, 1000 outputs": LOST, "b, 7 outputs": KEPT, "b, 1000 outputs": KEPT}
    title = title_of(optimizers.lost_runs(rows))
    assert title == "Diverged within an epoch: 0 of 4 runs with 7 outputs, 2 of 4 runs with 1000 outputs"


def test_seconds_compare_the_smallest_batch_without_its_validation():
    title = title_of(optimizers.seconds(TIMES, 189))
    assert title.startswith("An epoch with Adam, batches of 8: +20 % loop, +20 % fused (printed: +34 %)")
    equal = {key: [PARTS] * 3 for key in TIMES}
    assert "+0 % loop" in title_of(optimizers.seconds(equal, 189))


def test_the_verdicts_are_counted_in_the_title():
    title = title_of(worlds.verdicts(PAIRS))
    assert title.startswith("Of 3 claims in points, 0 are undecided in both worlds; 1 decided in the")
    assert title.endswith("2 decided in both, 1 of them in opposite ways")
    with pytest.raises(ValueError, match="no claim in nats"):
        worlds.verdicts(PAIRS, "nats")


def test_the_cost_of_small_images_is_in_the_title():
    title = title_of(FIGURES["worlds.sizes"]())
    assert title == "Smaller images cost the last layer 0 to 20 points; 1 of 2 intervals leave out zero"
