import subprocess
import sys
from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pytest
import torch
from matplotlib import pyplot
from matplotlib.figure import Figure

import course_lib.figures
import fakes
from course_lib.analysis import best_of_tries, reliability
from course_lib.analysis.homework import STRATEGY_NAMES, optimizer_table, printed_channels, printed_gains, printed_top5
from course_lib.analysis.intervals import (
    Interval,
    accuracy_interval,
    independent_difference,
    paired_difference,
    seed_interval,
)
from course_lib.analysis.records import select
from course_lib.figures import (
    accuracy,
    amounts,
    augmentation,
    curves,
    drift,
    filters,
    guess,
    heat,
    homework,
    images,
    learning,
    maps,
    save,
    sensitivity,
    statistics,
    steps,
    style,
    timing,
    top5,
)
from course_lib.figures.showing import describe
from course_lib.sweeps.studies.homework import TABLE_VIII
from layout import all_axes, assert_texts_stay_inside_and_apart

TITLE = "A large rate is best for SGD"
RNG = np.random.default_rng(0)
NAMES = ("dog", "elephant", "giraffe")
PICTURES = RNG.integers(0, 256, (6, 3, 8, 8), dtype=np.uint8)
PROBABILITIES = np.array([[0.7, 0.2, 0.1]] * 6)
GRID = fakes.fake_grid("full", rates=(0.03, 0.001), seeds=(0, 1), epochs=4)
LOST = [fakes.fake_run("full", "sgd", 0.03, s, epochs=4, diverge_at=at) for s, at in enumerate([None, 0, 2])]
FEW = fakes.fake_grid("full", rates=(0.03,), seeds=(0, 1), epochs=3, few_shot=True)
MAP = {"1000 outputs": LOST, "7 outputs": [fakes.fake_run("full", "sgd", 0.03, s, epochs=2) for s in (0, 1)]}
EPOCHS = {"SGD": [{"forward": 1.0, "step": s} for s in (0.1, 0.2, 9.0)], "Adam": [{"forward": 1.0, "step": 0.5}] * 3}
CLASSES = [name for name, _ in printed_top5()] + ["cat"]
GAINS = {
    "ColorJitter(hue=0.05)": Interval(-0.3, -0.35, -0.25, "bootstrap, 9 shared images"),
    "GaussianBlur(3)": Interval(0.01, -0.02, 0.04, "bootstrap, 9 shared images"),
}
KINDS = {"ColorJitter(hue=0.05)": "colour", "GaussianBlur(3)": "blur"}

