import pytest

import fakes
from course_lib.analysis.records import setting
from course_lib.analysis.selection import best_rate, best_run, best_runs, favoured_runs, grid_edge, rate_at_edge


def run(lr, val, epoch=0, *, optimizer="sgd", seed=0, status="finished", num_val=47, **recipe):
    accuracy = None if val is None else val / num_val
    record = {"recipe": {"name": "full", "lr": lr, "optimizer": optimizer, **recipe}, "data": {"few_shot": True}}
    record |= {"seed": seed, "status": status, "best_epoch": None if val is None else epoch}
    return record | {"val_accuracy": accuracy, "num_val": num_val}


def test_highest_validation_accuracy_wins():
    assert setting(best_run([run(0.01, 40), run(0.0001, 41), run(0.03, 39)]), "lr") == 0.0001


def test_ties_go_to_the_earlier_rate():
    """As the study lists its rates, or in another order that somebody wants."""
    order = (0.01, 0.03, 0.001, 0.003, 0.0001)
    tied = [run(rate, 40) for rate in order]
    assert setting(best_run(tied), "lr") == 0.01
    assert setting(best_run(tied[::-1]), "lr") == 0.0001
    for position, lr in enumerate(order):
        reverse = tied[: position - 1 if position else None : -1]
        assert setting(best_run(reverse, rate_order=order), "lr") == lr
        assert best_rate(reverse, rate_order=order) == lr
    assert setting(best_run([run(0.5, 40), run(0.01, 40)], rate_order=(0.03, 0.01)), "lr") == 0.01


def test_ties_at_one_rate_go_to_the_earlier_epoch():
    assert best_run([run(0.01, 40, epoch=9), run(0.01, 40, epoch=4)])["best_epoch"] == 4


def test_equal_images_are_a_tie_even_if_the_floats_differ():
    first, second = run(0.01, 40), run(0.03, 40)
    second["val_accuracy"] += 1e-7  # another device's rounding
    assert setting(best_run([first, second]), "lr") == 0.01


def test_the_best_rate_is_the_best_on_average_and_not_the_luckiest_run():
    steady = [run(0.001, right, seed=s) for s, right in enumerate((42, 43, 42))]
    lucky = [run(0.0001, right, seed=s) for s, right in enumerate((44, 40, 40))]
    assert setting(best_run(lucky + steady), "lr") == 0.0001
    assert best_rate(lucky + steady) == 0.001
    assert best_rate([run(0.03, 40), run(0.01, 40), run(0.5, 40)]) == 0.03  # a tie: the first one
    assert best_rate([run(0.5, 41), run(0.01, 40)]) == 0.5


def test_a_rate_at_which_runs_are_lost_is_no_good_rate():
    lost = [run(0.03, 45), run(0.03, None, seed=1, status="diverged")]
    assert best_rate([*lost, run(0.01, 40), run(0.01, 40, seed=1)]) == 0.01


def test_a_best_rate_is_of_one_optimizer():
    with pytest.raises(ValueError, match="mix the optimizers sgd, adam"):
        best_rate([run(0.01, 40), run(0.01, 40, optimizer="adam")])
    with pytest.raises(ValueError, match="no runs"):
        best_rate([])


def test_diverged_runs_take_part_only_with_a_finished_epoch():
    lost, early = run(0.03, None, status="diverged"), run(0.01, 41, epoch=2, status="diverged")
    assert best_run([lost]) is None
    assert best_run([lost, run(0.001, 40)])["recipe"]["lr"] == 0.001
    assert best_run([lost, early, run(0.001, 40)]) is early


def test_every_seed_and_optimizer_chooses_its_own():
    records = [run(0.01, 40 + s, seed=s, optimizer=o) for s in (0, 1) for o in ("sgd", "adam")]
    records += [run(0.03, 41, seed=s, optimizer=o) for s in (0, 1) for o in ("sgd", "adam")]
    chosen = best_runs(records)
    assert [(setting(r, "optimizer"), r["seed"], setting(r, "lr")) for r in chosen] == [
        ("sgd", 0, 0.03),
        ("sgd", 1, 0.01),
        ("adam", 0, 0.03),
        ("adam", 1, 0.01),
    ]


def test_a_mixture_has_no_best():
    mixed = [run(0.01, 40), run(0.01, 41, start="mini_resnet18")]
    for choose in (best_run, best_runs, best_rate):
        with pytest.raises(ValueError, match="mix start = None, mini_resnet18"):
            choose(mixed)
        assert choose(mixed, ("lr", "start"))


def test_runs_of_several_labels_are_chosen_by_their_score():
    def run_of(lr, score):
        return run(lr, 40) | {"metric": "map", "val_score": score, "val_accuracy": None}

    assert setting(best_run([run_of(0.01, 0.61), run_of(0.03, 0.62)]), "lr") == 0.03


@pytest.mark.parametrize(
    ("rates", "edge"),
    [((0.1, 0.03, 0.003), ""), ((0.003, 0.001, 0.01), "highest"), ((0.3, 0.1, 0.03), "lowest"), ((0.03,), "")],
)
def test_a_best_rate_at_the_end_of_its_grid_is_said(rates, edge):
    """Whatever the order of the grid; one rate is no grid."""
    grid = [fakes.fake_run("scratch", "sgd", lr, seed, epochs=30) for lr in rates for seed in range(3)]
    assert grid_edge(grid) == edge
    said = rate_at_edge(grid)
    assert said == (f"scratch, sgd: best at {best_rate(grid):g}, the {edge} rate tried" if edge else "")


def test_the_favoured_optimizer_has_the_higher_mean_validation():
    grid = fakes.fake_grid("full", seeds=(0, 1), rates=(0.03, 0.001), epochs=3)
    for optimizer in ("sgd", "adam"):
        better = [run | {"val_accuracy": 0.9 if run["recipe"]["optimizer"] == optimizer else 0.5} for run in grid]
        found = favoured_runs(better)
        assert {(run["recipe"]["optimizer"], run["seed"]) for run in found} == {(optimizer, 0), (optimizer, 1)}
    with pytest.raises(ValueError, match="no run has a validation score"):
        favoured_runs([])
