"""Trainings with each penalty and with stochastic normalisation: what they change, and what they must not."""

import pytest
import torch
from torch import nn

from course_lib.models.freezing import snapshot
from course_lib.models.starting import start_model
from course_lib.training.fitting import fit, start_run
from course_lib.training.heads import shared_settings
from course_lib.training.inputs import Pixels
from course_lib.training.penalties.maps import map_distance
from course_lib.training.penalties.settings import BSS, L2, L2SP, MARS, SPD, Delta
from course_lib.training.prefix import frozen_prefix
from course_lib.training.probes import score_test
from course_lib.training.recipe import Recipe
from course_lib.training.trainer import Trainer

PENALTIES = {
    "L2": L2(alpha=0.1, beta=0.1),
    "L2-SP": L2SP(alpha=1.0),
    "L2-SP on all tensors without one half": L2SP(alpha=1.0, half=False, tensors="all"),
    "DELTA": Delta(alpha=1.0),
    "DELTA without attention": Delta(alpha=1.0, attention=False),
    "BSS": BSS(weight=0.1, k=2),
    "SPD": SPD(),
    "MARS-PGM": MARS(gamma=0.5, head_gamma=2),
}
GENTLE = {"lr": 1e-3, "epochs": 1}  # beyond these rounding grows: eight images a batch
PREFIX = {"stem": 0.0, "stage1": 0.0, "stage2": 0.0}


def losses(run):
    return [epoch.train_loss for epoch in run.history]


def distance(run, start):
    found = run.model.state_dict()
    return sum((found[name] - value).square().sum().item() for name, value in start.items() if value.ndim > 1)


@pytest.fixture(scope="module")
def settings(weights):
    return {"start": weights, "lr": 0.01, "optimizer": "sgd", "momentum": 0.9, "epochs": 3, "batch_size": 8}


@pytest.mark.parametrize("name", PENALTIES)
def test_contract_5_a_frozen_prefix_changes_nothing(splits, settings, name):
    """Kept outputs give the plain loop's training, and the frozen stages are bit-identical to the start."""
    recipe = Recipe.full(**settings | GENTLE, multipliers=PREFIX, penalty=PENALTIES[name])
    assert frozen_prefix(recipe, start_model("mini_resnet18", None, 3)) == "stage2"
    start = snapshot(start_run(recipe, splits, 0, "cpu").model)
    quick, plain = (fit(recipe, splits, seed=0, shortcuts=shortcuts) for shortcuts in (True, False))
    assert losses(quick) == pytest.approx(losses(plain), rel=1e-4)
    for run in (quick, plain):
        state = run.model.state_dict()
        assert all(torch.equal(state[key], start[key]) for key in start if run.model.stage_of(key) in PREFIX)


@pytest.mark.parametrize("name", PENALTIES)
def test_the_penalty_acts(splits, settings, name):
    recipe = Recipe.full(**settings, multipliers=PREFIX, penalty=PENALTIES[name]).replace(epochs=1)
    with_it, without = (losses(fit(r, splits, seed=0)) for r in (recipe, recipe.replace(penalty=None)))
    assert with_it != pytest.approx(without, rel=1e-3)


@pytest.mark.parametrize("name", ["L2-SP", "MARS-PGM"])
def test_the_training_stays_nearer_to_its_start(splits, settings, name):
    recipe = Recipe.full(**settings, penalty=PENALTIES[name])
    start = {key: w for key, w in start_run(recipe, splits, 0, "cpu").model.state_dict().items() if "head" not in key}
    apart = [distance(fit(r, splits, seed=0), start) for r in (recipe, recipe.replace(penalty=None))]
    assert apart[0] < 0.9 * apart[1]


@pytest.mark.parametrize("attention", [False, True])
def test_the_maps_of_delta_stay_nearer_to_their_start(splits, settings, attention):
    """With running statistics: DELTA's start has those, and a training with the batch's would first undo that."""
    recipe = Recipe.full(**settings, penalty=Delta(alpha=0.1, attention=attention), normalisation="running")
    moments = torch.full((3,), 0.5), torch.full((3,), 0.2)
    x = Pixels(splits.val, *moments, torch.device("cpu")).batch(torch.arange(12))[0]
    start, apart = start_run(recipe, splits, 0, "cpu").model.eval().features(x, "stage4"), []
    for r in (recipe, recipe.replace(penalty=None)):
        run = fit(r, splits, seed=0)
        assert run.status == "finished"
        apart.append(map_distance(run.model.features(x, "stage4"), start).item())
    assert apart[0] < 0.7 * apart[1]


def test_every_step_of_mars_ends_in_the_ball(splits, settings):
    recipe = Recipe.full(**settings, penalty=MARS(gamma=0.3, head_gamma=1))
    model = start_run(recipe, splits, 0, "cpu").model
    start = snapshot(model)
    moments = torch.full((3,), 0.5), torch.full((3,), 0.2)
    trainer = Trainer(recipe, model, Pixels(splits.train, *moments, torch.device("cpu")), seed=0)
    for epoch in range(2):
        trainer.train_epoch(epoch)
        for name, w in model.named_parameters():
            if w.ndim > 1:
                centre = 0 if name.startswith("head") else start[name]
                sums = (w - centre).abs().flatten(1).sum(dim=1)
                assert sums.max() <= (1 if name.startswith("head") else 0.3) * (1 + 1e-5)
    assert sums.max() > 0.9, "the ball of the head is reached"