FIGURES = {
    "training_curves": lambda t: curves.training_curves(GRID, title=t),
    "training_curves, diverged": lambda t: curves.training_curves(LOST, title=t, log_loss=True, band="interval"),
    "training_curves, all lost": lambda t: curves.training_curves([LOST[1]], title=t),
    "quantity_curves": lambda t: curves.quantity_curves(GRID, "train_loss", title=t, log_loss=True),
    "quantity_curves, two": lambda t: curves.quantity_curves(GRID, ("train_loss", "val_accuracy"), title=t),
    "filter_grid": lambda t: filters.filter_grid(RNG.normal(size=(16, 3, 7, 7)), title=t),
    "channel_maps": lambda t: maps.channel_maps(RNG.normal(size=(20, 6, 6)), title=t),
    "before_and_after": lambda t: maps.before_and_after(RNG.normal(size=(3, 6, 6)), title=t),
    "contact_sheet": lambda t: images.contact_sheet(PICTURES, list("abcdef"), title=t),
    "misclassified": lambda t: images.misclassified(PICTURES, [0, 1, 2, 1, 0, 0], PROBABILITIES, NAMES, title=t),
    "top5_bars": lambda t: top5.top5_bars(CLASSES, [0.9, 0.04, 0.03, 0.01, 0.0, 0.02], title=t, printed=printed_top5()),
    "pixel_histograms": lambda t: statistics.pixel_histograms(RNG.integers(1, 9, (3, 256)), title=t),
    "running_statistics": lambda t: statistics.running_statistics(
        [1, 2, 3], RNG.uniform(size=(3, 3)), RNG.uniform(size=(3, 3)), title=t, printed=printed_channels()
    ),
    "channel_spread": lambda t: statistics.channel_spread(
        {"mini": (0.2, 0.3, 0.25)}, {"other": (0.2, 0.2, 0.2)}, title=t
    ),
    "strategies": lambda t: homework.strategies({"full": GRID + FEW}, title=t),
    "dot_intervals": lambda t: accuracy.dot_intervals([accuracy.Dot("flip", "sgd", accuracy_interval(9, 10))], title=t),
    "optimizer_differences": lambda t: homework.optimizer_differences(optimizer_table({"full": GRID}), title=t),
    "rate_sensitivity": lambda t: sensitivity.rate_sensitivity({"large": GRID, "lost": LOST}, title=t),
    "rate_map": lambda t: sensitivity.rate_map(MAP, title=t),
    "step_sizes": lambda t: steps.step_sizes(
        {"SGD": [(1e-3, 1e-5), (1e-1, 1e-3)], "Adam": [(1e-3, 1e-2)]}, 0.01, title=t
    ),
    "epoch_parts": lambda t: timing.epoch_parts(EPOCHS, title=t, per=10),
    "dot_intervals, long names": lambda t: accuracy.dot_intervals(
        [accuracy.Dot("flip", f"series {i} with a long name", accuracy_interval(9, 10)) for i in range(4)], title=t
    ),
    "augmented_samples": lambda t: augmentation.augmented_samples(
        torch.from_numpy(PICTURES[0]), {"none": (), "RandomInvert(p=0.5)": TABLE_VIII["RandomInvert(p=0.5)"]}, title=t
    ),
    "augmentation_gains": lambda t: augmentation.augmentation_gains(GAINS, KINDS, printed_gains(), title=t),
    "luck_of_selection": lambda t: augmentation.luck_of_selection(
        {"independent": {p: best_of_tries(p, 47, 9, repeats=9) for p in (0.7, 0.9)}},
        46 / 47,
        num_images=47,
        num_tries=9,
        title=t,
    ),
    "value_histograms": lambda t: statistics.value_histograms(
        {"right": {"before": [0, 1.5], "after": [0.5, 2]}, "wrong": {"before": [0, 1], "after": [1, 1]}}, title=t
    ),
    "stage_drift": lambda t: drift.stage_drift({"batch": {"stem": 0.1, "head": 0.0}}, title=t, log=True),
}
SCRATCH = fakes.fake_grid("scratch", rates=(0.03,), seeds=(0, 1), epochs=3, few_shot=True)
BY_AMOUNT = {"few": {7: accuracy_interval(4, 9), 189: accuracy_interval(8, 9)}, "one": {47: accuracy_interval(1, 9)}}
AXES = {"xlabel": "images", "ylabel": "accuracy (%)"}
HISTORY = [{"train_loss": 2.0, "val_loss": 1.5, "train_accuracy": 0.5, "val_accuracy": 0.6}] * 3
CALIBRATION = reliability([0, 1, 0, 0], np.array([[0.95, 0.05], [0.95, 0.05], [0.65, 0.35], [0.65, 0.35]]))
FIGURES |= {
    "learning_curves": lambda t: learning.learning_curves(HISTORY, 1, kind="score", title=t),
    "reliability_curve": lambda t: course_lib.figures.reliability_curve(CALIBRATION, title=t),
    "heat_maps": lambda t: heat.heat_maps(PICTURES, RNG.uniform(size=(6, 4, 4)), list("abcdef"), title=t),
}
FIGURES |= {
    "training_curves, by strategy": lambda t: curves.training_curves(FEW + SCRATCH, title=t, rows="name"),
    "guess_and_measurement": lambda t: guess.guess_and_measurement((40, 60), 80.5, title=t, xlabel="accuracy (%)"),
    "guess_and_measurement, a number": lambda t: guess.guess_and_measurement((0, 0), 0, title=t, xlabel="points"),
    "accuracy_by_amount": lambda t: amounts.accuracy_by_amount(BY_AMOUNT, title=t, reference=47, **AXES),
    "dot_intervals, of differences": lambda t: accuracy.dot_intervals(
        [
            accuracy.Dot("a", "steps", paired_difference("0110", "1010")),
            accuracy.Dot("a", "images", independent_difference(accuracy_interval(8, 9), accuracy_interval(4, 9))),
        ],
        title=t,
        reference=0,
    ),
}
PICTURES_ONLY = {
    "heat_maps",
    "filter_grid",
    "channel_maps",
    "before_and_after",
    "contact_sheet",
    "misclassified",
    "augmented_samples",
}


