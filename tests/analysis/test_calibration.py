"""What the mini world was calibrated for, read off the runs that ship (data/README.md says what was turned)."""

import itertools

import pytest

from course_lib.analysis import best_runs, compare_runs, score_of, seed_interval, select
from course_lib.figures.style import optimizer_name
from course_lib.paths import shipped_dir
from course_lib.sweeps.running import finished_runs
from course_lib.sweeps.studies.homework import OPTIMIZERS

ORDER = ("scratch", "last_layer", "full")
PREFIXES = ("", "few_shot_")


def grid(name, optimizer):
    return select(finished_runs(name, "mini"), optimizer=optimizer)


def over_seeds(name, optimizer):
    return seed_interval([score_of(run) for run in best_runs(grid(name, optimizer))])


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("prefix", PREFIXES, ids=("1687 images", "189 images"))
def test_the_homeworks_order_holds_beyond_the_luck_of_seeds(prefix, optimizer):
    """From scratch < last layer < full, each step a paired interval over five seeds that lies above zero."""
    for worse, better in itertools.pairwise(ORDER):
        a, b = grid(prefix + better, optimizer), grid(prefix + worse, optimizer)
        assert len(best_runs(a)) == len(best_runs(b)) == 5
        gap = compare_runs(a, b).over_seeds()
        assert gap.low > 0, f"{better} − {worse}, {optimizer}: {gap}"


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize(("prefix", "images"), [("", 1687), ("few_shot_", 189)])
def test_the_readme_of_data_says_what_the_runs_say(prefix, images, optimizer):
    found = [over_seeds(prefix + name, optimizer) for name in ORDER]
    cells = [f"{100 * f.estimate:.1f} [{100 * f.low:.1f}, {100 * f.high:.1f}]" for f in found]
    row = f"| {images} images, {optimizer_name(optimizer)} | {' | '.join(cells)} |"
    assert row in shipped_dir("data").joinpath("README.md").read_text(encoding="utf-8")
