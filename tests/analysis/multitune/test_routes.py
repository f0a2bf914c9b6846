"""Routes read from records: maps, entropies, how much the class explains, what seeds have in common."""

import numpy as np
import pytest

from course_lib.analysis.multitune import routes
from course_lib.analysis.multitune.routing import chosen_runs
from course_lib.analysis.records import select
from course_lib.models.forms import Routed
from course_lib.sweeps.studies.multitune.comparison import row_data
from course_lib.sweeps.studies.multitune.methods import full, spottune
from fake_routes import BEST, LABELS, OF_CLASS, PROFILE, SEEDS, compared_records, decisions, routing_run

DATA = row_data(PROFILE, "mini:beetles", None)


def run_with(own, seed=0, **settings):
    form = Routed() if own.shape[1] == 12 else Routed(gates=("stage2", "stage3"))
    return routing_run(spottune(PROFILE, 0.01, network=form), DATA, seed, 0.7, routes=own, **settings)


def test_gates_and_routes_are_those_of_the_record():
    own = decisions(12)
    assert np.array_equal(routes.routes_of(run_with(own)), own)
    assert np.array_equal(routes.labels_of(run_with(own)), LABELS)
    eight = routes.gates_of(run_with(decisions(8)))
    assert (len(eight), eight[0], eight[-1]) == (8, "stage2.block1", "stage3.block4")
    assert routes.block_name(eight[0]) == "2.1"
    with pytest.raises(ValueError, match="'full' has no routes"):
        routes.gates_of(routing_run(full(PROFILE, 0.01), DATA, 0, 0.7))


def test_a_run_without_the_probe_is_refused():
    run = run_with(decisions(12))
    with pytest.raises(ValueError, match="keeps no routes: give its trial the probe Routes"):
        routes.routes_of(run | {"scores": {}})


def test_the_map_has_the_share_of_each_class():
    own = np.zeros((len(LABELS), 12), dtype=bool)
    own[LABELS == 3, 5] = True
    own[np.flatnonzero(LABELS == 4)[: OF_CLASS // 4], 7] = True
    found = routes.route_map(run_with(own))
    assert found.shape == (12, 12)
    assert found[3, 5] == 1
    assert found[4, 7] == 0.25
    assert found.sum() == 1.25


def test_entropy_is_in_bits():
    assert routes.entropy([0, 0.5, 1, 0.25]) == pytest.approx([0, 1, 0, 0.811278])
    run = run_with(decisions(12), shares=[0.5] * 6 + [1.0] * 6)
    found = routes.entropy_over_epochs(run)
    assert found.shape == (4, 12)
    assert found[-1] == pytest.approx([1.0] * 6 + [0.0] * 6)
    with pytest.raises(ValueError, match="holds no shares of routes"):
        routes.shares_over_epochs(run | {"history": [{"epoch": 0}]})


def test_routes_are_counted():
    own = np.zeros((len(LABELS), 12), dtype=bool)
    own[:, 0] = True
    own[: len(LABELS) // 2, 1] = True
    found = routes.count_routes(run_with(own))
    assert (found.distinct, found.constant, found.commonest, found.bits) == (2, 11, 0.5, pytest.approx(1.0))
    assert found.tuned == (1.5, 1, 2)
    pairs = [(a != b).mean() for i, a in enumerate(own) for b in own[:i]]
    assert found.apart == pytest.approx(np.mean(pairs))


def test_the_class_explains_all_some_or_no_more_than_chance():
    by_class = np.repeat((LABELS % 2 == 0)[:, None], 12, axis=1)
    assert routes.class_share(run_with(by_class)).share == pytest.approx(1)
    random = np.random.default_rng(0).random((len(LABELS), 12)) < 0.5
    found = routes.class_share(run_with(random))
    assert found.by_chance == pytest.approx(11 / 239, abs=0.005), "classes minus one of images minus one"
    assert found.low < found.share < found.high
    constant = np.ones((len(LABELS), 12), dtype=bool)
    assert routes.class_share(run_with(constant)).share == 0


def test_what_the_class_explains_over_seeds():
    runs = [run_with(decisions(12, seed=seed), seed) for seed in range(3)]
    found = routes.beyond_chance(runs)
    assert found.low > 0.1
    assert found.estimate == pytest.approx(np.mean([routes.class_share(run).beyond_chance for run in runs]))
    assert routes.apart_interval(runs).estimate == pytest.approx(0.4, abs=0.05)


def test_the_table_has_a_row_for_each_seed():
    runs = chosen_runs(select(compared_records(), name="SpotTune", source="mini:beetles"))
    table = routes.routes_table(runs)
    assert list(table.index) == [f"seed {seed}, lr {BEST:g}" for seed in SEEDS]
    assert table["gates that never vary"].tolist() == [2] * len(SEEDS)
