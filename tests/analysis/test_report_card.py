"""The report card: p-values invert the rule, chance and counts are right, what ships is up to date."""

import json
import re

import numpy as np
import pytest
from scipy import stats

import fake_card
from course_lib.analysis import card_counts, chance, report_card
from course_lib.analysis.claims import documents_with_claims, find_claims
from course_lib.analysis.intervals import Interval, seed_interval
from course_lib.analysis.reproduction import count_runs, reproduction_report
from course_lib.analysis.verdicts import NEGATIVE, POSITIVE, Claim, Region, judge

ROWS = fake_card.rows()


def claim_on(values, region=POSITIVE, **changes):
    """A claim on the mean of values by its t-interval."""
    measured = lambda runs, confidence: {name: seed_interval(own, confidence) for name, own in values.items()}  # noqa: E731
    return Claim("x", "", "", "", (), measured, region, **changes)


def p_of(claim):
    return chance.p_value(lambda confidence: judge(claim, {}, {}, confidence))


@pytest.mark.parametrize("shift", [0.004, 0.02, 0.05])
def test_the_p_value_is_that_of_the_t_test(shift):
    values = shift + np.array([-0.01, 0.02, 0.005, -0.004])
    expected = stats.ttest_1samp(values, 0, alternative="greater").pvalue
    assert p_of(claim_on({"a": values})) == ("reproduced", pytest.approx(expected, rel=0.06))
    assert p_of(claim_on({"a": values}, NEGATIVE)) == ("contradicted", pytest.approx(expected, rel=0.06))


def test_of_several_things_the_worst_counts_and_a_contradiction_pays_for_all():
    good, bad = 0.03 + np.array([-0.01, 0.01, 0.002]), -0.03 + np.array([-0.012, 0.01, 0.004])
    weak = 0.02 + np.array([-0.012, 0.01, 0.004])
    (side, both), (_, alone) = p_of(claim_on({"a": good, "b": weak})), p_of(claim_on({"b": weak}))
    assert (side, both) == ("reproduced", alone)
    (side, paid), (_, alone) = p_of(claim_on({"a": good, "b": bad})), p_of(claim_on({"b": bad}))
    assert (side, paid) == ("contradicted", pytest.approx(2 * alone, rel=0.07))


def test_an_edge_has_no_p_value_and_no_chance():
    found = Interval(0.03, 0.02, 0.04, "t", edge="at 0.03")
    claim = Claim("x", "", "", "", (), lambda *_: {"a": found}, POSITIVE)
    assert p_of(claim) == ("undecided", None)
    assert chance.room(claim, found) is None


@pytest.mark.parametrize(
    ("region", "low", "high"), [(POSITIVE, 0, np.inf), (Region(0.02, 0.08), 0.02, 0.08), (Region(-0.03, 0.03), 0, 0.06)]
)
def test_the_chance_is_the_share_of_simulated_effects(region, low, high):
    """Of effects zero, or of a claim "no difference" of effects at its bound, with an interval of the same width."""
    error = 0.01
    half = 1.96 * error
    claim = Claim("x", "", "", "", (), lambda *_: {}, region)
    drawn = np.random.default_rng(0).normal(0, error, 400_000)
    share = np.mean((drawn - half > low) & (drawn + half < high))
    found = chance.chance_of(chance.room(claim, Interval(0.0, -half, half, "t")))
    assert found == pytest.approx(share, abs=0.001)
    assert found <= 0.0251


def test_an_interval_wider_than_the_claim_reproduces_nothing():
    claim = Claim("x", "", "", "", (), lambda *_: {}, Region(0.02, 0.08))
    assert chance.chance_of(chance.room(claim, Interval(0.05, 0.0, 0.1, "t"))) == 0


def test_holm_and_benjamini_hochberg_on_a_worked_example():
    """Benjamini & Hochberg (1995), section 3.2: fifteen p-values; Bonferroni and Holm reject three, theirs four."""
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528]
    p += [0.7590, 1.0]
    mixed = np.random.default_rng(0).permutation(len(p))
    assert chance.holm(p).sum() == 3
    assert chance.benjamini_hochberg(p).sum() == 4
    assert sorted(np.array(p)[mixed][chance.benjamini_hochberg(np.array(p)[mixed])]) == p[:4]
    assert chance.holm([]).size == chance.benjamini_hochberg([]).size == 0


