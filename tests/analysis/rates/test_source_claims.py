"""Claims about sources: every one can be judged, and its verdict follows from the runs."""

import pytest

from course_lib.analysis.rates.source_claims import SOURCE_CLAIMS
from course_lib.analysis.verdicts import judge
from course_lib.sweeps.studies.rates.sources import STARTS
from fake_sources import size_grid, source_grid

BY_ID = {claim.id: claim for claim in SOURCE_CLAIMS}
GOOD = {"random": 0.3, "plants": 0.55, "people": 0.52, "animals": 0.51}


def random_grid(accuracy, lr):
    """Runs of random initialisation alone."""
    return [run for run in source_grid({"random": accuracy}, lr=lr) if run["recipe"]["start"] is STARTS["random"]]


RUNS = {
    "sources": source_grid(GOOD),
    "source_random": random_grid(0.25, 0.003) + random_grid(0.25, 0.1),
    "source_heads": source_grid({"random": 0.2, "plants": 0.45}, svm=0.48),
    "data_sizes": size_grid(),
}
EXPECTED = {name: len(records) for name, records in RUNS.items()}


def verdict_on(name, runs=RUNS):
    return judge(BY_ID[name], runs, EXPECTED)


@pytest.mark.parametrize("name", BY_ID)
def test_every_claim_is_judged_by_an_interval(name):
    found = verdict_on(name)
    assert found.effect is not None, found.reason
    assert found.seeds == 3


def test_sources_that_are_better_or_worse_than_random():
    assert verdict_on("sources-useful").verdict == "reproduced"
    bad = RUNS | {"sources": source_grid({**GOOD, "random": 0.6, "tools": 0.3})}
    assert verdict_on("sources-useful", bad).verdict == "contradicted"
    assert verdict_on("sources-worst-gain", bad).verdict == "reproduced"
    assert verdict_on("sources-worst-gain").verdict == "contradicted"


def test_random_initialisation_with_more_to_choose_from_is_judged_too():
    tried = random_grid(0.6, 0.03) + random_grid(0.2, 0.1)
    found = verdict_on("sources-useful", RUNS | {"source_random": tried})
    assert found.verdict == "contradicted"
    assert "more for random" in found.reason


def test_an_edge_that_could_overturn_a_verdict_leaves_it_undecided():
    """Random initialisation is best at the highest rate: a higher one could be as good as the sources."""
    tried = random_grid(0.25, 0.003) + random_grid(0.35, 0.1)
    found = verdict_on("sources-useful", RUNS | {"source_random": tried})
    assert (found.verdict, found.at_edge) == ("undecided", True)
    assert "random: best at 0.1" in found.reason
    heads = [run for lr, own in ((0.01, 0.2), (0.1, 0.3)) for run in source_grid({}, svm=0.48, lr=lr, noise=own / 20)]
    found = verdict_on("sources-svm-equivalent", RUNS | {"source_heads": heads})
    assert found.at_edge


def test_ten_times_the_images():
    assert verdict_on("sources-ten-times-data").verdict == "reproduced"
    fewer = RUNS | {"data_sizes": size_grid(few=0.6, many=0.3)}
    assert verdict_on("sources-ten-times-data", fewer).verdict == "contradicted"


def test_missing_runs_leave_a_claim_undecided():
    found = verdict_on("sources-useful", RUNS | {"sources": RUNS["sources"][:-1]})
    assert found.verdict == "undecided"
    assert "course study sources" in found.reason
