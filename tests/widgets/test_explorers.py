"""Every explorer without a browser: its figure at every control's ends, and the shell around it."""

from functools import partial

import matplotlib as mpl
import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from torch.utils.flop_counter import FlopCounterMode

import sample_explorers as samples
from course_lib.analysis import accuracy_interval
from course_lib.figures import explorers
from course_lib.figures.explorers import depth, rates
from course_lib.figures.explorers.frames import draw_frames
from course_lib.figures.packing import shrink
from course_lib.figures.style import new_figure
from course_lib.models import build, set_trainable, stage_maps, stage_work, step_work
from course_lib.sweeps.studies.homework import TABLE_VIII

NAMES = list(samples.SAMPLES)


def ends_of(control):
    """Minimum, default and maximum of a slider, also of one that stops at some numbers; everything a menu offers."""
    if not hasattr(control, "options"):
        return [control.min, control.value, control.max]
    options = list(control.options)
    return options if isinstance(options[0], str) else [options[0], control.value, options[-1]]


@pytest.mark.parametrize("name", NAMES)
def test_every_control_at_its_ends_gives_another_picture(name):
    """Others as they begin; what depends on a menu is also tried at the end that it has there."""
    explorer = samples.make_explorer(name)
    if name == "augmented_batch":
        explorer.controls["kernel"].value = 9  # sigma without a blur changes nothing, rightly
    dependent = [explorer.controls[n] for n, given in samples.SAMPLES[name][1].items() if callable(given)]
    for label, control in explorer.controls.items():
        before, pictures = control.value, set()
        for value in ends_of(control):
            control.value = value
            assert explorer.picture.value[:4] == b"\x89PNG", explorer.message.value
            pictures.add(explorer.picture.value)
            for other in dependent if isinstance(value, str) else ():
                begun, other.value = other.value, other.max
                assert explorer.picture.value, explorer.message.value
                other.value = begun
        control.value = before
        assert len(pictures) > 1, f"{name}: '{label}' changes nothing"


@pytest.mark.parametrize("name", NAMES)
def test_the_static_figure_needs_no_controls_and_cuts_no_text_off(name):
    before = dict(mpl.rcParams)
    figure = samples.SAMPLES[name][0]()
    assert isinstance(figure, Figure)
    assert figure.get_suptitle()
    for axes in figure.axes:
        box = axes.get_tightbbox()
        assert box.x0 > -2, axes.get_title()
        assert box.y0 > -2, axes.get_title()
        assert box.x1 < figure.bbox.width + 2, axes.get_title()
        assert box.y1 < figure.bbox.height + 2, axes.get_title()
    assert dict(mpl.rcParams) == before, "a figure changed matplotlib's settings for everybody"


def line(*, height=1.0, kind="thin"):
    """A figure whose height can be refused."""
    if height > 1:
        raise ValueError(f"height {height} is <too> high")
    figure = new_figure(f"A {kind} line")
    figure.subplots().plot([0, height])
    return figure


def test_an_error_is_one_sentence_in_the_widget_and_passes():
    explorer = explorers.explore(line, height=(0.0, 2.0))
    first = explorer.picture.value
    assert first[:4] == b"\x89PNG"
    assert "A thin line" in explorer.message.value
    explorer.controls["height"].value = 1.5
    assert (explorer.picture.value, explorer.picture.layout.display) == (b"", "none")
    assert "height 1.5 is &lt;too&gt; high" in explorer.message.value
    assert 'role="alert"' in explorer.message.value
    explorer.controls["height"].value = 1.0
    assert (explorer.picture.value, explorer.picture.layout.display) == (first, None)


@pytest.mark.parametrize("name", NAMES)
def test_frames_are_what_the_sliders_show(name):
    """Each frame's picture is the explorer's at that setting; the explorer is left as it was."""
    explorer = samples.make_explorer(name)
    begun = explorer.values
    drawn = draw_frames(explorer, most=6)
    assert explorer.values == begun
    assert drawn.frames[drawn.start].picture == shrink(explorer.picture.value)
    assert drawn.frames[drawn.start].text == explorer.text
    choices = list(dict.fromkeys(frame.choice for frame in drawn.frames))
    assert len(drawn.frames) % len(choices) == 0
    assert choices == (list(explorer.controls[drawn.menu].options) if drawn.menu else [""])
    assert len({frame.picture for frame in drawn.frames}) > 1
    last = drawn.frames[-1]
    if drawn.menu:
        explorer.controls[drawn.menu].value = last.choice
    slider = explorer.controls[drawn.slider]
    slider.value = slider.options[-1] if hasattr(slider, "options") else slider.max
    assert (f"{slider.value:g}", explorer.text) == (last.value, last.text)
    assert last.picture == (shrink(explorer.picture.value) if explorer.picture.value else b"")


def test_frames_prefer_the_slider_that_depends_on_the_menu():
    drawn = draw_frames(samples.make_explorer("feature_map"), most=6)
    assert (drawn.menu, drawn.slider) == ("stage", "channel")


