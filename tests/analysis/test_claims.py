"""Claims: the rule gives each verdict, the homework's claims follow the runs, and nothing is ever computed."""

import json
import re

import pytest
from click.testing import CliRunner

import fakes
from course_lib.analysis import claims, measures
from course_lib.analysis.homework import printed_results
from course_lib.analysis.intervals import Interval
from course_lib.analysis.verdicts import Claim, Region, about, judge
from course_lib.cli import main
from course_lib.sweeps.running import finished_runs, study_trials
from course_lib.sweeps.studies import list_studies
from course_lib.sweeps.studies.homework import TABLE_VIII

CLAIMS = {claim.id: claim for claim in claims.find_claims("homework")}
SEEDS = range(5)
WIDE = (0.1, *fakes.RATES)


def claim_of(intervals, region, unit="points"):
    """A claim whose measure gives these (low, high) by label, wider at a higher confidence."""

    def measure(_, confidence):
        wider = 0.01 * (confidence > 0.95)
        return {
            k: Interval((low + high) / 2, low - wider, high + wider, "fake") for k, (low, high) in intervals.items()
        }

    return Claim("fake", "a sentence", "nowhere", "a fake", ("full",), measure, region, unit)


def verdict_of(intervals, region):
    return judge(claim_of(intervals, region), {"full": []}, {"full": 0})


@pytest.mark.parametrize(
    ("interval", "region", "verdict"),
    [
        ((0.01, 0.09), Region(low=0), "reproduced"),
        ((-0.09, -0.01), Region(low=0), "contradicted"),
        ((-0.01, 0.09), Region(low=0), "undecided"),
        ((-0.02, 0.02), Region(-0.03, 0.03), "reproduced"),
        ((0.04, 0.09), Region(-0.03, 0.03), "contradicted"),
        ((-0.09, -0.04), Region(-0.03, 0.03), "contradicted"),
        ((-0.09, 0.09), Region(-0.03, 0.03), "undecided"),
        ((0.0, 0.3), Region(low=0), "undecided"),  # none of ten runs: no sign that there are any
        ((0.0, 0.0), Region(low=0), "contradicted"),  # every seed chose the same
    ],
)
def test_the_rule(interval, region, verdict):
    assert verdict_of({"one": interval}, region).verdict == verdict


def test_a_claim_about_several_things_holds_for_all_or_fails_for_one():
    good, unsure, bad, barely_bad = (0.02, 0.04), (-0.01, 0.04), (-0.06, -0.02), (-0.06, -0.005)
    positive = Region(low=0)
    assert verdict_of({"a": good, "b": (0.005, 0.2)}, positive).verdict == "reproduced"
    undecided = verdict_of({"a": good, "b": unsure}, positive)
    assert (undecided.verdict, undecided.effect.low) == ("undecided", -0.01)
    failed = verdict_of({"a": good, "b": unsure, "c": bad}, positive)
    assert failed.verdict == "contradicted"
    assert failed.reason.startswith("c (of 3)")
    # one of several may fall outside by chance: its widened interval decides
    assert verdict_of({"a": good, "c": barely_bad}, positive).verdict == "undecided"
    assert verdict_of({"c": barely_bad}, positive).verdict == "contradicted"


def test_the_edge_of_a_grid_decides_nothing():
    """Neither for nor against, however clear the interval; what the other things say still counts."""
    found = {"inside": Interval(0.03, 0.02, 0.04, "fake"), "edge": Interval(0.03, 0.02, 0.04, "fake", edge="at 0.03")}

    def verdict(region, *labels):
        return judge(Claim("x", "", "", "", (), lambda *_: {n: found[n] for n in labels}, region), {}, {})

    open_ = verdict(Region(low=0), "inside", "edge")
    assert (open_.verdict, open_.reason) == ("undecided", "edge (of 2): at 0.03")
    assert open_.at_edge
    assert verdict(Region(high=0), "edge").verdict == "undecided"
    assert verdict(Region(high=0), "inside", "edge").verdict == "contradicted"
    inside = verdict(Region(low=0), "inside")
    assert (inside.verdict, inside.at_edge) == ("reproduced", False)