@pytest.mark.parametrize("name", FIGURES)
def test_figure_has_title_and_labelled_axes(name):
    before = dict(mpl.rcParams)
    pyplot.close("all")
    figure = FIGURES[name](TITLE)
    assert isinstance(figure, Figure)
    assert pyplot.get_fignums() == [], "the figure leaks into pyplot"
    assert figure.get_suptitle() == TITLE
    if name not in PICTURES_ONLY:
        first, last = all_axes(figure)[0], all_axes(figure)[-1]
        assert last.get_xlabel() or figure.get_supxlabel()
        assert first.get_ylabel() or any(text.get_text() for text in first.get_yticklabels())
    assert dict(mpl.rcParams) == before, "a figure changed matplotlib's settings for everybody"


@pytest.mark.parametrize("name", FIGURES)
def test_figure_refuses_an_empty_title(name):
    with pytest.raises(ValueError, match="no title"):
        FIGURES[name](" ")


@pytest.mark.parametrize("name", FIGURES)
def test_texts_stay_inside_and_apart(name):
    """No tick label or title is cut off, and the tick labels of an axis do not overlap."""
    assert_texts_stay_inside_and_apart(FIGURES[name](TITLE), name)


def test_a_users_settings_do_not_change_the_look():
    plain = describe(FIGURES["dot_intervals"](TITLE)).data
    with mpl.rc_context({"font.size": 30, "axes.grid": False, "savefig.facecolor": "red"}):
        assert describe(FIGURES["dot_intervals"](TITLE)).data == plain


def test_a_rate_has_one_colour_everywhere():
    assert len({style.lr_color(lr) for lr in fakes.RATES}) == 5
    assert style.lr_color(0.03) == style.lr_color(0.3 - 0.27) == style.VERMILLION
    assert style.lr_color(0.3) != style.lr_color(3e-5)
    lines = curves.quantity_curves(GRID, title=TITLE).axes[0].get_lines()
    drawn = {(line.get_color(), line.get_linestyle()) for line in lines if len(line.get_xdata()) > 1}
    assert drawn == {(style.lr_color(lr), dash) for lr in (0.03, 0.001) for dash in ("-", "--")}


def test_curves_draw_the_mean_and_the_range():
    runs = [r for r in GRID if r["recipe"] == GRID[0]["recipe"]]
    axes = curves.quantity_curves(runs, "val_loss", title=TITLE).axes[0]
    losses = np.array([[e["val_loss"] for e in r["history"]] for r in runs])
    assert axes.get_lines()[0].get_ydata() == pytest.approx(losses.mean(axis=0))
    band = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == pytest.approx((losses.min(), losses.max()))


def test_one_huge_loss_does_not_flatten_all_others():
    """The axis ends above the usual values, and a note counts what lies beyond."""
    runs = fakes.fake_grid(seeds=(0,), optimizers=("sgd",))
    assert not curves.quantity_curves(runs, "val_loss", title="as they are").axes[0].texts
    runs[0]["history"][0]["val_loss"] = 85.25
    axes = curves.quantity_curves(runs, "val_loss", title="one apart").axes[0]
    assert axes.get_ylim()[1] < 5
    assert [text.get_text() for text in axes.texts] == ["↑ 1 of 250 values, up to 85.2"]


