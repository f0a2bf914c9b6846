import pytest

import fakes
from course_lib.analysis.homework import few_shot
from course_lib.analysis.records import select

NAMES = ("scratch", "full")
SETTINGS = {"rates": (0.03, 0.001), "epochs": 4}


def grids(batch_size, **settings):
    found = {name: fakes.fake_grid(name, **SETTINGS, **settings) for name in NAMES}
    return {name: [r | {"recipe": r["recipe"] | {"batch_size": batch_size}} for r in g] for name, g in found.items()}


MANY, FEW = grids(64, seeds=(0, 1)), grids(32, seeds=(0, 1), few_shot=True)


def test_losses_are_printed_and_measured_in_turn():
    found = few_shot.few_shot_losses(MANY, FEW)
    assert [(x.strategy, x.optimizer, x.printed) for x in found[:3]] == [
        ("scratch", "sgd", True),
        ("scratch", "sgd", False),
        ("scratch", "adam", True),
    ]
    printed = found[0]  # Tables II and V: 60.60 % and 48.62 %
    assert printed.lost.estimate == pytest.approx(0.6059 - 0.4862, abs=1e-4)
    assert printed.growth == pytest.approx((1 - 0.4862) / (1 - 0.6059), abs=1e-3)
    table = few_shot.losses_table(found)
    assert table.loc[0, "points lost"] == str(printed.lost)
    assert table["errors grow by a factor of"].tolist() == [round(x.growth, 2) for x in found]


def test_no_mistake_before_has_no_factor():
    (loss,) = [
        few_shot._loss("full", "sgd", [few_shot.accuracy_interval(9, 9), few_shot.accuracy_interval(8, 9)], True)
    ]
    assert loss.growth == float("inf")


def test_steps_and_images_are_told_apart():
    short = select(FEW["full"], optimizer="sgd", lr=0.03)
    long = [run | {"recipe": run["recipe"] | {"epochs": 8}} for run in short]
    (found,) = few_shot.steps_and_images(FEW, long, MANY)
    assert found.label == "full fine-tuning, SGD 0.03"
    assert found.steps.estimate == 0
    assert found.seeds.estimate == 0
    assert found.images.method.startswith("Newcombe")
    assert found.amounts == (
        "189 images, 4 × 6 batches = 24 steps; 189 images, 8 × 6 batches = 48 steps; "
        "1687 images, 4 × 27 batches = 108 steps"
    )
    row = few_shot.steps_table([found]).iloc[0]
    assert row["more steps bring (over seeds)"] == str(found.seeds)
    loss = sum(run["history"][-1]["train_loss"] for run in short) / len(short)
    assert row["training loss"] == f"{loss:.3f} → {loss:.3f}"


def test_one_seed_says_nothing_about_training_again():
    few = {name: select(runs, seed=0) for name, runs in FEW.items()}
    (found,) = few_shot.steps_and_images(few, select(few["full"], optimizer="sgd", lr=0.03), MANY)
    assert found.seeds is None
    assert few_shot.steps_table([found])["more steps bring (over seeds)"].item() == "one seed"
