"""The homework's claims judged in two worlds: how two verdicts go together, and what the tables say of them."""

from dataclasses import replace

import pytest

from course_lib.analysis.claims import check_claims
from course_lib.analysis.homework.worlds import (
    AGREE,
    NEITHER,
    ONE_DECIDES,
    OPPOSE,
    missing_table,
    pair_verdicts,
    worlds_table,
)
from course_lib.analysis.intervals import Interval
from course_lib.analysis.verdicts import POSITIVE, Claim, Verdict

CLAIM = Claim("order", "a sentence", "nowhere", "a fake", ("full",), None, POSITIVE, calibrated=True)


def verdict_of(word, effect=None, **settings):
    return Verdict(CLAIM, word, "a reason", effect, **settings)


@pytest.mark.parametrize(
    ("mini", "real", "outcome"),
    [
        ("reproduced", "reproduced", AGREE),
        ("contradicted", "contradicted", AGREE),
        ("reproduced", "contradicted", OPPOSE),
        ("undecided", "contradicted", ONE_DECIDES),
        ("reproduced", "undecided", ONE_DECIDES),
        ("undecided", "undecided", NEITHER),
    ],
)
def test_two_verdicts_agree_oppose_or_do_not_decide(mini, real, outcome):
    (pair,) = pair_verdicts([verdict_of(mini)], [verdict_of(real)])
    assert pair.outcome == outcome


def test_the_star_stands_in_the_mini_worlds_column_alone():
    found = Interval(0.05, 0.01, 0.09, "fake")
    pairs = pair_verdicts([verdict_of("reproduced", found, calibrated=True)], [verdict_of("reproduced", found)])
    row = worlds_table(pairs).loc["order"]
    assert row["mini world", "verdict"] == "reproduced *"
    assert row["real cartoons", "verdict"] == "reproduced"
    assert row["", "claimed"] == "> 0 points"


def test_a_dagger_marks_an_edge_in_either_column():
    edge = Interval(0.05, 0.01, 0.09, "fake", edge="the highest rate")
    pairs = pair_verdicts([verdict_of("undecided", edge)], [verdict_of("undecided", replace(edge, edge=""))])
    row = worlds_table(pairs).loc["order"]
    assert row["mini world", "verdict"] == "undecided †"
    assert row["real cartoons", "verdict"] == "undecided"


def test_a_claim_without_a_number_is_listed_with_the_reason():
    found = Interval(0.05, 0.01, 0.09, "fake")
    with_number = pair_verdicts([verdict_of("reproduced")], [verdict_of("reproduced", found)])
    without = pair_verdicts([verdict_of("reproduced", found)], [verdict_of("undecided")])
    assert missing_table(with_number).empty
    assert missing_table(without).loc["order"].tolist() == ["a reason"]


def test_different_claims_are_refused():
    other = Verdict(replace(CLAIM, id="other"), "undecided", "a reason")
    with pytest.raises(ValueError, match="different claims"):
        pair_verdicts([verdict_of("undecided")], [other])


def test_no_star_on_real_cartoons_and_every_claim_has_a_verdict():
    mini, real = check_claims("homework"), check_claims("homework", profile="real")
    pairs = pair_verdicts(mini, real)
    assert any(pair.mini.calibrated for pair in pairs)
    assert not any(pair.real.calibrated for pair in pairs)
    assert all(pair.real.effect or pair.real.reason for pair in pairs)