def test_the_verdicts_are_counted():
    counts = card_counts.count_verdicts(ROWS, "mini")
    assert counts == {"reproduced": 3, "contradicted": 1, "undecided": 3, "not tested": 0}
    assert card_counts.count_verdicts(ROWS, "real")["not tested"] == 2
    assert len(card_counts.could_decide(ROWS, "mini")) == 6
    table = card_counts.document_table(ROWS)
    assert table.loc["all", ("", "claims")] == 7
    assert table.loc["alpha", ("mini world", "reproduced")] == 2


def test_the_level_decides_more_or_less():
    at = {level: card_counts.count_verdicts(ROWS, "mini", level)["reproduced"] for level in (0.5, 0.95, 0.99)}
    assert at == {0.5: 4, 0.95: 3, 0.99: 1}
    assert card_counts.verdict_at(ROWS[3], "mini", 0.01) == "undecided"


def test_the_expected_number_by_chance_adds_up():
    """Four claims above zero, one of a wide range away from zero, one narrower than its interval, none of the edge."""
    away = stats.norm.sf(4 + 1.96) - stats.norm.sf(16 - 1.96)
    assert card_counts.expected_by_chance(ROWS, "mini") == pytest.approx(4 * 0.025 + away, abs=1e-4)
    assert card_counts.expected_by_chance(ROWS, "real") == pytest.approx(4 * 0.025 + 0.01, abs=1e-4)
    assert [row["id"] for row in card_counts.too_wide(ROWS, "mini")] == ["five"]


def test_adjusted_verdicts_are_fewer_and_keep_their_side():
    found = card_counts.adjusted(ROWS, "mini")
    assert found["Holm"] == {"reproduced": 1, "contradicted": 1}
    assert found["Benjamini–Hochberg"] == {"reproduced": 2, "contradicted": 1}


def test_changes_between_the_worlds():
    found = card_counts.changes(ROWS)["the two"].to_dict()
    assert found == {"one": "the same", "two": "opposite", "three": "one decides", "six": "one decides"}


def test_the_reproduction_report_has_its_parts_and_two_pages_at_most():
    text = reproduction_report([row | {"document": "homework"} for row in ROWS])
    titles = re.findall(r"^## (.+)$", text, re.M)
    assert titles[:3] == ["Scope", "Claims", "Method"]
    assert {"Results", "What was easy", "What was hard"} < set(titles)
    assert "| homework | 7 | 3 reproduced, 1 contradicted, 3 undecided |" in text
    assert f"{count_runs('homework')} trainings" in text
    assert "1 opposite" in text
    assert len(text.split()) < 900
    with pytest.raises(ValueError, match="no claims to report on"):
        reproduction_report([])


@pytest.mark.parametrize("document", documents_with_claims())
def test_the_card_that_ships_is_of_these_claims_and_runs(document):
    rows = report_card.shipped_card(document)
    assert rows is not None, "the claims or the finished runs changed: course report-card --export"
    assert [row["id"] for row in rows] == [claim.id for claim in find_claims(document)]
    assert all(row[world]["why"] for row in rows for world in report_card.WORLDS)


def test_the_card_comes_out_the_same_today():
    """A few claims of one document, judged anew in both worlds."""
    ids = ["optimizers-comparable-full", "last-layer-beats-scratch", "few-shot-drop-order", "full-zero-loss"]
    shipped = {row["id"]: row for row in report_card.report_card("homework")}
    assert json.loads(json.dumps(report_card.judge_card(find_claims(ids=ids)))) == [shipped[name] for name in ids]


def test_all_documents_have_claims_enough():
    claims = find_claims()
    assert len({claim.id for claim in claims}) == len(claims) >= 60


def test_an_unknown_document_is_refused():
    with pytest.raises(ValueError, match="no claims of a document 'novel'"):
        report_card.report_card("novel")