def test_frames_without_a_menu_or_with_a_refused_setting():
    drawn = draw_frames(explorers.explore(line, height=(0.0, 2.0)))
    assert drawn.menu == ""
    assert [frame.value for frame in drawn.frames] == ["0", "0.34", "0.66", "1", "1.34", "1.66", "2"]
    assert [bool(frame.picture) for frame in drawn.frames] == [True] * 4 + [False] * 3
    assert drawn.frames[-1].text == "height 2.0 is <too> high"
    with pytest.raises(ValueError, match="no slider among kind"):
        draw_frames(explorers.explore(line, kind=["thin", "thick"]))


def test_what_is_no_control_is_refused():
    for given in (3, (1,), [], "ab"):
        with pytest.raises(ValueError, match="control 'height' is"):
            explorers.explore(line, height=given)
    with pytest.raises(ValueError, match="no controls"):
        explorers.explore(line)


def test_controls_begin_at_the_default():
    explorer = explorers.explore(partial(line, kind="bold"), height=(0.0, 2.0), kind=["thin", "bold"])
    assert explorer.values == {"height": 1.0, "kind": "bold"}


def test_a_stored_notebook_keeps_the_picture_in_words_and_as_an_image():
    data = explorers.explore(line, height=(0.0, 1.0))._repr_mimebundle_()
    assert '<img alt="A thin line" src="data:image/webp;base64,' in data["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "text/html" not in explorers.explore(line, stored=False, height=(0.0, 1.0))._repr_mimebundle_()


def test_the_channel_slider_ends_where_the_stage_does():
    explorer = samples.make_explorer("feature_map")
    explorer.controls["stage"].value, explorer.controls["channel"].value = "stage4", 255
    explorer.controls["stage"].value = "stem"
    assert (explorer.controls["channel"].value, explorer.controls["channel"].max) == (31, 31)
    assert explorer.text.startswith("stem, channel 31")


@pytest.mark.parametrize("name", TABLE_VIII)
def test_the_sliders_can_be_set_to_every_row_of_table_viii(name):
    """But the one that turns twice; the fill is the mean colour of the images at hand."""
    rows = TABLE_VIII[name]
    settings = {}
    for step in rows:
        match type(step).__name__:
            case "RandomAffine":
                settings |= {"degrees": step.degrees[1], "fill": step.fill}
            case "ColorJitter":
                settings |= {n: round(getattr(step, n)[1] - (n != "hue"), 6) for n in step.model_fields_set - {"name"}}
            case "GaussianBlur":
                settings |= {"kernel": step.kernel_size}
            case kind:
                settings[{"RandomHorizontalFlip": "flip", "RandomInvert": "invert"}.get(kind, "greyscale")] = step.p
    composed = explorers.compose(**settings)
    same = dict.fromkeys(step for step in rows if getattr(step, "kernel_size", 3) > 1)  # a kernel of 1 does nothing
    assert list(composed) == list(same)
    controls = explorers.augmentation_controls()
    assert all(controls[n][0] <= value <= controls[n][1] for n, value in settings.items() if n != "fill")


def test_after_normalisation_jitter_moves_the_statistics_and_before_it_hardly_does():
    def mean(order):
        figure = explorers.augmented_batch(samples.IMAGES, samples.LABELS, samples.NAMES, order=order, flip=0,
                                           degrees=0, brightness=0.01)  # fmt: skip
        return figure.axes[1].containers[0].lines[0].get_ydata()[0]

    assert abs(mean("before normalisation")) < 0.02
    assert mean("after normalisation") > 0.3  # what was below the mean is cut off


@pytest.mark.parametrize("architecture", ["mini_resnet18", "mini_squeezenet"])
def test_maps_before_the_relu_become_what_the_stage_passes_on(architecture):
    torch.manual_seed(0)
    network, x = build(architecture, 3).eval(), torch.randn(2, 3, 48, 48)
    maps = stage_maps(network, x)
    assert tuple(maps) == network.inner_stages
    for stage in network.inner_stages[1:]:  # behind the first stage's ReLU stands a max-pool
        assert torch.equal(maps[stage].relu(), network.features(x, until=stage))
    assert min(found.min() for found in maps.values()) < 0


def test_maps_need_a_relu():
    network = build("mini_resnet18", 3)
    network.stages["stage2"] = network.stages["stage2"][0].downsample

    with pytest.raises(ValueError, match="stage 'stage2'"):
        stage_maps(network, torch.zeros(1, 3, 48, 48))


@pytest.mark.parametrize("moving", [("head",), ("stage4", "head"), ("stem", "head"), ("stem", "stage1", "head")])
def test_work_of_a_step_is_what_pytorch_counts_for_the_whole_network(moving):
    network = build("mini_resnet18", 3).to("meta")  # there all convolutions are the usual ones
    work = stage_work(network, 48)
    set_trainable(network, {stage: float(stage in moving) for stage in work})
    with FlopCounterMode(display=False) as counter:
        network.eval()(torch.zeros(1, 3, 48, 48, device="meta")).sum().backward()
    assert sum(map(sum, step_work(work, moving).values())) == counter.get_total_flops()
    assert sum(found.num_parameters for found in work.values()) == sum(p.numel() for p in network.parameters())


def test_work_of_an_unknown_stage_is_refused():
    with pytest.raises(ValueError, match="unknown stage 'tail'"):
        step_work({}, ["tail"])


def reached_rows(figure):
    return [text.get_text() for text in figure.axes[-1].texts]


def test_freeze_depth_shows_finished_runs_and_says_where_there_are_none():
    draw = samples.SAMPLES["freeze_depth"][0]
    inner = ("stem", "stage1", "stage2", "stage3", "stage4")
    frozen, full, other = (draw(**rates) for rates in ({}, dict.fromkeys(inner, 1.0), {"stage4": 0.1}))
    runs = [run["test_accuracy"] for run in samples.fakes.fake_grid(epochs=2, optimizers=("sgd",), rates=(0.01,))]
    assert f"{100 * np.mean(runs):.1f} [" in reached_rows(frozen)[0]
    assert "3 seeds" in reached_rows(full)[0]
    assert reached_rows(other)[0] == depth.NO_RUN
    assert frozen.get_suptitle().startswith("1 of 6 stages moves: 0.1 % of the weights")
    assert full.get_suptitle() == "6 of 6 stages move: 100 % of the weights, 100 % of the full work"


def test_rate_curves_show_every_seed_and_every_run_that_diverged():
    figure = rates.rate_curves(samples.GRIDS, strategy="full", lr=0.03)
    lines = figure.axes[0].get_lines()
    assert len(lines) == 5 * 3
    assert sum(line.get_alpha() is None for line in lines) == 3
    tested = [line.get_ydata() for line in figure.axes[1].get_lines() if line.get_marker() == "o"]
    assert [len(values) for values in tested] == [3] * 5
    lost = rates.rate_curves(samples.GRIDS, strategy="scratch", lr=0.01)
    assert "all seeds diverged" in lost.get_suptitle()
    assert "diverged: 3 of 3" in lost.get_supxlabel()


def test_rate_curves_begin_with_the_rate_that_validation_chose():
    runs = [run for run in samples.GRIDS["full"] if run["recipe"]["optimizer"] == "adam"]
    best = max(runs, key=lambda run: run["val_accuracy"])
    assert f"at rate {best['recipe']['lr']:g}" in rates.rate_curves({"full": runs}, optimizer="adam").get_suptitle()


def test_the_gallery_filters_by_class_and_confidence():
    wrong = np.flatnonzero(samples.PROBABILITIES.argmax(1) != samples.LABELS)
    sure = [row for row in wrong if samples.PROBABILITIES[row].max() >= 0.7]
    draw = samples.SAMPLES["mistake_gallery"][0]
    assert draw(sure=70).get_suptitle().startswith(f"Misclassified, at least 70 % sure: {len(sure)} of 12 test")
    dogs = [row for row in wrong if samples.LABELS[row] == 0]
    assert f": {len(dogs)} of 4 images of 'dog'" in draw(true_class="dog").get_suptitle()
    confidences = [samples.PROBABILITIES[row].max() for row in wrong]
    shown = draw().axes[3].texts[0].get_text()
    assert shown.endswith(f"{100 * max(confidences):.1f} %")
    assert "no such mistake" in draw(sure=100).texts[-1].get_text()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: explorers.rate_curves({}), "no finished run"),
        (lambda: explorers.rate_curves(samples.GRIDS, lr=7.0), "at rate 7.0: choose"),
        (lambda: explorers.rate_curves(samples.GRIDS, quantity="speed"), "unknown quantity 'speed'"),
        (lambda: explorers.mistake_gallery(*[samples.IMAGES, samples.LABELS, samples.PROBABILITIES, samples.NAMES],
                                           true_class="cat"), "unknown class 'cat'"),
        (lambda: samples.SAMPLES["feature_map"][0](channel=99), "no channel 99: stem has channels 0 to 31"),
        (lambda: samples.SAMPLES["feature_map"][0](stage="stage9"), "unknown stage 'stage9'"),
        (lambda: samples.SAMPLES["augmented_batch"][0](order="never"), "unknown order 'never'"),
        (lambda: explorers.augmented_batch(samples.IMAGES / 255, samples.LABELS, samples.NAMES), "need uint8"),
        (lambda: samples.SAMPLES["freeze_depth"][0](stage9=1.0), "multiplier of 'stage9'"),
        (lambda: samples.SAMPLES["freeze_depth"][0](stem=-1.0), "multiplier of 'stem'"),
    ],
)  # fmt: skip
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_an_interval_stands_beside_every_accuracy():
    """Contract 10: the explorers that show accuracies show intervals, too."""
    figure = rates.rate_curves({"full": [samples.fakes.fake_run(lr=0.01, epochs=3)]}, lr=0.01)
    run = samples.fakes.fake_run(lr=0.01, epochs=3)
    found = accuracy_interval(run["test_correct"], run["num_test"])
    bar = figure.axes[1].containers[0].lines[2][0].get_segments()[0]
    assert bar[:, 1] == pytest.approx([100 * found.low, 100 * found.high])
