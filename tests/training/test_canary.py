"""Today's training still gives yesterday's numbers; if it must not, TRAINING_VERSION has to be raised.

After raising it, store the new numbers: COURSE_STORE_CANARY=1 pytest tests/training/test_canary.py
"""

import json
import os
from pathlib import Path

import pytest

from course_lib.data.splits import stratified_split
from course_lib.training.fitting import fit
from course_lib.training.probes import score_test
from course_lib.training.recipe import Recipe
from course_lib.training.run import TRAINING_VERSION

STORED = Path(__file__).with_name("canary.json")
COMMON = {"epochs": 3, "batch_size": 12}
RECIPES = {
    "sgd": Recipe.scratch(optimizer="sgd", lr=0.001, momentum=0.5, weight_decay=1e-3, **COMMON),
    "adam": Recipe.scratch(optimizer="adam", lr=5e-4, schedule="cosine", **COMMON),
    "full": Recipe.full(optimizer="sgd", lr=0.005, **COMMON),
    "ldog": Recipe.full(optimizer="ldog", lr=1, **COMMON | {"epochs": 8}),
    "auto_rgn": Recipe.full(optimizer="sgd", lr=0.005, layer_rates="auto_rgn", **COMMON),
    "last_layer": Recipe.last_layer(optimizer="adam", lr=0.005, **COMMON),
}
# Of smaller images the last stage has maps of one pixel, and BatchNorm over 12 values makes training chaotic: the last
# bits in which two processors differ grow to percents within three epochs.
SIZE = 64


def sing(name, make_images):
    splits = stratified_split(make_images(size=SIZE), val=0.2, test=0.2, seed=0)
    run = fit(RECIPES[name], splits, seed=3)
    score_test(run, splits)
    return {
        "train_loss": [epoch.train_loss for epoch in run.history],
        "val_loss": [epoch.val_loss for epoch in run.history],
        "best_epoch": run.best_epoch,
        "test_outcomes": run.test_outcomes,
    }


@pytest.mark.parametrize("name", RECIPES)
def test_training_gives_the_stored_numbers(name, make_images, monkeypatch, tmp_path):
    """Losses agree to 1 %: processors round differently, a changed algorithm changes far more."""
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))  # no outputs kept by yesterday's code
    now = sing(name, make_images)
    if os.environ.get("COURSE_STORE_CANARY"):
        kept = json.loads(STORED.read_text()) if STORED.exists() else {}
        STORED.write_text(json.dumps(kept | {"training_version": TRAINING_VERSION, name: now}, indent=1) + "\n")
    stored = json.loads(STORED.read_text())
    assert stored["training_version"] == TRAINING_VERSION, "TRAINING_VERSION was raised: store the new numbers"
    for what in ("train_loss", "val_loss"):
        assert now[what] == pytest.approx(stored[name][what], rel=0.01), "raise TRAINING_VERSION if this is meant"
    differing = sum(a != b for a, b in zip(now["test_outcomes"], stored[name]["test_outcomes"], strict=True))
    assert differing <= 1
