"""The study `routing`: variants, main effects, and what a rate at the edge does to them."""

import pytest

from course_lib.analysis.multitune import routing
from course_lib.analysis.records import setting
from fake_routes import BEST, LOWEST, SEEDS, compared_records, routing_records


def value(source, levels):
    freezing, schedule, gates = levels
    return 0.7 + 0.05 * (freezing == "released") - 0.1 * (schedule == "one step") + 0.025 * (gates == "8 gates")


RECORDS = routing_records(value)
BEETLES = routing.by_set(RECORDS)["mini:beetles"]


def test_runs_are_grouped_by_set_and_variant():
    assert list(routing.by_set(RECORDS)) == ["mini:beetles", "mini:general"]
    assert len(routing.by_variant(BEETLES)) == 5
    assert routing.set_name("mini:beetles") == "beetles"
    assert routing.set_name("cifar100") == "cifar100"


def test_validation_chooses_the_rate_of_each_seed():
    own = routing.by_variant(BEETLES)["strict, three steps, 12 gates"]
    chosen = routing.chosen_runs(own)
    assert [(setting(run, "seed"), setting(run, "lr")) for run in chosen] == [(seed, BEST) for seed in SEEDS]
    assert (setting(own[0], "seed"), setting(own[0], "lr")) == (0, LOWEST)
    raised = [own[0] | {"val_accuracy": 0.99}, *own[1:]]
    assert [setting(run, "lr") for run in routing.chosen_runs(raised)] == [LOWEST, *[BEST] * (len(SEEDS) - 1)]
    with pytest.raises(ValueError, match="let the study finish"):
        routing.chosen_runs([])


@pytest.mark.parametrize(
    ("factor", "effect", "pairs"), [("freezing", 0.05, 2), ("schedule", -0.1, 2), ("gates", 0.025, 1)]
)
def test_main_effects_are_the_second_level_minus_the_first(factor, effect, pairs):
    found = routing.main_effect(BEETLES, factor)
    assert found.interval().estimate == pytest.approx(effect, abs=0.01)
    assert len(found.pairs) == pairs * len(SEEDS)
    assert sorted(found.by_seed) == list(SEEDS)
    assert found.interval().seeds == len(SEEDS)
    assert found.edge == ""


def test_a_best_rate_at_the_edge_is_named():
    edge = routing.main_effect(routing.by_set(routing_records(value, best=0.03))["mini:beetles"], "gates").interval()
    assert "best at 0.03, the highest rate tried" in edge.edge


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(ValueError, match="unknown factor 'depth': choose one of freezing, schedule, gates"):
        routing.main_effect(BEETLES, "depth")
    strict = [run for run in BEETLES if "strict" in setting(run, "name")]
    with pytest.raises(ValueError, match="no variant has runs with 'strict' and with 'released'"):
        routing.main_effect(strict, "freezing")


def test_spottune_as_printed_against_plain_fine_tuning_and_against_another_method():
    """Plain fine-tuning has the schedule of the study it is of."""
    runs = routing_records(value, plain=0.6)
    assert [gap.estimate for gap in routing.gaps_to_full(runs).values()] == pytest.approx([0.1, 0.1], abs=0.01)
    early = compared_records(lambda source, method: 0.8 if method == "full" else 0.75)
    assert list(routing.gaps_to_full(early, "SpotTune")) == ["beetles", "general"]
    assert routing.gaps_to_full(early, "SpotTune")["general"].estimate == pytest.approx(-0.05, abs=0.01)
    assert routing.gaps_to_later(early, runs, "full")["beetles"].estimate == pytest.approx(0.1, abs=0.01)


def test_all_effects_and_variants_are_there():
    effects = routing.main_effects(RECORDS)
    assert list(effects) == ["released − strict", "one step − three steps", "8 gates − 12 gates"]
    assert [list(own) for own in effects.values()] == [["beetles", "general"]] * 3
    variants = routing.variants_table(BEETLES)
    assert len(variants) == 5
    assert set(variants["rates"]) == {"0.01"}
    assert variants.loc["strict, three steps, 8 gates", "test accuracy"].startswith("7")
    alone = routing_records(value, best=LOWEST)
    marked = routing.variants_table(routing.by_set(alone)["mini:general"])
    assert set(marked["rates"]) == {f"{LOWEST:g} (edge)"}
