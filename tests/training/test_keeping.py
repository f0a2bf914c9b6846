"""One run of constant rate serves every number of epochs: weights kept on the way are those of shorter runs."""

import pytest
import torch

from course_lib.training.fitting import fit
from course_lib.training.keeping import KeptStates
from course_lib.training.probes import Direct, probe_test
from course_lib.training.recipe import Recipe

AUGMENTED = [{"name": "RandomHorizontalFlip"}, {"name": "ColorJitter", "brightness": 0.5}]
RECIPES = {
    "SGD with momentum, auxiliary head, augmentation": Recipe.full(
        optimizer="sgd", momentum=0.9, lr=0.01, epochs=4, batch_size=8, aux_heads=("stage2",), augmentation=AUGMENTED
    ),
    "Adam, head alone, kept outputs": Recipe.last_layer(epochs=4, batch_size=8),
    "one stage on kept outputs": Recipe.full(epochs=4, batch_size=8, multipliers={"inner": 0.0, "stage4": 1.0}),
    "running average": Recipe.full(optimizer="dog", lr=1, epochs=4, batch_size=8),
}


def equal(one: dict, other: dict) -> bool:
    return one.keys() == other.keys() and all(torch.equal(value, other[name]) for name, value in one.items())


@pytest.mark.parametrize("name", RECIPES)
def test_weights_on_the_way_are_those_of_a_shorter_run(splits, name):
    recipe = RECIPES[name]
    long = fit(recipe, splits, seed=3, keep=(2, 1))
    shorter = {number: fit(recipe.replace(epochs=number), splits, seed=3, keep=(number,)) for number in (1, 2)}
    for number, run in shorter.items():
        assert equal(long.kept[number], run.kept[number])
        probe_test(run, splits, [Direct(epoch="last")])
    assert not equal(long.kept[1], long.kept[2])
    before = {name: value.clone() for name, value in long.model.state_dict().items()}
    probe_test(long, splits, [Direct(), Direct(epoch=2), Direct(epoch=1)])
    for number, run in shorter.items():
        found, expected = long.scores[f"direct after {number}"], run.scores["direct last"]
        assert (found.value, found.outcomes) == (expected.value, expected.outcomes)
    assert equal(long.model.state_dict(), before), "the run keeps the weights of its best epoch"


def test_keeping_changes_nothing(splits):
    recipe = RECIPES["SGD with momentum, auxiliary head, augmentation"]
    plain, kept = fit(recipe, splits, seed=3), fit(recipe, splits, seed=3, keep=(0.25, 0.5, 4))
    assert plain.kept == {}
    assert [epoch.val_loss for epoch in plain.history] == [epoch.val_loss for epoch in kept.history]
    assert equal(plain.model.state_dict(), kept.model.state_dict())


def test_fractions_are_batches():
    """Of 10 batches; a fraction has at least one."""
    model, states = torch.nn.Linear(1, 1), KeptStates((0.001, 0.25, 0.5, 0.99, 1, 1.25, 2), num_batches=10)
    found = {}
    for step in range(1, 31):
        states.after_step(step, model)
        found |= {number: step for number in states.states if number not in found}
    assert found == {0.001: 1, 0.25: 2, 0.5: 5, 0.99: 10, 1: 10, 1.25: 12, 2: 20}


def test_a_fraction_is_so_many_steps(splits):
    """One optimiser step from the start is half of an epoch of two batches."""
    recipe = Recipe.full(optimizer="sgd", lr=0.01, epochs=1, batch_size=(len(splits.train) + 1) // 2)
    run = fit(recipe, splits, seed=0, keep=(0.5, 1))
    counts = {number: state["stages.stem.bn.num_batches_tracked"].item() for number, state in run.kept.items()}
    assert counts[1] - counts[0.5] == 1


@pytest.mark.parametrize(
    ("number", "message"),
    [(5, "after 5 epochs: the recipe trains 4"), (4.5, "after 4.5 epochs"), (0, "above 0"), (-1, "above 0"),
     (float("nan"), "after nan epochs: give a number above 0")],
)  # fmt: skip
def test_numbers_that_no_run_reaches(splits, number, message):
    with pytest.raises(ValueError, match=message):
        fit(Recipe.last_layer(epochs=4), splits, keep=(1, number))


@pytest.mark.parametrize("epoch", [0, -1, float("inf"), "first", "2", True, None])
def test_a_probe_asks_for_a_positive_number(epoch):
    with pytest.raises(
        ValueError, match="^Direct refused: epoch = .*: ask for 'best', 'last' or a number of epochs above 0$"
    ):
        Direct(epoch=epoch)


def test_names_and_keys_of_probes():
    """The two words write what they wrote before: keys of finished runs stay."""
    assert [Direct(epoch=epoch).name for epoch in ("best", "last", 2, 0.25)] == [
        "direct", "direct last", "direct after 2", "direct after 0.25",
    ]  # fmt: skip
    assert Direct(epoch="last").model_dump_json(exclude_none=True) == '{"head":"head","epoch":"last"}'
    assert Direct(epoch=2) == Direct(epoch=2.0) == Direct(**Direct(epoch=2).model_dump(mode="json"))