def test_rows_may_be_strategies():
    figure = curves.training_curves(
        FEW + SCRATCH, title=TITLE, rows="name", names=STRATEGY_NAMES, quantities=("val_accuracy",)
    )
    assert [axes.get_ylabel() for axes in figure.axes] == ["full\nfine-tuning", "from\nscratch"]
    assert [axes.get_title() for axes in figure.axes] == ["validation accuracy (%)", ""]
    for axes, runs in zip(figure.axes, (FEW, SCRATCH), strict=True):
        stars = [line.get_ydata()[0] for line in axes.get_lines() if line.get_marker() == "*"]
        assert sorted(stars) == pytest.approx(sorted(100 * run["val_accuracy"] for run in runs))


def test_amounts_are_drawn_in_order_with_their_intervals():
    axes = amounts.accuracy_by_amount({"a": dict(reversed(BY_AMOUNT["few"].items()))}, title=TITLE, **AXES).axes[0]
    assert axes.containers[0][0].get_ydata() == pytest.approx([400 / 9, 800 / 9])
    bars = axes.containers[0][2][0].get_segments()
    expected = [[100 * found.low, 100 * found.high] for found in BY_AMOUNT["few"].values()]
    assert [bar[:, 1].tolist() for bar in bars] == [pytest.approx(pair) for pair in expected]


@pytest.mark.parametrize(("guessed", "bars"), [((40, 60), 1), ((50, 50), 0)])
def test_a_guess_is_a_bar_or_a_diamond_and_the_measurement_a_dot(guessed, bars):
    axes = guess.guess_and_measurement(guessed, 80.5, title=TITLE, xlabel="%").axes[0]
    assert [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in axes.patches] == [guessed] * bars
    points = [(line.get_marker(), line.get_xdata()[0]) for line in axes.lines]
    assert points == [("D", 50)] * (1 - bars) + [("o", 80.5)]
    low, high = axes.get_xlim()
    assert low < guessed[0] <= guessed[1] < 80.5 < high


SHOW_ACCURACIES = {
    "training_curves", "quantity_curves", "strategies", "dot_intervals", "accuracy_by_amount",
    "optimizer_differences", "rate_sensitivity", "augmentation_gains", "luck_of_selection",
    "rate_map", "rate_curves", "layer_fusion", "freeze_depth", "cover", "learning_curves", "reliability_curve",
}  # fmt: skip
NO_ACCURACIES = {
    "filter_grid", "channel_maps", "before_and_after", "contact_sheet", "misclassified", "top5_bars", "feature_planes",
    "pixel_histograms", "running_statistics", "channel_spread", "stage_drift", "epoch_parts", "step_sizes",
    "augmented_samples", "value_histograms", "augmented_batch", "feature_map", "mistake_gallery",
    "guess_and_measurement", "heat_maps", "concept_ranking",
}  # fmt: skip
NOT_FIGURES = {"Dot", "lr_color", "short_name", "save", "show", "styled", "explorers"}
NOT_FIGURES |= {"Explorer", "compose", "explore", "last_three_weights"}
NOT_FIGURES |= {
    f"{name}_controls" for name in ("augmentation", "depth", "fusion", "layer", "mistake", "ranking", "rate")
}


def test_contract_10_every_figure_of_accuracies_is_known():
    """A new figure is entered above, and if it shows accuracies, below; those with sliders are in tests/widgets."""
    names = {*course_lib.figures.__all__, *course_lib.figures.explorers.__all__, *homework.__all__}
    assert names - NOT_FIGURES == SHOW_ACCURACIES | NO_ACCURACIES


@pytest.mark.parametrize("band", ["range", "interval"])
def test_contract_10_curves_over_seeds_have_a_band(band):
    for make in (curves.training_curves, curves.quantity_curves):
        figure = make(GRID, title=TITLE, band=band)
        for axes in figure.axes:
            lines = [line for line in axes.get_lines() if len(line.get_xdata()) > 1]
            assert len(axes.collections) == len(lines) > 0
        assert curves.BANDS[band] in [text.get_text() for text in figure.legends[0].get_texts()]


