"""Claims of the course's documents, judged by the runs that are there: see `judge` for the rule."""

from collections.abc import Sequence
from importlib import import_module

import pandas as pd

from course_lib.analysis.verdicts import Claim, Verdict, judge

_DOCUMENTS = {"homework": ("course_lib.analysis.homework.claims", "homework_claims")}


def find_claims(document: str | None = None, ids: Sequence[str] | None = None) -> list[Claim]:
    """Claims of a document (all by default), those with these ids in their order.

    Raises:
        ValueError: unknown document or id.
    """
    if document is not None and document not in _DOCUMENTS:
        raise ValueError(f"no claims of a document '{document}': choose one of {', '.join(_DOCUMENTS)}")
    chosen = _DOCUMENTS.values() if document is None else [_DOCUMENTS[document]]
    claims = {c.id: c for module, function in chosen for c in getattr(import_module(module), function)()}
    if ids is None:
        return list(claims.values())
    if unknown := [name for name in ids if name not in claims]:
        raise ValueError(f"no claim '{unknown[0]}': 'course claims' lists them all")
    return [claims[name] for name in ids]


def check_claims(
    document: str | None = None,
    ids: Sequence[str] | None = None,
    *,
    profile: str = "mini",
    data: str | None = None,
    seeds: int | None = None,
) -> list[Verdict]:
    """The verdict on each claim from finished runs; nothing is computed, what is missing leaves a claim undecided.

    Args:
        seeds: how many seeds (0, 1, …) to take; the profile's number by default.

    Raises:
        ValueError: unknown document, id, profile or source.
    """
    from course_lib.sweeps import finished_runs, study_trials

    claims = find_claims(document, ids)
    names = list(dict.fromkeys(name for claim in claims for name in claim.studies))
    runs = {name: finished_runs(name, profile, data, seeds) for name in names}
    expected = {name: len(study_trials(name, profile, data, seeds)) for name in names}
    return [judge(claim, {name: runs[name] for name in claim.studies}, expected) for claim in claims]


def claims_table(
    document: str | None = None,
    ids: Sequence[str] | None = None,
    *,
    profile: str = "mini",
    data: str | None = None,
    seeds: int | None = None,
) -> pd.DataFrame:
    """The verdicts as a table to read: one row a claim; effects with their 95 % intervals.

    Raises:
        ValueError: as `check_claims`.
    """
    verdicts = check_claims(document, ids, profile=profile, data=data, seeds=seeds)
    return pd.DataFrame([_line(v) for v in verdicts], index=pd.Index([v.claim.id for v in verdicts], name="id"))


def _line(verdict: Verdict) -> dict:
    row = verdict.row()
    line = {"claim": row["claim"], "place": row["place"], "tested": row["tested"], "claimed": row["claimed"]}
    line |= {"effect": verdict.effect_text, "verdict": verdict.verdict_text}
    return line | {"seeds": row["seeds"], "images": row["images"], "reason": row["reason"]}
