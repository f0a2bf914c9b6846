"""An interrupted training goes on from its last kept epoch and ends in the same bits."""

from dataclasses import asdict

import pytest
import torch

import chancy_net
from course_lib.interruption import Interrupted
from course_lib.models.catalogue import ARCHITECTURES
from course_lib.training import tuning
from course_lib.training.checkpoint import Checkpoint, training_key
from course_lib.training.fitting import fit
from course_lib.training.penalties.settings import BSS, L2SP, MARS, SPD, Delta
from course_lib.training.recipe import Recipe
from course_lib.training.tuning import train_classifier

CPU = torch.device("cpu")
AUGMENTED = [{"name": "RandomHorizontalFlip"}, {"name": "ColorJitter", "brightness": 0.5}]
RECIPES = {
    "SGD with momentum, augmentation": Recipe.full(
        optimizer="sgd", momentum=0.9, lr=0.01, augmentation=AUGMENTED, schedule="cosine", epochs=5
    ),
    "Adam on kept outputs": Recipe.last_layer(epochs=5, class_weights="balanced"),
    "dropout, augmentation": Recipe.full(
        architecture=chancy_net.NAME, start=None, optimizer="adam", epochs=5, augmentation=AUGMENTED
    ),
    "L-DoG": Recipe.full(optimizer="ldog", lr=1, epochs=5, multipliers={"stem": 0.0}),
    "DoG on kept outputs": Recipe.full(optimizer="dog", lr=1, epochs=5, multipliers={"inner": 0.0, "stage4": 1.0}),
    "Auto-RGN, augmentation": Recipe.full(layer_rates="auto_rgn", epochs=5, augmentation=AUGMENTED),
    "L2-SP": Recipe.full(penalty=L2SP(), epochs=5, multipliers={"stem": 0.0}),
    "DELTA, augmentation": Recipe.full(penalty=Delta(alpha=1.0), epochs=5, augmentation=AUGMENTED),
    "DELTA on kept outputs": Recipe.full(penalty=Delta(), epochs=5, multipliers={"inner": 0.0, "stage4": 1.0}),
    "BSS": Recipe.full(penalty=BSS(weight=0.1, k=2), epochs=5),
    "SPD with momentum": Recipe.full(penalty=SPD(), epochs=5, optimizer="sgd", momentum=0.9, lr=0.01),
    "MARS-PGM": Recipe.full(penalty=MARS(gamma=0.5, head_gamma=2), epochs=5),
    "stochastic normalisation": Recipe.full(normalisation="stochastic", epochs=5, multipliers={"stem": 0.0}),
}


class Stop:
    """Ends the training like Ctrl-C while an epoch is trained."""

    def __init__(self, after):
        self.after = after

    def __call__(self, epoch):
        if epoch.epoch == self.after:
            raise Interrupted(2)


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("stops", [(2,), (1, 3)], ids=str)
def test_the_result_is_that_of_no_interrupt(splits, tmp_path, monkeypatch, name, stops):
    monkeypatch.setitem(ARCHITECTURES, chancy_net.NAME, chancy_net.ENTRY)
    recipe, path = RECIPES[name], tmp_path / "state.pt"
    keep = (0.5, 2, 4.25, 5)
    whole = fit(recipe, splits, seed=3, keep=keep)
    key = training_key(recipe, splits, 3, CPU)
    for stop in stops:
        with pytest.raises(Interrupted):  # the epoch `stop` is trained, but not kept
            fit(recipe, splits, seed=3, on_epoch=Stop(stop), checkpoint=Checkpoint(path, key, every_s=0), keep=keep)
        torch.rand(7)
    checkpoint, seen = Checkpoint(path, key, every_s=0), []
    assert checkpoint.done == stops[-1]
    parted = fit(recipe, splits, seed=3, on_epoch=seen.append, checkpoint=checkpoint, keep=keep)
    assert [epoch.epoch for epoch in seen] == list(range(stops[-1], 5))
    without_time = [{k: v for k, v in asdict(epoch).items() if k != "seconds"} for epoch in whole.history]
    assert [{k: v for k, v in asdict(epoch).items() if k != "seconds"} for epoch in parted.history] == without_time
    assert parted.best_epoch == whole.best_epoch
    for found, expected in (
        (parted.model.state_dict(), whole.model.state_dict()),
        *((parted.kept[number], whole.kept[number]) for number in keep),
    ):
        assert all(torch.equal(found[entry], expected[entry]) for entry in expected)
    assert parted.seconds >= sum(epoch.seconds for epoch in parted.history[: stops[-1]]), "those before count"


