"""A race over finished runs takes the same decisions, at the same cost, as one that trains as it goes."""

import pytest

from course_lib.analysis.costs import image_steps
from course_lib.analysis.racing import race
from course_lib.training.fitting import fit
from course_lib.training.recipe import Recipe


def run(losses, name="a", epochs=20, **recipe):
    """A record with these validation losses; the last one goes on until the end."""
    losses = [*losses, *[losses[-1]] * (epochs - len(losses))] if losses[-1] is not None else losses
    history = [{"epoch": epoch, "val_loss": loss} for epoch, loss in enumerate(losses)]
    settings = {"name": name, "epochs": epochs, "batch_size": 16, **recipe}
    return {"recipe": settings, "data": {}, "seed": 0, "history": history, "num_train": 100}


def name_of(record):
    return record["recipe"]["name"]


def test_eleven_settings_in_twenty_epochs():
    """Losses in order: 11 for one epoch, 6 for two, 3 for four, 2 for eight, 1 to the end."""
    runs = [run([place], name=str(place)) for place in (5, 3, 9, 1, 7, 2, 8, 4, 10, 6, 11)]
    found = race(runs)
    assert name_of(found.winner) == "1"
    assert found.rounds == ((1, 11), (2, 6), (4, 3), (8, 2))
    assert found.image_steps == 100 * (11 + 6 * 1 + 3 * 2 + 2 * 4 + 12)
    assert sum(map(image_steps, runs)) == 100 * 220


def test_a_late_bloomer_loses_and_a_tie_goes_to_the_earlier():
    late, early = run([2.0, 0.1], "late"), run([1.0], "early")
    assert name_of(race([late, early]).winner) == "early"
    assert name_of(race([run([1.0], "one"), run([1.0], "two")]).winner) == "one"


def test_a_run_that_diverged_is_last_and_costs_what_it_trained():
    diverged = run([0.1, None], "diverged")
    runs = [run([1.0], "a"), diverged, run([2.0], "b"), run([3.0], "c")]
    found = race(runs)
    assert name_of(found.winner) == "a"
    assert found.rounds == ((1, 4), (2, 2))
    assert found.image_steps == 100 * (4 + 2 * 1 + 18)
    assert image_steps(diverged) == 200


def test_when_the_epochs_end_the_lowest_loss_wins():
    runs = [run([place], str(place), epochs=3) for place in range(9)]
    found = race(runs)
    assert found.rounds == ((1, 9), (2, 5), (3, 3))
    assert found.image_steps == 100 * (9 + 5 + 3)
    assert name_of(found.winner) == "0"
    alone = race(runs[4:5])
    assert (alone.rounds, alone.image_steps, name_of(alone.winner)) == ((), 300, "4")


def test_what_cannot_race_is_refused():
    with pytest.raises(ValueError, match="no runs to race"):
        race([])
    with pytest.raises(ValueError, match="the schedule 'cosine' looks ahead"):
        race([run([1.0]), run([1.0], schedule="cosine")])
    for other in (run([1.0], epochs=10), {**run([1.0]), "seed": 1}, {**run([1.0]), "data": {"source": "x"}}):
        with pytest.raises(ValueError, match="one task's"):
            race([run([1.0]), other])


def test_auto_rgn_costs_five_batches_more_an_epoch():
    assert image_steps(run([1.0], layer_rates="auto_rgn")) == 20 * (100 + 80)
    assert image_steps(run([1.0], layer_rates="auto_rgn", batch_size=50)) == 20 * 200
    assert image_steps(run([1.0]), epochs=7) == 700


@pytest.mark.parametrize("settings", [{}, {"layer_rates": "auto_rgn"}, {"optimizer": "ldog", "lr": 1}], ids=str)
def test_the_first_epochs_of_a_long_run_are_the_short_run(splits, settings):
    """What a race over finished runs rests on."""
    long, short = (fit(Recipe.scratch(epochs=epochs, **settings), splits, seed=0).history for epochs in (3, 1))
    assert (long[0].val_loss, long[0].rates) == (short[0].val_loss, short[0].rates)
