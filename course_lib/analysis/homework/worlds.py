"""The homework's claims judged twice: in the mini world, and on real cartoons with a real network."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from course_lib.analysis.verdicts import Verdict

UNDECIDED = "undecided"
# Outcomes of a claim that was judged twice.
AGREE, OPPOSE, ONE_DECIDES, NEITHER = "agree", "contradict each other", "one decides", "neither decides"


@dataclass(frozen=True)
class Pair:
    """The verdicts on one claim in two worlds."""

    mini: Verdict
    real: Verdict

    @property
    def id(self) -> str:
        return self.mini.claim.id

    @property
    def outcome(self) -> str:
        """Whether the two verdicts agree, contradict each other, or which of them decide nothing."""
        decided = {self.mini.verdict, self.real.verdict} - {UNDECIDED}
        if UNDECIDED in (self.mini.verdict, self.real.verdict):
            return ONE_DECIDES if decided else NEITHER
        return AGREE if len(decided) == 1 else OPPOSE

    @property
    def both_measured(self) -> bool:
        """Whether the effect has an interval in both worlds."""
        return self.mini.effect is not None and self.real.effect is not None


def pair_verdicts(mini: Sequence[Verdict], real: Sequence[Verdict]) -> list[Pair]:
    """Pair the verdicts on the same claims, in the order of the first list.

    Raises:
        ValueError: the two lists are about different claims.
    """
    others = {verdict.claim.id: verdict for verdict in real}
    if {verdict.claim.id for verdict in mini} != set(others):
        raise ValueError("the two lists of verdicts are about different claims: judge the same ones in both worlds")
    return [Pair(verdict, others[verdict.claim.id]) for verdict in mini]


def worlds_table(pairs: Sequence[Pair]) -> pd.DataFrame:
    """List each claim with what is measured and claimed, its verdicts and effects, and how the two go together.

    A star marks a claim that the mini world was calibrated for, a dagger a best rate at the edge of its grid.
    """
    rows = {
        pair.id: {
            ("", "measured"): pair.mini.claim.tested,
            ("", "claimed"): f"{pair.mini.claim.region.text(pair.mini.claim.unit)} {pair.mini.claim.unit}",
            ("mini world", "verdict"): _marked(pair.mini),
            ("mini world", "effect"): pair.mini.effect_text,
            ("real cartoons", "verdict"): _marked(pair.real),
            ("real cartoons", "effect"): pair.real.effect_text,
            ("", "the two"): pair.outcome,
        }
        for pair in pairs
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def missing_table(pairs: Sequence[Pair]) -> pd.DataFrame:
    """List the claims without an effect on real cartoons, and why."""
    rows = {pair.id: {"why there is no number": pair.real.reason} for pair in pairs if pair.real.effect is None}
    return pd.DataFrame.from_dict(rows, orient="index")


def _marked(verdict: Verdict) -> str:
    marks = {"*": verdict.calibrated, "†": verdict.at_edge}
    return " ".join([verdict.verdict, *(mark for mark, holds in marks.items() if holds)])