def test_a_grid_that_ends_too_early_is_widened_by_the_runs_of_another_study(grids):
    """The same runs, once cut off at their best rate and once with the higher rates that another study adds."""
    claim, wide = CLAIMS["optimizers-comparable-full"], grids["full"]
    short = [run for run in wide if run["recipe"]["lr"] < 0.02]
    strangers = grids["scratch"] + grids["few_shot_full"]
    cut = judged(claim, {"full": short, "higher_rates": strangers})
    assert (cut.verdict, cut.at_edge) == ("undecided", True)
    assert cut.reason == "full, sgd: best at 0.01, the highest rate tried"
    whole = judged(claim, {"full": short, "higher_rates": [run for run in wide if run not in short] + strangers})
    assert whole.effect == judged(claim, {"full": wide}).effect
    assert not whole.effect.edge
    half = judge(claim, {"full": short, "higher_rates": wide}, {"full": len(short), "higher_rates": len(wide) + 1})
    assert half == cut, "a study that is not complete widens nothing"


def test_about_is_half_to_twice_in_the_same_direction():
    assert about(0.3) == Region(0.15, 0.6)
    assert about(-0.3) == Region(-0.6, -0.15)


def test_a_verdict_shows_the_claims_unit():
    row = judge(claim_of({"one": (0.012, 0.148)}, Region(low=0)), {"full": []}, {"full": 0}).row()
    assert (row["effect"], row["low"], row["high"], row["claimed"]) == (8, 1.2, 14.8, "> 0")
    assert row["region"] == [0, None]
    row = judge(claim_of({"one": (1, 2)}, Region(high=3), "epochs"), {"full": []}, {"full": 0}).row()
    assert (row["effect"], row["low"], row["high"], row["claimed"]) == (1.5, 1, 2, "< 3")
    assert row["region"] == [None, 3]
    assert (about(0.02).bounds("points"), about(0.02).text("points")) == ([1, 4], "1 to 4")


MADE_FOR = ("last-layer-beats-scratch", "full-is-best", "few-shot-order")


def test_the_order_that_the_world_was_calibrated_for_is_marked(grids):
    """By the same rule as ever, but the reader is told; on other images it is a test like all the others."""
    assert {claim.id for claim in CLAIMS.values() if claim.calibrated} == set(MADE_FOR)
    real = {name: made(found, data=found[0]["data"] | {"source": "pacs:cartoon"}) for name, found in grids.items()}
    for name in (*MADE_FOR, "full-gain"):
        drawn, printed = check(name, grids), check(name, real)
        assert drawn.calibrated == drawn.row()["calibrated"] == (name in MADE_FOR)
        assert not printed.calibrated
        assert (drawn.verdict, drawn.effect) == (printed.verdict, printed.effect)
    assert check("full-is-best", grids).verdict == "reproduced"


def test_the_command_counts_what_was_calibrated_apart(grids, monkeypatch):
    found = [check(name, grids) for name in (*MADE_FOR, "full-gain")]
    monkeypatch.setattr(claims, "check_claims", lambda *_, **__: found)
    output = CliRunner().invoke(main, ["claims"], catch_exceptions=False).output
    assert "3 reproduced *, 1 reproduced\n* the mini world was calibrated" in output
    assert re.search(r"^reproduced \*  +full-is-best", output, re.M)
    rows = json.loads(CliRunner().invoke(main, ["claims", "--json"], catch_exceptions=False).stdout)
    assert [row["calibrated"] for row in rows] == [True, True, True, False]
    in_full = CliRunner().invoke(main, ["claims", "full-is-best"], catch_exceptions=False).output
    assert "no independent test" in in_full
    monkeypatch.setattr(claims, "check_claims", lambda *_, **__: found[-1:])
    output = CliRunner().invoke(main, ["claims"], catch_exceptions=False).output
    assert "calibrated" not in output
    assert "†" not in output


