"""The grids of MultiTune and SpotTune: rows of Table 3, recipes of Table 1, switches as differences of recipes."""

from itertools import pairwise

import pytest

from course_lib.models.forms import Joined
from course_lib.sweeps.running import study_trials
from course_lib.sweeps.studies.multitune import PROFILES, STUDIES
from course_lib.sweeps.studies.multitune.profiles import PAIRS, ROWS
from course_lib.sweeps.studies.multitune.switches import BASELINES, DECAYS, SWITCHES, switch_states, switched

MINI = PROFILES["mini"]


def recipes_of(study, profile="mini", **options):
    return {trial.recipe.name: trial.recipe for trial in study_trials(study, profile, **options)}


def test_every_method_trains_on_every_row_at_every_rate():
    trials = study_trials("two_networks")
    rows = {(trial.data.source, trial.data.per_class) for trial in trials}
    assert rows == {(source, row) for source in PAIRS[0] for row in ROWS}
    for row in rows:
        here = [trial for trial in trials if (trial.data.source, trial.data.per_class) == row]
        methods = {trial.recipe.name for trial in here}
        two = {"MultiTune", "MultiTune, one block", "SpotTune"}
        controls = {"wider", "MultiTune, nothing anew"}
        assert methods - controls == two | {"full", "full, head ×10", "L2-SP", "one branch, one block"}
        assert methods & controls == (controls if row[1] is None else set())
        assert len(here) == sum(len(MINI.rates_of(row[1], method)) for method in methods) * MINI.seeds
    assert {(trial.data.size, trial.data.crop) for trial in trials} == {(36, 32)}
    assert len({trial.recipe.identity() for trial in trials}) == 6 * 6 + 7 + 2 * 5  # a rate more for the fast head
    assert len({(t.recipe.schedule, t.recipe.milestones, t.recipe.augmentation) for t in trials}) == 1  # tuned alike


def test_table_1_as_a_recipe():
    """Both models begin their last block anew; that of model B has a tenth of the rate; steps after 20, 50, 80."""
    recipe = recipes_of("two_networks", "paper", seeds=1)["MultiTune"]
    assert recipe.milestones == (20, 50, 80)
    assert recipe.step_factor == 0.1
    assert recipe.fresh == ("a.stage3", "b.stage3")
    rates = {stage: recipe.replace(lr=0.1).rate_of(stage) for stage in ("a.stem", "a.stage3.block1", "b.stage2.block4")}
    assert set(rates.values()) == {0.1}
    assert recipe.replace(lr=0.1).rate_of("b.stage3.block2") == pytest.approx(0.01)
    assert (recipe.penalty.alpha, recipe.penalty.beta, recipe.network) == (0.01, 0.01, Joined(eta=0.5))
    assert recipe.momentum == 0.9
    assert recipe.epochs == 110


def test_milestones_keep_their_share_of_training():
    assert MINI.milestones((20, 50, 80)) == (3, 7, 12)
    assert MINI.milestones((40,)) == (6,)
    assert PROFILES["smoke"].milestones((20, 50, 80)) == (1,)


def test_each_switch_changes_what_it_says():
    paper = switched(MINI, 0.03, "paper", ())
    changed = {name: switched(MINI, 0.03, name, (name,)) for name in SWITCHES}
    fields = {
        name: {field for field in type(paper).model_fields if getattr(recipe, field) != getattr(paper, field)}
        - {"name"}
        for name, recipe in changed.items()
    }
    assert fields == {
        "one rate": {"multipliers"},
        "no pull": {"penalty", "weight_decay"},
        "one own block": {"network"},
        "one new block": {"fresh"},
        "shared norm": {"network"},
        "flips, in validation, too": {"augmentation", "augmentation_order"},
    }
    released = switched(MINI, 0.03, "released", tuple(SWITCHES))
    assert released.network == Joined(own="last_block", norm="shared")
    assert released.penalty.start == "aliased"
    assert released.augments("val")
    assert not dict(released.multipliers)


def test_the_waterfall_throws_one_switch_after_the_other():
    states = switch_states()
    cumulative = [thrown for name, thrown in states.items() if not name.startswith("only")]
    assert [len(thrown) for thrown in cumulative] == list(range(len(SWITCHES) + 1))
    assert all(longer[:-1] == shorter for shorter, longer in pairwise(cumulative))
    trials = study_trials("switches")
    released, last = (
        next(trial.recipe for trial in trials if trial.recipe.name == name and trial.recipe.lr == 0.03)
        for name in ("released", list(states)[len(SWITCHES)])
    )
    assert released.identity() == last.identity()
    few = [trial for trial in trials if trial.recipe.name == "released"]
    assert {(trial.data.per_class, trial.data.first_files) for trial in few} == {(10, False), (10, True)}
    assert all(trial.data.seed == trial.seed for trial in few if not trial.data.first_files)  # drawn for each seed