def test_the_title_of_strategies_names_one_optimizer_each_by_validation():
    """Never a mean of two optimisers: no network has reached it."""
    good, bad = (fakes.fake_grid("full", optimizers=(o,), seeds=(0, 1), epochs=4) for o in ("adam", "sgd"))
    bad = [run | {"val_accuracy": 0.1, "test_accuracy": 0.2} for run in bad]
    good = [run | {"val_accuracy": 0.9, "test_accuracy": 0.8} for run in good]
    title = homework.strategies({"full": bad + good}).get_suptitle()
    assert title == "Full fine-tuning 80 % (Adam) of the test images"
    few = homework.strategies({"full": GRID + FEW}).get_suptitle()
    assert few.startswith("With 189 images: full fine-tuning")
    equal = [run | {"val_accuracy": 0.9} for run in bad] + good
    assert homework.strategies({"full": equal}).get_suptitle().startswith("Full fine-tuning 20 % (SGD)")


def test_seven_classes_have_seven_colours_and_markers():
    labels = np.arange(70) % 7
    figure = course_lib.figures.feature_planes(
        {"a": RNG.normal(size=(70, 5))}, labels, [f"class {n}" for n in range(7)], title=TITLE
    )
    handles = figure.legends[0].legend_handles
    assert len({str(handle.get_markerfacecolor()) for handle in handles}) == 7
    assert len({str(handle.get_marker()) for handle in handles}) == 7
    assert "first principal component" in figure.axes[0].get_xlabel()


@pytest.mark.parametrize("name", ["strategies", "dot_intervals"])
def test_contract_10_every_accuracy_has_its_interval(name):
    figure = FIGURES[name](TITLE)
    dots = sum(len(line.get_xdata()) == 1 for axes in figure.axes for line in axes.lines)
    bars = [bar for axes in figure.axes for drawn in axes.collections for bar in drawn.get_segments()]
    assert dots == len(bars) > 0
    assert min(np.ptp(bar[:, 0]) for bar in bars) > 0
    assert "95 % interval" in figure.legends[0].get_title().get_text()


def test_the_best_epoch_is_marked():
    figure = curves.training_curves(GRID, title=TITLE)
    stars = [line for line in figure.axes[2].get_lines() if line.get_marker() == "*"]
    marked = {(line.get_xdata()[0], round(float(line.get_ydata()[0]), 6)) for line in stars}
    sgd = [max((r for r in GRID if r["recipe"]["optimizer"] == "sgd" and r["seed"] == s),
               key=lambda r: r["val_accuracy"]) for s in (0, 1)]  # fmt: skip
    assert marked == {(r["best_epoch"], round(100 * r["val_accuracy"], 6)) for r in sgd}


def test_runs_that_ask_concepts_show_their_average_precision():
    """In the place of the accuracy of classes, which they do not have."""
    runs = [run | {"metric": "map", "history": concept_history(run)} for run in select(GRID, optimizer="sgd")]
    axes = curves.training_curves(runs, title=TITLE).axes[2]
    assert axes.get_ylabel() == "validation mean average precision (%)"
    drawn = np.concatenate([line.get_ydata() for line in axes.get_lines() if len(line.get_ydata()) > 1])
    assert np.isfinite(drawn).all()
    assert np.nanmax(drawn) > 1  # per cent


def concept_history(run):
    return [epoch | {"val_accuracy": None, "val_score": epoch["val_accuracy"]} for epoch in run["history"]]


def test_diverged_runs_are_marked_and_not_averaged_away():
    figure = curves.training_curves(LOST, title=TITLE)
    lines = figure.axes[0].get_lines()
    assert sorted(line.get_xdata()[0] for line in lines if line.get_marker() == "X") == [0, 2]
    assert np.isnan(lines[0].get_ydata()).all(), "a mean over the survivors would hide the lost runs"
    assert any("diverged: 2 of 3" in text.get_text() for text in figure.legends[0].get_texts())
    title = homework.strategies({"full": LOST}, [], title=TITLE).axes[0].get_title()
    assert "2 of 3 runs diverged" in title