def test_the_command_marks_the_edge_of_a_grid(grids, monkeypatch):
    short = [run for run in grids["full"] if run["recipe"]["lr"] < 0.02]
    found = judged(CLAIMS["optimizers-comparable-full"], {"full": short})
    monkeypatch.setattr(claims, "check_claims", lambda *_, **__: [found])
    output = CliRunner().invoke(main, ["claims"], catch_exceptions=False).output
    assert "1 undecided †\n† a best rate is the lowest or highest of its grid" in output
    in_full = CliRunner().invoke(main, ["claims", "optimizers-comparable-full"], catch_exceptions=False).output
    assert "full, sgd: best at 0.01, the highest rate tried" in in_full


def test_the_seeds_are_those_of_the_interval(grids):
    """Some runs may be left out of an effect: then the others' seeds do not count."""
    elsewhere = {name: made(found, provenance={"cpu": "another"}) for name, found in grids.items()}
    runs = {
        n: [(r, e)[r["seed"] > 2] for r, e in zip(grids[n], elsewhere[n], strict=True)] for n in ("scratch", "full")
    }
    verdict = judged(CLAIMS["scratch-as-slow-as-full"], runs)
    assert verdict.seeds == 3
    assert verdict.reason.endswith("t, 3 seeds")
    assert check("full-gain", grids).seeds == check("few-shot-drop-order", grids).seeds == 5


def test_time_on_kept_features_is_not_the_homeworks(grids):
    """Undecided, with the reason; runs whose records say that they went the long way are judged."""
    short = check("last-layer-faster", grids)
    assert (short.verdict, short.effect) == ("undecided", None)
    assert "kept features" in short.reason
    for pace, verdict in ((35.0, "reproduced"), (70.0, "contradicted")):
        long_way = made(grids["last_layer"], provenance={"shortcuts": False}, seconds=pace)
        assert check("last-layer-faster", grids | {"last_layer": long_way}).verdict == verdict


def test_missing_runs_leave_a_claim_undecided():
    claim = CLAIMS["full-gain"]
    verdict = judge(claim, dict.fromkeys(claim.takes, ()), {"full": 30, "last_layer": 30, "higher_rates": 0})
    assert (verdict.verdict, verdict.effect) == ("undecided", None)
    assert verdict.reason == "0 of 30 runs are there at this profile: course study last_layer"
    grids = {name: fakes.fake_grid(name, seeds=(0,), epochs=5) for name in ("full", "last_layer")}
    verdict = judged(claim, grids)
    assert verdict.verdict == "undecided"
    assert "1 value(s) show no spread over seeds" in verdict.reason


@pytest.fixture(scope="module")
def grids():
    """Fake grids of the six studies, made so that the homework's order holds and the best rates lie inside."""
    return {
        f"{'few_shot_' * few}{name}": fakes.fake_grid(name, seeds=SEEDS, few_shot=few, epochs=12, rates=WIDE)
        for name in ("scratch", "last_layer", "full")
        for few in (False, True)
    }


def check(name, grids, **swapped):
    """The verdict with some studies' runs taken from others."""
    claim = CLAIMS[name]
    return judged(claim, {study: grids[swapped.get(study, study)] for study in claim.studies})


def judged(claim, runs):
    """The verdict when these runs are all there are."""
    runs = dict.fromkeys(claim.takes, ()) | runs
    return judge(claim, runs, {study: len(found) for study, found in runs.items()})


SWAPS = {
    "last-layer-beats-scratch": {"scratch": "last_layer", "last_layer": "scratch"},
    "last-layer-gain": {"scratch": "last_layer", "last_layer": "scratch"},
    "full-is-best": {"full": "scratch", "scratch": "full"},
    "full-gain": {"full": "last_layer", "last_layer": "full"},
    "few-shot-order": {"few_shot_full": "few_shot_scratch", "few_shot_scratch": "few_shot_full"},
}