def test_a_state_without_the_weights_that_are_to_be_kept_is_not_used(splits, tmp_path):
    recipe, path = RECIPES["Adam on kept outputs"], tmp_path / "state.pt"
    key = training_key(recipe, splits, 3, CPU)

    def go_on(keep, stop=None):
        seen, options = [], {"seed": 3, "keep": keep, "checkpoint": Checkpoint(path, key, every_s=0)}
        run = fit(recipe, splits, **options, on_epoch=lambda epoch: (seen.append(epoch.epoch), stop and stop(epoch)))
        return run, seen

    with pytest.raises(Interrupted):
        go_on((1, 2), Stop(3))
    later, seen = go_on((2, 4))  # 1 is not wanted any more, 4 is to come
    assert (seen, list(later.kept)) == ([3, 4], [2, 4])
    with pytest.raises(Interrupted):
        go_on((1, 2), Stop(3))
    run, seen = go_on((0.5, 2))
    assert seen == [0, 1, 2, 3, 4], "nobody kept the weights after half an epoch"
    whole = fit(recipe, splits, seed=3, keep=(0.5, 2))
    for number in (0.5, 2):
        assert all(torch.equal(run.kept[number][entry], value) for entry, value in whole.kept[number].items())


def test_the_key_is_of_all_that_decides(splits, make_images):
    from course_lib.data.splits import stratified_split

    recipe = Recipe.last_layer()
    other = stratified_split(make_images(seed=9), val=0.2, test=0.2, seed=0)
    keys = {
        training_key(recipe, splits, 0, CPU),
        training_key(recipe.replace(lr=0.5), splits, 0, CPU),
        training_key(recipe, splits, 1, CPU),
        training_key(recipe, other, 0, CPU),
        training_key(recipe, splits, 0, torch.device("cuda")),
    }
    assert len(keys) == 5
    assert training_key(recipe.replace(name="x"), splits, 0, CPU) in keys


def test_foreign_and_damaged_files_are_replaced_only_when_there_is_something_to_write(tmp_path):
    path = tmp_path / "state.pt"
    Checkpoint(path, "one", every_s=0).write(2, lambda: {"history": [{}, {}]})
    assert Checkpoint(path, "one").done == 2
    assert torch.load(path, weights_only=True)["key"] == "one"
    other = Checkpoint(path, "another", every_s=0)
    assert (other.done, other.is_foreign, other.take()) == (0, True, None)
    other.remove()
    assert path.exists(), "nobody else's is removed"
    path.write_bytes(b"rubbish")
    damaged = Checkpoint(path, "one", every_s=0)
    assert (damaged.done, damaged.is_foreign) == (0, True)
    damaged.write(1, lambda: {"history": [{}]})
    damaged.remove()
    assert not path.exists()


def test_short_epochs_do_not_each_write(tmp_path):
    made = []
    checkpoint = Checkpoint(tmp_path / "state.pt", "key", every_s=3600)
    for done in range(1, 4):
        checkpoint.write(done, lambda: made.append(1) or {"history": []})
    assert not made
    assert checkpoint.done == 0


def test_the_same_call_goes_on_and_cleans_up(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(Checkpoint.__init__, "__defaults__", (0,))
    settings, said = {"start": "mini_resnet18", "epochs": 4}, []
    call = {"settings": settings, "strategy": "full", "device": "cpu", "say": said.append}
    whole = train_classifier(f"folder:{folder}", out=tmp_path / "whole.safetensors", **call)
    real = tuning.fit

    def stopped(*args, on_epoch, **options):
        def stop(epoch):
            on_epoch(epoch)
            Stop(2)(epoch)

        return real(*args, on_epoch=stop, **options)

    monkeypatch.setattr(tuning, "fit", stopped)
    with pytest.raises(Interrupted) as stop:
        train_classifier(f"folder:{folder}", out=tmp_path / "m.safetensors", **call)
    state = tmp_path / "m.unfinished.pt"
    assert stop.value.__notes__ == [f"the same command goes on after epoch 2 of 4 ({state})"]
    monkeypatch.setattr(tuning, "fit", real)
    parted = train_classifier(f"folder:{folder}", out=tmp_path / "m.safetensors", **call)
    assert said[-1] == f"goes on after epoch 2 of 4, kept in {state}"
    assert not state.exists()
    found, expected = (run.run.model.state_dict() for run in (parted, whole))
    assert all(torch.equal(found[name], expected[name]) for name in expected)
    assert torch.equal(parted.probabilities, whole.probabilities)


def test_a_state_of_another_training_is_named(folder, tmp_path):
    said, state = [], tmp_path / "m.unfinished.pt"
    Checkpoint(state, "of another", every_s=0).write(1, lambda: {"history": [{}]})
    settings = {"start": "mini_resnet18", "epochs": 1}
    train_classifier(
        f"folder:{folder}", settings=settings, device="cpu", out=tmp_path / "m.safetensors", say=said.append
    )
    assert said[-1] == f"{state} is the unfinished state of another training and will be replaced"
