"""The report card: every claim of every document, judged in the mini world and on real images, and what chance gives.

Judging all claims takes minutes, so each document's card ships in ``data/results/<document>/report_card.json``;
`course report-card --export` writes it. It is used as long as the finished runs that ship and the claims are the same
(`digest`), otherwise the card is judged anew.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

from course_lib.analysis.chance import UNDECIDED, p_value, room
from course_lib.analysis.claims import FinishedRuns, documents_with_claims, find_claims, find_runs
from course_lib.analysis.verdicts import Claim
from course_lib.paths import shipped_dir

WORLDS = {"mini": "mini world", "real": "real images"}  # profile → what its images are
VERDICTS = ("reproduced", "contradicted", UNDECIDED)
FILE = "report_card.json"
Row = Mapping  # of a claim: id, document, claim, place, and for each world what `_judged` gives
_FACTS = ("id", "document", "claim", "place", "unit", "claimed", "region")


def report_card(
    document: str | None = None, *, recompute: bool = False, progress: Callable[[str], None] | None = None
) -> list[dict]:
    """The rows of all claims, in the documents' order.

    A row has the keys id, document, claim (the printed sentence), place, unit, claimed, region, and for each of
    `WORLDS` a mapping: tested, verdict, effect, low, high, at_edge, calibrated, seeds, images, reason, why, and for
    chance: side, p (see `p_value`), room (see `chance.room`) and chance (a claim's own).

    Args:
        document: only its claims.
        recompute: judge the finished runs even where the shipped card is up to date.
        progress: called with a line for each document that is judged.

    Raises:
        ValueError: no claims of such a document.
    """
    find_claims(document)
    names = documents_with_claims() if document is None else (document,)
    return [row for name in names for row in _card_of(name, recompute, progress or (lambda line: None))]


def export_card(*, recompute: bool = False, progress: Callable[[str], None] | None = None) -> list[Path]:
    """Write each document's card beside its finished runs; what is up to date is judged anew only with `recompute`."""
    say, paths = progress or (lambda line: None), []
    for name in documents_with_claims():
        path = shipped_dir("data") / "results" / name / FILE
        path.parent.mkdir(exist_ok=True)
        rows = _card_of(name, recompute, say)
        lines = ",\n".join(json.dumps(row, ensure_ascii=False, allow_nan=False) for row in rows)
        path.write_text(f'{{"digest": "{digest(name)}", "claims": [\n{lines}\n]}}\n', encoding="utf-8")
        paths.append(path)
    return paths


@cache
def digest(document: str) -> str:
    """Hash of the claims of a document and of its finished runs that ship."""
    found = hashlib.sha256()
    for claim in find_claims(document):
        test = claim.on_real.tested if claim.on_real else ""
        found.update(repr((claim.id, claim.sentence, claim.tested, test, claim.takes, claim.region)).encode())
    for path in sorted((shipped_dir("data") / "results" / document).glob("*.jsonl.gz")):
        found.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()[:16]


def shipped_card(document: str) -> list[dict] | None:
    """The rows that ship; None if there are none or they are of other runs or claims."""
    path = shipped_dir("data") / "results" / document / FILE
    if not path.is_file():
        return None
    card = json.loads(path.read_text(encoding="utf-8"))
    return card["claims"] if card["digest"] == digest(document) else None


def judge_card(claims: Sequence[Claim]) -> list[dict]:
    """Judge claims in both worlds from finished runs; nothing is trained."""
    judged = {}
    for profile in WORLDS:
        own = [claim.at(profile) for claim in claims]
        runs = find_runs(own, profile=profile)
        judged[profile] = [_judged(claim, runs, profile) for claim in own]
    facts = [{name: row[name] for name in _FACTS} for row, _ in judged["mini"]]
    return [fact | {profile: judged[profile][place][1] for profile in WORLDS} for place, fact in enumerate(facts)]


def _card_of(document: str, recompute: bool, say: Callable[[str], None]) -> list[dict]:
    rows = None if recompute else shipped_card(document)
    if rows is None:
        say(f"judging the claims of {document}")
        rows = judge_card(find_claims(document))
    return rows


def _judged(claim: Claim, runs: FinishedRuns, profile: str) -> tuple[dict, dict]:
    """The verdict as plain values, and of these what belongs to the world."""
    verdict = runs.judge(claim)
    row = verdict.row()
    own = {name: row[name] for name in ("tested", "verdict", "effect", "low", "high", "at_edge", "calibrated")}
    own |= {name: row[name] for name in ("seeds", "images", "reason")}
    side, p = (UNDECIDED, None) if verdict.effect is None else p_value(lambda c: runs.judge(claim, c))
    if verdict.effect is not None and verdict.effect.low == verdict.effect.high:
        p = None  # all seeds agree: an interval of no width has no p-value
    own |= {"side": side, "p": p, "room": room(claim, verdict.effect), "chance": claim.chance}
    own |= {"why": _why(row, own) if own["effect"] is not None else _not_tested(claim, profile, own["reason"])}
    return row, own


def _why(row: Mapping, own: Mapping) -> str:
    """One line on why the verdict came out so."""
    claimed = f"{row['claimed']} {row['unit']}".strip()
    if own["at_edge"]:
        return f"undecided whatever the interval: {own['reason']}"
    words = {
        "reproduced": f"the whole interval lies in what is claimed ({claimed})",
        "contradicted": f"the whole interval lies outside of what is claimed ({claimed})",
        UNDECIDED: f"the interval lies neither wholly inside nor wholly outside of what is claimed ({claimed})",
    }
    several = f"what is claimed ({claimed}) does not hold for all, and fails for none once that is asked of all"
    word = several if own["verdict"] == UNDECIDED and "(of " in own["reason"] else words[own["verdict"]]
    width = "; all seeds agree, so that the interval has no width" if own["low"] == own["high"] else ""
    return f"{word}: {own['reason']}{width}"


def _not_tested(claim: Claim, profile: str, reason: str) -> str:
    """Why a claim was not tested in this world, and what a test would take."""
    from course_lib.sweeps import find_study

    studies = [find_study(name) for name in claim.studies]
    words = f"not tested on {WORLDS[profile]}"
    if not (lacking := [study.name for study in studies if profile not in study.profiles]):
        return f"{words}: {reason}"
    takes = "the profile paper, with a GPU" if all("paper" in study.profiles for study in studies) else "such a study"
    return f"{words}: no runs of {', '.join(lacking)}; it takes {takes}"
