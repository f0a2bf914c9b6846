"""Find the claims of all documents and judge them with finished runs; `judge` has the rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

import course_lib.analysis
from course_lib.analysis.verdicts import CONFIDENCE, Claim, Verdict, judge
from course_lib.sweeps.profiles import check_profile

STOPS_EARLY = "it is about where training ends, and the runs of this profile stop long before"


@cache
def documents_with_claims() -> tuple[str, ...]:
    """Names of the documents with claims: the sub-packages of `course_lib.analysis` that have a module `claims`.

    That module holds ``CLAIMS``, the document's claims in its order.
    """
    packages = (found.name for found in iter_modules(course_lib.analysis.__path__) if found.ispkg)
    return tuple(name for name in sorted(packages) if find_spec(f"course_lib.analysis.{name}.claims") is not None)


def find_claims(document: str | None = None, ids: Sequence[str] | None = None) -> list[Claim]:
    """Claims of a document (all by default), those with these ids in their order.

    Raises:
        ValueError: unknown document or id.
    """
    known = documents_with_claims()
    if document is not None and document not in known:
        raise ValueError(f"no claims of a document '{document}': choose one of {', '.join(known)}")
    claims = {}
    for claim in (claim for name in known if document in (None, name) for claim in _claims_of(name)):
        if claim.id in claims:
            both = f"{claims[claim.id].document} and {claim.document}"
            raise ValueError(f"the documents {both} have a claim '{claim.id}': rename one")
        claims[claim.id] = claim
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
        data: an image source; each study's own by default.
        seeds: how many seeds (0, 1, …) to take; the profile's number by default.

    Raises:
        ValueError: unknown document, id, profile or source.
    """
    claims = [claim.at(profile) for claim in find_claims(document, ids)]
    runs = find_runs(claims, profile=profile, data=data, seeds=seeds)
    return [runs.judge(claim) for claim in claims]


@dataclass(frozen=True)
class FinishedRuns:
    """The finished runs of claims at a profile.

    Attributes:
        records: by study.
        expected: how many runs each study has when nothing is missing; without the studies that the profile lacks.
        short: the studies whose runs stop long before training ends.
    """

    records: Mapping[str, Sequence[dict]]
    expected: Mapping[str, int]
    short: frozenset[str]

    def judge(self, claim: Claim, confidence: float = CONFIDENCE) -> Verdict:
        """The verdict on a claim by the rule of `judge`."""
        if claim.about_the_end and self.short & set(claim.studies):
            return Verdict(claim, "undecided", STOPS_EARLY)
        own = {name: self.records[name] for name in claim.takes if name in self.records}
        return judge(claim, own, self.expected, confidence)


def find_runs(
    claims: Sequence[Claim], *, profile: str = "mini", data: str | None = None, seeds: int | None = None
) -> FinishedRuns:
    """Find the finished runs of the studies that claims take; arguments and errors as of `check_claims`."""
    from course_lib.sweeps import find_study, finished_runs, study_trials

    names = dict.fromkeys(name for claim in claims for name in claim.takes)
    names = [name for name in names if check_profile(profile) in find_study(name).profiles]
    return FinishedRuns(
        {name: finished_runs(name, profile, data, seeds) for name in names},
        {name: len(study_trials(name, profile, data, seeds)) for name in names},
        frozenset(name for name in names if find_study(name).profiles[profile].short),
    )


def _claims_of(document: str) -> list[Claim]:
    module = import_module(f"course_lib.analysis.{document}.claims")
    return [replace(claim, document=document) for claim in module.CLAIMS]
