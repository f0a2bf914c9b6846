"""The explorer of the noise of choosing: its title follows from the runs, bad choices are refused."""

import re

import pytest

from course_lib.figures.rates import choosing
from fake_scales import scale_grid
from layout import assert_texts_stay_inside_and_apart

RUNS = scale_grid(lambda t, k: 0.6)


def optimism(**choice):
    title = " ".join(choosing.choice_noise_figure(RUNS, **choice).get_suptitle().split())
    return float(re.search(r"images: (-?[0-9.]+) points", title)[1])


def test_the_winner_looks_better_with_few_images():
    assert optimism(num_val=5, num_settings=3) > optimism(num_val=50, num_settings=3)


def test_a_single_setting_is_no_choice_and_has_no_optimism():
    assert abs(optimism(num_val=20, num_settings=1)) < 1


@pytest.mark.parametrize("num_val", [5, 50])
def test_the_layout_is_clean(num_val):
    assert_texts_stay_inside_and_apart(choosing.choice_noise_figure(RUNS, num_val=num_val), f"{num_val} images")


def test_the_task_in_the_middle_is_shown_first():
    runs = scale_grid(lambda t, k: (0.1, 0.99, 0.5, 0.9, 0.6, 0.2)[t])
    assert choosing.middle_task(runs) == "task-04"
    assert "task-04" in choosing.choice_noise_figure(runs).get_suptitle()


def test_the_controls_can_all_be_drawn():
    controls = choosing.choice_controls(RUNS)
    assert controls["num_settings"] == [1, 2, 3]
    choosing.choice_noise_figure(RUNS, task=controls["task"][-1], num_val=controls["num_val"][0], num_settings=1)


def test_what_is_not_there_is_refused():
    with pytest.raises(ValueError, match="no runs of 'x'"):
        choosing.choice_noise_figure(RUNS, task="x")
    with pytest.raises(ValueError, match="4 settings and 200 images"):
        choosing.choice_noise_figure(RUNS, num_val=200, num_settings=4)
