import pytest

from course_lib.analysis.selection import best_rate, best_run, best_runs, select, setting, values_of


def run(lr, val, epoch=0, *, optimizer="sgd", seed=0, status="finished", num_val=47, **recipe):
    accuracy = None if val is None else val / num_val
    record = {"recipe": {"name": "full", "lr": lr, "optimizer": optimizer, **recipe}, "data": {"few_shot": True}}
    record |= {"seed": seed, "status": status, "best_epoch": None if val is None else epoch}
    return record | {"val_accuracy": accuracy, "num_val": num_val}


def test_highest_validation_accuracy_wins():
    assert setting(best_run([run(0.01, 40), run(0.0001, 41), run(0.03, 39)]), "lr") == 0.0001


def test_ties_go_to_the_homeworks_order_of_rates():
    order = (0.01, 0.03, 0.001, 0.003, 0.0001)
    for position, lr in enumerate(order):
        tied = [run(rate, 40) for rate in reversed(order[position:])]
        assert setting(best_run(tied), "lr") == lr


def test_ties_at_one_rate_go_to_the_earlier_epoch():
    assert best_run([run(0.01, 40, epoch=9), run(0.01, 40, epoch=4)])["best_epoch"] == 4


def test_other_rates_come_last_in_order_of_appearance():
    assert setting(best_run([run(0.5, 40), run(0.2, 40), run(0.0001, 40)]), "lr") == 0.0001
    assert setting(best_run([run(0.5, 40), run(0.2, 40)]), "lr") == 0.5


def test_equal_images_are_a_tie_even_if_the_floats_differ():
    first, second = run(0.01, 40), run(0.03, 40)
    second["val_accuracy"] += 1e-7  # another device's rounding
    assert setting(best_run([second, first]), "lr") == 0.01


def test_the_best_rate_is_the_best_on_average_and_not_the_luckiest_run():
    steady = [run(0.001, right, seed=s) for s, right in enumerate((42, 43, 42))]
    lucky = [run(0.0001, right, seed=s) for s, right in enumerate((44, 40, 40))]
    assert setting(best_run(lucky + steady), "lr") == 0.0001
    assert best_rate(lucky + steady) == 0.001
    assert best_rate([run(0.03, 40), run(0.01, 40), run(0.5, 40)]) == 0.01  # a tie: the homework's order
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
    with pytest.raises(ValueError, match="mix name = full, scratch"):
        best_run([run(0.01, 40), run(0.01, 40, name="scratch")])


def test_select_looks_everywhere():
    records = [run(0.01, 40, seed=1), run(0.03, 40, seed=2)]
    assert select(records, lr=0.03, few_shot=True) == records[1:]
    assert select(records, seed=1, few_shot=False) == []
    assert values_of(records, "lr") == [0.01, 0.03]
