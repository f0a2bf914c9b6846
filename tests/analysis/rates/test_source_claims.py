"""Claims about sources: every one can be judged, and its verdict follows from the runs."""

import pytest

from course_lib.analysis.rates.source_claims import SOURCE_CLAIMS
from course_lib.analysis.verdicts import judge
from fake_sources import size_grid, source_grid

BY_ID = {claim.id: claim for claim in SOURCE_CLAIMS}
GOOD = {"random": 0.3, "plants": 0.55, "people": 0.52, "animals": 0.51}
RUNS = {
    "sources": source_grid(GOOD),
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


def test_ten_times_the_images():
    assert verdict_on("sources-ten-times-data").verdict == "reproduced"
    fewer = RUNS | {"data_sizes": size_grid(few=0.6, many=0.3)}
    assert verdict_on("sources-ten-times-data", fewer).verdict == "contradicted"


def test_missing_runs_leave_a_claim_undecided():
    found = verdict_on("sources-useful", RUNS | {"sources": RUNS["sources"][:-1]})
    assert found.verdict == "undecided"
    assert "course study sources" in found.reason