def test_the_released_decay_is_of_the_set():
    trials = study_trials("switches", seeds=1)
    released = f"+ {list(SWITCHES)[-1]}"
    decays = {t.data.source: t.recipe.weight_decay for t in trials if t.recipe.name == released}
    assert decays == dict(zip(PAIRS[0], DECAYS, strict=True))
    assert {t.recipe.weight_decay for t in trials if t.recipe.name == "paper"} == {0.0}


def test_the_baseline_is_the_spottune_of_the_same_code():
    """Its rate falls three times, as printed; with flips it sees those of MultiTune, in validation, too."""
    recipes = recipes_of("switches", seeds=1)
    plain, flips = (recipes[name] for name in BASELINES)
    assert plain.milestones == flips.milestones == MINI.milestones((40, 60, 80))
    assert flips.augments("val")
    assert plain.augmentation == ()


def test_global_k_and_its_control_tune_as_many_blocks():
    recipes = recipes_of("global_k")
    for k in MINI.k:
        assert recipes[f"global-{k}"].network.k == k
        control = recipes[f"last {k}"]
        blocks = [f"stage{stage}.block{block}" for stage in (1, 2, 3) for block in (1, 2, 3, 4)]
        tuned = [block for block in blocks if control.multiplier_of(block) > 0]
        assert tuned == blocks[len(blocks) - k :]


def test_variants_of_spottune():
    recipes = recipes_of("routing", seeds=1)
    assert len(recipes) == 5 + 2
    assert (
        recipes["full"].milestones
        == recipes["strict, three steps, 12 gates"].milestones
        == MINI.milestones((40, 60, 80))
    )
    assert recipes["strict, three steps, 12 gates"].multiplier_of("frozen.norm.stage1.block1") == 0
    assert recipes["released, one step, 12 gates"].multiplier_of("frozen.norm.stage1.block1") == 1
    assert recipes["released, one step, 12 gates"].milestones == (6,)
    assert recipes["released, one step, 12 gates"].multiplier_of("frozen.weights.stage1.block1") == 0
    assert [name for name in recipes if "8 gates" in name] == ["strict, three steps, 8 gates"]


@pytest.mark.parametrize("study", STUDIES)
def test_a_source_of_ones_own_takes_the_place_of_both_sets(study):
    trials = study_trials(study, "smoke", "mini:cartoon")
    assert {trial.data.source for trial in trials} == {"mini:cartoon"}


def test_real_images_with_both_kinds_of_weights():
    """Rows of CIFAR-100; plain fine-tuning and L2-SP also from ImageNet's weights, at a size of their own."""
    trials = study_trials("two_networks", "real", seeds=1)
    assert {(trial.data.source, trial.data.per_class) for trial in trials} == {("cifar100", n) for n in (20, 15, 10, 5)}
    assert not any(probe.name == "answers" for trial in trials for probe in trial.probes), "too coarse for 100 classes"
    starts = {trial.recipe.name: (trial.recipe.start, trial.data.size) for trial in trials}
    assert starts["MultiTune"] == ("mini_resnet26", 36)
    assert starts["full, ImageNet"] == starts["L2-SP, ImageNet"] == ("imagenet:efficientnet_lite0", 48)


def test_on_real_images_spottune_has_its_own_schedule_too():
    """As plain fine-tuning has: the rate falls after 40, 60 and 80 of 110 epochs, in place of 20, 50 and 80."""
    trials = study_trials("two_networks", "real", seeds=1)
    steps = {trial.recipe.name: trial.recipe.milestones for trial in trials}
    assert steps["SpotTune, own schedule"] == steps["full, SpotTune's schedule"] == (3, 4, 6)
    assert steps["SpotTune"] == steps["full"] == steps["MultiTune"] == (1, 4, 6)
    rates = {name: {t.recipe.lr for t in trials if t.recipe.name == name} for name in steps}
    assert rates["SpotTune, own schedule"] == rates["full, SpotTune's schedule"] > rates["SpotTune"] == rates["full"]