def test_filters_are_scaled_one_by_one():
    weights = np.stack([np.linspace(-1, 1, 27).reshape(3, 3, 3), np.linspace(-100, 5, 27).reshape(3, 3, 3)])
    for axes in filters.filter_grid(weights, title=TITLE).axes[:2]:
        picture = axes.get_images()[0].get_array()
        assert (picture.min(), picture.max()) == (0, 1)


def test_maps_share_one_scale_around_zero():
    axes = all_axes(maps.channel_maps(np.stack([np.eye(3), -5 * np.eye(3)]), title=TITLE))
    assert {a.get_images()[0].get_clim() for a in axes if a.get_images()} == {(-5, 5)}


def test_histogram_states_population_moments():
    counts = np.zeros((3, 256))
    counts[:, [0, 255]] = 1, 3
    titles = [axes.get_title() for axes in statistics.pixel_histograms(counts, title=TITLE).axes]
    assert titles[0] == "red: mean 0.7500, std 0.4330"
    assert pytest.approx(0.2887, abs=5e-5) == statistics.UNIFORM_STD


def test_misclassified_takes_the_most_confident_mistakes_first():
    probabilities = np.array([[0.6, 0.4, 0], [0.9, 0.1, 0], [0.5, 0.3, 0.2]])
    figure = images.misclassified(PICTURES[:3], [1, 2, 0], probabilities, NAMES, title=TITLE)
    assert [axes.get_title() for axes in figure.axes if axes.get_title()] == [
        "giraffe, taken for",
        "elephant, taken for",
    ]
    assert "2 of 3" in figure.get_supxlabel()


def test_sensitivity_draws_the_mean_of_each_rate_and_marks_lost_rates():
    axes = sensitivity.rate_sensitivity({"large": GRID, "lost": LOST}, title=TITLE).axes
    sgd = [r["val_accuracy"] for r in GRID if (r["recipe"]["optimizer"], r["recipe"]["lr"]) == ("sgd", 0.03)]
    line = axes[0].containers[0].lines[0]
    assert line.get_ydata()[-1] == pytest.approx(100 * np.mean(sgd), abs=0.006)
    crosses = [[line for line in a.get_lines() if line.get_marker() == "X"] for a in axes[:2]]
    assert [len(found) for found in crosses] == [0, 1]


def test_differences_have_no_seed_interval_without_seeds():
    def series(seeds):
        table = optimizer_table({"full": fakes.fake_grid("full", seeds=seeds, epochs=3)})
        texts = homework.optimizer_differences(table, title=TITLE).legends[0].get_texts()
        return [text.get_text() for text in texts if text.get_text() != " "]

    assert series((0, 1)) == ["one run each, printed", "other test images, measured", "training again, measured"]
    assert series((0,)) == ["one run each, printed", "other test images, measured"]


def test_rate_map_counts_what_diverged():
    axes = sensitivity.rate_map(MAP, title=TITLE).axes[0]
    found = seed_interval([r["val_accuracy"] for r in MAP["7 outputs"]])
    mean, low, high = (100 * value for value in (found.estimate, max(found.low, 0), min(found.high, 1)))
    assert [text.get_text() for text in axes.texts] == ["NaN: 2 of 3", f"{mean:.0f} [{low:.0f}, {high:.0f}]"]
    assert axes.get_images()[0].get_array()[1, 0] == pytest.approx(mean, abs=0.006)
    gone = sensitivity.rate_map({"lost": [LOST[1]]}, title=TITLE).axes[0]  # before any epoch ended
    assert gone.get_images()[0].get_array().mask.all()


def test_steps_lie_on_the_lines_of_their_rule():
    axes = FIGURES["step_sizes"](TITLE).axes[0]
    proportional, constant = axes.get_lines()[:2]
    assert proportional.get_ydata() == pytest.approx(0.01 * proportional.get_xdata())
    assert constant.get_ydata() == pytest.approx([0.01, 0.01])