def test_the_aliased_start_is_a_training_without_the_pull(splits, settings):
    """To the bit: what the mistake costs is the whole of α, and nobody is told."""
    runs = [
        fit(Recipe.full(**settings, penalty=L2SP(alpha=alpha, beta=0.1, start="aliased")), splits, seed=0)
        for alpha in (5.0, 0.0)
    ]
    assert losses(runs[0]) == losses(runs[1])
    cloned = fit(Recipe.full(**settings, penalty=L2SP(alpha=5.0, beta=0.1)), splits, seed=0)
    assert losses(cloned) != losses(runs[0])


@pytest.mark.parametrize(
    ("penalty", "title"),
    [(L2SP(), "L2-SP"), (Delta(), "DELTA"), (SPD(), "SPD"), (MARS(gamma=1, head_gamma=1), "MARS-PGM")],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_needs_a_start_is_refused_without_one(splits, penalty, title):
    with pytest.raises(ValueError, match=f"the penalty {title} pulls towards borrowed weights: this recipe starts at"):
        fit(Recipe(penalty=penalty), splits)


@pytest.mark.parametrize("penalty", [L2(), BSS()], ids=["L2", "BSS"])
def test_what_needs_none_trains_from_scratch(splits, penalty):
    run = fit(Recipe(penalty=penalty, epochs=1, batch_size=8), splits)
    assert run.status == "finished"


def test_identities_of_penalties(weights):
    """One setting, one key; those of L2-SP as it was, and of no penalty, are the old ones."""
    recipes = [Recipe(start=weights, penalty=p) for p in (
        None, *PENALTIES.values(), L2SP(), L2SP(half=False), L2SP(tensors="all"), L2SP(start="aliased"), L2(), Delta(),
        Delta(stages=("stage4",)), BSS(), BSS(k=2), SPD(strength=0.5), MARS(gamma=1, head_gamma=2),
        MARS(gamma=2, head_gamma=1),
    )]  # fmt: skip
    assert len({recipe.identity() for recipe in recipes}) == len(recipes)
    assert '"penalty":null' in recipes[0].identity()
    assert '"penalty":{"alpha":0.1,"beta":0.01}' in Recipe(penalty=L2SP(alpha=0.1)).identity()
    for recipe in recipes:
        assert Recipe(**recipe.model_dump(mode="json")) == recipe
        assert Recipe.model_validate_json(recipe.model_dump_json()) == recipe
        assert recipe.replace(lr=0.5).penalty == recipe.penalty


def test_a_penalty_by_name_and_without_a_kind():
    assert Recipe(penalty="bss").penalty == BSS()
    assert Recipe(penalty={"alpha": 0.1}).penalty == L2SP(alpha=0.1)
    assert Delta(stages=("stage4", "stage3", "stage4")) == Delta(stages=("stage3", "stage4"))


@pytest.mark.parametrize(
    ("penalty", "words"),
    [
        ({"kind": "mars", "gamma": 1}, "penalty.mars: 'head_gamma' is missing"),
        ({"kind": "mars", "gamma": 0, "head_gamma": 1}, "penalty.mars: gamma = 0"),
        ({"kind": "bss", "k": 0}, "penalty.bss: k = 0"),
        ({"kind": "bss", "weight": -1}, "penalty.bss: weight = -1"),
        ({"kind": "spd", "strength": 0}, "penalty.spd: strength = 0"),
        ({"kind": "delta", "stages": []}, "penalty.delta: stages = "),
        ({"kind": "l2sp", "start": "copied"}, "penalty.l2sp: start = 'copied': input should be 'cloned' or 'aliased'"),
        ({"kind": "l2", "half": False}, "penalty.l2: unknown setting 'half'"),
        ("l3", "'l3' .*'l2', 'l2sp', 'delta', 'bss', 'spd', 'mars'"),
    ],
    ids=str,
)
def test_wrong_settings_are_told_in_one_sentence(penalty, words):
    with pytest.raises(ValueError, match=words) as caught:
        Recipe(penalty=penalty)
    assert "\n" not in str(caught.value)


class Later(L2SP):
    """A penalty of the future."""


def test_a_penalty_that_nobody_knows_trains_alone_and_keeps_no_prefix():
    model, base = start_model("mini_resnet18", None, 3), Recipe.last_layer()
    for penalty in (None, L2SP(), L2SP(alpha=0.5)):
        assert shared_settings(base.replace(penalty=penalty)) == shared_settings(base) is not None
    alone = [L2(), Delta(), BSS(), SPD(), L2SP(half=False), L2SP(tensors="all"), L2SP(start="aliased"), Later()]
    for penalty in alone:
        assert shared_settings(base.replace(penalty=penalty)) is None
    assert frozen_prefix(base.replace(penalty=SPD()), model) == "pool"
    assert frozen_prefix(base.replace(penalty=Later()), model) is None


def test_stochastic_normalisation_trains_and_leaves_a_plain_network(splits, settings):
    recipe = Recipe.full(**settings | GENTLE, multipliers=PREFIX, normalisation="stochastic")
    quick, plain = (fit(recipe, splits, seed=0, shortcuts=shortcuts) for shortcuts in (True, False))
    assert losses(quick) == pytest.approx(losses(plain), rel=1e-4)
    assert losses(quick) == losses(fit(recipe, splits, seed=0))
    for mode in ("batch", "running"):
        assert losses(quick) != pytest.approx(losses(fit(recipe.replace(normalisation=mode), splits, seed=0)), rel=1e-4)
    assert {type(m) for m in quick.model.modules() if isinstance(m, nn.BatchNorm2d)} == {nn.BatchNorm2d}
    score_test(quick, splits)
    assert 0 <= quick.test_accuracy <= 1


def test_stochastic_normalisation_needs_batch_norm(splits):
    with pytest.raises(ValueError, match="normalisation = 'stochastic': mini_squeezenet has no BatchNorm layers"):
        fit(Recipe.full(architecture="mini_squeezenet", normalisation="stochastic"), splits)