@pytest.mark.parametrize("name", SWAPS)
def test_strategies_that_change_places_flip_the_verdict(name, grids):
    right, wrong = check(name, grids), check(name, grids, **SWAPS[name])
    assert (right.verdict, wrong.verdict) == ("reproduced", "contradicted")
    assert right.effect.estimate > 0 > wrong.effect.estimate
    assert right.seeds == len(SEEDS)
    assert set(right.images) <= {236, 2108}


def test_other_test_images_are_not_paired(grids):
    right = check("few-shot-drop-scratch", grids)
    assert (right.images, right.effect.method) == (
        (236, 2108),
        "t, 5 seeds and Newcombe, independent images",
    )
    places = {"scratch": "few_shot_scratch", "few_shot_scratch": "scratch"}
    assert check("few-shot-drop-scratch", grids, **places).verdict == "contradicted"


def test_every_claim_of_the_six_grids_has_a_verdict(grids):
    for claim in CLAIMS.values():
        if set(claim.studies) <= set(grids):
            row = check(claim.id, grids).row()
            if claim.id == "last-layer-faster":
                continue  # its runs were not made the homework's way
            assert row["low"] <= row["effect"] <= row["high"], claim.id
            assert json.loads(json.dumps(row, allow_nan=False)) == row


def test_a_profile_with_fewer_rates_stops_no_claim():
    """It may leave a claim undecided, with the reason."""
    for claim in CLAIMS.values():
        trials = {study: study_trials(study, "smoke") for study in claim.takes}
        verdict = judged(claim, {study: [fake_record(trial) for trial in found] for study, found in trials.items()})
        assert (verdict.effect is None) == verdict.reason.startswith("cannot be measured: "), claim.id


def test_a_run_that_diverged_at_once_stops_no_claim():
    """It was never tested: its number of test images is unknown."""
    claim = CLAIMS["thousand-outputs-sgd"]
    runs = {name: [fake_record(trial) for trial in study_trials(name, "smoke")] for name in claim.takes}
    lost = next(run for run in runs[claim.studies[0]] if run["recipe"]["optimizer"] == "sgd")
    lost |= {"status": "diverged", "num_test": None, "test_accuracy": None, "test_outcomes": None, "test_correct": None}
    assert None not in judged(claim, runs).images


def fake_record(trial):
    """A plausible record of a trial, with its own recipe, split and seed."""
    recipe, few_shot = trial.recipe, trial.data.few_shot
    made = fakes.fake_run(recipe.name, recipe.optimizer, recipe.lr, trial.seed, few_shot=few_shot, epochs=2)
    return made | {"recipe": recipe.model_dump(mode="json"), "data": made["data"] | {"split": trial.data.split}}


def test_claims_are_found_by_document():
    """In the document's order; studies exist, and an id belongs to one claim only, in all documents."""
    found = [claim for document in claims.documents_with_claims() for claim in claims.find_claims(document)]
    assert claims.find_claims() == found
    assert len({claim.id for claim in found}) == len(found)
    known = {(study.document, study.name) for study in list_studies()}
    assert {(claim.document, study) for claim in found for study in claim.takes} <= known
    assert "homework" in claims.documents_with_claims()
    assert found[0].document in claims.documents_with_claims()


def made(records, **changes):
    """Copies with some numbers changed."""
    return [record | changes for record in records]