def test_parts_of_an_epoch_are_medians_end_to_end():
    axes = FIGURES["epoch_parts"](TITLE).axes[0]
    widths = [bar.get_width() for bar in axes.patches]
    assert widths == pytest.approx([0.1, 0.02, 0.1, 0.05])  # the slow repetition does not count in the median
    assert axes.patches[1].get_x() == pytest.approx(0.1)
    assert axes.collections[0].get_segments()[0][:, 0] == pytest.approx([0.11, 1.0])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: curves.training_curves([], title=TITLE), "no runs"),
        (lambda: curves.quantity_curves(GRID, "loss", title=TITLE), "unknown quantity 'loss'"),
        (lambda: curves.quantity_curves(GRID, title=TITLE, band="std"), "unknown band 'std'"),
        (lambda: filters.filter_grid(np.zeros((4, 5, 3, 3)), title=TITLE), r"\(4, 5, 3, 3\)"),
        (lambda: maps.channel_maps(-np.ones((1, 2, 2)), title=TITLE, kind="relu"), "cannot be negative"),
        (lambda: images.contact_sheet(np.full((1, 3, 2, 2), -1.5), title=TITLE), "undo the normalisation"),
        (lambda: images.contact_sheet(PICTURES, ["a"], title=TITLE), "1 captions for 6 images"),
        (
            lambda: images.misclassified(PICTURES, [0] * 6, PROBABILITIES, NAMES, title=TITLE),
            "none of the 6 images is misclassified",
        ),
        (lambda: top5.top5_bars(["a"], [0.5, 0.5], title=TITLE), "1 classes"),
        (lambda: statistics.pixel_histograms(np.zeros((3, 256)), title=TITLE), "need \\(3, 256\\) counts"),
        (lambda: homework.strategies({"full": []}, title=TITLE), "no runs"),
        (
            lambda: curves.training_curves(GRID, title=TITLE, rows="seed"),
            "unknown rows 'seed': choose optimizer or name",
        ),
        (lambda: amounts.accuracy_by_amount({"a": {0: accuracy_interval(1, 2)}}, title=TITLE, **AXES), "all positive"),
        (lambda: sensitivity.rate_sensitivity({"large": []}, title=TITLE), "no runs"),
        (lambda: sensitivity.rate_map({"few": FEW, "many": GRID}, title=TITLE), "the rates \\[0.03\\]"),
        (lambda: steps.step_sizes({"SGD": [(0.0, 0.1)]}, 0.1, title=TITLE), "need positive numbers"),
        (lambda: timing.epoch_parts({"a": [{"step": 1.0}], "b": [{"forward": 1.0}]}, title=TITLE), "the same parts"),
        (lambda: drift.stage_drift({"a": {"stem": -1.0}}, title=TITLE), "need finite fractions"),
    ],
)
def test_bad_input_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_description_is_kept(tmp_path):
    figure = FIGURES["stage_drift"](TITLE)
    markup = describe(figure, 'bars: "head" is 0')._repr_html_()
    assert 'alt="bars: &quot;head&quot; is 0"' in markup
    assert describe(figure).alt == TITLE
    assert save(figure, tmp_path / "new" / "drift.png").read_bytes()[:4] == b"\x89PNG"


def test_rooms_open_without_heavy_imports():
    code = (
        "import sys, course_lib.analysis, course_lib.figures; "
        "print([m for m in ('torch', 'matplotlib', 'pandas', 'scipy', 'sklearn') if m in sys.modules]); "
        "from course_lib.analysis.homework import printed_results; printed_results(); print('numpy' in sys.modules); "
        "from course_lib.figures import curves, accuracy, images; "
        "print([m for m in ('torch', 'matplotlib.pyplot') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:3] == ["[]", "False", "[]"]


def test_a_gain_beyond_the_axis_is_an_arrow_with_its_number():
    axes = augmentation.augmentation_gains(GAINS, KINDS, title=TITLE).axes[0]
    assert [text.get_text() for text in axes.texts] == ["−30.0 [−35.0, −25.0]"]
    assert axes.get_xlim() == (-15, 15)
    drawn = {line.get_marker(): line.get_xdata()[0] for line in axes.get_lines() if len(line.get_xdata()) == 1}
    assert drawn["o"] == pytest.approx(1.0)
    assert -15 < drawn["<"] < -14


def test_a_gain_at_the_edge_of_its_grid_has_a_dagger():
    edge = {name: replace(gain, edge="the lowest rate") for name, gain in list(GAINS.items())[:1]}
    figure = augmentation.augmentation_gains(GAINS | edge, KINDS, title=TITLE)
    assert_texts_stay_inside_and_apart(figure, "gains with a dagger")
    axes = figure.axes[0]
    assert sum(label.get_text().endswith(" †") for label in axes.get_yticklabels()) == 1
    assert "† a best rate at the edge" in axes.get_xlabel()
    assert "†" not in augmentation.augmentation_gains(GAINS, KINDS, title=TITLE).axes[0].get_xlabel()


def test_rows_of_table_viii_have_short_names():
    assert augmentation.short_name("RandomHorizontalFlip(p=0.5), RandomAffine(± 10 deg)") == "flip, ± 10°"
    names = [augmentation.short_name(name) for name in TABLE_VIII]
    assert len(set(names)) == 28
    assert max(map(len, names)) <= 18


def test_samples_differ_unless_nothing_is_drawn():
    rows = {"none": (), "flip": TABLE_VIII["RandomHorizontalFlip(p=0.5)"]}
    figure = augmentation.augmented_samples(torch.from_numpy(PICTURES[0]), rows, draws=8, title=TITLE)
    pictures = [axes.images[0].get_array().data for axes in figure.axes]
    assert all((picture == pictures[0]).all() for picture in pictures[:8])
    assert 0 < sum((picture != pictures[0]).any() for picture in pictures[8:]) < 8


@pytest.mark.parametrize(
    "draw",
    [
        lambda: augmentation.augmentation_gains({}, {}, title=TITLE),
        lambda: augmentation.augmentation_gains(GAINS, {}, title=TITLE),
        lambda: augmentation.augmented_samples(torch.zeros(1, 3, 4, 4), {"none": ()}, title=TITLE),
        lambda: augmentation.luck_of_selection({}, 0.9, num_images=47, num_tries=9, title=TITLE),
        lambda: statistics.value_histograms({"right": {"before": []}}, title=TITLE),
    ],
)
def test_figures_of_augmentation_refuse_nothing(draw):
    with pytest.raises(ValueError, match="no gains|no kind|need|nothing|values"):
        draw()


def test_kinds_of_intervals_are_told_apart_where_a_figure_has_several():
    """One kind: solid lines, and its name. Several: each has its line, named in the legend."""
    wilson, over_seeds = accuracy_interval(9, 10), seed_interval([0.8, 0.9, 0.7])
    one = accuracy.dot_intervals([accuracy.Dot("a", "sgd", over_seeds)], title=TITLE)
    assert one.legends[0].get_title().get_text() == "95 % interval of a mean: over seeds (t)"
    dots = [accuracy.Dot("a", "sgd", over_seeds), accuracy.Dot("a", "homework", wilson, printed=True)]
    both = accuracy.dot_intervals(dots, title=TITLE)
    legend = " ".join(both.legends[0].get_title().get_text().split())
    assert "solid: of a mean: over seeds (t); dotted: of one run: over its images (Wilson)" in legend
    solid, dotted = (bars.get_linestyle()[0][1] for bars in both.axes[0].collections[:2])
    assert solid is None
    assert len(dotted) == 2
    series = {"rule": {7: over_seeds, 189: wilson}}
    bars = amounts.accuracy_by_amount(series, title=TITLE, **AXES).axes[0].containers[0].lines[2][0]
    assert [style[1] is None for style in bars.get_linestyle()] == [True, False]