def test_time_is_compared_per_epoch_and_image_on_one_machine(grids):
    slow, fast = made(grids["full"], seconds=67.0), made(grids["full"], seconds=50.0)
    found = measures.slowdown(slow, fast)
    assert found.estimate == pytest.approx(0.34)
    elsewhere = made(grids["full"], provenance={"cpu": "another"}, seconds=1.0)
    one_seed = [run for run in elsewhere if run["seed"] == 0]
    assert measures.slowdown(slow, [*fast, *one_seed]).estimate == found.estimate
    with pytest.raises(ValueError, match="0 seeds of both were timed on one kind of hardware"):
        measures.slowdown(slow, elsewhere)
    named = (("cuda", "A"), ("cuda:0", "A"), ("cuda", "B"))
    gpus = [made(grids["full"], provenance={"device": device, "gpu": gpu}) for device, gpu in named]
    assert measures.slowdown(gpus[0], gpus[1]).estimate == pytest.approx(0)
    with pytest.raises(ValueError, match="0 seeds of both"):
        measures.slowdown(gpus[0], gpus[2])


def augmented(accuracy):
    """Records of Table VIII's rows, `accuracy(name)` of 2108 test images right."""
    records = []
    for name, steps in TABLE_VIII.items():
        for record in fakes.fake_grid("full", seeds=SEEDS, optimizers=("sgd",), rates=(0.01,), few_shot=True, epochs=2):
            right = round(accuracy(name) * 2108) + record["seed"]
            dumped = [step.model_dump(mode="json") for step in steps]
            record["recipe"] = {**record["recipe"], "augmentation": dumped}
            record |= {"test_outcomes": "1" * right + "0" * (2108 - right), "test_correct": right}
            records.append(record | {"test_accuracy": right / 2108})
    return records


def printed_accuracy(name):
    return printed_results(table="VIII", augmentation=name)[0].test_percent / 100


def test_the_printed_accuracies_themselves_support_section_vii():
    """What Table VIII prints agrees with what the text says of it, and the reverse of it does not."""
    for accuracy, verdict in ((printed_accuracy, "reproduced"), (lambda n: 1 - printed_accuracy(n), "contradicted")):
        records = {"augmentation": augmented(accuracy)}
        for name in ("colour-hurts", "flip-gain", "rotation-helps-flip", "goal-80"):
            found = judged(CLAIMS[name], records)
            assert found.verdict == verdict, (name, found)


NOBODY_HAS = ("--profile", "smoke", "--seeds", "1")  # no such run ships; the ledger below is empty


@pytest.fixture
def empty_home(tmp_path, monkeypatch, course_home):
    """A home without runs, but with the worlds that are drawn already."""
    for kept in course_home.iterdir():
        if kept.name != "ledger.sqlite" and kept.is_dir():
            (tmp_path / kept.name).symlink_to(kept)
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))


def test_the_command_without_runs(empty_home):
    """What is missing is named, and nothing is computed."""
    done = CliRunner().invoke(main, ["claims", *NOBODY_HAS], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert max(map(len, done.output.splitlines())) <= 120
    assert f"{len(claims.find_claims())} undecided" in done.output
    assert re.search(r"0 of \d+ runs are there at this profile: course study augmentation", done.output)
    assert finished_runs("full", "smoke", seeds=1) == []


def test_the_commands_json_and_full_text():
    done = CliRunner().invoke(main, ["claims", "--json", "full-gain", "colour-hurts"], catch_exceptions=False)
    rows = json.loads(done.stdout)
    assert [row["id"] for row in rows] == ["full-gain", "colour-hurts"]
    assert set(rows[0]) == {
        "id", "claim", "document", "place", "tested", "claimed", "verdict", "effect", "low", "high", "unit", "seeds",
        "images", "studies", "reason", "calibrated", "region", "at_edge",
    }  # fmt: skip
    done = CliRunner().invoke(main, ["claims", "full-gain"], catch_exceptions=False)
    assert CLAIMS["full-gain"].sentence in done.output
    assert max(map(len, done.output.splitlines())) <= 120


def test_unknown_names_get_one_sentence():
    with pytest.raises(ValueError, match="no claim 'nope'"):
        claims.find_claims(ids=["nope"])
    with pytest.raises(ValueError, match="document 'nope'.*homework"):
        claims.find_claims("nope")
